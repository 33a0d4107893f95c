"""At the API: tokens for it alone, and bound ones together with their key alone (RFC 9449, 7)."""

import asyncio

import httpx
import pytest

from app.store.clients import Client
from app.wiring import Runtime
from oauth.server.stores import Profile
from tests.app.api.conftest import ISSUER, Company
from tests.support.clock import SettableClock
from tests.support.jose import Key, proof

KEY, OTHER = Key.new(), Key.new()
URI = f"{ISSUER}/v1/context"
METADATA = f'resource_metadata="{ISSUER}/.well-known/oauth-protected-resource/v1"'


class Holder:
    """A company whose token is bound to a key."""

    def __init__(self, http: httpx.AsyncClient, clock: SettableClock, token: str) -> None:
        self.http = http
        self.clock = clock
        self.token = token

    async def nonce(self) -> str:
        answer = await self.read(proof(KEY, "GET", URI, self.clock(), token=self.token))
        return answer.headers["dpop-nonce"]

    def proof(self, nonce: str | None, key: Key = KEY, method: str = "GET", **changes) -> str:
        how = {"uri": URI, "token": self.token} | changes
        return proof(key, method, how.pop("uri"), self.clock(), nonce, **how)

    async def read(self, *proofs: str, scheme: str = "DPoP", **query: str) -> httpx.Response:
        headers = [("Authorization", f"{scheme} {self.token}")]
        headers += [("DPoP", text) for text in proofs]
        return await self.http.get("/v1/context", headers=headers, params=query)


@pytest.fixture
async def holder(
    http: httpx.AsyncClient, company: Company, mara: str, clock: SettableClock
) -> Holder:
    tokens = await company.granted(mara, "topics", key=KEY)
    return Holder(http, clock, tokens.access)


def assert_proof_needed(answer: httpx.Response, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith(f'DPoP error="{code}", error_description="')
    assert 'algs="ES256 ' in challenge
    assert METADATA in challenge
    assert answer.headers["dpop-nonce"]
    assert "sections" not in answer.json()


async def test_check_34_a_bound_token_reads_with_a_fresh_proof(holder: Holder):
    # Mutation tried: `proof_of` asks for no nonce.
    assert_proof_needed(await holder.read(holder.proof(None)), "use_dpop_nonce")
    nonce = await holder.nonce()
    answer = await holder.read(holder.proof(nonce))
    assert answer.status_code == 200
    assert answer.json()["sections"]["topics"]["status"] == "available"
    again = await holder.read(holder.proof(nonce), sections="topics")
    assert again.status_code == 200


async def test_check_34_a_proof_that_is_not_quite_right_reads_nothing(holder: Holder):
    # Mutations tried: no `ath`; any key (both in `proof_of`).
    nonce = await holder.nonce()
    wrong = {
        "no proof": (),
        "empty": ("",),
        "two": (holder.proof(nonce), holder.proof(nonce)),
        "other key": (holder.proof(nonce, OTHER),),
        "other method": (holder.proof(nonce, method="POST"),),
        "other address": (holder.proof(nonce, uri=f"{URI}/lookup"),),
        "no ath": (holder.proof(nonce, token=None),),
        "other ath": (holder.proof(nonce, token="mil_at_x"),),
        "old": (holder.proof(nonce, iat=holder.clock().timestamp() - 301),),
        "without end": (holder.proof(nonce, iat=10**400),),
        "huge": (holder.proof(nonce, padding="x" * 9_000),),
        "not ASCII": ("\xe4.\xe4.\xe4",),
    }
    for name, proofs in wrong.items():
        encoded = [text.encode("latin-1") for text in proofs]
        answer = await holder.read(*encoded)
        assert answer.status_code == 401, name
        assert_proof_needed(answer, "invalid_dpop_proof")
    assert_proof_needed(await holder.read(holder.proof("foreign")), "use_dpop_nonce")
    holder.clock.advance(minutes=6)
    assert_proof_needed(await holder.read(holder.proof(nonce)), "use_dpop_nonce")


async def test_check_34_a_proof_reads_once_also_of_ten_at_once(holder: Holder):
    # Mutation tried: `is_first_use` not asked in `use_up`.
    made = holder.proof(await holder.nonce())
    answers = await asyncio.gather(*(holder.read(made) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 9
    assert_proof_needed(await holder.read(made), "invalid_dpop_proof")


async def test_check_36_fapi_a_key_bound_by_ps256_does_not_prove_by_rs256(
    http: httpx.AsyncClient, company: Company, mara: str, clock: SettableClock, runtime: Runtime
):
    # Mutation tried: `use_up` does not look at the algorithm.
    strong = Key.new("PS256")
    weak = Key("RS256", strong.private)
    bound = Holder(http, clock, (await company.granted(mara, "topics", key=strong)).access)
    nonce = await bound.nonce()
    assert (await bound.read(bound.proof(nonce, weak))).status_code == 200
    async with runtime.services.database.writing() as session:
        (await session.get_one(Client, company.client_id)).profile = Profile.FAPI
    assert_proof_needed(await bound.read(bound.proof(nonce, weak)), "invalid_dpop_proof")
    assert (await bound.read(bound.proof(nonce, strong))).status_code == 200


async def test_check_35_a_bound_token_is_no_bearer_token(holder: Holder):
    # Mutation tried: `scheme` not compared for a bound token.
    assert_proof_needed(await holder.read(scheme="Bearer"), "invalid_token")
    made = holder.proof(await holder.nonce())
    assert_proof_needed(await holder.read(made, scheme="Bearer"), "invalid_token")


async def test_check_35_an_unbound_token_is_no_bound_one(
    http: httpx.AsyncClient, company: Company, mara: str, clock: SettableClock
):
    # Mutation tried: `scheme` not compared for an unbound token.
    token = (await company.granted(mara, "topics")).access
    loose = Holder(http, clock, token)
    answer = await loose.read(loose.proof("x"))
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert answer.headers["www-authenticate"].startswith('Bearer error="invalid_token"')
    assert (await loose.read(scheme="Bearer")).status_code == 200


@pytest.mark.parametrize("resource", ["oauth", "v1"])
async def test_check_10_and_32_the_api_serves_tokens_for_itself_alone(
    http: httpx.AsyncClient, company: Company, mara: str, resource: str
):
    # Mutation tried: `proof_of` does not look at the audience.
    named = {"scope": "openid context:topics", "resource": f"{ISSUER}/{resource}"}
    token = (await company.granted(mara, "topics", **named)).access
    headers = {"Authorization": f"Bearer {token}"}
    at_api = await company.read(token)
    at_userinfo = await http.get("/oauth/userinfo", headers=headers)
    served, refused = (at_api, at_userinfo) if resource == "v1" else (at_userinfo, at_api)
    assert served.status_code == 200
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]
    assert "resource_metadata=" in refused.headers["www-authenticate"]
    assert "sections" not in refused.text


async def test_check_10_a_token_for_both_is_good_at_both(
    http: httpx.AsyncClient, company: Company, mara: str
):
    token = (await company.granted(mara, "topics", scope="openid context:topics")).access
    assert (await company.read(token)).status_code == 200
    told = await http.get("/oauth/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert told.json()["sub"] == (await company.read(token)).json()["subject"]


async def test_check_32_the_api_says_which_scope_is_missing(company: Company, mara: str):
    # Mutations tried: `check_lookup` does not look at the scope; `challenge` does not name it.
    delegated = (await company.granted(mara, "topics")).access
    own = (await company.own_token()).access
    for answer, would_do in (
        (await company.read(own), "context:topics context:sentiment "),
        (await company.look_up(delegated, "email", "mara@example.org"), 'context.lookup"'),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
        challenge = answer.headers["www-authenticate"]
        assert challenge.startswith('Bearer error="insufficient_scope"')
        assert f'scope="{would_do}' in challenge
        assert METADATA in challenge


async def test_check_32_a_challenge_is_of_the_scheme_that_was_used(
    http: httpx.AsyncClient, company: Company, mara: str, runtime: Runtime, holder: Holder
):
    # Mutations tried: `Bearer` for every domain error; for every token that is not known.
    nonce = await holder.nonce()
    [grant] = await runtime.services.grants.list(mara)
    await runtime.services.grants.revoke(mara, grant.id)
    ended = await holder.read(holder.proof(nonce))
    assert (ended.status_code, ended.json()["code"]) == (401, "grant_revoked")
    unknown = await http.get("/v1/context", headers={"Authorization": "DPoP mil_at_unknown"})
    for answer in (ended, unknown):
        challenge = answer.headers["www-authenticate"]
        assert challenge.startswith('DPoP error="invalid_token"')
        assert 'algs="ES256 ' in challenge
        assert METADATA in challenge


async def test_check_32_without_a_token_there_is_a_challenge_and_no_error_code(
    http: httpx.AsyncClient,
):
    # Mutation tried: `challenge` says the error of the body.
    answer = await http.get("/v1/context")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")
    assert answer.headers["www-authenticate"] == f"Bearer {METADATA}"


async def test_a_refused_proof_is_no_read_of_hers(holder: Holder, mara: str, runtime: Runtime):
    await holder.read(scheme="Bearer")
    await holder.read(holder.proof("foreign"))
    assert not (await runtime.services.accesses.list(mara)).accesses
