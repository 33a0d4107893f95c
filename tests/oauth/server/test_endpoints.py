"""Pushing, introspecting, asking who she is: any request gets an answer, never an exception."""

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from oauth.server.asked import PARAMETERS
from oauth.server.authorize import CannotRedirect
from oauth.server.engine import Asked
from oauth.server.keys import Algorithm, jwks, new_signing_key
from oauth.server.messages import OAuthRequest
from oauth.server.signing import KeyRing, Signer
from oauth.server.stores import GrantRecord
from tests.oauth.server.test_engine import ASKING, CLIENT, SECTIONS, START, engine, form
from tests.oauth.server.test_engine import stores_with_clients as empty_stores
from tests.support.jose import ASSERTION_TYPE, Key, assertion

PAIR = new_signing_key(Algorithm.ES256)
KEYS = KeyRing({"ES256": Signer.of(PAIR.private_jwk)}, jwks([PAIR.public_jwk]))
KEY = Key.new()
OWN = replace(CLIENT, id="cli_keys", secret_hash=None, jwks=KEY.jwks)
HINT = KEYS.signers["ES256"].sign(
    {"iss": "https://milieu.example", "aud": CLIENT.id, "sub": "sub_x"}, "JWT"
)

names = st.sampled_from(
    [
        *PARAMETERS,
        "scope",
        "purpose",
        "authorization_details",
        "resource",
        "request",
        "request_uri",
        "registration",
        "response_mode",
        "client_secret",
        "client_assertion",
        "client_assertion_type",
        "token",
        "access_token",
    ]
)
values = st.one_of(
    st.text(max_size=20),
    st.text("0123456789", max_size=400),
    st.sampled_from(
        [
            *ASKING.values(),
            "secret",
            "merge",
            "replace",
            "gra",
            "none",
            "login consent",
            "openid",
            "https://milieu.example/v1",
            json.dumps([{"type": "customer_context", "sections": ["network"]}]),
            "[" * 2_000,
            HINT,
            HINT[:-4],
            ASSERTION_TYPE,
            assertion(KEY, OWN.id, "https://milieu.example", START),
            "urn:ietf:params:oauth:request_uri:0",
            "\ud800",
            "\x00",
        ]
    ),
)
changes = st.dictionaries(names, values, max_size=4)
headers = st.fixed_dictionaries(
    {},
    optional={
        "authorization": st.sampled_from(["Basic Y2xpX2NybTpz", "Bearer at_0", "DPoP at_0"])
        | st.text(max_size=20),
        "dpop": st.text(max_size=30),
        "accept": st.sampled_from(["*/*", "application/token-introspection+jwt"]),
    },
)


def stores_with_all():
    stores = empty_stores()
    stores.clients[OWN.id] = OWN
    stores.grants["gra"] = GrantRecord("gra", CLIENT.id, SECTIONS, None, CLIENT.purposes[0])
    return stores


def request_of(fields, headers) -> OAuthRequest:
    return OAuthRequest("POST", headers, form=tuple(fields.items()))


@given(changed=changes, headers=headers)
@settings(max_examples=300)
def test_check_65_any_pushed_request_is_kept_or_refused_and_then_asked(changed, headers):
    # Mutation tried: `hinted_subject` does not catch `NotVerified`.
    stores, server = stores_with_all(), engine()
    answer = server.par(
        request_of(ASKING | {"client_secret": "secret"} | changed, headers), stores, KEYS
    )
    assert answer.status in {201, 400, 401}
    assert answer.location is None
    if answer.status != 201:
        assert answer.body["error"]
        assert not stores.pushed
        return
    [kept] = stores.pushed.values()
    by_name = {"client_id": kept.client_id, "request_uri": answer.body["request_uri"]}
    outcome = server.authorize(OAuthRequest("GET", {}, tuple(by_name.items())), stores, KEYS)
    assert isinstance(outcome, Asked)
    assert outcome.sections or outcome.signs_in
    assert not stores.pushed


@given(changed=changes)
@settings(max_examples=300)
def test_check_65_any_request_of_a_browser_is_asked_or_refused(changed):
    stores = stores_with_all()
    request = OAuthRequest("GET", {}, tuple((ASKING | changed).items()))
    try:
        outcome = engine().authorize(request, stores, KEYS)
    except CannotRedirect:
        assert {"client_id", "redirect_uri", "request_uri"} & set(changed)
        return
    if isinstance(outcome, Asked):
        again = engine().judge(request_of(outcome.parameters, {}), stores, KEYS)
        assert again == outcome
    else:
        assert outcome.status == 303


@given(changed=changes, headers=headers)
def test_check_65_any_request_for_introspection_or_userinfo_gets_an_answer(changed, headers):
    # Mutation tried: `challenge` without a scheme for who presents nothing.
    stores, server = stores_with_all(), engine()
    issued = server.token(form(grant_type="client_credentials"), stores).body["access_token"]
    fields = {"client_id": CLIENT.id, "client_secret": "secret", "token": issued}
    answer = server.introspect(request_of(fields | changed, headers), stores, KEYS)
    assert answer.status in {200, 400, 401}
    assert (answer.body is None) == (answer.media_type is not None)
    told = server.userinfo(request_of(changed, headers), stores)
    assert told.status in {400, 401, 403}
    assert dict(told.headers)["Cache-Control"] == "no-store"
    if told.status != 400:
        assert "resource_metadata=" in dict(told.headers)["WWW-Authenticate"]
