"""What a token is for (RFC 8707): named by the client, narrowed, and enforced where it is used."""

import pytest

from tests.app.authserver.conftest import ISSUER, read_token

API, OWN = f"{ISSUER}/v1", f"{ISSUER}/oauth"
BOTH = {"scope": "openid context:topics"}


async def audience(world, token: str) -> list[str]:
    return (await world.introspect(token)).json()["aud"]


@pytest.mark.parametrize(
    "resource",
    ["https://elsewhere.example", API + "/", API + "/context", ISSUER, "x", f"{API} {ISSUER}"],
)
async def test_check_10_an_unknown_resource_is_an_invalid_target(world, resource):
    # Mutation tried: `audience_of` leaves out what it does not know.
    answer = await world.authorize(resource=resource)
    assert "error=invalid_target" in answer.headers["location"]
    pushed = await world.push(resource=resource)
    assert (pushed.status_code, pushed.json()["error"]) == (400, "invalid_target")
    alone = await world.token(grant_type="client_credentials", resource=resource)
    assert (alone.status_code, alone.json()["error"]) == (400, "invalid_target")


@pytest.mark.parametrize(
    ("asked", "for_whom"),
    [
        ({"scope": "context:topics"}, [API]),
        ({"scope": "openid", "sections": ()}, [OWN]),
        (BOTH, [API, OWN]),
        (BOTH | {"resource": API}, [API]),
        (BOTH | {"resource": OWN}, [OWN]),
        (BOTH | {"resource": [OWN, API]}, [API, OWN]),
    ],
)
async def test_check_10_a_token_is_for_what_was_named_or_else_for_what_its_scope_is_good_at(
    world, asked, for_whom
):
    # Mutation tried: without a `resource`, all of ours.
    tokens = await world.tokens(**asked)
    assert await audience(world, tokens["access_token"]) == for_whom


async def test_check_10_the_audience_is_narrowed_at_redemption_and_at_each_refresh(world):
    # Mutations tried: `narrowed_audience` returns what was authorized; or what is asked for.
    code = await world.code(**BOTH)
    wide = {"resource": "https://elsewhere.example"}
    assert (await world.redeem(code, **wide)).json()["error"] == "invalid_target"
    first = (await world.redeem(code, resource=API)).json()
    assert await audience(world, first["access_token"]) == [API]
    assert (await world.userinfo(first["access_token"])).status_code == 401

    refused = await world.refresh(first["refresh_token"], **wide)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target")
    second = (await world.refresh(first["refresh_token"], resource=OWN)).json()
    assert await audience(world, second["access_token"]) == [OWN]
    third = (await world.refresh(second["refresh_token"])).json()
    assert await audience(world, third["access_token"]) == [API, OWN]


async def test_check_10_a_redemption_never_widens_what_was_authorized(world):
    # Mutation tried: `narrowed_audience` compares with all of ours.
    code = await world.code(**BOTH, resource=API)
    assert (await world.redeem(code, resource=OWN)).json()["error"] == "invalid_target"
    tokens = (await world.redeem(code)).json()
    for resource in (OWN, f"{API} {OWN}"):
        answer = await world.refresh(tokens["refresh_token"], resource=resource)
        assert answer.json()["error"] == "invalid_target"
    assert (await world.refresh(tokens["refresh_token"])).status_code == 200


async def test_check_10_what_the_api_reads_says_whom_a_token_is_for(world):
    for resource in (API, OWN):
        tokens = await world.tokens(**BOTH, resource=resource)
        found = await read_token(world, tokens["access_token"])
        assert found is not None
        assert found.audience == {resource}


async def test_check_32_userinfo_refuses_a_token_for_another_resource(world):
    # Mutation tried: `proof_of` does not look at the audience.
    token = (await world.tokens(**BOTH, resource=API))["access_token"]
    answer = await world.userinfo(token)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith('Bearer error="invalid_token"')
    assert f'resource_metadata="{ISSUER}/.well-known/oauth-protected-resource/oauth"' in challenge
    assert answer.headers["cache-control"] == "no-store"


async def test_check_32_a_token_without_openid_is_told_which_scope_userinfo_takes(world):
    # Mutation tried: `admitted` does not look at the scope.
    token = (await world.tokens(resource=OWN))["access_token"]
    answer = await world.userinfo(token)
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith('Bearer error="insufficient_scope"')
    assert 'scope="openid"' in challenge
    assert "resource_metadata=" in challenge
    own = await world.token(grant_type="client_credentials", scope="grant_management_query")
    assert (await world.userinfo(own.json()["access_token"])).status_code == 403


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Basic x", "Bearer unknown", "DPoP unknown"]
)
async def test_check_32_no_token_or_no_good_one_is_a_401_with_a_challenge(world, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}
    for method in ("GET", "POST"):
        answer = await world.http.request(method, "/oauth/userinfo", headers=headers)
        assert answer.status_code == 401
        assert "resource_metadata=" in answer.headers["www-authenticate"]
        named = "unknown" in (authorization or "")
        # RFC 6750, section 3.1: no error code where no token was presented.
        assert ('error="invalid_token"' in answer.headers["www-authenticate"]) is named


async def test_check_27_userinfo_takes_no_token_in_query_or_body(world):
    # Mutation tried: `presented_token` does not look at the parameters.
    token = (await world.tokens(**BOTH))["access_token"]
    in_query = await world.http.get("/oauth/userinfo", params={"access_token": token})
    in_body = await world.http.post("/oauth/userinfo", data={"access_token": token})
    twice = await world.http.get(
        "/oauth/userinfo",
        params={"access_token": token},
        headers={"Authorization": f"Bearer {token}"},
    )
    for answer in (in_query, in_body, twice):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_check_32_a_refresh_token_or_one_that_is_over_opens_nothing(world):
    # Mutation tried: `admitted` does not look at the kind; or at the grant.
    tokens = await world.tokens(**BOTH)
    assert (await world.userinfo(tokens["refresh_token"])).status_code == 401
    assert (await world.userinfo(tokens["access_token"])).status_code == 200
    world.clock.advance(minutes=10)
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    renewed = (await world.refresh(tokens["refresh_token"])).json()["access_token"]
    assert (await world.userinfo(renewed)).status_code == 200
    await world.grants.revoke("cus_ada", tokens["grant_id"])
    assert (await world.userinfo(renewed)).status_code == 401
