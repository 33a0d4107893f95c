"""The record that allows a read: written only if, at that moment, everything still allows it.

A read that was begun before a revocation meets it here at the latest (check 29).
Mutation: leave any one condition out of `record_served`.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from app.ids import new_id, secret_hash
from app.store.accesses import Access, Outcome
from app.store.clients import Client
from app.store.customers import Customer
from app.store.grants import Grant
from app.store.reads import record_served
from app.store.tokens import Token
from app.wiring import Runtime
from tests.app.api.conftest import Company
from tests.support.clock import SettableClock
from tests.support.deployment import PURPOSE


async def record(runtime: Runtime, clock: SettableClock, token: str) -> bool:
    async with runtime.services.database.writing() as session:
        grant = (await session.exec(select(Grant))).one()
        access = Access(
            id=new_id("acc", clock()),
            customer_id=grant.customer_id,
            client_id=grant.client_id,
            grant_id=grant.id,
            at=clock(),
            purpose=PURPOSE,
            outcome=Outcome.SERVED,
            served=["topics"],
            withheld={"rhythm": "not_granted"},
        )
        return await record_served(session, access, secret_hash(token))


def ended(table: type, column: str) -> Callable[[Runtime, SettableClock], Awaitable[None]]:
    async def end(runtime: Runtime, clock: SettableClock) -> None:
        async with runtime.services.database.writing() as session:
            await session.exec(update(table).values({column: clock()}))

    return end


ENDINGS = {
    "nothing": None,
    "her revocation": ended(Grant, "revoked_at"),
    "the grant's expiry": ended(Grant, "expires_at"),
    "the company's revocation": ended(Token, "revoked_at"),
    "the token's expiry": ended(Token, "expires_at"),
    "her account disabled": ended(Customer, "disabled_at"),
    "the company disabled": ended(Client, "disabled_at"),
}


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_record_exists_exactly_when_the_read_is_still_allowed(
    company: Company, mara: str, runtime: Runtime, clock: SettableClock, ending: str
):
    tokens = await company.granted(mara, "topics", until=clock() + timedelta(days=1))
    end = ENDINGS[ending]
    if end is not None:
        await end(runtime, clock)
    allowed = await record(runtime, clock, tokens.access)
    assert allowed is (end is None)
    async with runtime.services.database.reading() as session:
        kept = (await session.exec(select(Access))).all()
    assert len(kept) == (1 if allowed else 0)
    if allowed:
        assert kept[0].withheld == {"rhythm": "not_granted"}
        assert kept[0].at == clock()


async def test_another_companys_token_records_nothing(
    company: Company, rival: Company, mara: str, runtime: Runtime, clock: SettableClock
):
    await company.granted(mara, "topics")
    foreign = await rival.own_token()
    assert not await record(runtime, clock, foreign.access)


async def test_a_token_of_no_record_records_nothing(
    company: Company, mara: str, runtime: Runtime, clock: SettableClock
):
    await company.granted(mara, "topics")
    assert not await record(runtime, clock, "mil_at_unknown")
    async with runtime.services.database.reading() as session:
        assert not (await session.exec(select(col(Access.id)))).all()
