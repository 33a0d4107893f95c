"""Signing keys: made once, taking turns, withdrawn, erased; in several processes at once."""

import asyncio
import json
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from app.store.engine import Database
from app.store.secrets import Vault
from app.store.signing_keys import ERASED, SigningKey, hold_signing_keys
from app.usecases.signing_keys import SIGNER_KEPT_S, SigningKeys
from oauth.server.keys import OVERLAP, PUBLISHED_AHEAD, Algorithm, KeyState
from oauth.server.signing import NotVerified, verified

AGE = timedelta(days=90)
UPCOMING, SIGNING = KeyState.UPCOMING, KeyState.SIGNING
RETIRING, RETIRED = KeyState.RETIRING, KeyState.RETIRED


@pytest.fixture
def keys(database, vault, clock):
    return SigningKeys(database, vault, clock)


@pytest.fixture
async def processes(database_url, vault, clock):
    """Four processes, each with connections of its own."""
    databases = [Database(database_url) for _ in range(4)]
    yield [SigningKeys(database, vault, clock) for database in databases]
    for database in databases:
        await database.close()


async def states(keys, algorithm=Algorithm.ES256):
    return [state for key, state in await keys.list() if key.algorithm == algorithm]


async def rows(database):
    async with database.reading() as session:
        return (await session.exec(select(SigningKey))).all()


async def kids(document):
    return [key["kid"] for key in (await document)["keys"]]


async def test_the_first_keys_sign_at_once(keys, database):
    for algorithm in Algorithm:
        signer = await keys.signer(algorithm)
        assert signer.algorithm == algorithm
        claims = verified(
            signer.sign({"a": 1}, "JWT"), await keys.jwks(), algorithms=Algorithm, typ="JWT"
        )
        assert claims == {"a": 1}
    assert (await keys.signer()).algorithm == "ES256"
    assert await states(keys) == await states(keys, Algorithm.RS256) == [SIGNING]
    assert len(await rows(database)) == 2


async def test_only_our_algorithms_sign(keys):
    with pytest.raises(ValueError, match="HS256"):
        await keys.signer("HS256")


async def test_a_key_takes_over_when_everybody_knows_it_and_the_old_one_stays_a_while(keys, clock):
    old = await keys.signer()
    [new, _] = await keys.rotate()
    assert set(await kids(keys.jwks())) >= {old.kid, new.kid}
    assert (new.algorithm, new.signs_from) == ("ES256", clock() + PUBLISHED_AHEAD)
    assert await states(keys) == [SIGNING, UPCOMING]

    clock.advance(PUBLISHED_AHEAD - timedelta(seconds=1))
    assert (await keys.signer()).kid == old.kid
    last = (await keys.signer()).sign({}, "JWT")
    clock.advance(seconds=SIGNER_KEPT_S + 1)
    assert (await keys.signer()).kid == new.kid
    assert await states(keys) == [RETIRING, SIGNING]
    verified(last, await keys.jwks(), algorithms=Algorithm, typ="JWT")

    clock.advance(OVERLAP)
    assert await states(keys) == [RETIRED, SIGNING]
    assert old.kid not in await kids(keys.jwks())
    with pytest.raises(NotVerified):
        verified(last, await keys.jwks(), algorithms=Algorithm, typ="JWT")


async def test_one_algorithm_can_be_rotated_alone(keys):
    await keys.jwks()
    [new] = await keys.rotate([Algorithm.RS256])
    assert new.algorithm == Algorithm.RS256
    assert await states(keys) == [SIGNING]
    assert await states(keys, Algorithm.RS256) == [SIGNING, UPCOMING]


async def test_while_a_successor_is_on_its_way_there_is_no_second_one(keys, clock):
    await keys.jwks()
    assert len(await keys.rotate()) == 2
    clock.advance(PUBLISHED_AHEAD - timedelta(seconds=1))
    assert await keys.rotate() == []
    clock.advance(seconds=1)
    assert len(await keys.rotate()) == 2
    assert await states(keys) == [RETIRING, SIGNING, UPCOMING]


async def test_a_rotation_before_anything_was_signed_makes_the_first_keys(keys):
    assert len(await keys.rotate()) == 2
    assert await states(keys) == [SIGNING]


async def test_keys_that_may_have_leaked_are_replaced_at_once(keys, database, vault, clock):
    old = await keys.signer()
    await keys.rotate()
    stolen = old.sign({}, "JWT")
    upcoming = (await keys.list())[-1][0]
    clock.advance(hours=1)
    made = await keys.replace()
    assert {key.signs_from for key in made} == {clock()}
    assert sorted(await kids(keys.jwks())) == sorted(key.kid for key in made)
    assert (await keys.signer()).kid in {key.kid for key in made}
    with pytest.raises(NotVerified):
        verified(stolen, await keys.jwks(), algorithms=Algorithm, typ="JWT")
    withdrawn = [row for row in await rows(database) if row.withdrawn_at]
    assert {row.withdrawn_at for row in withdrawn} == {clock()}
    assert {row.sealed_private_jwk for row in withdrawn} == {ERASED}
    assert {old.kid, upcoming.kid} <= {row.kid for row in withdrawn}
    assert await states(keys) == [RETIRED, RETIRED, SIGNING]


async def test_another_process_signs_with_a_withdrawn_key_for_a_minute_at_most(processes, clock):
    assert SIGNER_KEPT_S <= 60
    here, there, *_ = processes
    old = await there.signer()
    assert (await here.signer()).kid == old.kid
    [new] = await here.replace([Algorithm.ES256])
    assert (await here.signer()).kid == new.kid
    clock.advance(seconds=SIGNER_KEPT_S)
    assert (await there.signer()).kid == new.kid != old.kid


async def test_signing_asks_the_database_once_a_minute(keys, database, clock):
    asked = []
    await keys.jwks()
    event.listen(
        database._engine.sync_engine, "before_cursor_execute", lambda *args: asked.append(args[2])
    )
    for _ in range(5):
        await keys.signer()
    once = len(asked)
    clock.advance(seconds=SIGNER_KEPT_S - 1)
    await keys.signer()
    assert len(asked) == once > 0
    clock.advance(seconds=1)
    await keys.signer()
    assert len(asked) == 2 * once


async def test_a_receipt_can_be_verified_when_its_key_has_long_retired(keys, clock):
    receipt = (await keys.signer()).sign({"consent": 1}, "receipt+jwt")
    first = await kids(keys.archive())
    await keys.rotate()
    assert await kids(keys.archive()) == first, "what has not signed is not there"
    clock.advance(days=400)
    await keys.erase_retired()
    assert len(await kids(keys.archive())) == 2
    for key in (await keys.archive())["keys"]:
        assert key["alg"] == "ES256"
        assert "d" not in key
    claims = verified(receipt, await keys.archive(), algorithms=["ES256"], typ="receipt+jwt")
    assert claims == {"consent": 1}


async def test_the_archive_marks_keys_that_were_withdrawn(keys, clock):
    old = await keys.signer()
    await keys.rotate()
    clock.advance(days=10)
    await keys.replace()
    later = old.sign({"consent": "backdated"}, "receipt+jwt")
    clock.advance(days=1)
    archive = (await keys.archive())["keys"]
    assert ["revoked" in key for key in archive] == [False, True, False]
    assert archive[1]["revoked"] == {"revoked_at": int((clock() - timedelta(days=1)).timestamp())}
    # The first had retired before, and its private half was out of reach.
    verified(later, await keys.archive(), algorithms=["ES256"], typ="receipt+jwt")


async def test_a_key_withdrawn_before_it_signed_is_in_no_archive(keys, clock):
    await keys.jwks()
    [upcoming] = await keys.rotate([Algorithm.ES256])
    await keys.replace()
    clock.advance(days=400)
    assert upcoming.kid not in await kids(keys.archive())


async def test_what_has_retired_keeps_no_private_half(keys, database, vault, clock):
    old = await keys.signer()
    await keys.rotate()
    clock.advance(PUBLISHED_AHEAD + OVERLAP - timedelta(seconds=1))
    assert await keys.erase_retired() == 0
    clock.advance(seconds=1)
    assert await keys.erase_retired() == 2
    assert await keys.erase_retired() == 0
    sealed = {row.kid: row.sealed_private_jwk for row in await rows(database)}
    assert sealed[old.kid] == ERASED
    assert len([value for value in sealed.values() if value]) == 2
    assert (await SigningKeys(database, vault, clock).signer()).kid != old.kid


async def test_by_schedule_a_key_signs_as_long_as_was_said(keys, clock):
    assert await keys.rotate_older_than(AGE) == [], "the first is made when it is asked for"
    first = await keys.signer()
    clock.advance(AGE - PUBLISHED_AHEAD - timedelta(seconds=1))
    assert await keys.rotate_older_than(AGE) == []
    clock.advance(seconds=1)
    made = await keys.rotate_older_than(AGE)
    assert {key.algorithm for key in made} == set(Algorithm)
    assert await keys.rotate_older_than(AGE) == []
    clock.advance(PUBLISHED_AHEAD - timedelta(seconds=1))
    assert (await keys.signer()).kid == first.kid
    clock.advance(seconds=SIGNER_KEPT_S)
    assert (await keys.signer()).kid in {key.kid for key in made}


async def test_a_worker_that_was_away_for_years_makes_one_key_of_each(keys, clock):
    await keys.jwks()
    clock.advance(days=1000)
    assert len(await keys.rotate_older_than(AGE)) == 2
    assert await keys.rotate_older_than(AGE) == []


async def test_the_shortest_schedule_has_one_key_signing_and_one_coming(keys, clock):
    day = timedelta(days=1)
    await keys.jwks()
    for _ in range(50):
        await keys.rotate_older_than(day)
        clock.advance(hours=1)
        found = await states(keys)
        assert found.count(SIGNING) == 1
        assert found.count(UPCOMING) <= 1
    assert len(found) == 4


async def test_a_rotation_restarts_the_schedule(keys, clock):
    await keys.jwks()
    clock.advance(AGE - 2 * PUBLISHED_AHEAD)
    await keys.rotate()
    clock.advance(PUBLISHED_AHEAD)
    assert await keys.rotate_older_than(AGE) == []


@pytest.mark.parametrize("round_", range(3))
async def test_check_37_processes_that_rotate_at_once_make_one_key_of_each(
    processes, clock, round_
):
    await asyncio.gather(*(keys.jwks() for keys in processes))
    assert await states(processes[0]) == [SIGNING]
    clock.advance(AGE)
    made = await asyncio.gather(
        *(keys.rotate_older_than(AGE) for keys in processes),
        *(keys.rotate() for keys in processes),
    )
    assert sorted(key.algorithm for keys in made for key in keys) == ["ES256", "RS256"]
    for algorithm in Algorithm:
        assert await states(processes[0], algorithm) == [SIGNING, UPCOMING]


async def test_check_37_of_keys_replaced_twice_at_once_one_signs(processes):
    await processes[0].jwks()
    await asyncio.gather(*(keys.replace([Algorithm.ES256]) for keys in processes))
    found = await states(processes[0])
    assert found.count(SIGNING) == 1
    assert found.count(RETIRED) == len(processes)
    [*kinds] = {(await keys.signer()).kid for keys in processes}
    assert len(kinds) == 1


async def test_whoever_makes_a_key_is_waited_for_and_readers_are_not(processes, database, clock):
    first, second, *_ = processes
    await first.jwks()
    async with database.writing() as session:
        await hold_signing_keys(session)
        waiting = asyncio.create_task(second.rotate([Algorithm.ES256]))
        assert len(await kids(first.jwks())) == 2
        done, _ = await asyncio.wait({waiting}, timeout=0.2)
        assert not done
    assert len(await waiting) == 1


async def test_a_key_sealed_under_another_master_key_does_not_sign(keys, database, clock):
    await keys.jwks()
    other = SigningKeys(database, Vault(bytes(range(1, 33))), clock)
    with pytest.raises(Exception, match="does not open"):
        await other.signer()


async def test_new_keys_are_logged_and_their_private_halves_are_not(keys, database, vault, caplog):
    caplog.set_level("INFO")
    await keys.jwks()
    for row in await rows(database):
        assert row.kid in caplog.text
        opened = json.loads(
            vault.service.open(row.sealed_private_jwk, f"signing_keys.sealed_private_jwk:{row.kid}")
        )
        assert opened["d"] not in caplog.text
