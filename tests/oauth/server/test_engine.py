"""The engine under any input: always an answer, never an exception, never more than was granted."""

import hashlib
import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from authlib.oauth2.rfc6749.errors import AccessDeniedError
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from oauth.server.authentication import presented_credentials
from oauth.server.engine import Asked, AuthorizationEngine, CannotRedirect
from oauth.server.messages import OAuthRequest
from oauth.server.pkce import create_s256_code_challenge
from oauth.server.scopes import scope_of
from oauth.server.stores import ClientRecord, GrantRecord, TokenKind
from oauth.server.tokens import Secrets
from tests.oauth.server.memory import MemoryStores

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECTIONS = ("topics", "sentiment", "network")
CALLBACK = "https://crm.example/back"
VERIFIER = "v" * 43


def digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def derive(purpose: str, value: str) -> bytes:
    return hashlib.sha256(f"key {purpose} {value}".encode("utf-8", "surrogatepass")).digest()


CLIENT = ClientRecord("cli_crm", digest("secret"), (CALLBACK,), ("dpv:CustomerCare",), SECTIONS)
PUBLIC = replace(CLIENT, id="cli_app", secret_hash=None)


def stores_with_clients() -> MemoryStores:
    return MemoryStores({client.id: client for client in (CLIENT, PUBLIC)})


def engine(clock=lambda: START) -> AuthorizationEngine:
    numbers = itertools.count()
    secrets = Secrets(
        lambda prefix: f"{prefix}{next(numbers)}",
        digest,
        derive,
        "at_",
        "rt_",
        seal=lambda value, place: place.encode() + value[::-1],
        unseal=lambda sealed, place: sealed.removeprefix(place.encode())[::-1],
    )
    return AuthorizationEngine("https://milieu.example", SECTIONS, secrets, clock)


ASKING = {
    "response_type": "code",
    "client_id": CLIENT.id,
    "redirect_uri": CALLBACK,
    "scope": scope_of(SECTIONS),
    "code_challenge": create_s256_code_challenge(VERIFIER),
    "code_challenge_method": "S256",
}
names = st.sampled_from(
    [*ASKING, "state", "purpose", "grant_type", "client_secret", "code", "token", "refresh_token"]
)
values = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            *ASKING.values(),
            "authorization_code",
            "refresh_token",
            "client_credentials",
            "secret",
            PUBLIC.id,
            "context:topics",
            'quo"te',
            "\ud800",
        ]
    ),
)
pairs = st.lists(st.tuples(names, values), max_size=12)
requests = st.builds(
    OAuthRequest,
    st.just("POST"),
    st.dictionaries(st.just("authorization"), st.text(max_size=30) | st.just("Basic Y2xpX2NybTpz")),
    pairs | st.none(),
    pairs | st.none(),
)


@given(request=requests)
@settings(max_examples=400)
def test_check_65_any_request_to_any_endpoint_gets_an_answer(request):
    stores = stores_with_clients()
    for endpoint in (engine().token, engine().revoke):
        answer = endpoint(request, stores)
        assert answer.status in {200, 400, 401}
        assert answer.body is not None
        assert ("error" in answer.body) == (answer.status != 200)
        assert ("Cache-Control", "no-store") in answer.headers
    try:
        outcome = engine().authorize(request, stores)
    except CannotRedirect:
        return
    if not isinstance(outcome, Asked):
        assert outcome.status == 303
        assert outcome.location is not None
        assert outcome.location.startswith(CALLBACK + "?")


@given(changed=st.dictionaries(names, values, max_size=4))
@settings(max_examples=300)
def test_a_changed_request_is_asked_properly_or_refused(changed):
    request = OAuthRequest("GET", {}, tuple((ASKING | changed).items()))
    try:
        outcome = engine().authorize(request, stores_with_clients())
    except CannotRedirect:
        assert {"client_id", "redirect_uri"} & set(changed)
        return
    if isinstance(outcome, Asked):
        assert set(outcome.sections) <= set(SECTIONS)
        assert outcome.purpose == "dpv:CustomerCare"
        assert outcome.parameters["code_challenge_method"] == "S256"


@given(
    method=st.text(max_size=5),
    headers=st.dictionaries(st.text(max_size=15), st.text(max_size=50)),
    query=st.binary(max_size=60),
    body=st.binary(max_size=60),
)
def test_any_bytes_can_be_parsed(method, headers, query, body):
    request = OAuthRequest.parse(method, headers.items(), query, body)
    assert all(isinstance(text, str) for pair in request.pairs for text in pair)


@given(pairs=st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=10))
def test_a_form_is_read_as_it_was_written(pairs):
    printable = [(name, value) for name, value in pairs if (name + value).isprintable()]
    body = urlencode(printable).encode()
    assert tuple(OAuthRequest.parse("POST", (), b"", body).form or ()) == tuple(printable)


def test_check_15_and_20_the_code_carries_no_scope_of_its_own():
    stores = stores_with_clients()
    asked = engine().authorize(OAuthRequest("GET", {}, tuple(ASKING.items())), stores)
    assert isinstance(asked, Asked)
    assert asked.sections == SECTIONS
    stores.grants["gra"] = GrantRecord("gra", CLIENT.id, ("topics",), None)
    answer = engine().approve(asked.parameters, "gra", stores)
    [code] = parse_qs(urlsplit(answer.location).query)["code"]
    tokens = engine().token(redemption(code), stores)
    assert tokens.body["scope"] == "context:topics"


SEPARATORS = {
    "": "?",
    "?": "",
    "?x=%zz": "&",
    "?b;c": "&",
    "?a=1&": "",
    "?a=%C3%A4&a=b+c&&=": "&",
    "?to=https://x.example/?y": "&",
}


@pytest.mark.parametrize(("query", "separator"), SEPARATORS.items())
def test_the_query_of_a_redirect_uri_comes_back_as_it_was_registered(query, separator):
    uri = CALLBACK + query
    stores = stores_with_clients()
    stores.clients[CLIENT.id] = replace(CLIENT, redirect_uris=(uri,))
    stores.grants["gra"] = GrantRecord("gra", CLIENT.id, ("topics",), None)
    asking = ASKING | {"redirect_uri": uri, "state": "a b&c"}
    refused = OAuthRequest("GET", {}, tuple((asking | {"scope": "context:other"}).items()))
    for answer, name in (
        (engine().approve(asking, "gra", stores), "code"),
        (engine().refuse(asking, AccessDeniedError(), stores), "error"),
        (engine().authorize(refused, stores), "error"),
    ):
        before = uri + separator
        assert answer.location.startswith(f"{before}{name}=")
        added = parse_qs(answer.location.removeprefix(before), strict_parsing=True)
        assert {name, "state", "iss"} <= set(added)
        assert added["state"] == ["a b&c"]


def test_without_an_active_grant_there_is_no_code():
    stores = stores_with_clients()
    answer = engine().approve(ASKING, "gra_none", stores)
    assert parse_qs(urlsplit(answer.location).query)["error"] == ["access_denied"]
    assert stores.codes == {}


def redemption(code: str) -> OAuthRequest:
    return form(grant_type="authorization_code", code=code, code_verifier=VERIFIER)


def form(**fields: str) -> OAuthRequest:
    named = {"client_id": CLIENT.id, "client_secret": "secret"} | fields
    return OAuthRequest("POST", {}, (), tuple(named.items()))


class Refreshing(RuleBasedStateMachine):
    """A client, a thief and the time, in any order: the rules of rotation always hold."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.engine = engine(lambda: self.now)
        self.stores = stores_with_clients()
        self.end = START + timedelta(hours=2)
        grant = GrantRecord("gra", CLIENT.id, ("topics", "sentiment"), self.end)
        self.stores.grants["gra"] = grant
        location = self.engine.approve(ASKING, "gra", self.stores).location
        [code] = parse_qs(urlsplit(location).query)["code"]
        first = self.engine.token(redemption(code), self.stores).body
        self.seen = [first["refresh_token"]]
        self.last_use: dict[str, datetime] = {}

    def is_dead(self, token: str) -> bool:
        return self.stores.tokens[digest(token)].revoked_at is not None

    @rule(seconds=st.sampled_from([1, 29, 31, 700, 3600]))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule(
        pick=st.integers(0, 50), scope=st.sampled_from([None, "context:topics", "context:network"])
    )
    def somebody_refreshes(self, pick, scope):
        token = self.seen[pick % len(self.seen)]
        extra = {} if scope is None else {"scope": scope}
        was_dead, used = self.is_dead(token), self.last_use.get(token)
        answer = self.engine.token(
            form(grant_type="refresh_token", refresh_token=token, **extra), self.stores
        )
        late = used is not None and self.now - used > timedelta(seconds=30)
        position = self.seen.index(token)
        superseded = any(later in self.last_use for later in self.seen[position + 1 :])
        if late or superseded:
            assert answer.body["error"] == "invalid_grant"
            assert all(self.is_dead(seen) for seen in self.seen)
        elif was_dead or self.now >= self.end:
            assert answer.body["error"] == "invalid_grant"
        elif scope == "context:network":
            assert answer.body["error"] == "invalid_scope"
        else:
            self.last_use.setdefault(token, self.now)
            successor = answer.body["refresh_token"]
            assert successor in (self.seen[position + 1 : position + 2] or [successor])
            if successor not in self.seen:
                self.seen.append(successor)

    @rule()
    @precondition(lambda self: len(self.seen) > 2)
    def the_client_gives_up(self):
        answer = self.engine.revoke(form(token=self.seen[-1]), self.stores)
        assert answer.status == 200
        assert all(self.is_dead(seen) for seen in self.seen)

    @invariant()
    def nothing_is_wider_or_longer_than_the_grant(self):
        for token in self.stores.tokens.values():
            assert set(token.scope.split()) <= {"context:topics", "context:sentiment"}
            assert token.expires_at <= self.end

    @invariant()
    def one_refresh_token_is_unused_at_most(self):
        unused = [
            token
            for token in self.stores.tokens.values()
            if token.kind is TokenKind.REFRESH and token.rotated_at is None
        ]
        assert len(unused) == 1


TestRefreshing = Refreshing.TestCase
TestRefreshing.settings = settings(max_examples=40, stateful_step_count=25)


def test_a_secret_never_shows_in_a_repr():
    credentials = presented_credentials(form(client_secret="a secret to keep"))
    assert credentials.secret == "a secret to keep"
    assert credentials.secret not in repr(credentials)
