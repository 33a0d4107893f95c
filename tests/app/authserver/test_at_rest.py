"""Nothing secret is kept or logged in clear, and nothing acknowledged depends on memory."""

import asyncio
import json
import logging

import pytest
from sqlalchemy import text
from sqlmodel import select

from app.errors import NotFound
from app.store.consent_requests import ConsentRequest
from app.store.engine import Database
from app.store.signing_keys import SigningKey, private_place
from app.store.tables import metadata
from app.store.tokens import PushedRequest
from oauth.server.authlib import LOGGERS
from tests.app.authserver.conftest import VERIFIER, authorization_of, query_of


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
    url = await world.approve(request_id, ["topics"], None)
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


async def test_check_24_what_waits_says_nobodys_number(world):
    # Mutations tried: `waiting.sealed` returns the JSON as it is; for either table.
    details = json.dumps([{"type": "customer_context", "external_id": "K-4711-MARA"}])
    asked = {"authorization_details": details, "scope": "context:topics", "state": "st4te-of-hers"}

    pushed = (await world.push(**asked)).json()["request_uri"]
    after_push = await dump(world.database)
    async with world.database.reading() as session:
        assert len((await session.exec(select(PushedRequest))).all()) == 1
    request_id = await world.asked_by(pushed)
    await world.consent_request(**asked)
    after_authorize = await dump(world.database)

    for kept in (after_push, after_authorize):
        for said in ("K-4711-MARA", "st4te-of-hers", "authorization_details"):
            assert said not in kept
    async with world.database.reading() as session:
        assert len((await session.exec(select(ConsentRequest))).all()) == 2
    assert (await world.pending(request_id)).external_id == "K-4711-MARA"


async def test_check_24_a_request_opens_in_its_own_row_alone(world):
    # Mutation tried: `parameters_place` does not name the row.
    mine = await world.consent_request(state="mine")
    await world.consent_request(state="theirs")
    async with world.database.writing() as session:
        first, second = (await session.exec(select(ConsentRequest))).all()
        first.sealed_parameters, second.sealed_parameters = (
            second.sealed_parameters,
            first.sealed_parameters,
        )
    with pytest.raises(NotFound):
        await world.pending(mine)


async def test_check_24_a_request_is_of_the_client_it_was_sealed_for(world):
    # Mutation tried: `_opened` does not compare the client's id.
    request_id = await world.consent_request()
    async with world.database.writing() as session:
        (kept,) = (await session.exec(select(ConsentRequest))).all()
        kept.client_id = world.rival.id
    with pytest.raises(NotFound):
        await world.pending(request_id)


async def test_check_24_authlib_would_have_logged_the_tokens(world, caplog):
    """The reason for `LOGGERS`: should Authlib stop, this test says that they can go."""
    caplog.set_level(logging.DEBUG)
    for name in LOGGERS:
        caplog.set_level(logging.DEBUG, logger=name)
    assert (await world.tokens())["access_token"] in caplog.text


async def test_the_signing_keys_are_made_once_published_and_kept_sealed(world, vault, clock):
    published = (await world.http.get("/oauth/jwks")).json()["keys"]
    assert {(key["kty"], key["alg"], key["use"]) for key in published} == {
        ("EC", "ES256", "sig"),
        ("RSA", "RS256", "sig"),
    }
    assert not any({"d", "p", "q"} & set(key) for key in published)
    after_restart = authorization_of(world.database, vault, clock)
    assert await after_restart.jwks() == {"keys": published}

    kept = await dump(world.database)
    async with world.database.reading() as session:
        rows = {row.kid: row for row in (await session.exec(select(SigningKey))).all()}
    for key in published:
        row = rows.pop(key["kid"])
        private = json.loads(vault.service.open(row.sealed_private_jwk, private_place(row.kid)))
        assert private["d"] not in kept
        assert {name: private[name] for name in key} == key
        assert private["d"] not in repr(row)
    assert not rows


async def test_processes_that_start_at_once_publish_the_same_keys(world):
    answers = await asyncio.gather(*(world.http.get("/oauth/jwks") for _ in range(4)))
    [*published] = {json.dumps(answer.json()) for answer in answers}
    async with world.database.reading() as session:
        rows = (await session.exec(select(SigningKey))).all()
    assert len(published) == 1
    assert {key["kid"] for key in json.loads(published[0])["keys"]} == {row.kid for row in rows}
    assert len(rows) == 2


async def test_a_restart_between_code_and_token_loses_nothing(world, vault, clock):
    code = await world.code()
    world.http._transport.app.state.services.authorization = authorization_of(
        world.database, vault, clock
    )
    tokens = (await world.redeem(code)).json()
    assert (await world.refresh(tokens["refresh_token"])).status_code == 200
