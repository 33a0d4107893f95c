"""Merging, undoing, linking, granting and erasing in any order, against a small model.

Always: no connection is lost or doubled, each opens with its owner's key alone, every address leads
to one customer, and no grant covers a connection that she did not confirm it to cover.
"""

# Mutations tried, and caught: `move` back without `among`; `settle_grants` that ends nothing;
# `delete_shells` of every merge in `settle`; no `reseal`; `_check_no_shells` left out.

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlmodel import select

from app.errors import MilieuError
from app.store.connections import Connection
from app.store.customers import Identifier
from app.store.grants import Grant
from app.usecases.unmerging import UNDO_WITHIN
from tests.support.clock import SettableClock
from tests.support.household import Household, household

PEOPLE = 4
who = st.integers(0, PEOPLE - 1)


@dataclass
class Given:
    """A grant as the model knows it: whose, and which connections she knows it to cover."""

    owner: str
    covers: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Merged:
    """A merge as the model knows it."""

    survivor: str
    absorbed: str
    moved: frozenset[str]


class People(RuleBasedStateMachine):
    """Four addresses, at first four customers."""

    def __init__(self, runner: asyncio.Runner, house: Household, client: str) -> None:
        super().__init__()
        self.runner, self.house, self.client = runner, house, client
        self.owner: dict[str, str] = {}
        self.grants: dict[str, Given] = {}
        self.merged: dict[str, Merged] = {}

    def run(self, work):
        return self.runner.run(work)

    def address(self, number: int) -> str:
        return f"p{number}-{id(self)}@example.org"

    def customer(self, number: int) -> str:
        """Sign in: an address leads to a customer, a new one once hers was erased."""
        self.house.clock.advance(minutes=11)
        return self.run(self.house.customer(self.address(number)))

    @rule(number=who)
    def links(self, number: int) -> None:
        customer = self.customer(number)
        connection = self.run(self.house.links(customer))
        self.owner[connection] = customer
        for grant in self.grants.values():
            if grant.owner == customer:
                grant.covers.add(connection)

    @rule(number=who)
    def gives(self, number: int) -> None:
        customer = self.customer(number)
        grant_id = self.run(self.house.gives(customer, self.client))
        hers = {connection for connection, owner in self.owner.items() if owner == customer}
        self.grants[grant_id] = Given(customer, hers)

    @rule(one=who, other=who, ends=st.booleans())
    def merges(self, one: int, other: int, *, ends: bool) -> None:
        survivor, absorbed = self.customer(one), self.customer(other)
        asked = [name for name, grant in self.grants.items() if grant.owner == survivor]
        active = [name for name in asked if self.run(self.house.active(name))]
        try:
            merge_id = self.run(self.house.merge(survivor, absorbed, tuple(active) if ends else ()))
        except MilieuError:
            return
        assert survivor != absorbed
        moved = [name for name, owner in self.owner.items() if owner == absorbed]
        given = [name for name, grant in self.grants.items() if grant.owner == absorbed]
        self.merged[merge_id] = Merged(survivor, absorbed, frozenset([*moved, *given]))
        self.pass_on(moved + given, survivor)
        for name in active:
            if not ends:
                self.grants[name].covers.update(moved)

    @rule(number=who)
    def undoes(self, number: int) -> None:
        customer = self.customer(number)
        for view in self.run(self.house.unmerging.list(customer))[:1]:
            self.run(self.house.unmerging.undo(customer, view.id))
            merge = self.merged.pop(view.id)
            assert merge.survivor == customer
            self.pass_on(merge.moved, merge.absorbed)

    def pass_on(self, names: Iterable[str], owner: str) -> None:
        for name in names:
            if name in self.owner:
                self.owner[name] = owner
            if name in self.grants:
                self.grants[name].owner = owner

    @rule(number=who)
    def erases(self, number: int) -> None:
        customer = self.customer(number)
        self.run(self.house.services.customers.erase(customer))
        self.owner = {name: owner for name, owner in self.owner.items() if owner != customer}
        self.grants = {name: one for name, one in self.grants.items() if one.owner != customer}

    @rule()
    def time_passes(self) -> None:
        self.house.clock.advance(UNDO_WITHIN)
        self.run(self.house.unmerging.settle())

    async def rows(self) -> dict[type, list]:
        async with self.house.database.reading() as session:
            return {
                table: list((await session.exec(select(table))).all())
                for table in (Identifier, Connection, Grant)
            }

    @invariant()
    def no_connection_is_lost_and_each_is_whose_it_should_be(self) -> None:
        rows = self.run(self.rows())
        owners = {row.id: row.customer_id for row in rows[Connection] if row.id in self.owner}
        assert owners == self.owner

    @invariant()
    def no_grant_covers_more_than_she_confirmed(self) -> None:
        for row in self.run(self.rows())[Grant]:
            if row.id not in self.grants or row.revoked_at is not None:
                continue
            assert row.customer_id == self.grants[row.id].owner
            hers = {name for name, owner in self.owner.items() if owner == row.customer_id}
            assert hers <= self.grants[row.id].covers

    @invariant()
    def everything_opens_with_its_owners_key_alone(self) -> None:
        identifiers = self.run(self.rows())[Identifier]
        assert len({row.blind_index for row in identifiers}) == len(identifiers)
        for customer in {row.customer_id for row in identifiers}:
            assert self.run(self.house.opens_all(customer))


@pytest.mark.parametrize("kind", ["sqlite"])
def test_people_who_turn_out_to_be_one(kind, sqlite_template, tmp_path):
    path = tmp_path / "milieu.db"
    path.write_bytes(sqlite_template)
    clock = SettableClock()
    with contextlib.closing(asyncio.Runner()) as runner:
        house = household(f"sqlite:///{path}", clock)
        client = runner.run(house.client())
        run_state_machine_as_test(
            lambda: People(runner, house, client),
            settings=settings(
                max_examples=10,
                stateful_step_count=12,
                suppress_health_check=list(HealthCheck),
            ),
        )
        runner.run(house.runtime.close())
