"""Whatever goes wrong at a token endpoint, nothing is half linked, and no token is used twice."""

import pytest

from app.errors import MilieuError
from app.outbound import Limits
from app.store.connections import ConnectionState
from tests.support.expiring import Expiring
from tests.support.faults import FAULTS, HARMLESS, ONE_OF_EACH, TAKING_THEIR_TIME
from tests.support.proxy import proxy_to
from tests.support.stage import Stage, browse, network_at

ACTIVE, DOWN = ConnectionState.ACTIVE, ConnectionState.PROVIDER_DOWN
ENDED = ConnectionState.REAUTH_REQUIRED
HURRIED = Limits(connect_s=5, read_s=0.15, total_s=0.3)


@pytest.fixture
def network(clock):
    with network_at(clock) as network:
        network.add("mara", "ben")
        network.said("mara", "I love the garden", days=1)
        yield network


@pytest.fixture
async def proxy(network):
    async with proxy_to(network.url) as proxy:
        yield proxy


@pytest.fixture
def stage(database, vault, clock, proxy):
    return Stage(database, vault, clock, frozenset({proxy.host}))


@pytest.fixture
def reader_of(database, vault, clock, proxy, stage):
    """The service, with little patience for what takes its time."""
    hurried = Stage(database, vault, clock, frozenset({proxy.host}), limits=HURRIED)
    return lambda fault: hurried if fault in TAKING_THEIR_TIME else stage


@pytest.fixture
def faults(database):
    return FAULTS if database.is_sqlite else {name: FAULTS[name] for name in ONE_OF_EACH}


async def outcome_of(awaitable):
    """What is told of a step, or that it went well."""
    try:
        return await awaitable
    except MilieuError as error:
        return error


def live(network):
    """Whose accounts we have access to, as the network sees it."""
    tokens = network.app.state.controls.host.registry.tokens.values()
    return [token.handle for token in tokens if token.handle and not token.revoked]


async def test_at_registration_she_is_told_and_the_next_try_works(stage, reader_of, proxy, faults):
    for fault, mishap in faults.items():
        mara = await stage.customer()
        proxy.fail(mishap)
        begun = reader_of(fault).connections.begin_link(mara, "browser", "mastodon", proxy.url)
        outcome = await outcome_of(begun)
        assert isinstance(outcome, MilieuError) is (fault not in HARMLESS), fault
        proxy.planned = None
        assert await stage.connections.begin_link(mara, "browser", "mastodon", proxy.url)


@pytest.mark.parametrize("at", ["the token", "whose account it is"])
async def test_on_the_way_back_she_is_told_and_nothing_is_half_linked(
    stage, reader_of, network, proxy, faults, at
):
    mara = await stage.customer()
    for fault, mishap in faults.items():
        asked = await stage.connections.begin_link(mara, "browser", "mastodon", proxy.url)
        answer = await browse(asked, "mara")
        proxy.fail(mishap, after=0 if at == "the token" else 1)
        reader = reader_of(fault)
        outcome = await outcome_of(reader.connections.finish_link("browser", answer))
        assert isinstance(outcome, MilieuError) is (fault not in HARMLESS), fault
        views = await stage.connections.list(mara)
        assert len(views) == (fault in HARMLESS), fault
        if at != "the token":
            assert len(live(network)) == (fault in HARMLESS), fault
        proxy.planned = None
        connection_id = await stage.link(mara, proxy.url, "mara")
        assert await stage.refresh.refresh(connection_id) is ACTIVE, fault
        await stage.connections.unlink(mara, connection_id)
        network.controls.revoke_person("mara")


async def test_at_a_renewal_the_digest_stays_and_a_token_that_was_not_used_is_not_lost(
    stage, reader_of, network, proxy, clock, faults
):
    provider = network.faults.app = Expiring(network.faults.app, clock)
    mara = await stage.customer()
    connection_id = await stage.link(mara, proxy.url, "mara")
    assert await stage.refresh.refresh(connection_id) is ACTIVE
    for fault, mishap in faults.items():
        before = await stage.digest(mara, connection_id)
        network.controls.publish("mara", "planted tomatoes")
        clock.advance(hours=7)
        replayed = provider.replayed
        proxy.fail(mishap)
        state = await reader_of(fault).refresh.refresh(connection_id)
        assert state is (ACTIVE if fault in HARMLESS else DOWN), fault
        proxy.planned = None
        if state is ACTIVE:
            continue
        assert await stage.digest(mara, connection_id) == before, fault
        clock.set((await stage.row(connection_id)).due_at)
        # What the provider renewed, and could not tell us of, is lost: she links again.
        lost = mishap.reaches
        state = await stage.refresh.refresh(connection_id)
        assert state is (ENDED if lost else ACTIVE), fault
        assert provider.replayed - replayed == lost, fault
        if lost:
            assert await stage.digest(mara, connection_id) == before, fault
            assert await stage.link(mara, proxy.url, "mara") == connection_id
            assert await stage.refresh.refresh(connection_id) is ACTIVE
