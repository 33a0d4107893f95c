"""Clients that authenticate by their own key (RFC 7523), over HTTP and with a database."""

import asyncio

from app.work.tidy import Tidy
from tests.app.authserver.conftest import ISSUER, good
from tests.support.jose import ASSERTION_TYPE, Key


async def asserting(world, client, text: str, path="/oauth/token", **more: str):
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": text,
        "token": "x",
    } | more
    return await world.http.post(path, data=form)


async def test_check_26_a_client_with_a_key_gets_and_renews_and_returns_its_tokens(world):
    client = await world.registered("Keys", key=Key.new())
    assert client.secret is None
    tokens = await world.tokens(client)
    renewed = (await world.refresh(tokens["refresh_token"], client)).json()
    assert (await world.introspect(renewed["access_token"], client)).json()["active"]
    assert (await world.revoke(renewed["access_token"], client)).status_code == 200
    assert not await good(world, renewed["access_token"])


async def test_check_26_of_ten_uses_of_an_assertion_at_once_one_counts(world):
    # Mutation tried: `is_first_use` looks for the row and then adds it, on PostgreSQL.
    client = await world.registered("Keys", key=Key.new())
    text = world.assertion(client)
    answers = await asyncio.gather(*(asserting(world, client, text) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 9
    assert (await asserting(world, client, world.assertion(client))).status_code == 200


async def test_check_26_an_assertion_counts_once_across_endpoints_and_longer_than_it_lives(world):
    client = await world.registered("Keys", key=Key.new())
    text = world.assertion(client, exp=int(world.clock().timestamp()) + 3_600)
    assert (await asserting(world, client, text, "/oauth/introspect")).status_code == 200
    for path in ("/oauth/token", "/oauth/revoke", "/oauth/introspect"):
        assert (await asserting(world, client, text, path)).status_code == 401
    # Mutation tried: remembered until now alone, and tidied up since.
    world.clock.advance(minutes=60, seconds=59)
    await Tidy(world.database, world.clock).now()
    assert (await asserting(world, client, text)).status_code == 401


async def test_check_26_what_is_not_meant_for_us_or_not_by_the_client_is_a_401(world):
    # Mutation tried: `aud` not compared.
    client = await world.registered("Keys", key=Key.new())
    stranger = await world.registered("Others", key=Key.new())
    for text in (
        world.assertion(client, aud=[ISSUER]),
        world.assertion(client, aud=ISSUER + "/oauth/token"),
        world.assertion(stranger, iss=client.id, sub=client.id),
        world.assertion(client, sub=stranger.id),
        world.assertion(client, exp=10**400),
        "x",
        "\x00.\x00.\x00",
    ):
        answer = await asserting(world, client, text)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer.headers["www-authenticate"].startswith("Basic ")


async def test_check_26_a_client_with_keys_has_no_empty_password(world):
    # Mutation tried: `secret_hash is not None` left out of `authenticated`.
    client = await world.registered("Keys", key=Key.new())
    form = {"grant_type": "client_credentials"}
    for auth in ((client.id, ""), (client.id, "x")):
        answer = await world.http.post("/oauth/token", data=form, auth=auth)
        assert answer.status_code == 401
    without = await world.http.post("/oauth/token", data=form | {"client_id": client.id})
    assert without.status_code == 401


async def test_check_28_a_disabled_client_asserts_nothing(world):
    client = await world.registered("Keys", key=Key.new())
    await world.clients.disable(client.id)
    assert (await asserting(world, client, world.assertion(client))).status_code == 401
