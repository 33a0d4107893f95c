"""Migrating: what a deployment does before the service starts."""

import asyncio
import json
import signal
import sys

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.store.engine import Database, driver_url, make_room
from app.store.migrate import BrokenReferences, alembic_config, upgrade_async
from app.store.signing_keys import private_place
from app.store.tables import metadata
from app.usecases.signing_keys import SigningKeys
from oauth.server.keys import jwks, new_signing_key
from oauth.server.signing import verified


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'made' / 'here' / 'milieu.db'}"
    else:
        with request.getfixturevalue("postgres").empty_database() as url:
            yield url


async def differences(url: str) -> list[object]:
    engine = create_async_engine(driver_url(url))

    def compare(connection: Connection) -> list[object]:
        return compare_metadata(MigrationContext.configure(connection), metadata)

    async with engine.connect() as connection:
        found = await connection.run_sync(compare)
    await engine.dispose()
    return found


async def test_the_migrations_and_the_tables_say_the_same(database_url):
    assert await differences(database_url) == []


async def test_migrating_twice_at_once_and_again_does_it_once(empty_url):
    await asyncio.gather(upgrade_async(empty_url), upgrade_async(empty_url))
    await upgrade_async(empty_url)
    assert await differences(empty_url) == []


async def test_a_database_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="sqlite:/// or postgresql://"):
        await upgrade_async("mysql://localhost/milieu")


async def test_rows_that_refer_to_nothing_are_reported_and_nothing_changes(tmp_path):
    url = f"sqlite:///{tmp_path / 'milieu.db'}"
    await upgrade_async(url)
    engine = create_async_engine(driver_url(url))
    async with engine.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO data_keys (customer_id, wrapped) VALUES ('cus_nobody', x'00')"
        )
    await engine.dispose()
    with pytest.raises(BrokenReferences, match="data_keys"):
        await upgrade_async(url)


KILLED_AT_STATEMENT = """
import os, signal, sys
from itertools import count
from sqlalchemy import Engine, event
from app.store.migrate import upgrade

statements = count(1)

@event.listens_for(Engine, "after_cursor_execute")
def die_at(*_arguments):
    if next(statements) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

upgrade(sys.argv[1])
"""


@pytest.mark.parametrize("statement", [8, 20, 30])
async def test_killed_in_the_middle_nothing_is_left_and_the_next_run_succeeds(empty_url, statement):
    # Turns red without the one transaction (`transactional_ddl`, BEGIN IMMEDIATE on SQLite).
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED_AT_STATEMENT, empty_url, str(statement)
    )
    assert await process.wait() == -signal.SIGKILL
    assert await tables(empty_url) == []
    await upgrade_async(empty_url)
    assert await differences(empty_url) == []


async def tables(url: str) -> list[str]:
    engine = create_async_engine(driver_url(url))
    async with engine.connect() as connection:
        found = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    await engine.dispose()
    return found


async def test_a_signing_key_of_the_first_schema_signs_on(empty_url, vault, clock):
    pair = new_signing_key()
    sealed = vault.service.seal(json.dumps(pair.private_jwk).encode(), private_place(pair.kid))
    if empty_url.startswith("sqlite"):
        make_room(driver_url(empty_url))
    engine = create_async_engine(driver_url(empty_url))
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), "0001"))
        await connection.execute(
            text(
                "INSERT INTO signing_keys (kid, public_jwk, sealed_private_jwk, created_at)"
                " VALUES (:kid, :public, :sealed, '2026-03-01 00:00:00+00')"
            ),
            {"kid": pair.kid, "public": json.dumps(pair.public_jwk), "sealed": sealed},
        )
    await engine.dispose()
    await upgrade_async(empty_url)
    database = Database(empty_url)
    keys = SigningKeys(database, vault, clock)
    token = (await keys.signer()).sign({}, "JWT")
    assert verified(token, jwks([pair.public_jwk]), algorithms=["ES256"], typ="JWT") == {}
    [old, new] = await keys.list()
    assert (old[0].kid, old[1], new[0].algorithm) == (pair.kid, "signing", "RS256")
    assert old[0].signs_from == old[0].created_at
    await database.close()


BEFORE_SEALING = """
INSERT INTO customers (id, created_at, context_version) VALUES ('cus', '{at}', 0);
INSERT INTO clients (id, name, uri, redirect_uris, purposes, sections, created_at)
    VALUES ('cli', 'Acme', 'https://acme.example', '[]', '[]', '[]', '{at}');
INSERT INTO grants (id, customer_id, client_id, purpose, sections, created_at)
    VALUES ('gra', 'cus', 'cli', 'dpv:CustomerCare', '["topics"]', '{at}');
INSERT INTO consent_events (id, grant_id, type, at, sections) VALUES
    ('evt_1', 'gra', 'granted', '{at}', '[]'), ('evt_2', 'gra', 'expired', '{at}', '[]'),
    ('evt_3', 'gra', 'expired', '{at}', '[]');
INSERT INTO consent_requests (id_hash, client_id, parameters, created_at, expires_at)
    VALUES ('req', 'cli', '{{"external_id": "K-4711"}}', '{at}', '{at}');
INSERT INTO pushed_requests (uri_hash, client_id, parameters, expires_at)
    VALUES ('uri', 'cli', '{{"external_id": "K-4711"}}', '{at}')
""".format(at="2026-03-01 00:00:00+00")


async def test_requests_in_clear_go_and_an_expiry_noted_twice_stays_once(empty_url):
    # Mutations tried: the requests kept; the second event kept (no index can be made then).
    if empty_url.startswith("sqlite"):
        make_room(driver_url(empty_url))
    engine = create_async_engine(driver_url(empty_url))
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), "0003"))
        for statement in BEFORE_SEALING.split(";"):
            await connection.exec_driver_sql(statement)
    await engine.dispose()
    await upgrade_async(empty_url)
    assert await differences(empty_url) == []
    engine = create_async_engine(driver_url(empty_url))
    async with engine.connect() as connection:
        kept = (await connection.exec_driver_sql("SELECT id FROM consent_events ORDER BY id")).all()
        assert [row[0] for row in kept] == ["evt_1", "evt_2"]
        for table in ("consent_requests", "pushed_requests"):
            assert (await connection.exec_driver_sql(f"SELECT * FROM {table}")).all() == []
    await engine.dispose()


async def test_acknowledged_writes_are_durable(database: Database):
    async with database.writing() as session:
        connection = await session.connection()
        if database.is_sqlite:
            mode = (await connection.exec_driver_sql("PRAGMA journal_mode")).scalar_one()
            level = (await connection.exec_driver_sql("PRAGMA synchronous")).scalar_one()
            assert (mode, level) == ("wal", 2)  # 2 is FULL
        else:
            level = (await connection.exec_driver_sql("SHOW synchronous_commit")).scalar_one()
            assert level == "on"
