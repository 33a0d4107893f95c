"""Codes: redeemed once, by their client, with their verifier; a replay costs what was issued."""

import asyncio

import pytest
from sqlmodel import select

from app.ids import secret_hash
from app.store.authorization import with_stores
from app.store.tokens import AuthorizationCode
from tests.app.authserver.conftest import VERIFIER, good


async def assert_refused(answer, error="invalid_grant"):
    assert answer.status_code == 400
    assert answer.json()["error"] == error


async def test_check_4_a_code_is_not_redeemed_without_its_verifier(world):
    for client in (world.crm, world.phone_app):
        code = await world.code(client)
        missing = await world.redeem(code, client, code_verifier=None)
        await assert_refused(missing, "invalid_request")
        for verifier in ("w" * 43, VERIFIER + "\n", "ä" * 43, "v"):
            await assert_refused(await world.redeem(code, client, code_verifier=verifier))
        assert (await world.redeem(code, client)).status_code == 200


async def test_check_4_a_verifier_for_a_code_without_challenge_is_refused(world):
    code = await world.code()
    async with world.database.writing() as session:
        row = (await session.exec(select(AuthorizationCode))).one()
        row.code_challenge = ""
        session.add(row)
    await assert_refused(await world.redeem(code))
    await assert_refused(await world.redeem(code, code_verifier=None), "invalid_request")


async def test_check_19_of_ten_simultaneous_redemptions_one_succeeds_and_stays_valid(world):
    code = await world.code()
    answers = await asyncio.gather(*(world.redeem(code) for _ in range(10)))
    won = [answer for answer in answers if answer.status_code == 200]
    lost = [answer for answer in answers if answer.status_code != 200]
    assert len(won) == 1
    assert {answer.json()["error"] for answer in lost} == {"invalid_grant"}
    assert await good(world, won[0].json()["access_token"])
    assert (await world.refresh(won[0].json()["refresh_token"])).status_code == 200


async def test_check_20_an_impatient_client_loses_nothing_within_two_seconds(world):
    code = await world.code()
    tokens = (await world.redeem(code)).json()
    world.clock.advance(seconds=2)
    await assert_refused(await world.redeem(code))
    assert await good(world, tokens["access_token"])


@pytest.mark.parametrize(
    ("after_s", "who", "changes"),
    [
        (2.1, "crm", {}),
        (3600, "crm", {}),
        (0, "rival", {}),
        (0, "phone_app", {}),
        (0, "crm", {"code_verifier": "w" * 43}),
        (0, "crm", {"code_verifier": None}),
    ],
)
async def test_check_20_a_replay_revokes_what_the_code_had_issued(world, after_s, who, changes):
    code = await world.code()
    tokens = (await world.redeem(code)).json()
    renewed = (await world.refresh(tokens["refresh_token"])).json()
    bystander = await world.tokens(purpose="dpv:ServicePersonalisation")
    world.clock.advance(seconds=after_s)
    await assert_refused(await world.redeem(code, getattr(world, who), **changes))
    assert not await good(world, tokens["access_token"])
    assert not await good(world, renewed["access_token"])
    await assert_refused(await world.refresh(renewed["refresh_token"]))
    assert (await world.refresh(bystander["refresh_token"])).status_code == 200


async def test_a_code_belongs_to_its_client_and_an_attempt_by_another_does_not_burn_it(world):
    code = await world.code()
    await assert_refused(await world.redeem(code, world.rival))
    assert (await world.redeem(code)).status_code == 200


async def test_a_code_lives_sixty_seconds(world):
    in_time, too_late = await world.code(), await world.code(purpose="dpv:ServicePersonalisation")
    world.clock.advance(seconds=59)
    assert (await world.redeem(in_time)).status_code == 200
    world.clock.advance(seconds=1)
    await assert_refused(await world.redeem(too_late))


async def test_a_redirect_uri_that_is_repeated_must_be_the_same(world):
    code = await world.code()
    await assert_refused(await world.redeem(code, redirect_uri="http://127.0.0.1/back"))
    assert (await world.redeem(code, redirect_uri=None)).status_code == 200


async def test_a_code_without_its_grant_is_worthless(world):
    code = await world.code()
    await world.code()  # the second consent replaces the first
    await assert_refused(await world.redeem(code))


async def test_an_unknown_code_is_refused(world):
    for code in ["never issued", "ä", "\x00"]:
        await assert_refused(await world.redeem(code))


async def test_a_missing_code_is_an_invalid_request(world):
    await assert_refused(await world.token(grant_type="authorization_code"), "invalid_request")


async def test_check_19_the_store_consumes_a_code_and_rotates_a_token_once(world):
    """By the statement alone, without the lock that usually decides before it."""
    code = await world.code()
    tokens = await world.tokens(purpose="dpv:ServicePersonalisation")
    async with world.database.writing() as session:
        hashes = secret_hash(code), secret_hash(tokens["refresh_token"])
        consumed = [
            await with_stores(session, lambda s: s.consume_code(hashes[0], world.clock()))
            for _ in range(2)
        ]
        rotated = [
            await with_stores(session, lambda s: s.rotate_token(hashes[1], world.clock()))
            for _ in range(2)
        ]
    assert consumed == rotated == [True, False]
