"""Check 65: any bytes to any endpoint get a proper answer, and never a 5xx."""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.authserver import router as authserver
from app.errors import MilieuError
from app.usecases.customers import CurrentSession
from app.usecases.giving import Choice
from oauth.server.metadata import (
    AUTHORIZE_PATH,
    INTROSPECT_PATH,
    PAR_PATH,
    REVOKE_PATH,
    TOKEN_PATH,
)
from tests.app.authserver.over_http import OverHttp
from tests.app.authserver.rawly import (
    FORM,
    MARK,
    Answered,
    Raw,
    answer_to,
    inputs,
    spoilt_forms,
    with_one_odd_field,
)
from tests.app.authserver.records import Ask, Call, Client
from tests.app.authserver.whole import CALLBACK, PURPOSES, Whole, signed, whole_application

PUBLIC = re.compile(r"/\.well-known/|/(oauth|receipts)/jwks")
PATHS = sorted(
    {route.path.replace("{path:path}", "v1") for route in authserver.routes}
    | {"/v1/context", "/v1/context/lookup", "/v1/", "/oauth/", "/"}
)
FORM_ENDPOINTS = (TOKEN_PATH, PAR_PATH, INTROSPECT_PATH, REVOKE_PATH, AUTHORIZE_PATH)
EXAMPLES = 300
DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")
"""RFC 6749, section 5.2."""


@pytest.fixture
def whole(database_url: str) -> Iterator[Whole]:
    with whole_application(database_url) as found:
        yield found


def known_values(whole: Whole) -> dict[str, list[str]]:
    """What a client and a thief may have in hand."""
    server, crm = OverHttp(whole), whole.crm
    client = Client(crm.id, is_fapi=False, is_public=False)
    ask = Ask(PURPOSES[0], frozenset({"openid", "context:topics"}), "create", None, None)

    async def tokens_and_more() -> dict[str, Any]:
        who = await whole.customer()
        asked = await server.do(Call("ask", {"client": client, "ask": ask}))
        request = asked.said["request"]
        given = {"who": who, "request": request, "ticked": ask.scope, "ends": None}
        approved = await server.do(Call("approve", {**given, "is_single": False}))
        code = approved.said["code"]
        using = {"client": client, "code": code, "key": None, "verifies": True}
        issued = await server.do(Call("redeem", using))
        pushed = await server.do(Call("push", {"client": client, "ask": ask}))
        return {**issued.said, **pushed.said, "code": code, "who": who}

    found = whole.run(tokens_and_more())
    return {
        "client_id": [party.id for party in whole.parties],
        "client_secret": [str(crm.secret)],
        "redirect_uri": [CALLBACK],
        "code": [found["code"]],
        "token": [found["access_token"], found["refresh_token"]],
        "refresh_token": [found["refresh_token"]],
        "grant_id": [found["grant_id"]],
        "id_token_hint": [found["id_token"]],
        "request_uri": [found["request_uri"]],
        "customer": [found["who"]],
    }


def test_check_65_any_bytes_get_a_proper_answer(whole: Whole):
    known = known_values(whole)

    @given(raw=inputs(PATHS, known) | spoilt_forms(FORM_ENDPOINTS, known))
    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    def is_answered(raw: Raw) -> None:
        send(whole, raw, known["customer"][0])

    is_answered()


def test_check_65_one_odd_field_in_a_good_form_gets_a_proper_answer(whole: Whole):
    # Mutation tried: `asked._JKT` lets any 43 characters through (PostgreSQL).
    known = known_values(whole)
    for endpoint in (AUTHORIZE_PATH, TOKEN_PATH, PAR_PATH):
        for raw in with_one_odd_field(endpoint, known):
            send(whole, raw, known["customer"][0])


def send(whole: Whole, raw: Raw, who: str) -> None:
    """Send it, judge the answer, and let her give what is asked for, if something is."""
    answer = whole.run(answer_to(whole.app, raw))
    check(raw, answer)
    place, _, request = (answer.header("location") or "").partition("/consent/")
    if request and not place:
        whole.run(decide(whole, who, request))


async def decide(whole: Whole, who: str, request: str) -> None:
    """Let her give it: what was taken can be kept, on either database."""
    current = CurrentSession("session", who, whole.clock())
    with suppress(MilieuError):
        await whole.services.consents.approve(request, current, Choice(()))


claims = st.fixed_dictionaries(
    {},
    optional={
        name: st.one_of(
            st.sampled_from(
                ["POST", "https://milieu.example/oauth/token", "\0", "\ud800", "http://[", MARK]
            ),
            st.integers(),
            st.sampled_from([1e308, -1e308, float("inf"), float("nan"), True, None, 1_772_442_000]),
            st.lists(st.text(max_size=3), max_size=2),
            st.dictionaries(st.text(max_size=3), st.none(), max_size=1),
        )
        for name in ("htm", "htu", "jti", "iat", "exp", "nbf", "nonce", "ath", "aud", "iss", "sub")
    },
)


def test_check_65_properly_signed_nonsense_gets_a_proper_answer(whole: Whole):
    """Proofs and assertions whose signature is good, so that their claims are looked at."""

    @given(said=claims, right=st.sets(st.sampled_from(["htm", "htu", "jti", "iat", "nonce"])))
    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    def is_answered(said: dict[str, Any], right: set[str]) -> None:
        good = json.loads(payload_of(whole.proof(0, "POST", "/oauth/token")))
        jwk = whole.keys[0].as_dict(private=False)
        header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk}
        proof = signed(header, said | {name: good[name] for name in right}, whole.keys[0])
        assert whole.bank.key is not None
        whose = {"iss": whole.bank.id, "sub": whole.bank.id, "aud": "https://milieu.example"}
        assertion = signed({"alg": "ES256"}, said | whose, whole.bank.key)
        form = {"grant_type": "client_credentials", **whole.credentials(whole.bank)}
        for body in (form, form | {"client_assertion": assertion}):
            encoded = "&".join(f"{name}={value}" for name, value in body.items()).encode()
            headers = [(b"content-type", FORM), (b"dpop", proof.encode())]
            raw = Raw("POST", "/oauth/token", b"", headers, encoded)
            check(raw, whole.run(answer_to(whole.app, raw)))

    is_answered()


def payload_of(jwt: str) -> bytes:
    payload = jwt.split(".")[1]
    return urlsafe_b64decode(payload + "=" * (-len(payload) % 4))


def check(raw: Raw, answer: Answered) -> None:
    """What every answer must be, whatever was sent."""
    assert answer.status < 500, (raw, answer)
    assert b"Traceback" not in answer.body
    assert b"sqlalchemy" not in answer.body
    assert all(text.isprintable() for _, text in answer.headers), answer.headers
    is_public = PUBLIC.match(raw.path) and answer.status == 200
    assert is_public or answer.header("cache-control") == "no-store", answer
    if answer.status >= 400:
        check_error(raw, answer)


def check_error(raw: Raw, answer: Answered) -> None:
    """An OAuth error, a problem document, or a page for people; none repeats what was sent."""
    kind = (answer.header("content-type") or "").split(";")[0]
    assert MARK not in (answer.header("www-authenticate") or "")
    if raw.method == "HEAD" and not answer.body:
        return
    if kind == "text/html":
        assert any(name == b"accept" and b"text/html" in text for name, text in raw.headers)
        assert MARK.encode() not in answer.body
        return
    said = json.loads(answer.body)
    if kind == "application/problem+json":
        assert {"type", "title", "status", "detail", "code"} == set(said)
        assert said["status"] == answer.status
        assert MARK not in answer.body.decode()
        return
    assert kind == "application/json", answer
    assert raw.path.startswith("/oauth/")
    assert {"error"} <= set(said) <= {"error", "error_description"}, said
    assert re.fullmatch("[a-z_]+", said["error"])
    assert DESCRIPTION.fullmatch(said.get("error_description", "x")), said
    assert MARK not in said.get("error_description", ""), said
    if answer.status == 401:
        assert answer.header("www-authenticate")
