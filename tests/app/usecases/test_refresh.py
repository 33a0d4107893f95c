"""Refresh: the digest is a clean run's or the one before, whatever the provider does."""

import asyncio
import logging
import threading
from datetime import timedelta

import pytest
from starlette.responses import Response, StreamingResponse

from app.errors import Conflict, NotFound
from app.sandbox.status import Visibility
from app.store.connections import Connection, ConnectionDigest, ConnectionState, take_lease
from app.usecases import analyses as analyses_module
from app.usecases import refresh as refresh_module
from app.usecases import windows as windows_module
from app.usecases.schedule import AGAIN_AFTER
from app.work.tidy import Tidy
from app.work.worker import Worker
from tests.support.stage import EVERY, PATIENCE, Stage, browse, network_at

DOWN, DEGRADED = ConnectionState.PROVIDER_DOWN, ConnectionState.DEGRADED


@pytest.fixture
def network(clock):
    with network_at(clock) as network:
        network.add("mara", "jo", "ben", "ida", "kai", "lou", "sam")
        network.friends("mara", "ben", "ida", "kai", "lou", "sam")
        for at, words in enumerate(["I love this", "awful broadband again", "so happy today"]):
            network.said("mara", words, days=at, hours=1)
        for friend in ("ben", "ida", "kai", "lou", "sam"):
            network.said(friend, "great match tonight", hours=2)
        yield network


@pytest.fixture
def stage(database, vault, clock, network):
    return Stage(database, vault, clock, frozenset({network.host}))


@pytest.fixture
async def mara(stage):
    return await stage.customer()


@pytest.fixture
async def connection_id(stage, mara, network):
    return await stage.link(mara, network.url, "mara")


async def again(stage, mara, connection_id):
    await stage.refresh.request_refresh(mara, connection_id)
    return await stage.refresh.refresh(connection_id)


async def hang(request):
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


def far_too_much(request):
    async def body():
        for _ in range(100):
            yield b" " * 65536
            await asyncio.sleep(0)

    return StreamingResponse(body(), media_type="application/json")


def answering(status, headers=None, content=b"{}"):
    return lambda request: Response(content, status, headers, "application/json")


FAULTS = {
    "429": (answering(429), DOWN),
    "429 with a wait": (answering(429, {"Retry-After": "7200"}), DOWN),
    "500": (answering(500), DOWN),
    "503": (answering(503), DOWN),
    "timeout": (hang, DOWN),
    "no JSON": (answering(200, content=b"<html>"), DOWN),
    "half of a JSON": (answering(200, content=b'[{"id": "1", "conte'), DOWN),
    "JSON nested without end": (answering(200, content=b"[" * 100_000), DOWN),
    "far too large a body": (far_too_much, DOWN),
    "a redirect inside": (answering(302, {"Location": "http://169.254.169.254/latest/"}), DEGRADED),
    "still regenerating": (answering(206, content=b"[]"), DOWN),
    "an object for a list": (answering(200), DEGRADED),
    "strange statuses": (answering(200, content=b'[{"id": 1}, null, 7]'), DEGRADED),
    "404": (answering(404), DEGRADED),
}


async def test_a_refresh_keeps_a_digest_and_moves_the_context_on(
    stage, network, mara, connection_id, clock
):
    version = await stage.version(mara)
    assert await stage.refresh.refresh(connection_id) is ConnectionState.ACTIVE
    digest = await stage.digest(mara, connection_id)
    assert sum(day.posts for day in digest.days) == 3
    assert digest.engine == stage.engine.name
    assert digest.network
    view = await stage.view(mara, connection_id)
    assert view.engine == stage.engine.name
    assert view.refreshed_at == clock()
    assert view.due_at == clock() + EVERY
    assert await stage.version(mara) == version + 1


async def test_the_whole_window_is_replaced(stage, network, mara, connection_id, clock):
    await stage.refresh.refresh(connection_id)
    network.world.delete(network.world.published[0].id)
    clock.advance(hours=1)
    await again(stage, mara, connection_id)
    digest = await stage.digest(mara, connection_id)
    assert sum(day.posts for day in digest.days) == 2


@pytest.mark.parametrize("after", [0, 1], ids=["at her posts", "at her network's"])
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_leaves_the_digest_as_it_was_and_the_next_run_heals_it(
    network, database, vault, clock, fault, after
):
    answer, expected = FAULTS[fault]
    limits = PATIENCE if fault == "timeout" else None
    options = {"limits": limits} if limits else {}
    stage = Stage(database, vault, clock, frozenset({network.host}), **options)
    mara = await stage.customer()
    connection_id = await stage.link(mara, network.url, "mara")
    await stage.refresh.refresh(connection_id)
    before = await stage.digest(mara, connection_id)
    network.controls.publish("mara", "a post of which half a run would know")
    clock.advance(hours=7)
    network.faults.answer(answer, after=after)
    assert await stage.refresh.refresh(connection_id) is expected
    assert await stage.digest(mara, connection_id) == before
    view = await stage.view(mara, connection_id)
    assert view.state is expected
    assert view.advice
    assert view.refreshed_at < clock() < view.due_at
    # Nobody else is touched, and it heals by itself.
    clock.set(view.due_at)
    assert await stage.refresh.refresh(connection_id) is ConnectionState.ACTIVE
    clean = await stage.digest(mara, connection_id)
    assert sum(day.posts for day in clean.days) == 4
    assert (await stage.row(connection_id)).failures == 0


async def test_a_quota_used_up_in_the_middle_is_waited_for(
    stage, network, mara, connection_id, clock
):
    for _ in range(41):
        network.controls.publish("mara", "one of many")
    limit = network.controls.rate_limit
    limit.limit = 2  # linking took one, and the first page leaves nothing for the second
    assert await stage.refresh.refresh(connection_id) is DOWN
    assert await stage.digest(mara, connection_id) is None
    row = await stage.row(connection_id)
    assert clock() < row.not_before <= clock() + limit.window
    limit.limit = 300
    clock.set(row.due_at)
    assert await stage.refresh.refresh(connection_id) is ConnectionState.ACTIVE


async def test_what_the_provider_asks_for_is_kept_even_when_she_asks_again(
    stage, network, mara, connection_id, clock
):
    network.faults.answer(answering(429, {"Retry-After": "7200"}))
    await stage.refresh.refresh(connection_id)
    wanted = clock() + timedelta(hours=2)
    assert (await stage.view(mara, connection_id)).due_at >= wanted
    assert await stage.refresh.request_refresh(mara, connection_id) == wanted
    asked = len(network.faults.asked)
    assert await stage.refresh.refresh(connection_id) is None
    assert len(network.faults.asked) == asked
    clock.set(wanted)
    assert await stage.refresh.refresh(connection_id) is ConnectionState.ACTIVE


async def test_faults_in_a_row_are_met_with_more_and_more_patience(
    stage, network, mara, connection_id, clock
):
    rests = []
    for _ in range(12):
        network.faults.answer(answering(500))
        assert await stage.refresh.refresh(connection_id) is DOWN
        due_at = (await stage.row(connection_id)).due_at
        rests.append(due_at - clock())
        clock.set(due_at)
    assert rests == sorted(rests)
    assert rests[0] < timedelta(minutes=2)
    assert rests[-1] <= EVERY


async def test_a_revoked_token_asks_her_to_link_again_while_others_go_on(
    stage, network, mara, connection_id, clock
):
    other = await stage.link(mara, network.url, "jo")
    network.controls.publish("jo", "here I am")
    await stage.refresh.refresh(connection_id)
    before = await stage.digest(mara, connection_id)
    network.controls.revoke_person("mara")
    clock.advance(hours=7)
    assert await stage.refresh.refresh(connection_id) is ConnectionState.REAUTH_REQUIRED
    assert await stage.refresh.refresh(other) is ConnectionState.ACTIVE
    view = await stage.view(mara, connection_id)
    assert view.due_at is None
    assert "Link it again" in view.advice
    assert await stage.digest(mara, connection_id) == before
    assert (await stage.view(mara, other)).state is ConnectionState.ACTIVE
    assert await stage.refresh.due(10) == []
    with pytest.raises(Conflict, match="link the account again"):
        await stage.refresh.request_refresh(mara, connection_id)


async def test_nobody_refreshes_anothers_connection(stage, connection_id):
    other = await stage.customer()
    with pytest.raises(NotFound):
        await stage.refresh.request_refresh(other, connection_id)


async def test_of_many_workers_one_does_the_work(stage, network, connection_id):
    asked = len(network.faults.asked)
    states = await asyncio.gather(*(stage.refresh.refresh(connection_id) for _ in range(5)))
    assert sorted(map(str, states)) == ["None"] * 4 + ["active"]
    assert network.faults.asked[asked:].count("/api/v1/timelines/home") == 1


async def test_what_is_not_due_or_not_there_is_left_alone(stage, connection_id):
    await stage.refresh.refresh(connection_id)
    assert await stage.refresh.refresh(connection_id) is None
    assert await stage.refresh.refresh("con_nowhere") is None


async def test_a_worker_that_vanished_is_succeeded_when_its_lease_has_run_out(
    stage, mara, connection_id, clock
):
    assert await stage.refresh._begin(connection_id)
    assert await stage.refresh.due(10) == []
    assert await stage.refresh.refresh(connection_id) is None
    clock.advance(refresh_module.LEASE)
    assert await stage.refresh.due(10) == [connection_id]
    assert await stage.refresh.refresh(connection_id) is ConnectionState.ACTIVE


@pytest.mark.parametrize("outcome", ["success", "failure"])
async def test_a_worker_that_comes_too_late_writes_nothing(
    stage, network, mara, connection_id, clock, outcome
):
    late = await stage.refresh._begin(connection_id)
    old, _ = await stage.refresh._read(late)
    clock.advance(refresh_module.LEASE)
    network.controls.publish("mara", "written meanwhile")
    await stage.refresh.refresh(connection_id)
    before = await stage.digest(mara, connection_id)
    if outcome == "success":
        assert await stage.refresh._succeed(late, old) is None
    else:
        assert await stage.refresh._fail(late, DOWN) is None
    assert await stage.digest(mara, connection_id) == before != old
    assert (await stage.view(mara, connection_id)).state is ConnectionState.ACTIVE


async def test_unlinked_in_the_middle_nothing_comes_back(stage, mara, connection_id):
    work = await stage.refresh._begin(connection_id)
    digest, _ = await stage.refresh._read(work)
    await stage.connections.unlink(mara, connection_id)
    assert await stage.refresh._succeed(work, digest) is None
    assert await stage.digest(mara, connection_id) is None


async def test_linked_again_in_the_middle_the_old_run_does_not_report_on_the_new_tokens(
    stage, network, mara, connection_id
):
    work = await stage.refresh._begin(connection_id)
    await stage.link(mara, network.url, "mara")
    assert await stage.refresh._fail(work, ConnectionState.REAUTH_REQUIRED) is None
    assert (await stage.view(mara, connection_id)).state is ConnectionState.PENDING


async def test_linked_again_while_a_worker_takes_the_lease_the_worker_loses_it(
    stage, network, mara, connection_id, database, clock
):
    answer = await browse(
        await stage.connections.begin_link(mara, "browser", "mastodon", network.url), "mara"
    )
    async with database.writing() as session:
        # On SQLite the link waits for this transaction to end; on PostgreSQL, for the row alone.
        await take_lease(session, connection_id, "ours", clock(), clock() + refresh_module.LEASE)
        linking = asyncio.create_task(stage.connections.finish_link("browser", answer))
        await asyncio.wait([linking], timeout=0.5)
    assert await linking == connection_id
    assert (await stage.row(connection_id)).lease is None


@pytest.mark.parametrize("spoiled", [{"engine": "other/9"}, {"sealed": b"x" * 40}, "nonsense"])
async def test_a_past_that_cannot_be_used_is_read_from_scratch(
    stage, mara, connection_id, clock, database, spoiled
):
    await stage.refresh.refresh(connection_id)
    clean = await stage.digest(mara, connection_id)
    async with database.writing() as session:
        kept = await session.get(ConnectionDigest, connection_id)
        if spoiled == "nonsense":
            work_box = await refresh_module.open_box(session, stage.vault, mara)
            place = analyses_module.digest_place(connection_id)
            spoiled = {"sealed": work_box.seal(b"{}", place)}
        for name, value in spoiled.items():
            setattr(kept, name, value)
    clock.advance(hours=7)
    assert await stage.refresh.refresh(connection_id) is ConnectionState.ACTIVE
    digest = await stage.digest(mara, connection_id)
    assert (digest.engine, digest.days) == (clean.engine, clean.days)


@pytest.mark.parametrize("column", ["sealed_tokens", "sealed_account"])
@pytest.mark.parametrize("spoiled", ["altered", "of another version"])
async def test_a_connection_that_does_not_open_is_tried_again_later_not_at_once(
    stage, mara, connection_id, clock, database, column, spoiled
):
    async with database.writing() as session:
        box = await refresh_module.open_box(session, stage.vault, mara)
        other = box.seal(b'{"of": "a later version"}', f"connections.{column}:{connection_id}")
        connection = await session.get(Connection, connection_id)
        setattr(connection, column, b"x" * 40 if spoiled == "altered" else other)
    worker = Worker(stage.refresh, (Tidy(database, clock),), stage.due)
    assert await asyncio.wait_for(worker.run_once(), 10) == 1
    row = await stage.row(connection_id)
    assert (row.state, row.failures, row.lease) == (DEGRADED, 1, None)
    assert row.due_at > clock()
    assert await stage.refresh.due(10) == []


async def test_what_she_asks_for_while_a_refresh_runs_is_done_after_it(
    stage, network, mara, connection_id, clock
):
    work = await stage.refresh._begin(connection_id)
    digest, _ = await stage.refresh._read(work)
    clock.advance(seconds=1)
    network.controls.publish("mara", "a walk to the market in the sun")
    await stage.refresh.request_refresh(mara, connection_id)
    clock.advance(seconds=1)
    assert await stage.refresh._succeed(work, digest) is ConnectionState.ACTIVE
    due_at = (await stage.view(mara, connection_id)).due_at
    assert due_at == clock() + AGAIN_AFTER
    clock.set(due_at)
    assert await stage.refresh.refresh(connection_id) is ConnectionState.ACTIVE
    assert sum(day.posts for day in (await stage.digest(mara, connection_id)).days) == 4


async def test_what_was_just_read_is_not_read_again_at_once_whoever_asks(
    stage, mara, connection_id, clock
):
    await stage.refresh.refresh(connection_id)
    read_at = clock()
    clock.advance(seconds=10)
    assert await stage.refresh.request_refresh(mara, connection_id) == read_at + AGAIN_AFTER
    assert await stage.refresh.refresh(connection_id) is None
    clock.set(read_at + AGAIN_AFTER)
    assert await stage.refresh.refresh(connection_id) is ConnectionState.ACTIVE


async def test_analysis_takes_no_thread_from_rendering(stage, connection_id, monkeypatch):
    threads = []

    def analyse(*rest, **options):
        threads.append(threading.current_thread().name)
        return analysed(*rest, **options)

    analysed = analyses_module.analyse
    monkeypatch.setattr(analyses_module, "analyse", analyse)
    await stage.refresh.refresh(connection_id)
    assert [name.partition("_")[0] for name in threads] == ["analyse"]


async def test_a_window_that_takes_longer_than_the_lease_allows_is_given_up(
    stage, network, mara, connection_id, monkeypatch
):
    monkeypatch.setattr(windows_module, "FETCH_AT_MOST", timedelta(seconds=0.2))
    network.faults.answer(hang)
    assert await stage.refresh.refresh(connection_id) is DOWN


async def test_an_analysis_that_breaks_says_nothing_of_what_it_read(
    stage, network, mara, connection_id, monkeypatch, caplog
):
    def broken(window, *rest, **options):
        raise ValueError(f"cannot convert {window.posts[0].text!r}")

    monkeypatch.setattr(analyses_module, "analyse", broken)
    with caplog.at_level(logging.DEBUG):
        assert await stage.refresh.refresh(connection_id) is DEGRADED
    assert "ValueError" in caplog.text
    assert "I love this" not in caplog.text


async def test_only_what_she_showed_to_everybody_is_read(stage, network, mara, connection_id):
    network.controls.publish("mara", "for my followers", Visibility.PRIVATE)
    network.controls.publish("mara", "for one", Visibility.DIRECT)
    network.controls.publish("mara", "not listed", Visibility.UNLISTED)
    await stage.refresh.refresh(connection_id)
    digest = await stage.digest(mara, connection_id)
    assert sum(day.posts for day in digest.days) == 4


async def test_the_digest_is_stored_sealed(stage, mara, connection_id, database):
    await stage.refresh.refresh(connection_id)
    async with database.reading() as session:
        kept = await session.get(ConnectionDigest, connection_id)
    assert b'"v"' not in kept.sealed
    assert stage.engine.name.encode() not in kept.sealed


async def test_an_empty_account_is_a_digest_of_nothing(stage, network, mara):
    connection_id = await stage.link(mara, network.url, "jo")
    assert await stage.refresh.refresh(connection_id) is ConnectionState.ACTIVE
    assert (await stage.digest(mara, connection_id)).days == ()


async def read_by(stage, connection_id, engine):
    async with stage.database.writing() as session:
        (await session.get(ConnectionDigest, connection_id)).engine = engine


async def test_what_another_engine_read_is_due_at_once(stage, mara, connection_id, clock):
    await stage.refresh.refresh(connection_id)
    assert await stage.refresh.follow_engine() == 0
    assert await stage.refresh.due(9) == []
    clock.advance(hours=1)
    await read_by(stage, connection_id, "another/1")
    assert await stage.refresh.follow_engine() == 1
    assert await stage.refresh.due(9) == [connection_id]
    await stage.refresh.refresh(connection_id)
    assert (await stage.digest(mara, connection_id)).engine == stage.engine.name
    assert await stage.refresh.follow_engine() == 0


async def test_what_another_engine_kept_of_older_days_stays(
    stage, connection_id, clock, monkeypatch
):
    await stage.refresh.refresh(connection_id)
    await read_by(stage, connection_id, "another/1")
    pasts = []

    def analyse(window, past, *rest, **options):
        pasts.append(past)
        return analysed(window, past, *rest, **options)

    analysed = analyses_module.analyse
    monkeypatch.setattr(analyses_module, "analyse", analyse)
    clock.advance(hours=7)
    await stage.refresh.refresh(connection_id)
    assert pasts[0] is not None


async def test_another_engine_shortens_no_back_off_and_mends_no_broken_link(
    stage, network, mara, connection_id, clock
):
    await stage.refresh.refresh(connection_id)
    await read_by(stage, connection_id, "another/1")
    for status in (429, 401):
        clock.set((await stage.view(mara, connection_id)).due_at)
        network.faults.answer(answering(status, {"Retry-After": "7200"}))
        await stage.refresh.refresh(connection_id)
        assert await stage.refresh.follow_engine() == 0
        assert await stage.refresh.due(9) == []
