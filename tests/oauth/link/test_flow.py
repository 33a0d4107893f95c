"""The client side of OAuth, against a provider that says what the test wants."""

import base64
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth.link.answers import read_tokens
from oauth.link.bearer import BearerAuth
from oauth.link.errors import (
    CallbackInvalid,
    ClientUnknown,
    LinkDenied,
    LinkError,
    LinkRefused,
    ProviderUnusable,
)
from oauth.link.flow import check_registration, depart, exchange, read_callback, renew, revoke
from oauth.link.provider import ClientAuthentication, Provider, Registration, Tokens
from oauth.link.register import register_app

US = Registration("our id", "our secret")
BACK = "https://milieu.test/callback"
HELD = Tokens("abc")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def provider(**changes):
    plain = {
        "issuer": "https://social.example",
        "authorization_endpoint": "https://social.example/oauth/authorize",
        "token_endpoint": "https://social.example/oauth/token",
        "revocation_endpoint": "https://social.example/oauth/revoke",
        "registration_endpoint": "https://social.example/api/v1/apps",
        "scopes": ("read:accounts", "read:statuses"),
    }
    return Provider(**(plain | changes))


class Provides:
    """A provider with one answer, which remembers what it was asked."""

    def __init__(self, status=200, **answer):
        self.status, self.answer = status, answer
        self.asked: list[httpx.Request] = []

    def __call__(self, request):
        self.asked.append(request)
        return httpx.Response(self.status, **self.answer)

    @property
    def form(self):
        return {name: value[0] for name, value in parse_qs(self.asked[-1].content.decode()).items()}

    @property
    def revoked(self):
        return [parse_qs(one.content.decode())["token"][0] for one in self.asked]

    def client(self):
        return httpx.AsyncClient(transport=httpx.MockTransport(self), verify=False)


TOKENS = {"access_token": "abc", "token_type": "Bearer", "scope": "read", "created_at": 1}


def exchanged(client, described=None):
    return exchange(
        client, described or provider(), US, code="the code", verifier="the verifier",
        redirect_uri=BACK, now=NOW,
    )  # fmt: skip


async def leave(**said):
    async with httpx.AsyncClient() as client:
        return await depart(client, provider(), US, BACK, NOW, **said)


async def test_she_leaves_with_state_and_a_pkce_challenge_made_for_this_time_alone():
    first, second = [await leave() for _ in range(2)]
    query = {name: values[0] for name, values in parse_qs(urlsplit(first.url).query).items()}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(first.verifier.encode()).digest())
    assert query == {
        "response_type": "code",
        "client_id": "our id",
        "redirect_uri": BACK,
        "scope": "read:accounts read:statuses",
        "state": first.state,
        "code_challenge": challenge.rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    assert first.state != second.state
    assert first.verifier != second.verifier
    assert len(first.verifier) >= 43  # RFC 7636, section 4.1
    assert first.state not in repr(first)
    assert first.verifier not in repr(first)


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"error": "access_denied"}, LinkDenied),
        ({"error": "server_error"}, LinkRefused),
        ({"error": "invalid_client"}, ClientUnknown),
        ({}, CallbackInvalid),
        ({"code": ""}, CallbackInvalid),
        ({"code": "abc", "iss": "https://evil.example"}, CallbackInvalid),
        ({"error": "access_denied", "iss": "https://evil.example"}, CallbackInvalid),
    ],
)
def test_callbacks_that_bring_no_code(params, error):
    with pytest.raises(error):
        read_callback(provider(), params)


def test_what_an_error_says_is_not_repeated_unless_it_is_a_code():
    with pytest.raises(LinkRefused) as refused:
        read_callback(provider(), {"error": "<b>click here</b>"})
    assert refused.value.code == "unknown_error"


@pytest.mark.parametrize("iss", [{}, {"iss": "https://social.example"}])
def test_a_callback_brings_a_code(iss):
    assert read_callback(provider(), {"code": "abc", **iss}) == "abc"


async def test_a_code_becomes_tokens():
    provides = Provides(json=TOKENS | {"refresh_token": "def", "expires_in": 60})
    async with provides.client() as client:
        tokens = await exchanged(client)
    assert (tokens.access_token, tokens.refresh_token) == ("abc", "def")
    assert tokens.expires_at == NOW + timedelta(seconds=60)
    assert provides.form == {
        "grant_type": "authorization_code",
        "code": "the code",
        "redirect_uri": BACK,
        "code_verifier": "the verifier",
        "client_id": "our id",
        "client_secret": "our secret",
    }
    assert "abc" not in repr(tokens)
    assert "def" not in repr(tokens)
    assert "our secret" not in repr(US)


@pytest.mark.parametrize(
    ("status", "content", "error"),
    [
        (401, {"error": "invalid_client"}, ClientUnknown),
        (400, {"error": "invalid_grant"}, LinkRefused),
        (401, {"error": "access_denied"}, ClientUnknown),
        (400, {"error": "words for people"}, LinkRefused),
        (404, {"error": "words for people"}, ProviderUnusable),
        (400, {"error": 7}, ProviderUnusable),
        (503, {"error": "invalid_client"}, ProviderUnusable),
        (429, {"error": "invalid_grant"}, ProviderUnusable),
        (200, ["tokens"], ProviderUnusable),
        (200, {"token_type": "Bearer"}, ProviderUnusable),
        (200, {"access_token": "a"}, ProviderUnusable),
        (200, TOKENS | {"token_type": "DPoP"}, ProviderUnusable),
        (200, TOKENS | {"access_token": "a\r\nX-Evil: 1"}, ProviderUnusable),
        (200, TOKENS | {"access_token": 7}, ProviderUnusable),
        (302, {}, ProviderUnusable),
    ],
)
async def test_answers_without_tokens_are_told_apart(status, content, error):
    async with Provides(status, json=content).client() as client:
        with pytest.raises(error) as failure:
            await exchanged(client)
    assert type(failure.value) is error


@given(st.binary(max_size=80), st.sampled_from([200, 400, 401, 500]))
async def test_nonsense_is_an_error_of_ours_that_quotes_nothing(content, status):
    async with Provides(status, content=content).client() as client:
        with pytest.raises(LinkError) as failure:
            await exchanged(client)
    assert failure.value.__cause__ is None


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
async def test_an_answer_nested_without_end_is_no_answer(opening, status):
    async with Provides(status, content=opening * 100_000).client() as client:
        with pytest.raises(ProviderUnusable) as failure:
            await exchanged(client)
    assert failure.value.__cause__ is None


@pytest.mark.parametrize("odd", ["\ud800", "a" * 5000, "two\nlines"])
async def test_members_that_are_no_tokens_are_left_out(odd):
    answer = json.dumps(TOKENS | {"refresh_token": odd, "scope": odd}).encode()
    async with Provides(content=answer).client() as client:
        tokens = await exchanged(client)
    assert (tokens.refresh_token, tokens.scope) == (None, "")


async def test_odd_members_of_a_token_response_are_left_out():
    odd = TOKENS | {"refresh_token": 7, "expires_in": "soon", "scope": None}
    async with Provides(json=odd).client() as client:
        tokens = await exchanged(client)
    assert (tokens.refresh_token, tokens.expires_at, tokens.scope) == (None, None, "")


async def test_a_provider_that_knows_us_may_still_refuse_us_a_token_of_our_own():
    async with Provides(400, json={"error": "unsupported_grant_type"}).client() as client:
        await check_registration(client, provider(), US, NOW, redirect_uri=BACK)


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, "invalid_client"), (401, "invalid_client_id"), (400, "Invalid credentials")],
)
async def test_a_provider_that_does_not_know_us_says_so_in_one_way_or_another(status, error):
    provides = Provides(status, json={"error": error})
    async with provides.client() as client:
        with pytest.raises(ClientUnknown):
            await check_registration(client, provider(), US, NOW, redirect_uri=BACK)
    assert provides.form["redirect_uri"] == BACK


async def test_a_token_is_revoked():
    provides = Provides(json={})
    async with provides.client() as client:
        await revoke(client, provider(), US, HELD, NOW)
        assert provides.revoked == ["abc"]
        await revoke(client, provider(), US, replace(HELD, refresh_token="def"), NOW)
        assert provides.revoked == ["abc", "def", "abc"]


async def test_a_revocation_that_is_refused_is_an_error():
    async with Provides(403, json={"error": "unauthorized_client"}).client() as client:
        with pytest.raises(LinkRefused):
            await revoke(client, provider(), US, HELD, NOW)


async def test_a_provider_without_revocation_is_left_alone():
    provides = Provides()
    async with provides.client() as client:
        await revoke(client, provider(revocation_endpoint=None), US, HELD, NOW)
    assert provides.asked == []


async def test_tokens_are_renewed():
    provides = Provides(json=TOKENS | {"refresh_token": "new", "expires_in": 7200})
    async with provides.client() as client:
        fresh = await renew(client, provider(), US, replace(HELD, refresh_token="def"), NOW)
    assert provides.form == {
        "grant_type": "refresh_token",
        "refresh_token": "def",
        "client_id": "our id",
        "client_secret": "our secret",
    }
    assert fresh == Tokens("abc", "new", NOW + timedelta(hours=2), "read")


async def test_what_is_not_issued_anew_stays():
    held = Tokens("old", "def", NOW, "read write")
    bare = {"access_token": "new", "token_type": "Bearer"}
    async with Provides(json=bare).client() as client:
        assert await renew(client, provider(), US, held, NOW) == Tokens(
            "new", "def", None, "read write"
        )


@pytest.mark.parametrize(
    ("authentication", "sent", "header"),
    [
        ("client_secret_post", {"client_id": "i:d", "client_secret": "s+c"}, None),
        ("client_secret_basic", {}, "Basic " + base64.b64encode(b"i%3Ad:s%2Bc").decode()),
        ("none", {"client_id": "i:d"}, None),
    ],
)
async def test_we_show_who_we_are_as_the_provider_wants_it(authentication, sent, header):
    provides = Provides(json=TOKENS)
    described = provider(authentication=ClientAuthentication(authentication))
    async with provides.client() as client:
        await renew(client, described, Registration("i:d", "s+c"), HELD, NOW)
    known = {name: value for name, value in provides.form.items() if name.startswith("client")}
    assert known == sent
    assert provides.asked[0].headers.get("Authorization") == header


async def test_whom_she_means_goes_along():
    assert "login_hint=did%3Aplc%3Ax" in (await leave(login_hint="did:plc:x")).url
    assert "login_hint" not in (await leave()).url


def test_who_always_says_its_name_must_say_it():
    named = provider(names_itself=True)
    assert read_callback(named, {"code": "abc", "iss": "https://social.example"}) == "abc"
    with pytest.raises(CallbackInvalid):
        read_callback(named, {"code": "abc"})


@given(st.one_of(st.integers(), st.booleans(), st.floats(), st.text(max_size=3)))
def test_a_lifetime_that_cannot_be_is_none(seconds):
    answer = httpx.Response(200, content=json.dumps(TOKENS | {"expires_in": seconds}))
    expires_at = read_tokens(answer, NOW).expires_at
    is_one = isinstance(seconds, int) and not isinstance(seconds, bool)
    if expires_at is None:
        assert not is_one or seconds < 0 or seconds > 10 * 365 * 86_400
    else:
        assert expires_at == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("address", "gets_it"),
    [
        ("https://social.example/api", True),
        ("https://social.example:443/api", True),
        ("http://social.example/api", False),
        ("https://social.example:8443/api", False),
        ("https://social.example.evil/api", False),
        ("https://api.social.example/", False),
    ],
)
async def test_a_token_goes_to_the_server_that_issued_it_alone(address, gets_it):
    provides = Provides()
    async with provides.client() as client:
        await client.get(address, auth=BearerAuth("abc", "https://social.example"))
    assert ("Authorization" in provides.asked[0].headers) is gets_it


async def test_registering():
    provides = Provides(json={"client_id": "x", "client_secret": "y", "name": "Milieu"})
    async with provides.client() as client:
        made = await register_app(
            client, provider(), name="Milieu", website="https://milieu.test", redirect_uri=BACK
        )
    assert made == Registration("x", "y")
    assert provides.form == {
        "client_name": "Milieu",
        "website": "https://milieu.test",
        "redirect_uris": BACK,
        "scopes": "read:accounts read:statuses",
    }


async def test_a_provider_without_registration_cannot_be_registered_with():
    async with Provides().client() as client:
        with pytest.raises(LinkRefused, match="registration_not_supported"):
            await register_app(
                client, provider(registration_endpoint=None), name="", website="", redirect_uri=""
            )
