"""Introspection (RFC 7662), plain and signed (RFC 9701): to the token's own client, truthfully."""

import json
from datetime import timedelta

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from tests.app.authserver.conftest import CUSTOMER, ISSUER
from tests.support.jose import Key

SIGNED = "application/token-introspection+jwt"


def shape(answer):
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, headers, answer.content


async def opened(world, answer) -> dict[str, object]:
    """The claims of a signed answer, verified by the published keys."""
    keys = KeySet.import_key_set((await world.http.get("/oauth/jwks")).json())
    found = jws.deserialize_compact(answer.text, keys, algorithms=["ES256"])
    assert found.headers()["typ"] == "token-introspection+jwt"
    return json.loads(found.payload)


async def test_check_31_a_client_learns_what_its_own_token_is_good_for(world):
    tokens = await world.tokens(sections=("topics",), scope="openid context:topics")
    answer = await world.introspect(tokens["access_token"])
    now = int(world.clock().timestamp())
    told = answer.json()
    assert told.pop("sub").startswith("sub_")
    assert told == {
        "active": True,
        "iss": ISSUER,
        "client_id": world.crm.id,
        "scope": "openid context:topics",
        "iat": now,
        "exp": now + 600,
        "aud": [f"{ISSUER}/v1", f"{ISSUER}/oauth"],
        "token_type": "Bearer",
        "grant_id": tokens["grant_id"],
        "authorization_details": tokens["authorization_details"],
    }
    assert answer.headers["cache-control"] == "no-store"
    assert CUSTOMER not in answer.text


async def test_check_31_whatever_is_not_a_live_token_of_ones_own_looks_alike(world):
    # Mutations tried: another client's token is told; `is_over` not asked; the grant not asked.
    tokens = await world.tokens()
    theirs = await world.tokens(world.rival)
    ended = await world.tokens(purpose="dpv:ServicePersonalisation")
    spent = (await world.token(grant_type="client_credentials")).json()["access_token"]
    await world.revoke(spent)
    await world.grants.revoke(CUSTOMER, ended["grant_id"])
    await world.refresh(tokens["refresh_token"])
    dead = {
        "another client's": theirs["access_token"],
        "another client's refresh token": theirs["refresh_token"],
        "unknown": "mil_at_" + "x" * 43,
        "malformed": "\x00ä\ud7ff",
        "revoked": spent,
        "of an ended grant": ended["access_token"],
        "refresh token of an ended grant": ended["refresh_token"],
        "rotated": tokens["refresh_token"],
    }
    assert (await world.introspect(tokens["access_token"])).json()["active"]
    shapes = {name: shape(await world.introspect(token)) for name, token in dead.items()}
    world.clock.advance(minutes=10)
    shapes["expired"] = shape(await world.introspect(tokens["access_token"]))
    for name, found in shapes.items():
        assert found == shapes["unknown"], name
    assert shapes["unknown"][::2] == (200, b'{"active":false}')


async def test_check_31_a_refresh_token_is_told_without_a_type(world):
    tokens = await world.tokens()
    told = (await world.introspect(tokens["refresh_token"])).json()
    assert told["active"]
    assert "token_type" not in told
    assert told["exp"] == int((world.clock() + timedelta(days=365)).timestamp())
    assert told["scope"] == "context:topics"


async def test_check_31_a_client_authenticates_first(world):
    # Mutation tried: `introspection` looks the client up by its `client_id`.
    token = (await world.tokens())["access_token"]
    for how in ({}, {"auth": (world.crm.id, "guess")}):
        form = {"token": token, "client_id": world.crm.id}
        answer = await world.http.post("/oauth/introspect", data=form, **how)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    nothing = await world.http.post("/oauth/introspect", auth=world.crm.auth)
    assert (nothing.status_code, nothing.json()["error"]) == (400, "invalid_request")
    in_query = await world.http.post(
        "/oauth/introspect", params={"token": token}, auth=world.crm.auth
    )
    assert in_query.json()["error"] == "invalid_request"


@pytest.mark.parametrize("alive", [True, False])
async def test_check_31_a_signed_answer_says_who_signs_it_for_whom_and_when(world, alive):
    # Mutations tried: no `aud`; typ JWT; what is not active is answered unsigned.
    token = (await world.tokens())["access_token"] if alive else "unknown"
    answer = await world.introspect(token, Accept=SIGNED)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == SIGNED
    assert answer.headers["cache-control"] == "no-store"
    claims = await opened(world, answer)
    plain = (await world.introspect(token)).json()
    assert plain["active"] is alive
    assert claims == {
        "iss": ISSUER,
        "aud": world.crm.id,
        "iat": int(world.clock().timestamp()),
        "token_introspection": plain,
    }


async def test_check_31_a_signed_answer_tells_nothing_of_anothers_token(world):
    theirs = await world.tokens(world.rival)
    answer = await world.introspect(theirs["access_token"], Accept=SIGNED)
    assert (await opened(world, answer))["token_introspection"] == {"active": False}


async def test_check_15_and_33_what_she_took_back_is_told_at_once(world):
    # Mutation tried: `_active` tells the token's scope as it was issued.
    asked = {"scope": "context:topics context:sentiment"}
    tokens = await world.tokens(sections=("topics", "sentiment"), **asked)
    request_id = await world.consent_request(
        **asked, grant_management_action="replace", grant_id=tokens["grant_id"]
    )
    await world.approve(request_id, ["sentiment"])
    told = (await world.introspect(tokens["access_token"])).json()
    assert told["scope"] == "context:sentiment"
    assert told["authorization_details"][0]["sections"] == ["sentiment"]


async def test_check_28_a_disabled_client_is_told_nothing(world):
    client = await world.registered("Keys", key=Key.new())
    token = (await world.tokens(client))["access_token"]
    await world.clients.disable(client.id)
    assert (await world.introspect(token, client)).status_code == 401
