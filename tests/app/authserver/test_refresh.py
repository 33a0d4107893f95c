"""Refresh tokens: rotated at each use, forgiving to a lost answer, unforgiving to a thief."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import col, select

from app.ids import secret_hash
from app.store.tokens import Token, TokenKind
from tests.app.authserver.conftest import good


async def refresh_rows(world):
    async with world.database.reading() as session:
        query = select(Token).where(col(Token.kind) == TokenKind.REFRESH)
        return (await session.exec(query)).all()


async def test_check_21_simultaneous_refreshes_get_one_successor(world):
    tokens = await world.tokens()
    answers = await asyncio.gather(*(world.refresh(tokens["refresh_token"]) for _ in range(10)))
    assert [answer.status_code for answer in answers] == [200] * 10
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    assert len({answer.json()["access_token"] for answer in answers}) == 1
    assert len(await refresh_rows(world)) == 2
    successor = answers[0].json()
    assert await good(world, successor["access_token"])
    assert (await world.refresh(successor["refresh_token"])).status_code == 200


async def test_check_21_an_honest_retry_within_thirty_seconds_gets_the_same_answer(world):
    tokens = await world.tokens()
    first = (await world.refresh(tokens["refresh_token"])).json()
    world.clock.advance(seconds=30)
    retry = (await world.refresh(tokens["refresh_token"])).json()
    assert retry == first | {"expires_in": 570}


async def test_check_21_a_retry_for_less_gets_the_same_successor_and_less(world):
    tokens = await world.tokens(sections=("topics", "sentiment"))
    first = (await world.refresh(tokens["refresh_token"])).json()
    retry = (await world.refresh(tokens["refresh_token"], scope="context:topics")).json()
    assert retry["refresh_token"] == first["refresh_token"]
    assert retry["access_token"] != first["access_token"]
    assert retry["scope"] == "context:topics"


async def test_check_21_the_successor_is_kept_as_a_hash_and_needs_the_key(world):
    tokens = await world.tokens()
    successor = (await world.refresh(tokens["refresh_token"])).json()["refresh_token"]
    kept = {row.token_hash for row in await refresh_rows(world)}
    assert kept == {secret_hash(tokens["refresh_token"]), secret_hash(successor)}


@pytest.mark.parametrize(
    ("after_s", "who"), [(30.1, "crm"), (86_400, "crm"), (0, "rival"), (0, "phone_app")]
)
async def test_check_22_a_rotated_token_used_again_costs_the_family(world, after_s, who):
    tokens = await world.tokens()
    bystander = await world.tokens(purpose="dpv:ServicePersonalisation")
    successor = (await world.refresh(tokens["refresh_token"])).json()
    world.clock.advance(seconds=after_s)
    renewed = (await world.refresh(successor["refresh_token"])).json()
    answer = await world.refresh(tokens["refresh_token"], getattr(world, who))
    assert answer.json()["error"] == "invalid_grant"
    assert not await good(world, renewed["access_token"])
    assert (await world.refresh(renewed["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await world.refresh(bystander["refresh_token"])).status_code == 200


@pytest.mark.parametrize("who", ["crm", "phone_app"])
async def test_check_22_a_thief_cannot_follow_the_chain_of_successors(world, who):
    client = getattr(world, who)
    stolen = (await world.tokens(client))["refresh_token"]
    first = (await world.refresh(stolen, client)).json()
    second = (await world.refresh(first["refresh_token"], client)).json()
    assert (await world.refresh(stolen, client)).json()["error"] == "invalid_grant"
    for tokens in (first, second):
        assert (await world.refresh(tokens["refresh_token"], client)).status_code == 400
        assert not await good(world, tokens["access_token"])


async def test_another_clients_refresh_token_is_refused_and_not_burnt(world):
    tokens = await world.tokens()
    answer = await world.refresh(tokens["refresh_token"], world.rival)
    assert answer.json()["error"] == "invalid_grant"
    assert (await world.refresh(tokens["refresh_token"])).status_code == 200


async def test_check_23_a_refresh_may_narrow_the_access_token_and_nothing_else(world):
    tokens = await world.tokens(sections=("topics", "sentiment"))
    narrowed = (await world.refresh(tokens["refresh_token"], scope="context:topics")).json()
    assert narrowed["scope"] == "context:topics"
    full = (await world.refresh(narrowed["refresh_token"])).json()
    assert full["scope"] == "context:topics context:sentiment"


async def test_check_23_a_refresh_never_widens_scope_and_a_refusal_burns_nothing(world):
    tokens = await world.tokens(sections=("topics",))
    wider = "context:topics context:sentiment"
    for scope in (wider, "context:sentiment", " ", "context.lookup", "ä"):
        answer = await world.refresh(tokens["refresh_token"], scope=scope)
        assert answer.json()["error"] == "invalid_scope"
    assert (await world.refresh(tokens["refresh_token"])).json()["scope"] == "context:topics"


async def test_check_23_nothing_outlives_its_grant(world):
    tokens = await world.tokens(until=world.clock() + timedelta(minutes=15))
    world.clock.advance(minutes=12)
    late = (await world.refresh(tokens["refresh_token"])).json()
    assert late["expires_in"] == 180
    world.clock.advance(minutes=3)
    assert not await good(world, late["access_token"])
    assert (await world.refresh(late["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_grant_whose_end_nobody_named_can_be_refreshed_for_a_year(world):
    tokens = await world.tokens()
    world.clock.advance(days=364)
    late = (await world.refresh(tokens["refresh_token"])).json()
    assert late["expires_in"] == 600
    world.clock.advance(days=1)
    assert (await world.refresh(late["refresh_token"])).json()["error"] == "invalid_grant"


async def test_an_access_token_is_no_refresh_token_and_the_other_way_round(world):
    tokens = await world.tokens()
    assert (await world.refresh(tokens["access_token"])).json()["error"] == "invalid_grant"
    assert not await good(world, tokens["refresh_token"])


async def test_a_missing_refresh_token_is_an_invalid_request(world):
    assert (await world.token(grant_type="refresh_token")).json()["error"] == "invalid_request"
