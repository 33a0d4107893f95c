"""Signing in at an OpenID provider (checks 47 to 49), honest or hostile, over real HTTP."""

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.errors import Conflict, Forbidden, Unavailable
from app.ids import secret_hash
from app.mail import Outbox
from app.outbound import Limits, Outbound
from app.portal.step_up import FRESH_FOR
from app.store.customers import Customer, Identifier
from app.store.engine import Database
from app.store.secrets import Vault
from app.store.sign_in_attempts import SignInAttempt, Wish
from app.usecases.arrivals import MAX_WAYS, Arrival, Arrivals
from app.usecases.customers import CurrentSession, Customers
from app.usecases.openid import OpenIDSignIn
from app.usecases.openid_providers import (
    KEYS_ASKED_AGAIN_AFTER,
    KNOWN_FOR,
    Configured,
    OpenIDProviders,
)
from app.usecases.sign_in_attempts import ATTEMPT_LIFETIME, SignInAttempts
from app.usecases.way_mails import WayMails
from app.usecases.ways_in import WaysIn
from tests.support.clock import SettableClock
from tests.support.jose import Key, encoded
from tests.support.openid import (
    CLIENT_ID,
    CLIENT_SECRET,
    TestProvider,
    Told,
    openid_provider,
    visit,
)

ISSUER = "https://milieu.test"
LIMITS = Limits(body_bytes=64 * 1024)
IMPATIENT = Limits(read_s=0.2, total_s=0.4)


@pytest.fixture
def provider(clock: SettableClock) -> Iterator[TestProvider]:
    with openid_provider(clock) as running:
        yield running


@dataclass
class Door:
    """The use cases as wiring would build them."""

    database: Database
    vault: Vault
    clock: SettableClock
    openid: OpenIDSignIn
    customers: Customers
    ways_in: WaysIn
    outbox: Outbox

    async def sign_in(
        self, name: str = "elsewhere", session: CurrentSession | None = None
    ) -> Arrival:
        """All the way, in one browser."""
        leaving = await self.openid.begin(name, None, "context", session)
        return await self.openid.finish(name, leaving.browser, session, await visit(leaving.url))

    async def add(self, session: CurrentSession, name: str = "elsewhere") -> Arrival:
        leaving = await self.openid.begin_adding(name, None, "account", session)
        return await self.openid.finish(name, leaving.browser, session, await visit(leaving.url))

    async def session(self, arrival: Arrival) -> CurrentSession:
        assert arrival.session_secret is not None
        found = await self.customers.session(arrival.session_secret)
        assert found is not None
        return found

    async def rows(self, table: Any) -> list[Any]:
        async with self.database.reading() as session:
            return list((await session.exec(select(table))).all())


@pytest.fixture
def opened(database: Database, vault: Vault, clock: SettableClock) -> Callable[..., Door]:
    def build(*configured: Configured, limits: Limits = LIMITS) -> Door:
        hosts = frozenset(one.issuer.removeprefix("http://").rstrip("/") for one in configured)
        providers = OpenIDProviders(configured, hosts, clock)
        outbox = Outbox()
        mails = WayMails(clock, outbox, ISSUER)
        openid = OpenIDSignIn(
            SignInAttempts(database, vault, clock),
            Arrivals(database, vault, clock, mails),
            providers,
            Outbound(hosts, limits=limits),
            clock,
            ISSUER,
        )
        customers = Customers(database, vault, clock, outbox, ISSUER)
        ways_in = WaysIn(database, vault, clock, providers, mails)
        return Door(database, vault, clock, openid, customers, ways_in, outbox)

    return build


@pytest.fixture
def door(opened: Callable[..., Door], provider: TestProvider) -> Door:
    return opened(provider.configured())


async def test_she_is_new_once_and_found_again_by_issuer_and_subject(
    door: Door, provider: TestProvider
):
    first = await door.sign_in()
    again = await door.sign_in()
    provider.subject = "somebody else"
    other = await door.sign_in()

    assert (first.is_new, again.is_new, other.is_new) == (True, False, True)
    assert first.customer_id == again.customer_id != other.customer_id
    assert first.session_secret != again.session_secret
    assert (await door.session(first)).customer_id == first.customer_id
    assert await door.customers.emails(first.customer_id) == []
    assert await door.ways_in.known_as(first.customer_id) == "who has the account at Elsewhere"


async def test_she_leaves_with_state_nonce_and_challenge_made_for_this_time_alone(
    door: Door, provider: TestProvider
):
    asked = []
    for _ in range(2):
        await door.sign_in()
        asked.append(provider.asked_for)
    assert asked[0].keys() == {
        "response_type", "client_id", "redirect_uri", "scope", "state", "nonce",
        "code_challenge", "code_challenge_method",
    }  # fmt: skip
    assert asked[0]["scope"] == "openid"
    assert asked[0]["code_challenge_method"] == "S256"
    assert asked[0]["redirect_uri"] == f"{ISSUER}/sign-in/openid/elsewhere/callback"
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
        assert len(asked[0][name]) >= 43


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post", "none"])
async def test_we_show_who_we_are_as_it_was_registered(
    opened: Callable[..., Door], provider: TestProvider, way: str
):
    provider.authentication = way
    assert (await opened(provider.configured()).sign_in()).is_new


async def test_check_47_an_attempt_is_used_once_by_the_browser_that_began_within_ten_minutes(
    door: Door,
):
    # Mutations tried: `consume_sign_in_attempt` without `browser_hash`; without
    # `consumed_at IS NULL`; without `expires_at`.
    leaving = await door.openid.begin("elsewhere", None, "grants")
    back = await visit(leaving.url)
    with pytest.raises(Forbidden) as elsewhere:
        await door.openid.finish("elsewhere", "another browser", None, back)
    assert elsewhere.value.code == "openid_not_here"
    with pytest.raises(Forbidden) as unknown:
        await door.openid.finish("elsewhere", leaving.browser, None, back | {"state": "x"})
    assert unknown.value.code == "openid_not_here"

    arrivals = await asyncio.gather(
        *(door.openid.finish("elsewhere", leaving.browser, None, back) for _ in range(4)),
        return_exceptions=True,
    )
    assert [one.return_to for one in arrivals if isinstance(one, Arrival)] == ["grants"]
    assert {one.code for one in arrivals if isinstance(one, Forbidden)} == {"openid_used"}

    late = await door.openid.begin("elsewhere", None, "context")
    back = await visit(late.url)
    door.clock.advance(ATTEMPT_LIFETIME)
    with pytest.raises(Forbidden) as expired:
        await door.openid.finish("elsewhere", late.browser, None, back)
    assert expired.value.code == "openid_expired"


async def test_check_47_what_was_begun_in_a_session_ends_in_it(door: Door, provider: TestProvider):
    # Mutation tried: `take` does not compare the session.
    hers = await door.session(await door.sign_in())
    provider.subject = "another account of hers"
    leaving = await door.openid.begin_adding("elsewhere", None, "account", hers)
    provider.subject = "mallory"
    theirs = await door.session(await door.sign_in())
    back = await visit(leaving.url)
    for session in (None, theirs):
        with pytest.raises(Forbidden) as refused:
            await door.openid.finish("elsewhere", leaving.browser, session, back)
        assert refused.value.code in {"openid_not_here", "openid_used"}


async def test_two_tabs_of_one_browser_do_not_disturb_each_other(door: Door):
    one = await door.openid.begin("elsewhere", None, "context")
    two = await door.openid.begin("elsewhere", one.browser, "grants")
    assert one.browser == two.browser
    for leaving in (two, one):
        back = await visit(leaving.url)
        await door.openid.finish("elsewhere", leaving.browser, None, back)


async def test_neither_secrets_nor_who_she_is_are_kept_in_clear(door: Door, provider: TestProvider):
    leaving = await door.openid.begin("elsewhere", None, "context")
    back = await visit(leaving.url)
    await door.openid.finish("elsewhere", leaving.browser, None, back)
    kept = repr([row.model_dump() for row in await door.rows(SignInAttempt)])
    kept += repr([row.model_dump() for row in await door.rows(Identifier)])
    for secret in (provider.subject, provider.url, back["state"], leaving.browser,
                   provider.asked_for["nonce"]):  # fmt: skip
        assert secret not in kept
    assert secret_hash(back["state"]) in kept


HOSTILE: dict[str, dict[str, dict[str, Any]]] = {
    "another issuer's token": {"claims": {"iss": "https://evil.example"}},
    "no issuer": {"claims": {"iss": None}},
    "for another client": {"claims": {"aud": "somebody"}},
    "for another client too": {"claims": {"aud": [CLIENT_ID, "somebody"]}},
    "for nobody": {"claims": {"aud": []}},
    "issued to another client": {"claims": {"azp": "somebody"}},
    "another attempt's": {"claims": {"nonce": "another"}},
    "of no attempt": {"claims": {"nonce": None}},
    "a nonce that is no text": {"claims": {"nonce": 1}},
    "expired": {"claims": {"exp": 1}},
    "without an end": {"claims": {"exp": None}},
    "issued never": {"claims": {"iat": None}},
    "issued long ago": {"claims": {"iat": 1_500_000_000}},
    "of the future": {"claims": {"iat": 9_999_999_999}},
    "not valid yet": {"claims": {"nbf": 9_999_999_999}},
    "another access token's": {"claims": {"at_hash": encoded(bytes(16))}},
    "without a subject": {"claims": {"sub": None}},
    "an empty subject": {"claims": {"sub": ""}},
    "a subject with a line break": {"claims": {"sub": "a\nb"}},
    "a subject that is a number": {"claims": {"sub": 1}},
    "a huge subject": {"claims": {"sub": "x" * 256}},
    "signed in tomorrow": {"claims": {"auth_time": 9_999_999_999}},
    "signed in never": {"claims": {"auth_time": "now"}},
    "signed in before there was time": {"claims": {"auth_time": -1}},
    "with a key of its own": {"header": {"jwk": Key.new().public}},
    "a critical extension": {"header": {"crit": ["x"]}},
    "a callback of another issuer (mix-up)": {"back": {"iss": "https://evil.example"}},
    "a callback that leaves out who it is of": {"back": {"iss": None}},
    "a callback of almost this issuer": {"back": {"iss": "{url}/"}},
    "a callback without a code": {"back": {"code": None}},
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("about", HOSTILE.values(), ids=HOSTILE)
async def test_check_48_what_is_not_as_it_should_be_is_not_believed(
    door: Door, provider: TestProvider, about: dict[str, dict[str, Any]]
):
    # Mutations tried: each comparison of `id_token.judged` left out; `read_answer` without its own.
    for name, changes in about.items():
        filled = {
            key: value.format(url=provider.url) if value == "{url}/" else value
            for key, value in changes.items()
        }
        getattr(provider, name).update(filled)
    with pytest.raises(Forbidden) as refused:
        await door.sign_in()
    assert refused.value.code == "openid_not_believed"
    assert await door.rows(Customer) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("algorithm", ["none", "HS256 by our secret", "HS256 by its key", "RS384"])
@pytest.mark.parametrize("says_so", [True, False])
async def test_check_49_algorithms_come_from_our_list_and_keys_from_the_published_ones(
    door: Door, provider: TestProvider, algorithm: str, says_so: bool
):
    # Mutation tried: whatever the document allows is allowed.
    if says_so:
        allowed = ["RS256", algorithm.split(maxsplit=1)[0]]
        provider.document["id_token_signing_alg_values_supported"] = allowed
    match algorithm:
        case "none":
            provider.signs = Key("none", None)
        case "HS256 by our secret":
            provider.shared = CLIENT_SECRET.encode()
        case "HS256 by its key":
            provider.shared = provider.key.private.as_pem(private=False)
        case "RS384":
            provider.signs = Key("RS384", provider.key.private)
    with pytest.raises(Forbidden) as refused:
        await door.sign_in()
    assert refused.value.code == "openid_not_believed"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_algorithm_of_our_list_that_its_document_does_not_name_is_refused(
    door: Door, provider: TestProvider
):
    provider.key = provider.signs = Key.new("ES256")
    with pytest.raises(Forbidden):
        await door.sign_in()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("algorithm", ["ES256", "Ed25519", "PS256"])
async def test_other_algorithms_of_our_list_will_do(
    door: Door, provider: TestProvider, algorithm: str
):
    provider.document["id_token_signing_alg_values_supported"] = [algorithm]
    provider.key = provider.signs = Key.new(algorithm)
    if algorithm == "Ed25519":
        provider.claims["at_hash"] = None
    assert (await door.sign_in()).is_new


UNUSABLE: dict[str, dict[str, Any]] = {
    "another issuer's document": {"issuer": "https://evil.example"},
    "almost the issuer's": {"issuer": "{url}/"},
    "nobody's": {"issuer": None},
    "no authorization endpoint": {"authorization_endpoint": None},
    "no token endpoint": {"token_endpoint": None},
    "no keys": {"jwks_uri": None},
    "a token endpoint without TLS": {"token_endpoint": "http://elsewhere.example/token"},
    "keys without TLS": {"jwks_uri": "http://elsewhere.example/jwks"},
    "she would be sent without TLS": {"authorization_endpoint": "http://elsewhere.example/a"},
    "she would be sent into a script": {"authorization_endpoint": "javascript:alert(1)"},
    "an address with a name before it": {"token_endpoint": "https://us@elsewhere.example/token"},
    "an address with a fragment": {"authorization_endpoint": "https://elsewhere.example/#a"},
    "an address that is none": {"token_endpoint": "https://[::1"},
    "an address that is a number": {"token_endpoint": 1},
    "an address without an end": {"token_endpoint": "https://e.example/" + "a" * 2_000},
    "symmetric algorithms alone": {"id_token_signing_alg_values_supported": ["none", "HS256"]},
    "algorithms that are none": {"id_token_signing_alg_values_supported": "RS256"},
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("changes", UNUSABLE.values(), ids=UNUSABLE)
async def test_check_49_a_document_is_of_the_configured_issuer_and_says_what_it_must(
    door: Door, provider: TestProvider, changes: dict[str, Any]
):
    # Mutations tried: the issuer not compared, or without its slash; `_is_allowed` always true;
    # no look at who is named before the host.
    provider.document.update(changes)
    if changes.get("issuer") == "{url}/":
        provider.document["issuer"] = f"{provider.url}/"
    with pytest.raises(Unavailable) as refused:
        await door.openid.begin("elsewhere", None, "context")
    assert refused.value.code == "openid_down"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks", "/token"])
@pytest.mark.parametrize(
    "told",
    [
        Told(b"x" * 70_000),
        Told(b'{"keys": 1}'),
        Told(b"[" * 10_000),
        Told(b"\xff\xfe"),
        Told(b"[]"),
        Told(b"", 302),
        Told(b"{}", 404),
        Told(b"{}", 500),
        Told(b'{"error": "<b>click</b>"}', 404),
    ],
    ids=["huge", "other", "deep", "bytes", "list", "redirect", "nothing", "broken", "text"],
)
async def test_a_provider_that_answers_with_something_else_is_said_to_be_down(
    door: Door, provider: TestProvider, path: str, told: Told
):
    provider.told[path] = told
    with pytest.raises(Unavailable) as refused:
        await door.sign_in()
    assert refused.value.code == "openid_down"
    assert "click" not in str(refused.value)
    assert await door.rows(Customer) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_provider_that_refuses_in_words_is_not_quoted(door: Door, provider: TestProvider):
    provider.told["/token"] = Told(b'{"error": "<b>click</b>"}', 400)
    with pytest.raises(Conflict) as refused:
        await door.sign_in()
    assert refused.value.code == "openid_refused"
    assert "click" not in str(refused.value)
    assert await door.rows(Customer) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_she_does_not_wait_for_a_provider_that_takes_its_time(
    opened: Callable[..., Door], provider: TestProvider
):
    door = opened(provider.configured(), limits=IMPATIENT)
    provider.told["/.well-known/openid-configuration"] = Told(b"{}", delay_s=1)
    with pytest.raises(Unavailable):
        await door.sign_in()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"id_token": None}, "openid_down"),
        ({"id_token": "a.b.c"}, "openid_not_believed"),
        ({"id_token": "e30.e30.e30"}, "openid_not_believed"),
        ({"id_token": "x" * 40_000}, "openid_down"),
        ({"id_token": 1}, "openid_down"),
        ({"access_token": None}, "openid_down"),
        ({"token_type": "mac"}, "openid_down"),
    ],
)
async def test_a_token_response_is_read_with_care(
    door: Door, provider: TestProvider, answer: dict[str, Any], code: str
):
    provider.answer.update(answer)
    with pytest.raises((Unavailable, Forbidden)) as refused:
        await door.sign_in()
    assert refused.value.code == code


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_tokens_of_two_attempts_are_not_interchangeable(door: Door, provider: TestProvider):
    # A token that was hers in another attempt (replay, or a swapped code) has its nonce.
    await door.sign_in()
    nonce = provider.asked_for["nonce"]
    provider.answer["id_token"] = provider.id_token(nonce, "its access token")
    with pytest.raises(Forbidden) as refused:
        await door.sign_in()
    assert refused.value.code == "openid_not_believed"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_code_of_one_attempt_is_worth_nothing_in_another(
    door: Door, provider: TestProvider
):
    one = await door.openid.begin("elsewhere", None, "context")
    two = await door.openid.begin("elsewhere", one.browser, "context")
    stolen = (await visit(one.url))["code"]
    back = await visit(two.url) | {"code": stolen}
    with pytest.raises(Conflict) as refused:
        await door.openid.finish("elsewhere", two.browser, None, back)
    assert refused.value.code == "openid_refused"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_check_48_an_answer_of_one_provider_at_the_address_of_another_is_not_believed(
    opened: Callable[..., Door], provider: TestProvider, clock: SettableClock
):
    # Mutation tried: `finish` does not compare the provider of the attempt.
    with openid_provider(clock) as evil:
        evil.document["authorization_response_iss_parameter_supported"] = None
        door = opened(provider.configured(), evil.configured("evil"))
        leaving = await door.openid.begin("elsewhere", None, "context")
        back = await visit(leaving.url)
        del back["iss"]
        with pytest.raises(Forbidden) as refused:
            await door.openid.finish("evil", leaving.browser, None, back)
        assert refused.value.code == "openid_not_believed"
        assert "/token" not in evil.asked


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_one_subject_at_two_providers_is_two_people(
    opened: Callable[..., Door], provider: TestProvider, clock: SettableClock
):
    # Mutation tried: `openid_value` of the subject alone.
    with openid_provider(clock) as other:
        door = opened(provider.configured(), other.configured("other"))
        one, two = await door.sign_in(), await door.sign_in("other")
    assert one.customer_id != two.customer_id


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("back", "error", "code"),
    [
        ({"code": None, "error": "access_denied"}, Forbidden, "openid_declined"),
        ({"code": None, "error": "server_error"}, Conflict, "openid_refused"),
        ({"code": None, "error": "<b>click</b>"}, Conflict, "openid_refused"),
    ],
)
async def test_errors_that_she_comes_back_with_are_told(
    door: Door, provider: TestProvider, back: dict[str, Any], error: type, code: str
):
    provider.back.update(back)
    with pytest.raises(error) as told:
        await door.sign_in()
    assert told.value.code == code
    assert "click" not in str(told.value)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_keys_are_asked_for_once_an_hour_and_again_for_a_new_one_once_a_minute(
    door: Door, provider: TestProvider
):
    # Mutations tried: no second look; no `KEYS_ASKED_AGAIN_AFTER`; keys kept for ever.
    await door.sign_in()
    await door.sign_in()
    assert provider.asked.count("/jwks") == 1
    assert provider.asked.count("/.well-known/openid-configuration") == 1

    provider.key, provider.kid = Key.new("RS256"), "two"
    provider.signs = provider.key
    with pytest.raises(Forbidden):
        await door.sign_in()
    assert provider.asked.count("/jwks") == 1
    door.clock.advance(KEYS_ASKED_AGAIN_AFTER)
    await door.sign_in()
    assert provider.asked.count("/jwks") == 2

    provider.header["kid"] = "of nobody"
    door.clock.advance(KEYS_ASKED_AGAIN_AFTER)
    for _ in range(3):
        with pytest.raises(Forbidden):
            await door.sign_in()
    assert provider.asked.count("/jwks") == 3

    provider.header.clear()
    door.clock.advance(KNOWN_FOR)
    await door.sign_in()
    assert provider.asked.count("/jwks") == 4
    assert provider.asked.count("/.well-known/openid-configuration") == 2


async def test_what_is_said_of_her_address_finds_nobody(
    opened: Callable[..., Door], provider: TestProvider
):
    # Account takeover. Mutation tried: an unknown account looked up by its e-mail claim.
    trusted = opened(provider.configured(verifies_email=True))
    provider.claims.update({"email": "Mara@example.org", "email_verified": True})
    hers = await trusted.sign_in()
    assert await trusted.customers.emails(hers.customer_id) == ["mara@example.org"]

    provider.subject = "mallory"
    theirs = await trusted.sign_in()
    assert theirs.is_new
    assert theirs.customer_id != hers.customer_id
    assert await trusted.customers.emails(theirs.customer_id) == []
    assert await trusted.customers.emails(hers.customer_id) == ["mara@example.org"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("trusted", "claims", "kept"),
    [
        (False, {"email": "mara@example.org", "email_verified": True}, None),
        (True, {"email": "mara@example.org"}, None),
        (True, {"email": "mara@example.org", "email_verified": "true"}, None),
        (True, {"email": "mara@example.org", "email_verified": False}, None),
        (True, {"email": "mara", "email_verified": True}, None),
        (True, {"email": "x" * 300 + "@b.c", "email_verified": True}, None),
        (True, {"email": 1, "email_verified": True}, None),
        (True, {"email": "mara@example.org", "email_verified": True}, "mara@example.org"),
    ],
)
async def test_an_address_is_kept_only_if_verified_by_a_provider_that_is_trusted_with_it(
    opened: Callable[..., Door],
    provider: TestProvider,
    trusted: bool,
    claims: dict[str, Any],
    kept: str | None,
):
    # Mutations tried: `verifies_email` not asked; `email_verified` not looked at, or any value.
    door = opened(provider.configured(verifies_email=trusted))
    provider.claims.update(claims)
    provider.userinfo.update(claims)
    hers = await door.sign_in()
    assert await door.customers.emails(hers.customer_id) == ([kept] if kept else [])
    assert ("email" in provider.asked_for["scope"].split()) is trusted
    assert trusted or "/userinfo" not in provider.asked


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_address_that_the_token_leaves_out_is_asked_for_and_must_be_about_her(
    opened: Callable[..., Door], provider: TestProvider
):
    # Token substitution. Mutation tried: the subject of userinfo not compared.
    door = opened(provider.configured(verifies_email=True))
    provider.userinfo.update(email="mara@example.org", email_verified=True)
    hers = await door.sign_in()
    assert await door.customers.emails(hers.customer_id) == ["mara@example.org"]
    provider.userinfo["sub"] = "somebody else"
    with pytest.raises(Forbidden):
        await door.sign_in()


async def test_an_address_that_she_took_away_does_not_come_back_by_itself(
    opened: Callable[..., Door], provider: TestProvider
):
    door = opened(provider.configured(verifies_email=True))
    provider.claims.update({"email": "mara@example.org", "email_verified": True})
    hers = await door.session(await door.sign_in())
    [address] = [way for way in await door.ways_in.list(hers.customer_id) if way.is_email]
    await door.ways_in.remove(hers, address.id)
    await door.sign_in()
    assert await door.customers.emails(hers.customer_id) == []


async def test_who_is_signed_in_adds_an_account_and_signs_in_by_either(
    opened: Callable[..., Door], provider: TestProvider, clock: SettableClock
):
    with openid_provider(clock) as other:
        door = opened(provider.configured(), other.configured("other"))
        first = await door.sign_in()
        hers = await door.session(first)
        clock.advance(seconds=1)
        added = await door.add(hers, "other")
        assert (added.wish, added.session_secret, added.is_new) == (Wish.ADD, None, False)
        again = await door.add(hers, "other")
        by_other = await door.sign_in("other")
    assert again.customer_id == by_other.customer_id == first.customer_id
    ways = await door.ways_in.list(first.customer_id)
    assert [way.name for way in ways] == ["Elsewhere", "Other"]


async def test_an_account_that_is_somebody_elses_is_a_conflict_that_tells_nothing(
    door: Door, provider: TestProvider
):
    # Mutation tried: `_add` does not compare whose the account is.
    theirs = await door.sign_in()
    provider.subject = "mara"
    hers = await door.session(await door.sign_in())
    provider.subject = "248289761001"
    with pytest.raises(Conflict) as refused:
        await door.add(hers)
    assert refused.value.code == "openid_taken"
    assert theirs.customer_id not in str(refused.value)
    assert len(await door.ways_in.list(hers.customer_id)) == 1


async def test_one_account_shown_twice_at_once_is_one_customer(door: Door):
    arrivals = await asyncio.gather(*(door.sign_in() for _ in range(4)))
    assert len({one.customer_id for one in arrivals}) == 1
    assert len(await door.rows(Customer)) == 1


async def test_signing_in_again_is_by_an_account_of_hers(door: Door, provider: TestProvider):
    # The same is said of an account that nobody has and of one that somebody else has.
    # Mutation tried: `_settle` does not compare who was signed in.
    await door.sign_in()
    provider.subject = "mara"
    hers = await door.session(await door.sign_in())
    door.clock.advance(hours=1)
    again = await door.session(await door.sign_in(session=hers))
    assert again.customer_id == hers.customer_id
    assert again.signed_in_at == door.clock()
    assert provider.asked_for["prompt"] == "login"
    assert provider.asked_for["max_age"] == "600"

    said = []
    for subject in ("248289761001", "of nobody"):
        provider.subject = subject
        with pytest.raises(Conflict) as refused:
            await door.sign_in(session=hers)
        said.append((refused.value.code, str(refused.value)))
    assert said[0] == said[1]
    assert said[0][0] == "openid_not_yours"
    assert len(await door.rows(Customer)) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_signing_in_again_means_that_she_is_asked_again(door: Door, provider: TestProvider):
    # Check 17. Mutation tried: `_is_of_before` is never true.
    hers = await door.session(await door.sign_in())
    provider.claims["auth_time"] = int(door.clock().timestamp())
    door.clock.advance(minutes=5)
    with pytest.raises(Forbidden) as refused:
        await door.sign_in(session=hers)
    assert refused.value.code == "openid_not_again"
    provider.claims["auth_time"] = int(door.clock().timestamp())
    await door.sign_in(session=hers)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_session_is_as_old_as_her_sign_in_at_the_provider(
    door: Door, provider: TestProvider
):
    # Mutations tried: `auth_time` not looked at, by which a provider that knew her would do; a
    # session fresh without it, by which signing out and coming back in silence would do.
    provider.claims["auth_time"] = 0  # says who does not know
    hers = await door.session(await door.sign_in())
    assert door.clock() - hers.signed_in_at > FRESH_FOR, "who is new, and has not said when"
    del provider.claims["auth_time"]
    hers = await door.session(await door.sign_in())
    assert door.clock() - hers.signed_in_at > FRESH_FOR, "who may have been asked nothing"
    again = await door.session(await door.sign_in(session=hers))
    assert again.signed_in_at == door.clock(), "who had to be asked again"
    earlier = door.clock() - timedelta(hours=5)
    provider.claims["auth_time"] = int(earlier.timestamp())
    assert (await door.session(await door.sign_in())).signed_in_at == earlier


@pytest.mark.parametrize("wish", [Wish.SIGN_IN, Wish.ADD])
async def test_who_is_disabled_neither_signs_in_nor_adds_anything(
    door: Door, provider: TestProvider, wish: Wish
):
    arrival = await door.sign_in()
    hers = await door.session(arrival)
    async with door.database.writing() as session:
        customer = await session.get_one(Customer, arrival.customer_id)
        customer.disabled_at = door.clock()
    with pytest.raises(Forbidden) as refused:
        await (door.sign_in() if wish is Wish.SIGN_IN else door.add(hers))
    assert refused.value.code == "disabled"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_ways_to_sign_in_have_an_end(door: Door, provider: TestProvider):
    hers = await door.session(await door.sign_in())
    for number in range(MAX_WAYS - 1):
        provider.subject = f"account {number}"
        await door.add(hers)
    provider.subject = "one more"
    with pytest.raises(Conflict) as refused:
        await door.add(hers)
    assert refused.value.code == "ways_enough"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_her_addresses_are_told_of_an_account_that_was_added_once(door: Door):
    # Mutation tried: `settle` does not tell.
    await door.customers.request_sign_in("mara@example.org", "context")
    [token] = re.findall(r"mil_si_[\w-]+", door.outbox.mails()[0].text)
    signed_in = await door.customers.sign_in(token)
    hers = await door.customers.session(signed_in.session_secret)
    assert hers is not None
    await door.add(hers)
    await door.add(hers)
    told = [mail for mail in door.outbox.mails() if "was added" in mail.subject]
    assert [mail.to for mail in told] == ["mara@example.org"]
    assert "one more way now: an account at 127.0.0.1." in told[0].text


async def test_erasing_takes_her_accounts_elsewhere_and_open_attempts_along(door: Door):
    first = await door.sign_in()
    hers = await door.session(first)
    await door.openid.begin_adding("elsewhere", None, "account", hers)
    await door.customers.erase(first.customer_id)
    assert await door.rows(Identifier) == []
    assert [row for row in await door.rows(SignInAttempt) if row.customer_id] == []
    again = await door.sign_in()
    assert again.is_new
    assert again.customer_id != first.customer_id
