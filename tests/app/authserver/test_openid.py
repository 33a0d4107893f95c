"""Signing in (OpenID Connect Core): ID tokens verified as a client would, and prompts obeyed."""

import base64
import hashlib
import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from app.errors import Forbidden
from app.store.customers import Customer, DataKey
from app.usecases.customers import CurrentSession
from app.usecases.signing_keys import SigningKeys
from tests.app.authserver.conftest import CUSTOMER, ISSUER, query_of
from tests.support.jose import Key, encoded

SIGN_IN = {"scope": "openid", "sections": ()}
BOTH = {"scope": "openid context:topics"}


async def claims_of(world, id_token: str, algorithm: str = "RS256") -> dict[str, object]:
    """Verify an ID token by the published keys; return its claims."""
    keys = KeySet.import_key_set((await world.http.get("/oauth/jwks")).json())
    found = jws.deserialize_compact(id_token, keys, algorithms=[algorithm])
    assert found.headers()["typ"] == "JWT"
    assert found.headers()["kid"]
    return json.loads(found.payload)


async def settled(world, session: CurrentSession | None, client=None, **asked) -> str | None:
    """What a browser is answered before any page is shown."""
    return await world.consents.settled(await world.consent_request(client, **asked), session)


async def signed_in_before(world, client=None, **how) -> dict[str, object]:
    tokens = await world.tokens(client, **(BOTH | how))
    world.clock.advance(hours=1)
    return tokens


async def test_an_id_token_says_who_for_whom_when_and_with_which_access_token(world):
    # Mutations tried: no `nonce`; no `auth_time`; `at_hash` of the whole hash.
    request_id = await world.consent_request(**BOTH, nonce="n-0S6_WzA2Mj")
    signed_in = world.clock() - timedelta(minutes=7)
    url = await world.consents.approve(
        request_id, world.her_session(signed_in), world.choice(["topics"])
    )
    tokens = (await world.redeem(query_of(url)["code"])).json()
    claims = await claims_of(world, tokens["id_token"])
    assert claims.pop("sub").startswith("sub_")
    now = int(world.clock().timestamp())
    half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    assert claims == {
        "iss": ISSUER,
        "aud": world.crm.id,
        "iat": now,
        "exp": now + 600,
        "auth_time": now - 420,
        "nonce": "n-0S6_WzA2Mj",
        "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
    }


async def test_an_id_token_is_signed_as_its_client_registered(world):
    # Mutation tried: RS256 for everybody.
    client = await world.registered("Modern", id_token_algorithm="ES256")
    tokens = await world.tokens(client, **SIGN_IN)
    assert (await claims_of(world, tokens["id_token"], "ES256"))["aud"] == client.id


async def test_check_59_sub_is_the_name_that_this_client_alone_knows(world):
    # Mutation tried: `sub` is the customer's id.
    subs = set()
    for client in (world.crm, world.rival, world.phone_app):
        tokens = await world.tokens(client, **BOTH)
        claims = await claims_of(world, tokens["id_token"])
        told = (await world.introspect(tokens["access_token"], client)).json()
        seen = (await world.userinfo(tokens["access_token"])).json()
        assert {claims["sub"], told["sub"], seen["sub"]} == {claims["sub"]}
        assert CUSTOMER not in str(claims)
        subs.add(claims["sub"])
        again = await world.tokens(client, **BOTH)
        assert (await claims_of(world, again["id_token"]))["sub"] == claims["sub"]
    assert len(subs) == 3


async def test_check_15_who_unticks_everything_is_signed_in_and_seen_no_further(world):
    # Mutation tried: `TokenIssuer.first` takes the requested scope.
    tokens = await world.tokens(**BOTH, sections=())
    assert tokens["scope"] == "openid"
    assert tokens["authorization_details"] == []
    assert tokens["id_token"]
    assert (await world.userinfo(tokens["access_token"])).status_code == 200


async def test_without_openid_there_is_no_id_token_and_a_refresh_makes_none(world):
    assert "id_token" not in await world.tokens()
    tokens = await world.tokens(**BOTH, purpose="dpv:ServicePersonalisation")
    assert "id_token" not in (await world.refresh(tokens["refresh_token"])).json()


async def test_prompt_none_needs_a_session_and_a_decision(world):
    # Mutations tried: who is not signed in is shown a page; who has not decided too.
    assert "error=login_required" in await settled(world, None, **BOTH, prompt="none")
    undecided = await settled(world, world.her_session(), **BOTH, prompt="none")
    assert query_of(undecided)["error"] == "consent_required"
    assert query_of(undecided)["iss"] == ISSUER
    assert query_of(undecided)["state"] == "st4te"


async def test_who_decided_before_is_signed_in_again_silently(world):
    # Mutation tried: `_covering_grant` finds nothing.
    tokens = await signed_in_before(world)
    for asked in (BOTH, {"scope": "openid"}, BOTH | {"prompt": "none"}):
        back = query_of(await settled(world, world.her_session(), **asked))
        again = (await world.redeem(back["code"])).json()
        assert again["grant_id"] == tokens["grant_id"]
        assert again["scope"] == asked["scope"]


@pytest.mark.parametrize(
    "wider",
    [
        {"scope": "openid context:topics context:network"},
        {"scope": "openid context:topics", "purpose": "dpv:ServicePersonalisation"},
        {"scope": "context:topics"},
        {
            "scope": "openid context:topics",
            "authorization_details": '[{"type": "customer_context", "duration": "P365D"}]',
        },
        {
            "scope": "openid context:topics",
            "authorization_details": '[{"type": "customer_context", "external_id": "K-1"}]',
        },
    ],
)
async def test_check_16_nothing_new_is_given_silently(world, wider):
    # Mutations tried: sections not compared; details not looked at; a grant without openid too.
    await signed_in_before(world)
    assert await settled(world, world.her_session(), **wider) is None
    told = await settled(world, world.her_session(), **wider, prompt="none")
    assert query_of(told)["error"] == "consent_required"


@pytest.mark.parametrize("ends", ["revoked", "expired", "prompt=consent", "merge"])
async def test_check_16_an_ended_grant_or_a_wish_to_ask_is_never_silent(world, ends):
    # Mutation tried: `_covering_grant` takes a grant that has ended.
    until = world.clock() + timedelta(minutes=30)
    tokens = await world.tokens(**BOTH, until=until if ends == "expired" else None)
    if ends == "revoked":
        await world.grants.revoke(CUSTOMER, tokens["grant_id"])
    world.clock.advance(hours=1)
    asked = BOTH
    if ends == "prompt=consent":
        asked = BOTH | {"prompt": "consent"}
    if ends == "merge":
        asked = BOTH | {"grant_management_action": "merge", "grant_id": tokens["grant_id"]}
    assert await settled(world, world.her_session(), **asked) is None


async def test_a_public_client_is_never_answered_silently(world):
    # Mutation tried: `is_public` not asked.
    await signed_in_before(world, world.phone_app)
    assert await settled(world, world.her_session(), world.phone_app, **BOTH) is None
    told = await settled(world, world.her_session(), world.phone_app, **BOTH, prompt="none")
    assert query_of(told)["error"] == "consent_required"


@pytest.mark.parametrize("wish", [{"prompt": "login"}, {"max_age": "60"}, {"max_age": "0"}])
async def test_a_fresh_sign_in_is_asked_for_and_then_enough(world, wish):
    # Mutations tried: `fresh_since` is None; `approve` does not compare it.
    await signed_in_before(world)
    stale = world.her_session(world.clock() - timedelta(minutes=5))
    request_id = await world.consent_request(**BOTH, **wish)
    assert await world.consents.settled(request_id, stale) is None
    pending = await world.pending(request_id)
    assert pending.fresh_since is not None
    assert pending.fresh_since > stale.signed_in_at
    with pytest.raises(Forbidden):
        await world.consents.approve(request_id, stale, world.choice(["topics"]))
    world.clock.advance(seconds=30)
    url = await world.approve(request_id, ["topics"])
    tokens = (await world.redeem(query_of(url)["code"])).json()
    claims = await claims_of(world, tokens["id_token"])
    assert claims["auth_time"] == int(world.clock().timestamp())


async def test_prompt_none_with_an_old_sign_in_is_login_required(world):
    # Mutation tried: `is_stale` not asked with `prompt=none`.
    await signed_in_before(world)
    stale = world.her_session(world.clock() - timedelta(minutes=5))
    asked = BOTH | {"prompt": "none"}
    told = await settled(world, stale, **asked, max_age="60")
    assert query_of(told)["error"] == "login_required"
    assert "code" in query_of(await settled(world, stale, **asked, max_age="300"))


async def test_a_hint_of_somebody_else_is_answered_login_required(world):
    # Mutation tried: `hinted_subject` not compared.
    hint = (await signed_in_before(world))["id_token"]
    assert "code" in query_of(await settled(world, world.her_session(), **BOTH, id_token_hint=hint))
    async with world.database.writing() as session:
        session.add(Customer(id="cus_bo", created_at=world.clock()))
        await session.flush()
        session.add(DataKey(customer_id="cus_bo", wrapped=b""))
    somebody = CurrentSession("another", "cus_bo", world.clock())
    for prompt in (None, "none"):
        told = await settled(world, somebody, **BOTH, id_token_hint=hint, prompt=prompt)
        assert query_of(told)["error"] == "login_required"


async def test_keys_are_fetched_for_a_hint_alone(world, monkeypatch):
    # Mutations tried: keys fetched for every request; for none.
    hint = (await signed_in_before(world))["id_token"]
    plain = await world.consent_request()
    hinted = await world.consent_request(**BOTH, id_token_hint=hint, prompt="consent")
    fetched, fetch = [], world.authorization.key_ring

    async def noting():
        fetched.append(await fetch())
        return fetched[-1]

    monkeypatch.setattr(world.authorization, "key_ring", noting)
    assert await world.consents.settled(plain, world.her_session()) is None
    await world.pending(plain)
    assert "code" in query_of(await world.approve(plain, ["topics"]))
    assert fetched == []
    assert await world.consents.settled(hinted, world.her_session()) is None
    assert "code" in query_of(await world.approve(hinted, ["topics"]))
    assert len(fetched) == 2


async def test_a_hint_that_is_no_id_token_for_this_client_is_refused(world, vault):
    # Mutations tried: `aud` not compared; signature not looked at; retired keys are taken.
    hint = (await signed_in_before(world))["id_token"]
    head, body, signature = hint.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    forger = Key.new("RS256")
    theirs = (await world.tokens(world.rival, **BOTH))["id_token"]
    forged = {
        "another client's": theirs,
        "changed": f"{head}.{encoded(claims | {'sub': 'sub_x'})}.{signature}",
        "unsigned": f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{body}.",
        "own key": f"{encoded({'alg': 'RS256', 'jwk': forger.public})}.{body}.{signature}",
        "nonsense": "x",
    }
    for name, text in forged.items():
        for answer in (
            (await world.authorize(**BOTH, id_token_hint=text)).headers["location"],
            (await world.push(**BOTH, id_token_hint=text)).text,
        ):
            assert "invalid_request" in answer, name
    assert (await world.push(**BOTH, id_token_hint=hint)).status_code == 201

    keys = SigningKeys(world.database, vault, world.clock)
    await keys.replace()
    retired = await world.authorize(**BOTH, id_token_hint=hint)
    assert query_of(retired.headers["location"])["error"] == "invalid_request"


@pytest.mark.parametrize(
    "asked",
    [
        {"prompt": "none login"},
        {"prompt": "surprise"},
        {"max_age": "-1"},
        {"max_age": "1.5"},
        {"max_age": "1" * 12},
        {"max_age": "٣"},
        {"nonce": "x" * 513},
        {"nonce": "\x07"},
        {"request": "e30.e30."},
        {"registration": "{}"},
    ],
)
async def test_what_cannot_be_asked_of_signing_in_is_refused(world, asked):
    answer = await world.authorize(**BOTH, **asked)
    location = answer.headers["location"]
    assert urlsplit(location).netloc == "crm.example"
    assert query_of(location)["error"] in {
        "invalid_request",
        "request_not_supported",
        "registration_not_supported",
    }
