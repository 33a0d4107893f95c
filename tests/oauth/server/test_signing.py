"""What we sign verifies; what anybody else could have made does not."""

import base64
import hashlib
import hmac
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, JWKRegistry, OctKey, RSAKey

from oauth.server.keys import Algorithm, jwks, new_signing_key
from oauth.server.signing import (
    ASYMMETRIC,
    MAX_TOKEN_LENGTH,
    REFUSED_HEADER_MEMBERS,
    NotVerified,
    Signer,
    verified,
)

CLAIMS = {"iss": "https://milieu.example", "sub": "ada", "amr": ["émail"]}
TYP = "JWT"
OURS = {algorithm: new_signing_key(algorithm) for algorithm in Algorithm}
OTHERS = {algorithm: new_signing_key(algorithm) for algorithm in Algorithm}
PUBLISHED = jwks(pair.public_jwk for pair in OURS.values())

each_algorithm = pytest.mark.parametrize("algorithm", Algorithm)


def encoded(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def token(algorithm: Algorithm = Algorithm.ES256) -> str:
    return Signer.of(OURS[algorithm].private_jwk).sign(CLAIMS, TYP)


def forged(header: dict[str, object], key: object, claims: object = CLAIMS) -> str:
    """A token with any header, signed by whatever key, without asking joserfc's opinion."""
    model = jws.JWSRegistry.algorithms[header["alg"]]
    signing_input = f"{encoded(header)}.{encoded(claims)}"
    return f"{signing_input}.{encoded(model.sign(signing_input.encode(), key))}"


def ours(algorithm: Algorithm = Algorithm.ES256) -> ECKey | RSAKey:
    return Signer.of(OURS[algorithm].private_jwk).key


def refused(
    value: str,
    keys: dict[str, object] = PUBLISHED,
    algorithms: tuple[str, ...] = tuple(Algorithm),
    typ: str | None = TYP,
) -> str:
    with pytest.raises(NotVerified) as error:
        verified(value, keys, algorithms=algorithms, typ=typ)
    return str(error.value)


def header(algorithm: str = "ES256", **members: object) -> dict[str, object]:
    kid = OURS.get(algorithm, OURS[Algorithm.ES256]).kid
    return {"alg": algorithm, "kid": kid, "typ": TYP} | members


@each_algorithm
def test_what_was_signed_verifies(algorithm):
    made = token(algorithm)
    assert json.loads(base64.urlsafe_b64decode(made.split(".")[0] + "==")) == header(algorithm)
    for typ in (TYP, None):
        assert verified(made, PUBLISHED, algorithms=[algorithm], typ=typ) == CLAIMS


@each_algorithm
def test_the_forgers_own_tool_would_pass_if_it_had_our_key(algorithm):
    """What is refused below is refused for what is changed there, and for nothing else."""
    made = forged(header(algorithm, unknown="ignored"), ours(algorithm))
    assert verified(made, PUBLISHED, algorithms=[algorithm], typ=TYP) == CLAIMS


@each_algorithm
def test_a_signer_does_not_show_its_key(algorithm):
    private = OURS[algorithm].private_jwk
    shown = repr(Signer.of(private))
    assert shown == f"Signer(kid='{private['kid']}', algorithm='{algorithm}')"


def test_only_json_is_signed():
    with pytest.raises(ValueError, match="not JSON compliant"):
        Signer.of(OURS[Algorithm.ES256].private_jwk).sign({"exp": float("nan")}, TYP)


@pytest.mark.parametrize("none", ["none", "None", "NONE", "nOnE"])
@pytest.mark.parametrize("kid", [None, OURS[Algorithm.ES256].kid], ids=["no", "ours"])
def test_check_36_no_algorithm_is_no_signature(none, kid):
    start = f"{encoded({'alg': none, 'kid': kid, 'typ': TYP})}.{encoded(CLAIMS)}."
    for signature in ("", token().split(".")[2]):
        assert "algorithm" in refused(start + signature)


def secrets_of(algorithm: Algorithm) -> list[bytes]:
    """Everything public that a verifier could mistake for a shared secret."""
    jwk = OURS[algorithm].public_jwk
    key = JWKRegistry.import_key(jwk)
    pem = key.as_pem(private=False)
    return [
        pem,
        pem.strip(),
        key.as_der(private=False),
        json.dumps(jwk).encode(),
        json.dumps(jwk, separators=(",", ":"), sort_keys=True).encode(),
        json.dumps(PUBLISHED).encode(),
        jwk.get("x", jwk.get("n")).encode(),
    ]


@each_algorithm
@pytest.mark.parametrize("hs", ["HS256", "HS384", "HS512"])
def test_check_36_a_public_key_is_nobodys_shared_secret(algorithm, hs):
    start = f"{encoded(header(algorithm) | {'alg': hs})}.{encoded(CLAIMS)}"
    for secret in secrets_of(algorithm):
        mac = hmac.new(secret, start.encode(), getattr(hashlib, f"sha{hs[2:]}")).digest()
        assert "algorithm" in refused(f"{start}.{encoded(mac)}")


def test_check_36_not_even_a_caller_can_allow_what_a_verifier_could_sign_with():
    for algorithms in (["HS256"], ["ES256", "HS256"], ["none"], ["ES256", "none"], []):
        with pytest.raises(ValueError, match="Allow one or more"):
            verified(token(), PUBLISHED, algorithms=algorithms, typ=TYP)


def test_check_36_a_shared_secret_in_the_set_is_none_of_these_keys():
    secret = OctKey.generate_key(256, {"kid": "shared", "use": "sig"})
    made = jws.serialize_compact({"alg": "HS256", "kid": "shared", "typ": TYP}, "{}", secret)
    assert "algorithm" in refused(made, jwks([secret.as_dict()]))
    as_ours = jwks([secret.as_dict() | {"kid": OURS[Algorithm.ES256].kid}])
    assert "cannot be used" in refused(token(), as_ours)


@each_algorithm
def test_check_36_an_algorithm_is_not_taken_from_the_token(algorithm):
    [other] = set(Algorithm) - {algorithm}
    assert "algorithm" in refused(token(algorithm), algorithms=(other,))
    for alg in (None, 5, ["ES256"], {"ES256": 1}, ""):
        assert refused(f"{encoded(header() | {'alg': alg})}.{encoded(CLAIMS)}.{encoded(b'x')}")


@each_algorithm
def test_check_36_the_key_must_be_one_for_the_algorithm(algorithm):
    [other] = set(Algorithm) - {algorithm}
    swapped = forged(header(other, kid=OURS[algorithm].kid), ours(other))
    assert "not one for this signature" in refused(swapped)


def test_check_36_a_key_for_another_algorithm_of_its_kind_is_refused():
    made = forged(header("PS256", kid=OURS[Algorithm.RS256].kid), ours(Algorithm.RS256))
    allowed = ("PS256", "RS256")
    assert "not one for this signature" in refused(made, algorithms=allowed)
    free = {key: value for key, value in OURS[Algorithm.RS256].public_jwk.items() if key != "alg"}
    assert verified(made, jwks([free]), algorithms=allowed, typ=TYP) == CLAIMS


def test_check_36_a_key_for_encryption_verifies_nothing():
    public = OURS[Algorithm.ES256].public_jwk | {"use": "enc"}
    assert "cannot be used" in refused(token(), jwks([public]))


@each_algorithm
@pytest.mark.parametrize("kid", ["ours", "his"])
@pytest.mark.parametrize("member", ["jwk", "jku", "x5u", "x5c"])
def test_check_36_a_token_brings_no_key_along(algorithm, kid, member):
    his = OTHERS[algorithm]
    brought = {
        "jwk": his.public_jwk,
        "jku": "https://evil.example/jwks",
        "x5u": "https://evil.example/certificate.pem",
        "x5c": ["MIIB"],
    }[member]
    name = OURS[algorithm].kid if kid == "ours" else his.kid
    made = forged(header(algorithm, kid=name, **{member: brought}), Signer.of(his.private_jwk).key)
    assert "member" in refused(made)


@pytest.mark.parametrize(
    "members",
    [
        {"crit": ["exp"], "exp": 1},
        {"crit": []},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
        {"b64": True},
        *({name: None} for name in sorted(REFUSED_HEADER_MEMBERS)),
    ],
)
def test_check_36_even_ours_is_refused_with_a_member_that_changes_what_it_means(members):
    assert refused(forged(header(**members), ours()))


@each_algorithm
def test_check_36_another_key_under_our_name_or_its_own(algorithm):
    his = OTHERS[algorithm]
    key = Signer.of(his.private_jwk).key
    assert "signature is not that" in refused(forged(header(algorithm), key))
    assert "does not name one key" in refused(forged(header(algorithm, kid=his.kid), key))


@pytest.mark.parametrize("kid", [None, "", 5, ["a"], {"a": 1}, "../keys", "x" * 300])
def test_check_36_a_token_names_a_key_of_the_set(kid):
    assert refused(forged(header(kid=kid), ours()))
    without = {name: value for name, value in header().items() if name != "kid"}
    assert "does not name one key" in refused(forged(without, ours()))


def test_only_of_a_set_of_one_key_need_a_token_not_name_it():
    without = {name: value for name, value in header().items() if name != "kid"}
    alone = jwks([OURS[Algorithm.ES256].public_jwk])
    assert verified(forged(without, ours()), alone, algorithms=["ES256"], typ=TYP) == CLAIMS
    assert refused(forged(without, Signer.of(OTHERS[Algorithm.ES256].private_jwk).key), alone)


def test_check_36_a_name_that_two_keys_have_is_none():
    twice = jwks([OURS[Algorithm.ES256].public_jwk, OURS[Algorithm.ES256].public_jwk])
    assert "does not name one key" in refused(token(), twice)


def test_check_37_a_key_that_was_revoked_verifies_nothing():
    revoked = OURS[Algorithm.ES256].public_jwk | {"revoked": {"revoked_at": 1_700_000_000}}
    assert "does not name one key" in refused(token(), jwks([revoked]))


def test_check_36_a_token_of_another_type_is_refused():
    assert "type" in refused(token(), typ="logout+jwt")
    without = {name: value for name, value in header().items() if name != "typ"}
    assert "type" in refused(forged(without, ours()))
    assert refused(forged(header(typ=["JWT"]), ours()), typ=None)


def test_check_36_every_shorter_token_and_every_changed_one_is_refused():
    made = token()
    for end in range(len(made)):
        refused(made[:end])
    for place, letter in enumerate(made):
        refused(f"{made[:place]}{'A' if letter != 'A' else 'B'}{made[place + 1 :]}")


def test_check_36_a_second_spelling_of_a_token_is_refused():
    made = token()
    for spelling in (f"{made}=", f"{made}==", f" {made}", f"{made}\n", made.replace(".", ". ")):
        refused(spelling)


@each_algorithm
def test_check_36_an_empty_or_zero_signature_is_refused(algorithm):
    start = f"{encoded(header(algorithm))}.{encoded(CLAIMS)}."
    for size in (0, 1, 63, 64, 65, 256):
        refused(start + encoded(bytes(size)))


def test_check_36_a_huge_token_is_not_even_decoded():
    made = Signer.of(OURS[Algorithm.ES256].private_jwk).sign({"a": "x" * MAX_TOKEN_LENGTH}, TYP)
    assert refused(made) == "The token is too long."
    assert refused("." * (MAX_TOKEN_LENGTH + 1)) == "The token is too long."
    assert refused(forged(header(long="x" * 4096), ours()))


@pytest.mark.parametrize(
    "claims",
    [b"", b"nothing", b"[1]", b'"a"', b"5", b"\xff", b'{"exp": NaN}', b'{"exp": Infinity}',
     b"[" * 20_000, b'{"exp": ' + b"9" * 5000 + b"}"],
    ids=lambda value: value[:20],
)  # fmt: skip
def test_check_36_what_is_signed_must_be_claims(claims):
    refused(forged(header(), ours(), claims))


@pytest.mark.parametrize("value", ["[]", '["alg"]', '"alg"', "5", "null", "[" * 3000, "é"])
def test_check_36_a_header_must_be_an_object(value):
    refused(f"{encoded(value.encode())}.{encoded(CLAIMS)}.{encoded(bytes(64))}")


@given(st.text() | st.lists(st.text(alphabet="AQeyJ-_=."), max_size=4).map(".".join))
def test_check_36_no_text_whatever_is_more_than_refused(text):
    refused(text)
    refused(text, typ=None)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
members = st.sampled_from([*sorted(OURS[Algorithm.ES256].public_jwk), "n", "e", "d", "key_ops"])
kinds = st.sampled_from(["EC", "RSA", "OKP", "oct", "P-256", "P-384", "Ed25519", "X25519", "sig"])


@given(st.sampled_from(Algorithm), st.dictionaries(members, json_values | kinds, min_size=1))
def test_check_36_a_published_key_that_is_none_is_refused_not_a_crash(algorithm, changes):
    public = OURS[algorithm].public_jwk
    changed = public | changes | {"kid": public["kid"]}
    with suppress(NotVerified):
        assert verified(token(algorithm), jwks([changed]), algorithms=Algorithm, typ=TYP) == CLAIMS


@given(st.lists(json_values, max_size=3))
def test_check_36_a_set_of_anything_is_refused_not_a_crash(keys):
    refused(token(), jwks(keys))


@pytest.mark.filterwarnings("ignore:Key size should be:joserfc.errors.SecurityWarning")
def test_check_36_a_short_rsa_key_counts_for_nothing():
    key = RSAKey.generate_key(1024, {"kid": "short"})
    made = forged(header("RS256", kid="short"), key)
    assert "cannot be used" in refused(made, jwks([key.as_dict(private=False)]))


@pytest.mark.parametrize("algorithm", sorted(ASYMMETRIC))
def test_clients_may_be_allowed_every_asymmetric_algorithm(algorithm):
    kind, size = {
        "Ed25519": ("OKP", "Ed25519"),
        "ES256": ("EC", "P-256"),
        "ES384": ("EC", "P-384"),
        "ES512": ("EC", "P-521"),
        "PS256": ("RSA", 2048),
        "RS256": ("RSA", 2048),
    }[algorithm]
    key = JWKRegistry.generate_key(kind, size, {"kid": "k"})
    made = forged({"alg": algorithm, "kid": "k"}, key)
    public = jwks([key.as_dict(private=False)])
    assert verified(made, public, algorithms=[algorithm], typ=None) == CLAIMS
