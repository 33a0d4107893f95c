"""Whatever goes wrong on the way to a provider, the digest is a clean run's or the one before.

A proxy stands between Milieu and a provider that runs (the sandbox's network, a blog), and spoils
the first, a middle, or the last request of a window. Meanwhile other connections, of hers and of
others, are refreshed beside it.
"""

import asyncio
from datetime import timedelta

import pytest

from app.connectors import mastodon
from app.connectors.catalogue import Link
from app.outbound import Limits, Outbound
from app.store.connections import ConnectionState
from app.store.customers import open_box
from app.usecases.accounts import open_account, open_tokens
from app.usecases.schedule import back_off
from context.analyse import analyse
from tests.support.faults import (
    A_PAGE,
    BOMBED,
    CUT_IN_BODY,
    CUT_IN_HEAD,
    DRIPS,
    FAR_TOO_LARGE,
    HALF,
    HANGS,
    NESTED_BOMB,
    WRONGLY_TYPED,
    answering,
    dated,
    proxy_to,
)
from tests.support.stage import EVERY, Stage, network_at

ACTIVE, DOWN = ConnectionState.ACTIVE, ConnectionState.PROVIDER_DOWN
DEGRADED, ENDED = ConnectionState.DEGRADED, ConnectionState.REAUTH_REQUIRED
LIMITS = Limits(connect_s=2, read_s=0.15, total_s=0.3, body_bytes=400_000)
PRIVATE = "http://169.254.169.254/latest/meta-data/"
AT_MIDNIGHT = "Tue, 03 Mar 2026 00:00:00 GMT"

# What each comes to, at Mastodon and for a blog.
FAULTS = {
    "429": (answering(429), DOWN, DOWN),
    "429 with Retry-After": (answering(429, Retry_After="7200"), DOWN, DOWN),
    "429 with a date": (answering(429, Retry_After=AT_MIDNIGHT), DOWN, DOWN),
    "500": (answering(500), DOWN, DOWN),
    "503 with Retry-After": (answering(503, Retry_After="7200"), DOWN, DOWN),
    "no answer": (HANGS, DOWN, DOWN),
    "a slow drip": (DRIPS, DOWN, DOWN),
    "cut in the headers": (CUT_IN_HEAD, DOWN, DOWN),
    "cut in the body": (CUT_IN_BODY, DOWN, DOWN),
    "half a document": (HALF, DOWN, DEGRADED),
    "a huge body": (FAR_TOO_LARGE, DOWN, DOWN),
    "a bomb": (BOMBED, DOWN, DOWN),
    "a bomb in a bomb": (NESTED_BOMB, DOWN, DOWN),
    "a redirect inside": (answering(302, Location=PRIVATE), DEGRADED, DEGRADED),
    "a page": (A_PAGE, DOWN, DEGRADED),
    "another content type": (WRONGLY_TYPED, ACTIVE, ACTIVE),
    "a clock a year ahead": (dated(timedelta(days=365)), ACTIVE, ACTIVE),
    "a clock a year behind": (dated(timedelta(days=-365)), ACTIVE, ACTIVE),
}
ASKED_TO_WAIT = {
    "429 with Retry-After": timedelta(hours=2),
    "429 with a date": None,
    "503 with Retry-After": timedelta(hours=2),
}


@pytest.fixture
def network(clock, monkeypatch):
    monkeypatch.setattr(mastodon.api, "PER_PAGE", 4)
    with network_at(clock) as network:
        people = ("ben", "ida", "kai", "lou", "sam", "tom")
        network.add("mara", "jo", "ann", *people)
        network.friends("mara", *people)
        for number in range(10):
            network.said("mara", f"I love the garden, day {number}", days=number, hours=1)
        for friend in people:
            network.said(friend, "great match tonight", hours=2)
        for other in ("jo", "ann"):
            network.said(other, "an awful day at the station", hours=3)
        yield network


@pytest.fixture
async def proxy(network):
    async with proxy_to(network.url) as proxy:
        yield proxy


@pytest.fixture
def stage(database, vault, clock, network, proxy):
    return Stage(
        database, vault, clock, frozenset({network.host, proxy.host}), limits=LIMITS, engine="light"
    )


async def digest_of(stage, customer, connection_id):
    digest = await stage.digest(customer, connection_id)
    return digest and digest.to_bytes()


async def clean_run(stage, connection_id, url):
    """What a refresh at this moment must make, read without the proxy."""
    row = await stage.row(connection_id)
    async with stage.database.reading() as session:
        box = await open_box(session, stage.vault, row.customer_id)
    connector = mastodon.Mastodon(frozenset({url.removeprefix("http://")}))
    link = Link(url, open_account(box, row), connector.auth(url, open_tokens(box, row)))
    outbound = Outbound(frozenset({url.removeprefix("http://")}))
    async with outbound.client() as client:
        window = await connector.fetch(client, link, stage.clock())
    past = await stage.digest(row.customer_id, connection_id)
    noise = stage.vault.derive("network mood noise", connection_id)
    digest = analyse(window, past, stage.engine, stage.clock(), noise_secret=noise)
    assert sum(day.posts for day in digest.days) >= 10
    return digest.to_bytes()


def places(requests):
    """The first, a middle and the last request of a window."""
    return {"first": 0, "middle": requests // 2, "last": requests - 1}


@pytest.mark.parametrize("fault", FAULTS)
async def test_at_mastodon(stage, network, proxy, clock, fault):
    mishap, expected, _ = FAULTS[fault]
    mara, ann = await stage.customer(), await stage.customer()
    hers = await stage.link(mara, proxy.url, "mara")
    others = [await stage.link(mara, network.url, "jo"), await stage.link(ann, network.url, "ann")]
    before = len(proxy.asked)
    assert await stage.refresh.refresh(hers) is ACTIVE
    requests = len(proxy.asked) - before
    assert requests >= 6
    for place, after in places(requests).items():
        kept = await digest_of(stage, mara, hers)
        network.controls.publish("mara", f"planted tomatoes at the {place}")
        clock.advance(hours=13)
        proxy.fail(mishap, after=after)
        clean = await clean_run(stage, hers, network.url)
        state, *rest = await asyncio.gather(*map(stage.refresh.refresh, [hers, *others]))
        assert not proxy.planned
        assert state is expected
        assert rest == [ACTIVE, ACTIVE]
        now = await digest_of(stage, mara, hers)
        if expected is ACTIVE:
            assert now == clean
            continue
        assert now == kept != clean
        await heals(stage, proxy, mara, hers, fault)
        assert await digest_of(stage, mara, hers) == await again(stage, hers, network.url, kept)


async def again(stage, connection_id, url, past):
    """What a clean run makes now of what was kept before the fault."""
    return await clean_run(stage, connection_id, url) if past else past


async def heals(stage, proxy, customer, connection_id, fault):
    """Nobody asks before it is time; then the next refresh is a good one."""
    clock = stage.clock
    row = await stage.row(connection_id)
    assert row.failures == 1
    wait = ASKED_TO_WAIT.get(fault, timedelta())
    if fault in ASKED_TO_WAIT:
        wait = wait or row.not_before - clock()
        assert row.not_before == clock() + wait
    else:
        assert row.not_before is None
    assert row.due_at == clock() + back_off(1, wait or None, EVERY, 0.5)
    view = await stage.view(customer, connection_id)
    assert view.advice
    asked = len(proxy.asked)
    if wait:
        assert await stage.refresh.request_refresh(customer, connection_id) == row.not_before
    assert await stage.refresh.refresh(connection_id) is None
    assert len(proxy.asked) == asked
    clock.set((await stage.row(connection_id)).due_at)
    assert await stage.refresh.refresh(connection_id) is ACTIVE
    assert (await stage.row(connection_id)).failures == 0
