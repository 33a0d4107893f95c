"""Tokens that are worth nothing without their key (RFC 9449), from asking to signing in."""

import asyncio

import pytest

from tests.app.authserver.conftest import ISSUER
from tests.support.jose import Key, proof

KEY, OTHER = Key.new(), Key.new()
OPENID = {"scope": "openid context:topics"}


async def posted(world, path: str, *proofs: str):
    return await world.http.post(
        path,
        data={"grant_type": "client_credentials", "token": "x"},
        headers=[("DPoP", text) for text in proofs],
        auth=world.crm.auth,
    )


def error_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


async def test_check_34_the_token_endpoint_asks_for_its_nonce_and_then_binds(world):
    # Mutation tried: `UseDpopNonce` not raised.
    without = proof(KEY, "POST", f"{ISSUER}/oauth/token", world.clock())
    answer = await posted(world, "/oauth/token", without)
    assert error_of(answer) == (400, "use_dpop_nonce")
    nonce = answer.headers["dpop-nonce"]
    again = proof(KEY, "POST", f"{ISSUER}/oauth/token", world.clock(), nonce)
    given = await posted(world, "/oauth/token", again)
    assert given.status_code == 200
    assert given.json()["token_type"] == "DPoP"
    assert given.headers["dpop-nonce"] == nonce
    told = (await world.introspect(given.json()["access_token"])).json()
    assert (told["token_type"], told["cnf"]) == ("DPoP", {"jkt": KEY.thumbprint})


async def test_check_34_a_nonce_is_used_up_in_six_minutes_and_a_proof_in_five(world):
    nonce = await world.nonce()
    world.clock.advance(minutes=6)
    stale = await world.proof(KEY, "POST", "/oauth/token", nonce=nonce)
    assert error_of(await posted(world, "/oauth/token", stale)) == (400, "use_dpop_nonce")


async def test_check_34_a_proof_is_used_once(world):
    # Mutation tried: `is_first_use` not asked by `AuthorizationEngine._proven`.
    made = await world.proof(KEY, "POST", "/oauth/token")
    assert (await posted(world, "/oauth/token", made)).status_code == 200
    assert error_of(await posted(world, "/oauth/token", made)) == (400, "invalid_dpop_proof")


async def test_check_34_of_ten_uses_at_once_one_counts(world):
    # Mutation tried: `is_first_use` looks for the row and then adds it, on PostgreSQL.
    made = await world.proof(KEY, "POST", "/oauth/token")
    answers = await asyncio.gather(*(posted(world, "/oauth/token", made) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 9


async def test_check_34_a_proof_is_for_this_endpoint_and_comes_alone(world):
    # Mutation tried: of two proofs the last counts.
    path = "/oauth/token"
    for made in (
        await world.proof(KEY, "POST", "/oauth/par"),
        await world.proof(KEY, "GET", path),
        await world.proof(KEY, "POST", path, header={"typ": "JWT"}),
        await world.proof(KEY, "POST", path, padding="x" * 9_000),
    ):
        assert error_of(await posted(world, path, made)) == (400, "invalid_dpop_proof")
    two = [await world.proof(KEY, "POST", path) for _ in range(2)]
    assert error_of(await posted(world, path, *two)) == (400, "invalid_dpop_proof")
    for text in (b"", b"\xff", b"x", b"\xe4.\xe4.\xe4"):
        assert (await posted(world, path, text)).status_code == 400


async def test_check_34_userinfo_takes_a_bound_token_with_a_fresh_proof_of_its_own(world):
    # Mutations tried: no `ath`; no `is_first_use`; any key (all in `access._check_bound`).
    tokens = await world.tokens(key=KEY, **OPENID)
    token = tokens["access_token"]
    assert tokens["token_type"] == "DPoP"
    assert (await world.userinfo(token, KEY)).json()["sub"].startswith("sub_")

    used = await world.proof(KEY, "GET", "/oauth/userinfo", token=token)
    bad = {
        "other key": await world.proof(OTHER, "GET", "/oauth/userinfo", token=token),
        "no ath": await world.proof(KEY, "GET", "/oauth/userinfo"),
        "other ath": await world.proof(KEY, "GET", "/oauth/userinfo", token="mil_at_x"),
        "other method": await world.proof(KEY, "POST", "/oauth/userinfo", token=token),
        "other path": await world.proof(KEY, "GET", "/v1/context", token=token),
        "no proof": "",
        "good": used,
        "used": used,
    }
    for name, made in bad.items():
        headers = {"Authorization": f"DPoP {token}"} | ({"DPoP": made} if made else {})
        answer = await world.http.get("/oauth/userinfo", headers=headers)
        if name == "good":
            assert answer.status_code == 200
            continue
        assert error_of(answer) == (401, "invalid_dpop_proof"), name
        assert answer.headers["www-authenticate"].startswith('DPoP error="invalid_dpop_proof"')
        assert 'algs="ES256 ' in answer.headers["www-authenticate"]
        assert answer.headers["dpop-nonce"]
    stale = proof(KEY, "GET", f"{ISSUER}/oauth/userinfo", world.clock(), "old", token)
    headers = {"Authorization": f"DPoP {token}", "DPoP": stale}
    assert error_of(await world.http.get("/oauth/userinfo", headers=headers)) == (
        401,
        "use_dpop_nonce",
    )


async def test_check_35_a_bound_token_is_no_bearer_token_and_the_other_way_round(world):
    # Mutation tried: `proof_of` returns for `Bearer`; and for a token that is not bound.
    bound = (await world.tokens(key=KEY, **OPENID))["access_token"]
    downgraded = await world.userinfo(bound)
    assert error_of(downgraded) == (401, "invalid_token")
    assert downgraded.headers["www-authenticate"].startswith("DPoP ")
    loose = (await world.tokens(purpose="dpv:ServicePersonalisation", **OPENID))["access_token"]
    assert (await world.userinfo(loose)).status_code == 200
    dressed_up = await world.userinfo(loose, KEY)
    assert error_of(dressed_up) == (401, "invalid_token")
    assert dressed_up.headers["www-authenticate"].startswith("Bearer ")


async def test_check_35_a_public_clients_refresh_token_takes_its_key(world):
    # Mutations tried: `_has_key` is always true; a public client may change its key.
    app = world.phone_app
    first = (await world.tokens(app, KEY))["refresh_token"]
    for key in (None, OTHER):
        answer = await world.refresh(first, app, key=key)
        assert error_of(answer) == (400, "invalid_grant")
    renewed = await world.refresh(first, app, key=KEY)
    assert renewed.json()["token_type"] == "DPoP"
    second = renewed.json()["refresh_token"]
    assert error_of(await world.refresh(second, app, key=OTHER)) == (400, "invalid_grant")
    assert error_of(await world.refresh(second, app)) == (400, "invalid_grant")
    assert (await world.refresh(second, app, key=KEY)).status_code == 200


async def test_check_35_a_confidential_client_may_change_its_key_and_never_do_without(world):
    # Mutation tried: `_has_key` takes a missing proof.
    tokens = await world.tokens(key=KEY)
    assert error_of(await world.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    renewed = (await world.refresh(tokens["refresh_token"], key=OTHER)).json()
    told = (await world.introspect(renewed["access_token"])).json()
    assert told["cnf"] == {"jkt": OTHER.thumbprint}
    assert error_of(await world.refresh(renewed["refresh_token"])) == (400, "invalid_grant")


async def test_check_35_a_code_may_be_bound_before_it_exists(world):
    # Mutation tried: the code's `jkt` not compared.
    code = await world.code(dpop_jkt=KEY.thumbprint)
    for key in (None, OTHER):
        assert error_of(await world.redeem(code, key=key)) == (400, "invalid_grant")
    assert (await world.redeem(code, key=KEY)).json()["token_type"] == "DPoP"


async def test_check_35_a_pushed_request_binds_its_code_to_the_key_of_its_proof(world):
    # Mutation tried: `push` does not keep the thumbprint.
    code = await world.pushed_code(key=KEY)
    for key in (None, OTHER):
        assert error_of(await world.redeem(code, key=key)) == (400, "invalid_grant")
    assert (await world.redeem(code, key=KEY)).status_code == 200
    contradicting = await world.push(key=KEY, dpop_jkt=OTHER.thumbprint)
    assert error_of(contradicting) == (400, "invalid_dpop_proof")
    assert (await world.push(key=KEY, dpop_jkt=KEY.thumbprint)).status_code == 201


@pytest.mark.parametrize("jkt", ["x", "x" * 44, "ä" * 43])
async def test_a_thumbprint_has_its_length(world, jkt):
    answer = await world.push(dpop_jkt=jkt)
    assert error_of(answer) == (400, "invalid_request")


async def test_a_code_that_meets_the_wrong_key_is_not_burnt_and_a_retry_gets_the_same_key(world):
    tokens = await world.tokens(key=KEY)
    first = (await world.refresh(tokens["refresh_token"], key=KEY)).json()
    retry = (await world.refresh(tokens["refresh_token"], key=KEY)).json()
    assert retry["access_token"] == first["access_token"]
    elsewhere = (await world.refresh(tokens["refresh_token"], key=OTHER)).json()
    assert elsewhere["refresh_token"] == first["refresh_token"]
    assert elsewhere["access_token"] != first["access_token"]
