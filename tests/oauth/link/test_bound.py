"""Sessions bound to keys: requests handed in before, assertions in the place of secrets."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from oauth.link.errors import ClientUnknown, LinkRefused, ProviderUnusable
from oauth.link.flow import depart, exchange, read_callback, renew, revoke
from oauth.link.provider import Binding, ClientAuthentication, Provider, Registration, Tokens

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BACK = "https://milieu.test/callback"
ISSUER = "https://issuer.example"


def key():
    made = ECKey.generate_key("P-256")
    made.ensure_kid()
    return made


NEW, OLD = key(), key()
PROVIDER = Provider(
    issuer=ISSUER,
    authorization_endpoint=f"{ISSUER}/authorize?tenant=1",
    token_endpoint=f"{ISSUER}/token",
    revocation_endpoint=f"{ISSUER}/revoke",
    registration_endpoint=None,
    pushed_authorization_request_endpoint=f"{ISSUER}/par",
    scopes=("atproto", "rpc:a?aud=*"),
    authentication=ClientAuthentication.KEY,
    dpop=True,
    names_itself=True,
)
US = Registration(
    "https://milieu.test/document",
    keys=tuple(json.dumps(one.as_dict(private=True)) for one in (NEW, OLD)),
)
ISSUED = {
    "access_token": "abc",
    "token_type": "DPoP",
    "refresh_token": "def",
    "expires_in": 60,
    "scope": "atproto",
    "sub": "did:plc:mara",
}


class Provides:
    """A provider with planned answers, which remembers what it was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked: list[tuple[str, dict[str, str], httpx.Headers]] = []

    def __call__(self, request):
        form = {name: value[0] for name, value in parse_qs(request.content.decode()).items()}
        self.asked.append((str(request.url), form, httpx.Headers(request.headers)))
        answer = self.answers.pop(0)
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    async def run(self, step, *given, **named):
        async with httpx.AsyncClient(transport=httpx.MockTransport(self)) as client:
            return await step(client, PROVIDER, US, *given, **named)


PUSHED = httpx.Response(201, json={"request_uri": "urn:x:1", "expires_in": 60})


async def left(*before):
    provides = Provides(*before, PUSHED)
    return provides, await provides.run(depart, BACK, NOW, "mara.test")


def asserted(form, signed_with):
    assert form["client_assertion_type"].endswith(":jwt-bearer")
    decoded = jwt.decode(form["client_assertion"], signed_with, algorithms=["ES256"])
    assert decoded.header["kid"] == signed_with.kid
    return decoded.claims


def proved(headers):
    header, claims, _ = headers["DPoP"].split(".")
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, claims)]


async def test_the_request_is_handed_in_and_she_is_sent_with_a_reference_alone():
    provides, away = await left()
    [(address, form, headers)] = provides.asked
    assert address == f"{ISSUER}/par"
    assert form["login_hint"] == "mara.test"
    assert (form["state"], form["redirect_uri"]) == (away.state, BACK)
    assert form["scope"] == "atproto rpc:a?aud=*"
    assert form["code_challenge_method"] == "S256"
    query = {name: value[0] for name, value in parse_qs(urlsplit(away.url).query).items()}
    assert query == {"tenant": "1", "client_id": US.client_id, "request_uri": "urn:x:1"}
    assert proved(headers)[1]["htu"] == f"{ISSUER}/par"
    assert json.loads(away.binding.dpop_key)["d"] not in repr(away)


async def test_who_we_are_is_shown_to_this_issuer_for_a_minute_and_by_each_assertion_once():
    claims = []
    for _ in range(2):
        provides, _ = await left()
        [(_, form, _)] = provides.asked
        assert "client_secret" not in form
        claims.append(asserted(form, NEW))
    assert claims[0] == {
        "iss": US.client_id,
        "sub": US.client_id,
        "aud": ISSUER,
        "jti": claims[0]["jti"],
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 60,
    }
    assert claims[0]["jti"] != claims[1]["jti"]


async def test_each_session_has_a_key_of_its_own_which_is_not_ours():
    sessions = [(await left())[1].binding for _ in range(2)]
    ours = {json.loads(one)["d"] for one in US.keys}
    theirs = {json.loads(one.dpop_key)["d"] for one in sessions}
    assert len(theirs) == 2
    assert not ours & theirs


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(400, json={"error": "invalid_scope"}), LinkRefused),
        (httpx.Response(400, json={"error": "invalid_client_metadata"}), ProviderUnusable),
        (httpx.Response(201, json={"request_uri": 7}), ProviderUnusable),
        (httpx.Response(201, json={}), ProviderUnusable),
        (httpx.Response(500), ProviderUnusable),
    ],
)
async def test_a_request_that_is_not_taken_sends_her_nowhere(answer, error):
    with pytest.raises(error):
        await Provides(answer).run(depart, BACK, NOW)


async def exchanged(binding, *answers):
    provides = Provides(*answers)
    tokens = await provides.run(
        exchange, code="c", verifier="v", redirect_uri=BACK, now=NOW, binding=binding
    )
    return provides, tokens


async def test_tokens_are_for_the_key_that_the_request_was_handed_in_with():
    pushed, away = await left()
    nonce = httpx.Response(400, headers={"DPoP-Nonce": "n1"}, json={"error": "use_dpop_nonce"})
    provides, tokens = await exchanged(away.binding, nonce, ISSUED)
    first, second = (proved(headers) for *_, headers in provides.asked)
    assert (first[1].get("nonce"), second[1]["nonce"]) == (None, "n1")
    assert second[1]["htm"] == "POST"
    assert "ath" not in second[1]
    assert first[0]["jwk"] == second[0]["jwk"] == proved(pushed.asked[0][2])[0]["jwk"]
    assert tokens == Tokens(
        "abc", "def", NOW + timedelta(seconds=60), "atproto", "did:plc:mara", away.binding
    )


async def test_tokens_that_are_bound_to_nothing_are_not_taken():
    with pytest.raises(ProviderUnusable):
        await exchanged((await left())[1].binding, ISSUED | {"token_type": "Bearer"})


HELD = Tokens("abc", "def", NOW, "atproto", "did:plc:mara", Binding("", ""))


async def held(signed_by=NEW):
    binding = replace((await left())[1].binding, client_key=signed_by.kid)
    return replace(HELD, binding=binding)


@pytest.mark.parametrize("signed_by", [NEW, OLD])
async def test_a_session_is_renewed_and_ended_with_the_keys_it_was_begun_with(signed_by):
    tokens = await held(signed_by)
    provides = Provides(ISSUED | {"refresh_token": "new"})
    fresh = await provides.run(renew, tokens, NOW)
    assert (fresh.refresh_token, fresh.binding) == ("new", tokens.binding)
    ending = Provides({}, {})
    await ending.run(revoke, tokens, NOW)
    for _, form, headers in [*provides.asked, *ending.asked]:
        asserted(form, signed_by)
        public = json.loads(tokens.binding.dpop_key)
        assert proved(headers)[0]["jwk"]["x"] == public["x"]
    assert [form["token"] for _, form, _ in ending.asked] == ["def", "abc"]


async def test_with_a_key_that_is_withdrawn_nothing_is_asked():
    provides = Provides()
    with pytest.raises(ClientUnknown, match="withdrawn"):
        await provides.run(renew, await held(key()), NOW)
    assert provides.asked == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(400, json={"error": "invalid_grant"}), LinkRefused),
        (httpx.Response(401, json={"error": "invalid_client"}), ProviderUnusable),
        (httpx.Response(400, json={"error": "invalid_dpop_proof"}), ProviderUnusable),
        (httpx.Response(200, json=ISSUED | {"sub": "did:plc:eve"}), LinkRefused),
    ],
)
async def test_what_a_refusal_says_of_her_access(answer, error):
    with pytest.raises(error):
        await Provides(answer).run(renew, await held(), NOW)


async def test_who_is_not_named_again_stays_the_same():
    answer = {name: value for name, value in ISSUED.items() if name != "sub"}
    assert (await Provides(answer).run(renew, await held(), NOW)).subject == "did:plc:mara"


def test_an_answer_must_say_whose_it_is():
    assert read_callback(PROVIDER, {"code": "c", "iss": ISSUER}) == "c"


async def test_a_request_that_is_repeated_for_a_nonce_carries_another_assertion():
    # Mutation tried: the body sent again as it was.
    asks = httpx.Response(400, json={"error": "use_dpop_nonce"}, headers={"DPoP-Nonce": "n-1"})
    provides = Provides(asks, PUSHED)
    await provides.run(depart, BACK, NOW)
    (_, first, _), (_, second, headers) = provides.asked
    assert first.pop("client_assertion") != second.pop("client_assertion")
    assert first == second
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert headers["Accept"] == "application/json"
