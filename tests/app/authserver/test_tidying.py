"""What the authorization server keeps goes when nobody needs it; until then reuse is noticed."""

from datetime import timedelta

import pytest
from sqlmodel import col, func, select

from app.ids import secret_hash
from app.store.consent_requests import ConsentRequest
from app.store.consent_steps import revoke_grant
from app.store.grants import Grant
from app.store.tokens import Token
from app.work.tidy import Tidy
from tests.app.authserver.conftest import CUSTOMER


async def tidy(world) -> None:
    await Tidy(world.database, world.clock).now()


async def is_kept(world, token: str) -> bool:
    async with world.database.reading() as session:
        return await session.get(Token, secret_hash(token)) is not None


async def count(world, table) -> int:
    async with world.database.reading() as session:
        return (await session.exec(select(func.count()).select_from(table))).one()


async def test_a_rotated_token_goes_after_thirty_days_and_the_one_in_use_stays(world):
    first = (await world.tokens())["refresh_token"]
    second = (await world.refresh(first)).json()["refresh_token"]
    world.clock.advance(days=30)
    await tidy(world)
    assert await is_kept(world, first)
    world.clock.advance(seconds=1)
    await tidy(world)
    assert not await is_kept(world, first)
    world.clock.advance(days=300)
    await tidy(world)
    assert (await world.refresh(second)).status_code == 200


async def test_the_reuse_of_a_token_that_is_not_tidied_yet_costs_the_family(world):
    first = (await world.tokens())["refresh_token"]
    second = (await world.refresh(first)).json()["refresh_token"]
    world.clock.advance(days=29)
    await tidy(world)
    assert (await world.refresh(first)).json()["error"] == "invalid_grant"
    assert (await world.refresh(second)).json()["error"] == "invalid_grant"


async def test_a_revoked_family_goes_after_thirty_days(world):
    tokens = await world.tokens()
    await world.revoke(tokens["refresh_token"])
    for days, kept in ((29, True), (2, False)):
        world.clock.advance(days=days)
        await tidy(world)
        assert await is_kept(world, tokens["refresh_token"]) is kept
    assert await count(world, Grant) == 1


@pytest.mark.parametrize("how", ["revoked", "replaced", "expired"])
async def test_the_tokens_of_an_ended_grant_go_a_day_later_and_nobody_elses(world, how):
    until = world.clock() + timedelta(hours=1) if how == "expired" else None
    tokens = await world.tokens(until=until)
    bystander = await world.tokens(world.rival)
    if how == "revoked":
        await she_revokes_what_she_gave(world, world.crm.id)
    if how == "replaced":
        await world.code()
    for hours, kept in ((23, True), (3, False)):
        world.clock.advance(hours=hours)
        await tidy(world)
        assert await is_kept(world, tokens["refresh_token"]) is kept
    assert (await world.refresh(bystander["refresh_token"], world.rival)).status_code == 200


async def test_an_access_token_goes_a_day_after_it_expired_also_without_a_grant(world):
    access = (await world.token(grant_type="client_credentials")).json()["access_token"]
    for hours, kept in ((24, True), (1, False)):
        world.clock.advance(hours=hours)
        await tidy(world)
        assert await is_kept(world, access) is kept


async def test_a_consent_request_goes_an_hour_after_it_expired(world):
    await world.consent_request()
    for minutes, kept in ((10 + 60, 1), (1, 0)):
        world.clock.advance(minutes=minutes)
        await tidy(world)
        assert await count(world, ConsentRequest) == kept


async def she_revokes_what_she_gave(world, client_id: str) -> None:
    async with world.database.writing() as session:
        given = select(Grant.id).where(col(Grant.client_id) == client_id)
        grant_id = (await session.exec(given)).one()
        assert await revoke_grant(session, grant_id, CUSTOMER, world.clock())
