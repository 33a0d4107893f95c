"""Nothing secret is kept or logged in clear, and nothing acknowledged depends on memory."""

import asyncio
import json
import logging

from sqlalchemy import text
from sqlmodel import select

from app.store.clients import SigningKey
from app.store.engine import Database
from app.store.tables import metadata
from app.usecases.authorization import Authorization
from app.usecases.signing_keys import private_place
from oauth.server.authlib import LOGGERS
from tests.app.authserver.conftest import CUSTOMER, ISSUER, SECTIONS, VERIFIER, query_of


async def dump(database: Database) -> str:
    """Everything in the database, as text."""
    async with database.reading() as session:
        connection = await session.connection()
        parts = [
            repr((await connection.execute(text(f"SELECT * FROM {table.name}"))).all())
            for table in metadata.sorted_tables
        ]
    return "\n".join(parts)


async def test_check_24_no_secret_is_in_the_database_or_in_a_debug_log(world, caplog):
    for name in LOGGERS:
        caplog.set_level(logging.WARNING, logger=name)
    caplog.set_level(logging.DEBUG)
    secrets = {world.crm.secret, VERIFIER}

    request_id = await world.consent_request()
    url = await world.authorization.approve(request_id, CUSTOMER, ["topics"], None)
    code = query_of(url)["code"]
    first = (await world.redeem(code)).json()
    second = (await world.refresh(first["refresh_token"])).json()
    alone = (await world.token(grant_type="client_credentials")).json()
    await world.redeem(code)
    await world.refresh(second["refresh_token"], world.rival)
    await world.revoke(second["access_token"])
    await world.http.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, auth=("x", "y")
    )
    secrets |= {request_id, code, alone["access_token"]}
    secrets |= {answer[kind] for answer in (first, second) for kind in answer if "token" in kind}
    secrets -= {"Bearer"}
    assert len(secrets) == 9

    kept = await dump(world.database)
    logged = "\n".join([caplog.text, *(repr(record.args) for record in caplog.records)])
    assert world.crm.id in kept
    assert caplog.records
    for secret in secrets:
        assert secret not in kept
        assert secret not in logged


async def test_check_24_authlib_would_have_logged_the_tokens(world, caplog):
    """The reason for `LOGGERS`: should Authlib stop, this test says that they can go."""
    caplog.set_level(logging.DEBUG)
    for name in LOGGERS:
        caplog.set_level(logging.DEBUG, logger=name)
    assert (await world.tokens())["access_token"] in caplog.text


async def test_the_signing_key_is_made_once_published_and_kept_sealed(world, vault, clock):
    [key] = (await world.http.get("/oauth/jwks")).json()["keys"]
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("EC", "P-256", "ES256", "sig")
    assert "d" not in key
    after_restart = Authorization(world.database, vault, clock, ISSUER, SECTIONS)
    assert await after_restart.jwks() == {"keys": [key]}

    async with world.database.reading() as session:
        row = (await session.exec(select(SigningKey))).one()
    private = json.loads(vault.service.open(row.sealed_private_jwk, private_place(row.kid)))
    assert private["d"] not in await dump(world.database)
    assert {name: private[name] for name in key} == key


async def test_processes_that_start_at_once_publish_one_and_the_same_key(world):
    answers = await asyncio.gather(*(world.http.get("/oauth/jwks") for _ in range(8)))
    published = [key["kid"] for answer in answers for key in answer.json()["keys"]]
    async with world.database.reading() as session:
        row = (await session.exec(select(SigningKey))).one()
    assert published == [row.kid] * 8


async def test_a_restart_between_code_and_token_loses_nothing(world, vault, clock):
    code = await world.code()
    world.http._transport.app.state.services.authorization = Authorization(
        world.database, vault, clock, ISSUER, SECTIONS
    )
    tokens = (await world.redeem(code)).json()
    assert (await world.refresh(tokens["refresh_token"])).status_code == 200
