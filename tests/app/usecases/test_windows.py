"""Tokens that end: renewed one at a time, kept before they are used, never used twice."""

import asyncio
from datetime import timedelta

import pytest
from starlette.responses import JSONResponse

from app.errors import Conflict, NotFound
from app.sandbox.status import Visibility
from app.store.connections import ConnectionState
from app.store.customers import open_box
from app.usecases import windows as windows_module
from app.usecases.accounts import open_tokens, tokens_place
from tests.support.expiring import LIFETIME, Expiring
from tests.support.stage import Stage, network_at

ACTIVE, DOWN = ConnectionState.ACTIVE, ConnectionState.PROVIDER_DOWN
ENDED = ConnectionState.REAUTH_REQUIRED


@pytest.fixture
def network(clock):
    with network_at(clock) as network:
        network.add("mara")
        network.said("mara", "I love this", days=1)
        yield network


@pytest.fixture
def provider(network, clock):
    network.faults.app = Expiring(network.faults.app, clock)
    return network.faults.app


@pytest.fixture
def stage(database, vault, clock, network, provider):
    return Stage(database, vault, clock, frozenset({network.host}))


@pytest.fixture
async def mara(stage):
    return await stage.customer()


@pytest.fixture
async def connection_id(stage, mara, network):
    connection_id = await stage.link(mara, network.url, "mara")
    assert await stage.refresh.refresh(connection_id) is ACTIVE
    return connection_id


async def again(stage, mara, connection_id, clock, **later):
    clock.advance(**(later or {"hours": 3}))
    clock.set(await stage.refresh.request_refresh(mara, connection_id))
    return await stage.refresh.refresh(connection_id)


async def kept(stage, mara, connection_id):
    row = await stage.row(connection_id)
    async with stage.database.reading() as session:
        return open_tokens(await open_box(session, stage.vault, mara), row)


async def test_tokens_are_renewed_before_they_end_and_kept(
    stage, mara, connection_id, clock, provider
):
    assert (await kept(stage, mara, connection_id)).expires_at == clock() + LIFETIME
    assert await again(stage, mara, connection_id, clock) is ACTIVE
    tokens = await kept(stage, mara, connection_id)
    assert (tokens.access_token, tokens.refresh_token) == ("access-2", "refresh-2")
    assert tokens.expires_at == clock() + LIFETIME
    assert await again(stage, mara, connection_id, clock, minutes=30) is ACTIVE
    assert (provider.renewals, provider.replayed) == (1, 0)


async def test_one_that_ends_while_the_window_is_read_is_renewed_before(
    stage, mara, connection_id, clock, provider
):
    clock.advance(LIFETIME - windows_module.RENEW_BEFORE)
    assert await again(stage, mara, connection_id, clock, seconds=1) is ACTIVE
    assert provider.renewals == 1


@pytest.mark.parametrize("rotates", [True, False])
async def test_one_that_does_not_say_when_it_ends_is_renewed_when_it_is_refused(
    stage, mara, network, clock, provider, rotates
):
    provider.says_when, provider.rotates = False, rotates
    connection_id = await stage.link(mara, network.url, "mara")
    assert await stage.refresh.refresh(connection_id) is ACTIVE
    for number in (1, 2):
        assert await again(stage, mara, connection_id, clock) is ACTIVE
        assert provider.renewals == number
        # Check 54: a missing new refresh token keeps the old one.
        refresh_token = (await kept(stage, mara, connection_id)).refresh_token
        assert refresh_token == (f"refresh-{number + 1}" if rotates else "refresh-1")


async def test_of_many_that_want_to_renew_at_once_one_does(
    stage, database, vault, mara, connection_id, clock, network, provider
):
    # Check 54: each stage is a process of its own, as far as the database can tell.
    stages = [Stage(database, vault, clock, frozenset({network.host})) for _ in range(6)]
    clock.advance(hours=7)
    states = await asyncio.gather(*(one.refresh.refresh(connection_id) for one in stages))
    assert sorted(map(str, states)) == ["None"] * 5 + ["active"]
    assert (provider.renewals, provider.replayed) == (1, 0)


async def test_a_worker_that_lost_its_lease_does_not_renew(
    stage, mara, connection_id, clock, provider
):
    clock.advance(hours=7)
    late = await stage.refresh._begin(connection_id)
    clock.advance(windows_module.LEASE)
    assert await stage.refresh.refresh(connection_id) is ACTIVE
    with pytest.raises(windows_module.LeaseLost):
        await stage.refresh._read(late)
    assert (provider.renewals, provider.replayed) == (1, 0)
    assert await again(stage, mara, connection_id, clock) is ACTIVE


async def test_the_lease_is_made_longer_before_a_renewal(
    stage, mara, connection_id, clock, provider
):
    clock.advance(hours=7)
    work = await stage.refresh._begin(connection_id)
    clock.advance(windows_module.LEASE * 0.9)
    await stage.refresh._read(work)
    clock.advance(windows_module.LEASE * 0.9)
    assert await stage.refresh.refresh(connection_id) is None
    assert provider.renewals == 1


async def test_linked_again_during_a_renewal_what_it_brought_is_dropped(
    stage, mara, network, connection_id, clock, provider, monkeypatch
):
    clock.advance(hours=7)
    work = await stage.refresh._begin(connection_id)
    renew = stage.refresh._windows._tokens.renew

    async def meanwhile(*about):
        fresh = await renew(*about)
        await stage.link(mara, network.url, "mara")
        return fresh

    monkeypatch.setattr(stage.refresh._windows._tokens, "renew", meanwhile)
    with pytest.raises(windows_module.LeaseLost):
        await stage.refresh._read(work)
    assert (await kept(stage, mara, connection_id)).access_token == "access-3"
    monkeypatch.undo()
    assert await stage.refresh.refresh(connection_id) is ACTIVE


async def test_unlinked_during_a_renewal_what_it_brought_is_revoked(
    stage, mara, connection_id, clock, provider, monkeypatch
):
    clock.advance(hours=7)
    work = await stage.refresh._begin(connection_id)
    renew = stage.refresh._windows._tokens.renew

    async def meanwhile(*about):
        fresh = await renew(*about)
        await stage.connections.unlink(mara, connection_id)
        return fresh

    monkeypatch.setattr(stage.refresh._windows._tokens, "renew", meanwhile)
    with pytest.raises(windows_module.LeaseLost):
        await stage.refresh._read(work)
    assert provider.revoked[-2:] == ["refresh-2", "access-2"]


async def test_a_renewal_is_kept_although_the_worker_is_told_to_stop(
    stage, mara, connection_id, clock, provider, monkeypatch
):
    clock.advance(hours=7)
    renew, has_answered = stage.refresh._windows._tokens.renew, asyncio.Event()

    async def answered(*about):
        fresh = await renew(*about)
        has_answered.set()
        await asyncio.sleep(0.05)
        return fresh

    monkeypatch.setattr(stage.refresh._windows._tokens, "renew", answered)
    refreshing = asyncio.create_task(stage.refresh.refresh(connection_id))
    await has_answered.wait()
    refreshing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await refreshing
    await stage.refresh.settle()
    assert (await kept(stage, mara, connection_id)).refresh_token == "refresh-2"


async def test_nothing_reads_with_a_token_that_is_not_kept(
    stage, mara, connection_id, clock, network, monkeypatch
):
    # Check 54: success is announced only after commit.
    def broken(*_about):
        raise OSError("disk full")

    clock.advance(hours=7)
    asked = len(network.faults.asked)
    monkeypatch.setattr(windows_module, "seal_tokens", broken)
    assert await stage.refresh.refresh(connection_id) is ConnectionState.DEGRADED
    assert network.faults.asked[asked:] == ["/oauth/token"]


async def test_a_refresh_token_that_came_twice_ends_the_link_and_keeps_the_digest(
    stage, mara, network, connection_id, clock, provider, database
):
    before = await stage.digest(mara, connection_id)
    stolen = await stage.row(connection_id)
    assert await again(stage, mara, connection_id, clock) is ACTIVE
    async with database.writing() as session:
        row = await session.get(type(stolen), connection_id)
        row.sealed_tokens = stolen.sealed_tokens
    assert await again(stage, mara, connection_id, clock) is ENDED
    assert provider.replayed == 1
    view = await stage.view(mara, connection_id)
    assert "Link it again" in view.advice
    assert (await stage.digest(mara, connection_id)).days == before.days
    with pytest.raises(Conflict):
        await stage.refresh.request_refresh(mara, connection_id)
    assert await stage.link(mara, network.url, "mara") == connection_id
    assert await stage.refresh.refresh(connection_id) is ACTIVE


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (JSONResponse({"error": "invalid_grant"}, 400), ENDED),
        (JSONResponse({"error": "invalid_client"}, 401), ENDED),
        (JSONResponse({"error": "temporarily_unavailable"}, 400), DOWN),
        (JSONResponse({"error": "invalid_grant"}, 429), DOWN),
        (JSONResponse({}, 500), DOWN),
        (JSONResponse(["no tokens"]), DOWN),
        (JSONResponse({"token_type": "Bearer"}), DOWN),
        (JSONResponse({}, 302, {"location": "http://169.254.169.254/"}), DOWN),
    ],
)
async def test_what_a_provider_says_instead_of_new_tokens(
    stage, mara, connection_id, clock, provider, fault, state
):
    held = await kept(stage, mara, connection_id)
    digest = await stage.digest(mara, connection_id)
    provider.faults.append(fault)
    assert await again(stage, mara, connection_id, clock) is state
    assert await kept(stage, mara, connection_id) == held
    assert await stage.digest(mara, connection_id) == digest
    if state is DOWN:
        assert await again(stage, mara, connection_id, clock, hours=7) is ACTIVE
        assert (provider.renewals, provider.replayed) == (1, 0)


async def test_a_provider_that_asks_for_patience_when_tokens_are_renewed_gets_it(
    stage, mara, connection_id, clock, provider
):
    provider.faults.append(JSONResponse({}, 429, {"Retry-After": "7200"}))
    assert await again(stage, mara, connection_id, clock) is DOWN
    now = clock()
    assert await stage.refresh.request_refresh(mara, connection_id) == now + timedelta(hours=2)


async def test_unlinking_ends_the_refresh_token_and_with_it_the_others(
    stage, mara, connection_id, provider
):
    assert await stage.connections.unlink(mara, connection_id)
    assert provider.revoked == ["refresh-1", "access-1"]


async def test_tokens_sealed_before_they_told_their_end_still_open(
    stage, mara, connection_id, database
):
    async with database.writing() as session:
        box = await open_box(session, stage.vault, mara)
        row = await session.get(type(await stage.row(connection_id)), connection_id)
        old = b'{"access_token": "a", "refresh_token": null, "expires_in": 60, "scope": "read"}'
        row.sealed_tokens = box.seal(old, tokens_place(connection_id))
    tokens = await kept(stage, mara, connection_id)
    assert (tokens.access_token, tokens.expires_at, tokens.scope) == ("a", None, "read")


async def posts(stage, mara, connection_id):
    return sum(day.posts for day in (await stage.digest(mara, connection_id)).days)


async def test_what_is_for_followers_is_read_only_while_she_wants_it(
    stage, mara, network, connection_id, clock
):
    # Check 72.
    network.said("mara", "for my followers", days=1, visibility=Visibility.PRIVATE)
    network.said("mara", "for you alone", days=1, visibility=Visibility.DIRECT)
    assert await again(stage, mara, connection_id, clock) is ACTIVE
    assert await posts(stage, mara, connection_id) == 1
    for wanted, read in ((True, 2), (False, 1)):
        await stage.connections.read_followers_only(mara, connection_id, wanted=wanted)
        view = await stage.view(mara, connection_id)
        assert (view.followers_only, view.due_at) == (wanted, clock())
        assert await stage.refresh.refresh(connection_id) is ACTIVE
        assert await posts(stage, mara, connection_id) == read


async def test_a_refresh_that_runs_while_she_unticks_it_is_not_kept(
    stage, mara, network, connection_id, clock
):
    network.said("mara", "for my followers", days=1, visibility=Visibility.PRIVATE)
    await stage.connections.read_followers_only(mara, connection_id, wanted=True)
    work = await stage.refresh._begin(connection_id)
    digest = await stage.refresh._read(work)
    await stage.connections.read_followers_only(mara, connection_id, wanted=False)
    assert await stage.refresh._succeed(work, digest) is None
    assert await stage.refresh.refresh(connection_id) is ACTIVE
    assert await posts(stage, mara, connection_id) == 1


async def test_saying_the_same_again_reads_nothing_and_it_is_hers_alone_to_say(
    stage, mara, connection_id
):
    due_at = (await stage.view(mara, connection_id)).due_at
    await stage.connections.read_followers_only(mara, connection_id, wanted=False)
    assert (await stage.view(mara, connection_id)).due_at == due_at
    with pytest.raises(NotFound):
        await stage.connections.read_followers_only(
            await stage.customer(), connection_id, wanted=True
        )
    assert (await stage.view(mara, connection_id)).followers_only is False


async def test_an_account_that_needs_her_is_not_read_for_what_she_ticks(
    stage, mara, connection_id, clock, provider
):
    provider.ended = True
    assert await again(stage, mara, connection_id, clock) is ENDED
    await stage.connections.read_followers_only(mara, connection_id, wanted=True)
    assert (await stage.view(mara, connection_id)).due_at is None
