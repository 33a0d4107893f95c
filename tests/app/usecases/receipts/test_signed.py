"""A signed receipt: proven by our key, spoilt by any change, and readable as a file."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.usecases.receipts.facts import Party
from app.usecases.receipts.receipt import receipt
from app.usecases.receipts.signed import TYP, as_file, signed
from context.section import Section
from oauth.server.keys import jwks, new_signing_key
from oauth.server.signing import MAX_TOKEN_LENGTH, Signer, verified
from tests.app.usecases.receipts.samples import GRANTED, anything

PAIR = new_signing_key()
SIGNER = Signer.of(PAIR.private_jwk)
PUBLISHED = jwks([PAIR.public_jwk])
JWS = signed(GRANTED, SIGNER)


def checked(token):
    """What somebody who has only our published keys makes of it, with joserfc."""
    found = jws.deserialize_compact(token, KeySet.import_key_set(PUBLISHED), algorithms=["ES256"])
    return found.headers(), json.loads(found.payload)


@given(anything)
@settings(max_examples=25)
def test_it_verifies_against_the_published_key_and_holds_the_receipt(facts):
    header, claims = checked(signed(facts, SIGNER))
    assert (header["typ"], header["kid"]) == (TYP, PAIR.kid)
    assert claims == {
        "iss": facts.operator.id,
        "sub": facts.subject,
        "jti": facts.event_id,
        "client_id": facts.client.id,
        "receipt": json.loads(json.dumps(receipt(facts))),
    }


def test_our_own_verifier_takes_it_as_a_receipt_and_as_nothing_else():
    claims = verified(JWS, PUBLISHED, algorithms=["ES256"], typ=TYP)
    assert claims["jti"] == GRANTED.event_id
    with pytest.raises(Exception, match="type is not"):
        verified(JWS, PUBLISHED, algorithms=["ES256"], typ="at+jwt")


@given(part=st.integers(0, 2), at=st.integers(0), bits=st.integers(1, 255))
def test_it_fails_when_one_byte_changes(part, at, bits):
    parts = [bytearray(urlsafe_b64decode(text + "==")) for text in JWS.split(".")]
    parts[part][at % len(parts[part])] ^= bits
    spoilt = ".".join(urlsafe_b64encode(one).decode().rstrip("=") for one in parts)
    with pytest.raises((JoseError, ValueError)):
        checked(spoilt)


def test_another_key_does_not_verify_it():
    other = signed(GRANTED, Signer.of(new_signing_key().private_jwk))
    with pytest.raises((JoseError, ValueError)):
        checked(other)


@given(anything)
@settings(max_examples=25)
def test_the_file_says_in_the_open_what_is_signed(facts):
    token = signed(facts, SIGNER)
    file = json.loads(as_file(token))
    assert file["jws"] == token
    assert file["receipt"] == checked(token)[1]["receipt"]
    assert f"{facts.operator.id}/oauth/jwks" in file["check"]
    assert as_file(token) == as_file(token)


def test_the_file_says_where_retired_keys_are_too():
    file = json.loads(as_file(JWS, "https://milieu.example/keys"))
    assert file["check"].endswith("Its key is at https://milieu.example/keys.")


def test_the_file_is_text_that_a_person_can_open():
    text = as_file(signed(replace(GRANTED, rivals=("Çelik",)), SIGNER)).decode()
    assert '\n  "receipt": {\n' in text
    assert "Çelik" in text
    assert text.endswith("}\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b",
        "a.b.c",
        "e30.bnVsbA.c",
        SIGNER.sign({"iss": "https://milieu.example"}, "JWT"),
        SIGNER.sign({"receipt": {}}, "JWT"),
    ],
)
def test_what_is_not_a_signed_receipt_makes_no_file(text):
    with pytest.raises(ValueError, match="This is"):
        as_file(text)


def test_the_longest_receipt_is_no_longer_than_a_token_may_be():
    names = tuple(f"{number:02} {'n' * 61}" for number in range(20))
    party = Party("cli_" + "c" * 32, "n" * 200, "https://" + "u" * 250, "e" * 250, "a" * 500)
    token = signed(
        replace(
            GRANTED,
            client=party,
            operator=replace(party, id="https://" + "i" * 100 + ".example"),
            given=tuple(Section)[:1],
            asked=tuple(Section),
            brands=names,
            rivals=names,
            replaced_by="gra_" + "1" * 32,
        ),
        SIGNER,
    )
    assert len(token) < MAX_TOKEN_LENGTH
