"""Moving: what is sealed is sealed anew, and what runs meanwhile writes under the right key."""

import pytest
from sqlalchemy import LargeBinary
from sqlmodel import SQLModel

from app.connectors.mastodon import Mastodon
from app.store import tables
from app.store.belongings import hold_customers
from app.store.connections import ConnectionState
from app.store.customers import open_box
from app.usecases import refresh as refresh_module
from app.usecases.accounts import open_tokens
from app.usecases.moving import move
from app.usecases.provider_tokens import ProviderTokens
from app.usecases.resealing import SEALED
from context.digest import Digest
from tests.support.expiring import Expiring
from tests.support.stage import Stage, network_at

ACTIVE = ConnectionState.ACTIVE
NOT_HERS = {
    "consent_requests.sealed_parameters": "sealed for the service: nobody has decided yet",
    "data_keys.wrapped": "her data key itself, wrapped by the master key",
    "link_attempts.sealed_verifier": "of an attempt that ends with her sessions",
    "provider_apps.sealed_secret": "sealed for the service",
    "pushed_requests.sealed_parameters": "sealed for the service",
    "sign_in_attempts.sealed": "sealed for the service",
    "sign_in_links.sealed_email": "sealed for the service: nobody is signed in yet",
    "signing_keys.sealed_private_jwk": "sealed for the service",
}


def test_every_sealed_column_of_hers_is_sealed_anew():
    """Whoever adds a column of sealed bytes says here whose it is, or adds it to `SEALED`."""
    named = {f"{sealed.table.__tablename__}.{sealed.column}" for sealed in SEALED}
    there = {
        f"{table.name}.{column.name}"
        for table in tables.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert named | NOT_HERS.keys() == there
    assert not named & NOT_HERS.keys()


def test_every_table_that_names_a_customer_is_thought_of():
    """Whoever adds a table of hers says here what a merge does to it."""
    thought_of = {
        "accesses": "follow their grants",
        "connections": "move",
        "data_keys": "stay, so that everything can go back",
        "grants": "end, and move as a record",
        "identifiers": "move",
        "link_attempts": "end with her sessions",
        "merges": "are what this is about",
        "refusals": "count for both",
        "sessions": "end",
        "sign_in_attempts": "end with her sessions",
        "sign_in_links": "lead to whoever has the address; to a shell they add nothing",
        "subjects": "stay: her clients' name for who stays is the one that counts",
    }
    naming = {
        table.name
        for table in SQLModel.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "customers"
    }
    assert naming == thought_of.keys()


@pytest.fixture
def network(clock):
    with network_at(clock) as network:
        network.add("mara")
        for days in range(5):
            network.said("mara", "I love my new broadband router", days=days, hours=1)
        yield network


@pytest.fixture
def stage(database, vault, clock, network):
    return Stage(database, vault, clock, frozenset({network.host}))


@pytest.fixture
async def mara(stage):
    return await stage.customer()


@pytest.fixture
async def other(stage):
    return await stage.customer()


async def pass_on(stage, of, to):
    async with stage.database.writing() as session:
        await hold_customers(session, [of, to])
        return await move(session, stage.vault, of, to)


def meanwhile(monkeypatch, kind, name, what):
    """Let something happen right after a method of a class has done its work."""
    done = getattr(kind, name)

    async def then(*args, **named):
        result = await done(*args, **named)
        await what()
        return result

    monkeypatch.setattr(kind, name, then)


async def test_a_refresh_that_runs_meanwhile_writes_for_who_owns_the_connection_then(
    stage, network, mara, other, monkeypatch, clock
):
    # Mutations tried: `_succeed` opens the box of `work.connection`; `_past` does;
    # `bump_context_version` of `work.connection`.
    connection_id = await stage.link(mara, network.url, "mara")
    assert await stage.refresh.refresh(connection_id) is ACTIVE
    before = await stage.digest(mara, connection_id)
    # What was read has left the window by now: only the digest before knows of it.
    clock.advance(days=40)
    clock.set(await stage.refresh.request_refresh(mara, connection_id))
    meanwhile(monkeypatch, Mastodon, "fetch", lambda: pass_on(stage, mara, other))
    versions = await stage.version(other)
    assert await stage.refresh.refresh(connection_id) is ACTIVE
    after = await stage.digest(other, connection_id)
    assert isinstance(after, Digest)
    assert {day.day for day in before.days} <= {day.day for day in after.days}
    assert await stage.version(other) == versions + 2, "once as it passed, once as it was read"
    row = await stage.row(connection_id)
    assert (row.customer_id, row.lease, row.state) == (other, None, ACTIVE)


async def test_a_refresh_that_fails_meanwhile_says_so_to_who_owns_the_connection_then(
    stage, network, mara, other, monkeypatch
):
    connection_id = await stage.link(mara, network.url, "mara")

    async def then_fail():
        await pass_on(stage, mara, other)
        raise TimeoutError

    meanwhile(monkeypatch, Mastodon, "fetch", then_fail)
    assert await stage.refresh.refresh(connection_id) is ConnectionState.PROVIDER_DOWN
    view = await stage.view(other, connection_id)
    assert view.state is ConnectionState.PROVIDER_DOWN


async def test_tokens_renewed_meanwhile_are_sealed_for_who_owns_the_connection_then(
    database, vault, clock, network, monkeypatch
):
    # Mutation tried: `move` takes the lease away: the new tokens are lost, the old ones useless.
    network.faults.app = Expiring(network.faults.app, clock)
    stage = Stage(database, vault, clock, frozenset({network.host}))
    mara, other = await stage.customer(), await stage.customer()
    connection_id = await stage.link(mara, network.url, "mara")
    assert await stage.refresh.refresh(connection_id) is ACTIVE
    clock.advance(hours=7)
    with monkeypatch.context() as patched:
        meanwhile(patched, ProviderTokens, "renew", lambda: pass_on(stage, mara, other))
        assert await stage.refresh.refresh(connection_id) is ACTIVE
    async with database.reading() as session:
        box = await open_box(session, vault, other)
    tokens = open_tokens(box, await stage.row(connection_id))
    assert tokens.refresh_token == "refresh-2"
    clock.advance(hours=7)
    assert await stage.refresh.refresh(connection_id) is ACTIVE


async def test_a_connection_that_passes_on_in_that_very_moment_is_read_again(
    stage, network, mara, other, monkeypatch
):
    # Mutation tried: `_ours` does not compare the owner: the other's context does not move on.
    connection_id = await stage.link(mara, network.url, "mara")

    async def as_it_was(_session, _connection_id):
        return mara

    await pass_on(stage, mara, other)
    monkeypatch.setattr(refresh_module, "owner_of", as_it_was)
    assert await stage.refresh.refresh(connection_id) is None
    assert await stage.digest(other, connection_id) is None
