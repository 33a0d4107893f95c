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
from tests.support.blog import blog_at
from tests.support.faults import FAULTS, HARMLESS, ONE_OF_EACH, TAKING_THEIR_TIME, written
from tests.support.proxy import proxy_to
from tests.support.stage import EVERY, Stage, network_at

ACTIVE, DOWN = ConnectionState.ACTIVE, ConnectionState.PROVIDER_DOWN
DEGRADED = ConnectionState.DEGRADED
# The first request of a window, one in its middle, and its last.
PLACES = {"first": "/statuses", "middle": "/timelines/home", "last": "/verify_credentials"}
HURRIED = Limits(connect_s=5, read_s=0.15, total_s=0.3)

# What they come to, where it is not that the provider is down.
AT_MASTODON = dict.fromkeys(HARMLESS, ACTIVE) | {"a redirect inside": DEGRADED}
FOR_A_BLOG = AT_MASTODON | {"half a document": DEGRADED, "a page": DEGRADED}
ASKED_TO_WAIT = {
    "429 with Retry-After": lambda now: now + timedelta(hours=2),
    "429 with a date": lambda now: now + timedelta(days=1),  # nobody is waited for longer
    "503 with Retry-After": lambda now: now + timedelta(hours=2),
}


@pytest.fixture
def network(clock, monkeypatch):
    monkeypatch.setattr(mastodon.api, "PER_PAGE", 8)
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
async def blog(clock):
    """A blog that knows itself by the address of the proxy before it."""
    with blog_at(clock) as blog:
        for number in range(10):
            blog.wrote(f"I love the garden, day {number}", days=number, hours=1)
        async with proxy_to(blog.url) as blog.proxy:
            blog.url = blog.proxy.url
            yield blog


@pytest.fixture
def stage(database, vault, clock, network, proxy, blog):
    return Stage(database, vault, clock, frozenset({network.host, proxy.host, blog.host}))


@pytest.fixture
def hurried(database, vault, clock, proxy, blog):
    """The same service, with little patience."""
    hosts = frozenset({proxy.host, blog.host})
    return Stage(database, vault, clock, hosts, limits=HURRIED)


@pytest.fixture
def faults(database):
    """What goes wrong; on PostgreSQL one of each outcome, since what differs there is writing."""
    return FAULTS if database.is_sqlite else {name: FAULTS[name] for name in ONE_OF_EACH}


async def digest_of(stage, customer, connection_id):
    digest = await stage.digest(customer, connection_id)
    return digest and digest.to_bytes()


class Clean:
    """Reads without the proxy what a refresh at this moment must make."""

    def __init__(self, stage, url):
        self.stage, self.url = stage, url
        host = url.removeprefix("http://")
        self.connector, self.outbound = mastodon.Mastodon(frozenset({host})), Outbound({host})

    async def digest(self, connection_id):
        stage, row = self.stage, await self.stage.row(connection_id)
        async with stage.database.reading() as session:
            box = await open_box(session, stage.vault, row.customer_id)
        auth = self.connector.auth(self.url, open_tokens(box, row))
        async with self.outbound.client() as client:
            link = Link(self.url, open_account(box, row), auth)
            window = await self.connector.fetch(client, link, stage.clock())
        past = await stage.digest(row.customer_id, connection_id)
        noise = stage.vault.derive("network mood noise", connection_id)
        digest = analyse(window, past, stage.engine, stage.clock(), noise_secret=noise)
        assert sum(day.posts for day in digest.days) >= 10
        return digest.to_bytes()


@pytest.mark.parametrize("place", PLACES)
async def test_at_mastodon(stage, hurried, network, proxy, clock, faults, place):
    clean = Clean(stage, network.url)
    mara, ann = await stage.customer(), await stage.customer()
    hers = await stage.link(mara, proxy.url, "mara")
    others = [await stage.link(mara, network.url, "jo"), await stage.link(ann, network.url, "ann")]
    assert await stage.refresh.refresh(hers) is ACTIVE
    for number, (fault, mishap) in enumerate(faults.items()):
        expected = AT_MASTODON.get(fault, DOWN)
        kept = await digest_of(stage, mara, hers)
        network.controls.publish("mara", f"planted tomatoes in row {number}")
        clock.advance(hours=7)
        proxy.fail(mishap, at=PLACES[place])
        good = await clean.digest(hers)
        reader = hurried if fault in TAKING_THEIR_TIME else stage
        states = await asyncio.gather(
            reader.refresh.refresh(hers), *map(stage.refresh.refresh, others)
        )
        assert (fault, states) == (fault, [expected, ACTIVE, ACTIVE])
        assert proxy.planned is None or reader is hurried
        proxy.planned = None
        if expected is ACTIVE:
            assert await digest_of(stage, mara, hers) == good, fault
            continue
        assert await digest_of(stage, mara, hers) == kept != good, fault
        await left_alone_until_it_is_time(stage, proxy, mara, hers, fault)
        good = await clean.digest(hers)
        assert await stage.refresh.refresh(hers) is ACTIVE
        assert await digest_of(stage, mara, hers) == good, fault
        assert (await stage.row(hers)).failures == 0


async def left_alone_until_it_is_time(stage, proxy, customer, connection_id, fault):
    clock, row = stage.clock, await stage.row(connection_id)
    assert row.failures == 1
    waits = ASKED_TO_WAIT.get(fault)
    assert row.not_before == (waits and waits(clock()))
    asked_for = row.not_before - clock() if row.not_before else None
    assert row.due_at == clock() + back_off(1, asked_for, EVERY, 0.5)
    assert (await stage.view(customer, connection_id)).advice
    asked = len(proxy.asked)
    if row.not_before:
        assert await stage.refresh.request_refresh(customer, connection_id) == row.not_before
    assert await stage.refresh.refresh(connection_id) is None
    assert len(proxy.asked) == asked
    clock.set((await stage.row(connection_id)).due_at)


async def prove(stage, customer, blog):
    name = await stage.connections.begin_proof(customer, "feeds", blog.url)
    asked = await stage.connections.proof(customer, name)
    blog.head = f'<meta name="milieu-verification" content="{asked.marks.token}">'
    return await stage.connections.finish_proof(customer, name)


async def test_for_a_blog(stage, hurried, network, blog, clock, faults):
    mara, ann = await stage.customer(), await stage.customer()
    hers = await prove(stage, mara, blog)
    other = await stage.link(ann, network.url, "ann")
    assert await stage.refresh.refresh(hers) is ACTIVE
    for number, (fault, mishap) in enumerate(faults.items()):
        expected = FOR_A_BLOG.get(fault, DOWN)
        kept = await digest_of(stage, mara, hers)
        blog.wrote(f"planted tomatoes in row {number}")
        clock.advance(hours=7)
        blog.proxy.fail(mishap)
        reader = hurried if fault in TAKING_THEIR_TIME else stage
        states = await asyncio.gather(reader.refresh.refresh(hers), stage.refresh.refresh(other))
        assert (fault, states) == (fault, [expected, ACTIVE])
        if expected is not ACTIVE:
            assert await digest_of(stage, mara, hers) == kept, fault
            await left_alone_until_it_is_time(stage, blog.proxy, mara, hers, fault)
            assert await stage.refresh.refresh(hers) is ACTIVE
        digest = await stage.digest(mara, hers)
        assert sum(day.posts for day in digest.days) == len(blog.entries), fault


@pytest.mark.parametrize(
    ("days", "place", "read"),
    [(40, 0, 2), (40, 1, 8), (40, 2, 10), (-400, 0, 0), (-400, 1, 8), (-400, 2, 10)],
)
async def test_posts_of_another_time_are_not_read_and_are_read_when_it_is_right_again(
    stage, network, proxy, clock, days, place, read
):
    mara = await stage.customer()
    hers = await stage.link(mara, proxy.url, "mara")
    proxy.fail(written(timedelta(days=days)), after=place)
    assert await stage.refresh.refresh(hers) is ACTIVE
    digest = await stage.digest(mara, hers)
    assert sum(day.posts for day in digest.days) == read
    clean = Clean(stage, network.url)
    clock.set(await stage.refresh.request_refresh(mara, hers))
    good = await clean.digest(hers)
    assert await stage.refresh.refresh(hers) is ACTIVE
    assert await digest_of(stage, mara, hers) == good
