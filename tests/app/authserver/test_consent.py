"""Her decision: what she gives is what is written, and nothing is written twice."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from app.errors import Conflict, Forbidden, Invalid, MilieuError, NotFound
from app.store.clients import Client
from app.store.consent_steps import Given, give_grant, revoke_grant
from app.store.customers import Customer, Subject
from app.store.grants import ConsentEvent, Grant
from app.store.tokens import AuthorizationCode, Token
from tests.app.authserver.conftest import CUSTOMER, query_of


async def rows(world, table):
    async with world.database.reading() as session:
        return (await session.exec(select(table))).all()


async def test_check_15_what_she_unticked_is_in_nothing_that_is_issued(world):
    tokens = await world.tokens(sections=("sentiment",))
    assert tokens["scope"] == "context:sentiment"
    again = (await world.refresh(tokens["refresh_token"])).json()
    assert again["scope"] == "context:sentiment"
    [grant] = await rows(world, Grant)
    assert grant.sections == ["sentiment"]
    assert {token.scope for token in await rows(world, Token)} == {"context:sentiment"}
    [event] = await rows(world, ConsentEvent)
    assert (event.type, event.sections) == ("granted", ["sentiment"])


async def test_she_gives_at_least_one_section_and_none_that_was_not_asked_for(world):
    request_id = await world.consent_request()
    for sections in ([], ["network"], ["topics", "network"], ["unknown"]):
        with pytest.raises(Invalid):
            await world.approve(request_id, sections, None)
    assert await rows(world, Grant) == []
    # The refused attempts have not used the request up.
    await world.approve(request_id, ["topics"], None)


async def test_a_grant_ends_in_the_future(world):
    request_id = await world.consent_request()
    with pytest.raises(Invalid):
        await world.approve(request_id, ["topics"], world.clock())


async def test_a_request_is_decided_once(world):
    request_id = await world.consent_request()
    await world.deny(request_id)
    for decide in (
        world.pending(request_id),
        world.deny(request_id),
        world.approve(request_id, ["topics"], None),
    ):
        with pytest.raises(Conflict):
            await decide
    assert await rows(world, Grant) == []


async def test_of_five_simultaneous_decisions_one_counts(world):
    request_id = await world.consent_request()
    outcomes = await asyncio.gather(
        *(world.approve(request_id, ["topics"], None) for _ in range(5)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, str) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 4
    assert len(await rows(world, Grant)) == 1


async def test_a_request_waits_ten_minutes(world):
    request_id = await world.consent_request()
    world.clock.advance(minutes=9, seconds=59)
    await world.pending(request_id)
    world.clock.advance(seconds=1)
    for decide in (
        world.pending(request_id),
        world.approve(request_id, ["topics"], None),
        world.pending("never issued"),
    ):
        with pytest.raises(NotFound):
            await decide


async def test_a_new_grant_replaces_the_one_before_and_its_tokens(world):
    before = await world.tokens()
    after = await world.tokens(sections=("sentiment",))
    old, new = sorted(await rows(world, Grant), key=lambda grant: grant.revoked_at is None)
    assert old.revoked_at == world.clock()
    assert new.revoked_at is None
    kinds = {(event.grant_id, event.type) for event in await rows(world, ConsentEvent)}
    assert kinds == {(old.id, "granted"), (old.id, "replaced"), (new.id, "granted")}
    assert (await world.refresh(before["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await world.refresh(after["refresh_token"])).status_code == 200


async def test_grants_for_another_purpose_or_client_stand_beside_each_other(world):
    care = await world.tokens()
    personal = await world.tokens(purpose="dpv:ServicePersonalisation")
    rival = await world.tokens(world.rival)
    assert (await world.refresh(care["refresh_token"])).status_code == 200
    assert (await world.refresh(personal["refresh_token"])).status_code == 200
    assert (await world.refresh(rival["refresh_token"], world.rival)).status_code == 200


async def test_a_grant_that_had_expired_is_not_called_replaced(world):
    await world.tokens(until=world.clock() + timedelta(hours=1))
    world.clock.advance(hours=2)
    await world.tokens()
    assert {event.type for event in await rows(world, ConsentEvent)} == {"granted"}


async def test_two_requests_approved_at_once_leave_one_active_grant(world):
    first, second = await world.consent_request(), await world.consent_request()
    await asyncio.gather(
        *(world.approve(request_id, ["topics"], None) for request_id in (first, second))
    )
    assert sum(grant.revoked_at is None for grant in await rows(world, Grant)) == 1
    assert len(await rows(world, Subject)) == 1


async def test_a_grant_she_revokes_while_she_gives_another_stays_revoked_by_her(world):
    await world.code()
    [old] = await rows(world, Grant)
    async with world.database.writing() as session:
        revoked_at = world.clock()
        assert await revoke_grant(session, old.id, CUSTOMER, revoked_at)
        request = asyncio.create_task(decide_later(world))
        await waiting_for_a_lock(world.database)
    await request
    old, _ = sorted(await rows(world, Grant), key=lambda grant: grant.created_at)
    assert old.revoked_at == revoked_at
    events = [event.type for event in await rows(world, ConsentEvent) if event.grant_id == old.id]
    assert sorted(events) == ["granted", "revoked"]


async def decide_later(world) -> str:
    """Write a second grant like the first, a second later."""
    world.clock.advance(seconds=1)
    async with world.database.writing() as session:
        given = Given(CUSTOMER, world.crm.id, "dpv:CustomerCare", ["topics"], None)
        [step, *_] = await give_grant(session, given, world.clock())
    return step.grant.id


async def waiting_for_a_lock(database) -> None:
    """Return when another transaction waits; on SQLite it waits before it has read anything."""
    if database.is_sqlite:
        return
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(30):
        while True:
            async with database.reading() as session:
                if (await session.exec(waiting)).scalar_one():
                    return


async def test_check_59_each_client_knows_her_by_another_name_that_stays(world):
    await world.tokens()
    await world.tokens()
    await world.tokens(world.rival)
    subjects = await rows(world, Subject)
    assert {subject.client_id for subject in subjects} == {world.crm.id, world.rival.id}
    assert len(subjects) == 2
    assert len({subject.subject for subject in subjects}) == 2
    assert all(CUSTOMER not in subject.subject for subject in subjects)


async def test_a_client_that_lost_a_section_meanwhile_is_told_so(world):
    request_id = await world.consent_request()
    async with world.database.writing() as session:
        client = await session.get(Client, world.crm.id)
        client.sections = ["network"]
        session.add(client)
    with pytest.raises(Conflict):
        await world.pending(request_id)
    url = await world.approve(request_id, ["topics"], None)
    assert query_of(url)["error"] == "invalid_scope"
    assert await rows(world, Grant) == []


async def test_check_28_a_disabled_customer_decides_nothing(world):
    request_id = await world.consent_request()
    await disable_customer(world)
    with pytest.raises(Forbidden):
        await world.approve(request_id, ["topics"], None)
    with pytest.raises(Forbidden):
        await world.deny(request_id)
    assert await rows(world, AuthorizationCode) == []


async def test_check_28_a_client_disabled_meanwhile_is_not_answered(world):
    request_id = await world.consent_request()
    await world.clients.disable(world.crm.id)
    for decide in (
        world.pending(request_id),
        world.approve(request_id, ["topics"], None),
        world.deny(request_id),
    ):
        with pytest.raises(MilieuError):
            await decide
    assert await rows(world, Grant) == []


async def disable_customer(world) -> None:
    async with world.database.writing() as session:
        customer = await session.get(Customer, CUSTOMER)
        customer.disabled_at = world.clock()
        session.add(customer)
