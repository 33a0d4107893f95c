"""Clients held to the FAPI 2.0 security profile: pushed, bound, and known by their key."""

import pytest

from app.errors import Invalid
from oauth.server.stores import Profile
from tests.app.authserver.conftest import ISSUER, query_of
from tests.support.jose import Key

PROOF = Key.new()


@pytest.fixture
async def bank(world):
    return await world.registered("Bank", key=Key.new("PS256"), profile=Profile.FAPI)


def error_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


async def test_fapi_a_request_that_is_not_pushed_is_refused(world, bank):
    # Mutation tried: `is_fapi` not asked in `AuthorizationEngine.authorize`.
    answer = await world.authorize(bank)
    told = query_of(answer.headers["location"])
    assert (told["error"], told["iss"], told["state"]) == ("invalid_request", ISSUER, "st4te")
    assert "PAR" in told["error_description"]
    assert await world.pushed_code(bank)


async def test_fapi_no_token_without_a_proof_and_every_token_is_bound(world, bank):
    # Mutation tried: `is_fapi` not asked in `authentication._check_proof`.
    code = await world.pushed_code(bank, key=PROOF)
    assert error_of(await world.redeem(code, bank)) == (400, "invalid_dpop_proof")
    tokens = (await world.redeem(code, bank, key=PROOF)).json()
    assert tokens["token_type"] == "DPoP"
    refreshing = await world.refresh(tokens["refresh_token"], bank)
    assert error_of(refreshing) == (400, "invalid_dpop_proof")
    alone = {"grant_type": "client_credentials"}
    assert error_of(await world.token(bank, **alone)) == (400, "invalid_dpop_proof")
    assert (await world.token(bank, PROOF, **alone)).json()["token_type"] == "DPoP"


async def test_fapi_a_refresh_token_stays_the_same(world, bank):
    # Mutation tried: `is_fapi` not asked in `RefreshGrant.issue_token`.
    code = await world.pushed_code(bank, key=PROOF)
    tokens = (await world.redeem(code, bank, key=PROOF)).json()
    seen = {tokens["access_token"]}
    for hours in (0, 1, 48):
        world.clock.advance(hours=hours)
        renewed = (await world.refresh(tokens["refresh_token"], bank, key=PROOF)).json()
        assert renewed["refresh_token"] == tokens["refresh_token"]
        assert renewed["token_type"] == "DPoP"
        assert renewed["access_token"] not in seen
        seen.add(renewed["access_token"])


async def test_fapi_a_code_is_bound_to_the_key_it_was_pushed_with(world, bank):
    # Mutation tried: the code's `jkt` not compared.
    code = await world.pushed_code(bank, key=PROOF)
    other = await world.redeem(code, bank, key=Key.new())
    assert error_of(other) == (400, "invalid_grant")
    assert (await world.redeem(code, bank, key=PROOF)).status_code == 200


async def test_fapi_revoking_and_introspecting_take_no_proof(world, bank):
    code = await world.pushed_code(bank, key=PROOF)
    token = (await world.redeem(code, bank, key=PROOF)).json()["access_token"]
    assert (await world.introspect(token, bank)).json()["cnf"] == {"jkt": PROOF.thumbprint}
    assert (await world.revoke(token, bank)).status_code == 200
    assert (await world.introspect(token, bank)).json() == {"active": False}


async def test_check_36_fapi_a_client_cannot_sign_by_rs256(world):
    # Mutation tried: `ALGORITHMS` for everybody.
    old = await world.registered("Old bank", key=Key.new("RS256"), profile=Profile.FAPI)
    assert error_of(await world.push(old)) == (401, "invalid_client")


async def test_fapi_takes_a_key_and_signs_id_tokens_by_es256(world, bank):
    for how in ({}, {"public": True}):
        with pytest.raises(Invalid):
            await world.registered("Bank", profile=Profile.FAPI, **how)
    with pytest.raises(Invalid):
        await world.registered("Both", key=Key.new(), public=True)
    assert (await world.clients.get(bank.id)).id_token_algorithm == "ES256"


async def test_check_36_fapi_neither_proofs_nor_id_tokens_are_signed_by_rs256(world, bank):
    # Mutation tried: `check_fapi` lets every algorithm pass.
    for algorithm, error in (("RS256", "invalid_dpop_proof"), ("PS256", None)):
        key = Key.new(algorithm)
        answer = await world.token(bank, key, grant_type="client_credentials")
        assert answer.json().get("error") == error
    with pytest.raises(Invalid, match="ES256"):
        await world.registered("Bank", key=Key.new(), profile="fapi2", id_token_algorithm="RS256")


async def test_check_36_fapi_a_key_bound_by_ps256_does_not_prove_by_rs256(world, bank):
    # Mutation tried: `use_up` does not look at the algorithm.
    strong = Key.new("PS256")
    weak = Key("RS256", strong.private)
    assert weak.thumbprint == strong.thumbprint
    code = await world.pushed_code(bank, key=strong, scope="openid context:topics")
    token = (await world.redeem(code, bank, key=strong)).json()["access_token"]
    assert error_of(await world.userinfo(token, weak)) == (401, "invalid_dpop_proof")
    assert (await world.userinfo(token, strong)).status_code == 200


async def test_rs256_proves_for_a_client_without_the_profile(world):
    key = Key.new("RS256")
    token = (await world.tokens(key=key, scope="openid context:topics"))["access_token"]
    assert (await world.userinfo(token, key)).status_code == 200
