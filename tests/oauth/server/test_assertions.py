"""Clients that authenticate by their own key (RFC 7523): whose assertion counts, and how often."""

import base64
import hmac
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from oauth.server.assertions import jwks_fault
from oauth.server.messages import OAuthRequest
from oauth.server.stores import Profile
from tests.oauth.server.memory import MemoryStores
from tests.oauth.server.test_engine import CLIENT, START, engine
from tests.support.jose import ASSERTION_TYPE, Key, assertion, encoded

ENGINE = engine()
ISSUER = "https://milieu.example"
NOW = int(START.timestamp())
KEYS = {name: Key.new(name) for name in ("ES256", "Ed25519", "PS256", "RS256")}
KEY = KEYS["ES256"]
OWN = replace(CLIENT, id="cli_keys", secret_hash=None, jwks=KEY.jwks)
OTHER_KEY = Key.new()
OTHER = replace(OWN, id="cli_other", jwks=OTHER_KEY.jwks)


def stores(client=OWN) -> MemoryStores:
    return MemoryStores({one.id: one for one in (CLIENT, client, OTHER)})


def asked(text: str, kept: MemoryStores | None = None, headers=(), **more: str):
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": text,
    } | more
    request = OAuthRequest("POST", dict(headers), form=tuple(form.items()))
    return ENGINE.token(request, kept or stores())


def made(key: Key = KEY, client_id: str = OWN.id, **changes: object) -> str:
    return assertion(key, client_id, **{"audience": ISSUER, "now": START, **changes})


def assert_nobody(answer):
    assert (answer.status, answer.body["error"]) == (401, "invalid_client")
    assert dict(answer.headers)["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize("algorithm", KEYS)
def test_check_26_a_client_is_known_by_its_key(algorithm):
    own = replace(OWN, jwks=KEYS[algorithm].jwks)
    assert asked(made(KEYS[algorithm]), stores(own)).status == 200
    assert asked(made(KEYS[algorithm]), stores(own), client_id=OWN.id).status == 200


@pytest.mark.parametrize(
    "audience",
    [
        [ISSUER],
        [ISSUER, "https://elsewhere.example"],
        ISSUER + "/",
        ISSUER + "/oauth/token",
        ISSUER + "/oauth/par",
        "https://elsewhere.example",
        "",
        5,
        None,
    ],
)
def test_check_26_the_audience_is_our_issuer_as_a_string(audience):
    # Mutations tried: an array that holds the issuer is taken; the token endpoint is taken.
    assert_nobody(asked(made(aud=audience)))


@pytest.mark.parametrize("exp", [NOW + 3_660, NOW - 59, NOW + 0.5])
def test_check_26_an_assertion_lives_an_hour_at_most_and_clocks_may_differ(exp):
    assert asked(made(exp=exp)).status == 200


TIMES = [
    {"exp": NOW + 3_661},
    {"exp": NOW - 60},
    {"exp": None},
    {"exp": str(NOW + 60)},
    {"exp": True},
    {"exp": 10**400},
    {"exp": float("inf")},
    {"exp": float("nan")},
    {"exp": -(10**400)},
    {"iat": NOW + 61},
    {"iat": "now"},
    {"iat": 10**400},
    {"nbf": NOW + 61},
    {"nbf": True},
]


@pytest.mark.parametrize("times", TIMES)
def test_check_26_an_assertion_lives_now_and_not_long(times):
    # Mutations tried: no longest life; no end needed; `nbf` not looked at.
    assert_nobody(asked(made(**times)))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": OTHER.id},
        {"iss": None},
        {"sub": None},
        {"sub": OTHER.id},
        {"sub": CLIENT.id},
        {"sub": 5},
        {"sub": "cli_nobody"},
        {"sub": "\x00"},
        {"sub": "ä"},
        {"jti": None},
        {"jti": ""},
        {"jti": 5},
        {"jti": "x" * 257},
    ],
)
def test_check_26_an_assertion_says_who_about_whom_and_which(claims):
    # Mutations tried: `iss` not compared; `jti` not needed.
    assert_nobody(asked(made(**claims)))


def test_check_26_an_assertion_is_used_once_by_its_client():
    # Mutation tried: `is_first_use` not asked in `clients._check_assertion`.
    kept = stores()
    assert asked(made(jti="one"), kept).status == 200
    assert_nobody(asked(made(jti="one"), kept))
    theirs = made(OTHER_KEY, OTHER.id, jti="one")
    assert asked(theirs, kept).status == 200
    assert asked(made(jti="two"), kept).status == 200


@pytest.mark.parametrize("how", ["another client's key", "none", "HS256", "unsigned"])
def test_check_26_and_36_an_assertion_is_signed_by_the_clients_own_key(how):
    # Mutation tried: the signature not looked at (`is_good` in `signing.verified`).
    good = made()
    text = {
        "another client's key": made(OTHER_KEY),
        "none": made(Key("none", None)),
        "HS256": with_public_key_as_secret(good),
        "unsigned": good.rsplit(".", 1)[0] + ".",
    }[how]
    assert_nobody(asked(text))


def with_public_key_as_secret(good: str) -> str:
    # What a verifier that lets the token choose the algorithm would take.
    _, payload, _ = good.split(".")
    signing_input = f"{encoded({'alg': 'HS256', 'typ': 'JWT'})}.{payload}"
    secret = KEY.private.as_pem(private=False)
    return f"{signing_input}.{encoded(hmac.digest(secret, signing_input.encode(), 'sha256'))}"


def test_check_36_fapi_knows_no_rs256():
    # Mutation tried: `ALGORITHMS` for everybody.
    key = KEYS["RS256"]
    for profile, status in ((Profile.OAUTH, 200), (Profile.FAPI, 401)):
        client = replace(OWN, jwks=key.jwks, profile=profile)
        request = OAuthRequest(
            "POST",
            form=(
                ("token", "x"),
                ("client_assertion_type", ASSERTION_TYPE),
                ("client_assertion", made(key)),
            ),
        )
        assert engine().introspect(request, stores(client)).status == status


def test_check_26_a_client_presents_one_kind_of_credentials():
    # Mutation tried: of two kinds the first is taken.
    basic = base64.b64encode(f"{CLIENT.id}:secret".encode()).decode()
    both = [
        asked(made(), client_secret="secret", client_id=CLIENT.id),
        asked(made(), headers={"authorization": f"Basic {basic}"}.items()),
        asked(made(), client_id=CLIENT.id),
    ]
    for answer in both:
        assert (answer.status, answer.body["error"]) == (400, "invalid_request")
    assert_nobody(asked(made(), client_assertion_type="urn:other"))
    assert_nobody(asked("", client_assertion=""))


@pytest.mark.parametrize("secret", ["", "secret", " "])
def test_check_26_a_client_with_keys_has_no_secret_not_even_an_empty_one(secret):
    # Mutation tried: `secret_hash is not None` left out of `authenticated`.
    basic = base64.b64encode(f"{OWN.id}:{secret}".encode()).decode()
    form = (("grant_type", "client_credentials"),)
    in_header = OAuthRequest("POST", {"authorization": f"Basic {basic}"}, form=form)
    in_body = OAuthRequest("POST", form=(*form, ("client_id", OWN.id), ("client_secret", secret)))
    for request in (in_header, in_body):
        assert_nobody(engine().token(request, stores()))


def test_a_client_without_keys_asserts_nothing():
    assert_nobody(asked(made(client_id=CLIENT.id)))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)
claims = st.dictionaries(
    st.sampled_from(["iss", "sub", "aud", "exp", "iat", "nbf", "jti"]), json_values, max_size=3
)
texts = st.one_of(
    st.text(max_size=40),
    st.builds(lambda *parts: ".".join(encoded(part) for part in parts), claims, claims, claims),
    st.builds(lambda changed: made(**changed), claims),
    st.builds(lambda depth: f"e30.{encoded(b'[' * depth)}.AA", st.just(3000)),
)


@given(text=texts)
def test_check_26_any_text_as_an_assertion_gets_an_answer(text):
    """Mutation tried: `asserted_client` catches `ValueError` alone."""
    assert asked(text).status in {200, 400, 401}


GOOD = KEY.public


def short_rsa_key() -> dict[str, str]:
    modulus = rsa.generate_private_key(65_537, 1_024).public_key().public_numbers().n
    return {"kty": "RSA", "n": encoded(modulus.to_bytes(128)), "e": "AQAB"}


JWKS_FAULTS = [
    None,
    {},
    {"keys": []},
    {"keys": {}},
    {"keys": ["x"]},
    {"keys": [GOOD] * 2},
    {"keys": [GOOD | {"kid": str(number)} for number in range(21)]},
    {"keys": [KEY.private.as_dict(private=True)]},
    {"keys": [{"kty": "oct", "k": "AA"}]},
    {"keys": [GOOD | {"use": "enc"}]},
    {"keys": [GOOD | {"x": "AA"}]},
    {"keys": [short_rsa_key()]},
]


@pytest.mark.filterwarnings("ignore:.*2048 bits")  # by joserfc, which goes on all the same
@pytest.mark.parametrize("jwks", JWKS_FAULTS)
def test_check_36_keys_that_cannot_be_registered(jwks):
    # Mutations tried: no `MIN_RSA_BITS`; a private key is taken; two keys without `kid`.
    assert jwks_fault(jwks)


def test_keys_that_can_be_registered():
    pair = {"keys": [GOOD | {"kid": "a"}, KEYS["RS256"].public | {"kid": "b"}]}
    assert jwks_fault(KEY.jwks) is None
    assert jwks_fault(pair) is None
