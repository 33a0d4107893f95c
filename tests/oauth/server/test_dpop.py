"""Proofs of possession under any input (RFC 9449, section 4.3): judged, never an exception."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth.server.dpop import Nonces, Proof, verified_proof
from oauth.server.errors import InvalidDpopProof, UseDpopNonce
from oauth.server.messages import OAuthRequest
from tests.oauth.server.memory import MemoryStores
from tests.oauth.server.test_engine import START, derive, engine, stores_with_clients
from tests.support.jose import Key, encoded, proof, signed

URI = "https://milieu.example/oauth/token"
NONCES = Nonces(derive, START)
KEYS = {name: Key.new(name) for name in ("ES256", "Ed25519", "PS256", "RS256")}
KEY = KEYS["ES256"]
TOKEN = "mil_at_example"


def made(key: Key = KEY, method: str = "POST", uri: str = URI, **changes: object) -> str:
    return proof(key, method, uri, START, **{"nonce": NONCES.current, **changes})


def judged(text: str, nonces: Nonces = NONCES, token: str | None = None) -> Proof:
    return verified_proof(text, "POST", URI, nonces, token)


def refused(text: str, token: str | None = None) -> str:
    with pytest.raises(InvalidDpopProof) as error:
        judged(text, token=token)
    return error.value.description


@pytest.mark.parametrize("algorithm", KEYS)
def test_check_34_a_good_proof_gives_the_thumbprint_of_its_key(algorithm):
    # Mutation tried: joserfc's own limit for headers, which no RSA key fits (found so).
    assert judged(made(KEYS[algorithm])).jkt == KEYS[algorithm].thumbprint


@pytest.mark.parametrize("method", ["GET", "post", "", None, 5, ["POST"]])
def test_check_34_a_proof_is_for_one_method(method):
    # Mutation tried: `htm` not compared.
    assert "htm" in refused(made(htm=method))


@pytest.mark.parametrize(
    "uri",
    [
        "HTTPS://MILIEU.example/oauth/token",
        "https://milieu.example:443/oauth/token",
        "https://milieu.example/oauth/token?x=1",
        "https://milieu.example/oauth/token#x",
    ],
)
def test_check_34_an_address_may_be_written_in_another_way(uri):
    assert judged(made(uri=uri)).jkt == KEY.thumbprint


@pytest.mark.parametrize(
    "uri",
    [
        "https://milieu.example/oauth/token/",
        "https://milieu.example/oauth/Token",
        "https://milieu.example/v1/context",
        "https://milieu.example",
        "https://evil.example/oauth/token",
        "http://milieu.example/oauth/token",
        "https://milieu.example:8443/oauth/token",
        "https://milieu.example:x/oauth/token",
        "/oauth/token",
        "https://[::1/oauth/token",
        "",
        None,
        7,
        [URI],
    ],
)
def test_check_34_a_proof_is_for_one_address(uri):
    # Mutations tried: `htu` not compared; only its path compared.
    assert "htu" in refused(made(htu=uri))


@pytest.mark.parametrize("off_s", [-300, -299.5, 0, 60])
def test_check_34_a_clock_may_be_a_little_off(off_s):
    assert judged(made(iat=START.timestamp() + off_s)).jkt


@pytest.mark.parametrize(
    "issued",
    [
        START.timestamp() - 301,
        START.timestamp() + 61,
        0,
        -1,
        10**400,
        -(10**400),
        1e308,
        math.inf,
        -math.inf,
        math.nan,
        True,
        str(int(START.timestamp())),
        [],
        None,
    ],
)
def test_check_34_a_proof_was_made_just_now(issued):
    # Mutations tried: the age not compared; a number that no float holds not caught (found so).
    assert "iat" in refused(made(iat=issued))


def test_check_34_booleans_are_no_times():
    # Mutation tried: `moment` takes a boolean for a number.
    early = datetime.fromtimestamp(1, UTC)
    nonces = Nonces(derive, early)
    text = proof(KEY, "POST", URI, early, nonces.current, iat=True)
    with pytest.raises(InvalidDpopProof, match="iat"):
        judged(text, nonces)


@pytest.mark.parametrize("jti", ["", "x" * 257, None, 5, ["x"]])
def test_check_34_a_proof_has_a_name_of_its_own(jti):
    assert "jti" in refused(made(jti=jti))


def test_check_34_at_a_resource_a_proof_is_for_one_access_token():
    # Mutation tried: `ath` not compared.
    assert judged(made(token=TOKEN), token=TOKEN).jkt
    for wrong in (None, encoded(b"x" * 32), "", 5, "\ud800", TOKEN):
        assert "ath" in refused(made(ath=wrong), TOKEN)


@pytest.mark.parametrize("minutes", [0, 3, 5.9])
def test_check_34_a_nonce_lives_three_minutes_at_least(minutes):
    later = START + timedelta(minutes=minutes % 3)
    text = proof(KEY, "POST", URI, later, Nonces(derive, START).current)
    assert judged(text, Nonces(derive, later)).jkt


FOREIGN = Nonces(lambda purpose, value: derive("another deployment", value), START).current


@pytest.mark.parametrize(
    "nonce",
    [
        None,
        "",
        5,
        [NONCES.current],
        "ä",
        "\ud800",
        FOREIGN,
        Nonces(derive, START - timedelta(minutes=6)).current,
        Nonces(derive, START + timedelta(minutes=3)).current,
    ],
)
def test_check_34_a_proof_carries_a_nonce_of_ours_that_is_not_old(nonce):
    # Mutations tried: a missing nonce is taken; `accepts` looks three steps back.
    with pytest.raises(UseDpopNonce):
        judged(made(nonce=nonce))


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": None},
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "EdDSA"},
        {"alg": ["ES256"]},
        {"alg": None},
        {"alg": "RS256"},
        {"jwk": None},
        {"jwk": []},
        {"jwk": KEYS["Ed25519"].public},
        {"jwk": Key.new().public},
        {"jwk": dict(KEY.private.as_dict(private=True))},
        {"jwk": KEY.public | {"use": "enc"}},
        {"jwk": KEY.public | {"x": "AA"}},
        {"jwk": KEY.public | {"crv": "P-384"}},
        {"jwk": {"kty": "EC"}},
        {"jku": "https://evil.example/jwks"},
        {"x5c": ["AA"]},
        {"crit": ["exp"], "exp": 1},
        {"b64": False},
    ],
)
def test_check_34_and_36_a_proof_is_signed_by_the_public_key_it_carries(header):
    # Mutations tried: `typ` not compared; a private key is taken; further members are taken.
    refused(made(header=header))


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
def test_check_36_no_algorithm_that_anybody_could_sign_with(algorithm):
    # Mutation tried: HS256 among `dpop.ALGORITHMS`.
    symmetric = Key.new("HS256")
    jwk = dict(symmetric.private.as_dict())
    header = {"typ": "dpop+jwt", "alg": algorithm, "jwk": jwk}
    claims = {"htm": "POST", "htu": URI, "jti": "x", "iat": START.timestamp()}
    refused(signed(header, claims | {"nonce": NONCES.current}, Key(algorithm, symmetric.private)))


def test_check_34_a_signature_is_looked_at():
    # Mutation tried: what `validate_compact` says is not looked at.
    good = made()
    head, body, signature = good.split(".")
    changed = encoded({"htm": "POST", "htu": URI, "jti": "other", "iat": START.timestamp()})
    for text in (
        f"{head}.{changed}.{signature}",
        f"{head}.{body}.",
        f"{head}.{body}",
        f"{head}.{body}.{encoded(bytes(64))}",
        f"{head}.{body}.{signature}.{signature}",
        f"{good}, {good}",
        f"{head}.{encoded([])}.{signature}",
    ):
        refused(text)


def test_check_34_a_proof_is_of_reasonable_size():
    # Mutation tried: `MAX_CHARACTERS` is a megabyte.
    assert "size" in refused(made(padding="x" * 9_000))


@pytest.mark.parametrize("claims", [[], "x", 5, None, [["htm", "POST"]]])
def test_claims_that_are_no_object_are_refused(claims):
    refused(signed({"typ": "dpop+jwt", "alg": "ES256", "jwk": KEY.public}, claims, KEY))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)
claims = st.dictionaries(st.sampled_from(["htm", "htu", "jti", "iat", "nonce", "ath"]), json_values)
headers = st.dictionaries(
    st.sampled_from(["typ", "alg", "jwk", "kid", "crit", "b64", "zip"]), json_values
)
proofs = st.one_of(
    st.text(max_size=40),
    st.builds(
        lambda *parts: ".".join(encoded(part) for part in parts), headers, json_values, claims
    ),
    st.builds(lambda changed: made(**changed), claims),
    st.builds(lambda header: made(header=header), headers),
    st.builds(
        lambda jwk: made(header={"jwk": KEY.public | jwk}),
        st.dictionaries(st.sampled_from(["kty", "crv", "x", "y", "alg", "key_ops"]), json_values),
    ),
    st.builds(lambda depth: f"{encoded(b'[' * depth)}.{encoded(b'[' * depth)}.AA", st.just(3000)),
)


@given(text=proofs)
def test_check_34_any_text_as_a_proof_gets_an_answer(text):
    """Mutation tried: `_opened` catches `JoseError` alone."""
    stores: MemoryStores = stores_with_clients()
    form = (("grant_type", "client_credentials"), ("client_id", "x"), ("token", "x"))
    for endpoint in (engine().token, engine().par, engine().introspect):
        answer = endpoint(OAuthRequest("POST", {"dpop": text}, form=form), stores)
        assert answer.status in {400, 401}
        assert answer.body["error"]
        assert dict(answer.headers)["DPoP-Nonce"]
    at_resource = {"dpop": text, "authorization": "DPoP mil_at_x"}
    assert engine().userinfo(OAuthRequest("GET", at_resource), stores).status in {400, 401}
