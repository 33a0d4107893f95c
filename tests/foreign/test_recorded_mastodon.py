"""The connector against what real Mastodon servers, from 2.4 to 4.8, answered to Mastodon.py."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.connectors.errors import AccessRevoked, ConnectorError, ProviderChanged, ProviderDown
from app.connectors.mastodon import Mastodon
from app.connectors.mastodon.connector import ACCOUNT_ID, ACCT
from app.connectors.mastodon.profile import profile
from app.connectors.mastodon.statuses import her_post, network_post
from app.errors import Conflict
from app.outbound import Outbound
from app.store.connections import ConnectionState
from app.store.engine import Database
from context.post import Post, PostKind
from oauth.link.provider import Tokens
from tests.foreign.recordings import Exchange, exchanges
from tests.foreign.replay import Replay, replaying
from tests.support.stage import Stage, came_back

pytestmark = pytest.mark.foreign

NOBODY = "nobody"
OWN = "/api/v1/accounts/verify_credentials"
HOME = "/api/v1/timelines/home"
HERS = re.compile(r"/api/v1/accounts/(\w+)/statuses")
# How each status that was recorded is read: its visibility, whether it is a boost, and what it is.
AS_HERS = {
    ("public", False, PostKind.ORIGINAL): 546,
    ("public", False, PostKind.REPLY): 26,
    ("public", True, PostKind.BOOST): 4,
    ("unlisted", False, PostKind.ORIGINAL): 7,
    ("unlisted", False, PostKind.REPLY): 5,
    ("unlisted", True, PostKind.BOOST): 1,
    ("private", False, None): 22,
    ("private", True, None): 2,
    ("direct", False, None): 40,
}
AS_HER_NETWORKS = {
    ("public", False, PostKind.ORIGINAL): 545,
    ("public", False, PostKind.REPLY): 25,
    ("public", True, PostKind.BOOST): 4,
    ("public", False, None): 2,  # the authors opted out, or are robots
    ("unlisted", False, None): 12,
    ("unlisted", True, None): 1,
    ("private", False, None): 22,
    ("private", True, None): 2,
    ("direct", False, None): 40,
}


@pytest.fixture(scope="session")
def recorded() -> list[Exchange]:
    found = exchanges()
    assert len(found) == 1416
    return found


@pytest.fixture
async def database(tmp_path, sqlite_template):
    path = tmp_path / "milieu.db"
    path.write_bytes(sqlite_template)
    opened = Database(f"sqlite:///{path}")
    yield opened
    await opened.close()


def entities(value: Any, *names: str) -> Iterator[dict[str, Any]]:
    """Every object in an answer that has all these members, however deep it stands."""
    if isinstance(value, dict):
        if all(name in value for name in names):
            yield value
        for member in value.values():
            yield from entities(member, *names)
    elif isinstance(value, list):
        for item in value:
            yield from entities(item, *names)


def statuses(recorded: list[Exchange]) -> list[dict[str, Any]]:
    return [
        status
        for exchange in recorded
        for status in entities(exchange.json(), "visibility", "content", "account")
    ]


def counted(found: list[tuple[dict[str, Any], Post | None]]) -> Counter[Any]:
    return Counter(
        (status["visibility"], status["reblog"] is not None, post and post.kind)
        for status, post in found
    )


def by_path(recorded: list[Exchange], path: str, cassette: str = "", **form: str) -> list[Exchange]:
    return [
        one
        for one in recorded
        if one.path == path and cassette in one.cassette and form.items() <= one.form.items()
    ]


def test_every_status_is_a_post_of_hers_or_knowingly_left_out(recorded):
    found = [(status, her_post(status, followers_only=False)) for status in statuses(recorded)]
    assert counted(found) == AS_HERS
    posts = [(status, post) for status, post in found if post]
    said = [status["reblog"] or status for status, _ in posts]
    wordless = [post for (_, post), one in zip(posts, said, strict=True) if not post.text.strip()]
    assert len(wordless) == len([one for one in said if not one["content"]])
    assert not any("<" in post.text or "quote-inline" in post.text for _, post in posts)
    assert {post.author for _, post in posts} == {one["account"]["id"] for one, _ in posts}
    replies = [post for _, post in posts if post.kind is PostKind.REPLY]
    assert all(post.reply_to for post in replies)


def test_those_for_her_followers_are_read_if_she_ticked_it_and_none_else_besides(recorded):
    ticked = counted([(one, her_post(one, followers_only=True)) for one in statuses(recorded)])
    added = ticked - Counter(AS_HERS)
    assert Counter(AS_HERS) - ticked == {("private", False, None): 22}
    assert added.total() == 22  # two more are boosts of what was for followers too
    assert {visibility for visibility, _, _ in added} == {"private"}


def test_every_status_is_a_post_of_her_network_or_knowingly_left_out(recorded):
    found = [(status, network_post(status, NOBODY)) for status in statuses(recorded)]
    assert counted(found) == AS_HER_NETWORKS
    left = [one["account"] for one, post in found if one["visibility"] == "public" and not post]
    assert all(author["noindex"] or author["bot"] for author in left)


def test_what_somebody_quotes_is_not_among_her_words(recorded):
    quoting = [one for one in statuses(recorded) if (one.get("quote") or {}).get("quoted_status")]
    assert quoting
    for status in quoting:
        hers = her_post(status, followers_only=False)
        theirs = her_post(status["quote"]["quoted_status"], followers_only=False)
        assert hers
        assert theirs
        assert theirs.text not in hers.text
        assert status["quote"]["quoted_status"]["uri"] not in hers.text


def test_every_account_says_how_far_it_is_heard_and_since_when(recorded):
    found = [
        account
        for exchange in recorded
        for account in entities(exchange.json(), "acct", "note", "followers_count", "created_at")
    ]
    assert len(found) > len(statuses(recorded))
    for account in found:
        about = profile(account)
        assert about.followers == account["followers_count"]
        assert about.following == account["following_count"]
        assert str(about.since) == account["created_at"][:10]
        assert ACCOUNT_ID.fullmatch(account["id"])
        assert ACCT.fullmatch(account["acct"])


async def test_the_endpoints_we_call_are_those_that_an_instance_describes(recorded, clock):
    (told,) = by_path(recorded, "/.well-known/oauth-authorization-server", "oauthserverinfo")
    said = told.json()
    async with Outbound().client() as client:
        ours = await Mastodon().provider(client, "https://mastodon.social", clock())
    assert ours.issuer == said["issuer"].rstrip("/")
    assert ours.authorization_endpoint == said["authorization_endpoint"]
    assert ours.token_endpoint == said["token_endpoint"]
    assert ours.revocation_endpoint == said["revocation_endpoint"]
    assert ours.registration_endpoint == said["app_registration_endpoint"]
    assert set(ours.scopes) <= set(said["scopes_supported"])
    assert "S256" in said["code_challenge_methods_supported"]


def outcome_of(exchange: Exchange) -> type[ConnectorError] | None:
    """What an answer must come to when it was to tell whose account a token is for."""
    content = exchange.json()
    if exchange.status in {401, 403, 400}:
        return AccessRevoked
    if exchange.status in {404, 422}:
        return ProviderChanged
    if exchange.status == 206 or content is None:
        return ProviderDown
    is_account = isinstance(content, dict) and {"id", "acct"} <= content.keys()
    return None if is_account else ProviderChanged


async def test_every_answer_is_an_account_or_an_error_that_says_what_to_do(recorded, clock):
    met = Counter()
    with replaying(()) as replay:
        host = replay.url.removeprefix("http://")
        async with Outbound(frozenset({host})).client() as client:
            for exchange in recorded:
                replay.recorded = [as_own(exchange)]
                outcome = await identified(client, replay.url, clock())
                assert outcome is outcome_of(exchange), exchange.url
                met[outcome] += 1
    assert met.total() == len(recorded)
    assert met[None] > 100
    assert met[AccessRevoked] == 9
    assert met[ProviderDown] >= 1


async def identified(client, instance: str, now: datetime) -> type[ConnectorError] | None:
    connector = Mastodon(frozenset({instance.removeprefix("http://")}))
    try:
        await connector.identify(client, instance, Tokens("a token"), now)
    except ConnectorError as error:
        return type(error)
    return None


def as_own(exchange: Exchange) -> Exchange:
    base = "{0.scheme}://{0.netloc}".format(urlsplit(exchange.url))
    told = vars(exchange) | {"method": "GET", "url": base + OWN, "form": {}}
    return Exchange(**told)


def linking(recorded: list[Exchange], own: Exchange) -> list[Exchange]:
    """What is asked when an account is linked: an app, a token for her, and whose it is."""
    (app, *_) = by_path(recorded, "/api/v1/apps")
    (token, *_) = by_path(recorded, "/oauth/token", "test_log_in_password.", grant_type="password")
    return [app, token, own]


class Reader:
    """Links and refreshes on a stage, at servers that are recordings."""

    def __init__(self, replay: Replay, database, vault, clock):
        self.replay, self.clock = replay, clock
        self.stage = Stage(
            database, vault, clock, frozenset({replay.url.removeprefix("http://")}), engine="light"
        )

    async def begin(self) -> tuple[str, dict[str, str]]:
        customer = await self.stage.customer()
        url = await self.stage.connections.begin_link(
            customer, "browser", "mastodon", self.replay.url
        )
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        back = f"{asked['redirect_uri']}?code=as+typed+in&state={asked['state']}"
        return customer, came_back(back)

    async def link(self) -> tuple[str, str]:
        customer, answer = await self.begin()
        return customer, await self.stage.connections.finish_link("browser", answer)


async def test_registered_linked_and_unlinked_as_recorded(recorded, database, vault, clock):
    own = by_path(recorded, OWN)[0]
    (revoked,) = by_path(recorded, "/oauth/revoke")
    with replaying([*linking(recorded, own), revoked]) as replay:
        reader = Reader(replay, database, vault, clock)
        customer, connection_id = await reader.link()
        view = await reader.stage.view(customer, connection_id)
        assert view.handle == f"@mastodonpy_test@{replay.url.removeprefix('http://')}"
        assert await reader.stage.connections.unlink(customer, connection_id) is True
        assert replay.recorded == []


async def test_we_are_known_as_long_as_an_app_may_have_a_token_of_its_own(
    recorded, database, vault, clock
):
    own = by_path(recorded, OWN)[0]
    (known, *_) = by_path(recorded, "/oauth/token", grant_type="client_credentials")
    with replaying(linking(recorded, own)) as replay:
        reader = Reader(replay, database, vault, clock)
        await reader.link()
        replay.recorded = [known]
        await reader.begin()
        assert replay.asked[-1] == "POST /oauth/token"
        assert replay.asked.count("POST /api/v1/apps") == 1


async def test_a_code_that_is_refused_is_told_so(recorded, database, vault, clock):
    app, *_ = linking(recorded, by_path(recorded, OWN)[0])
    (refused,) = by_path(recorded, "/oauth/token", "test_log_in_password_incorrect")
    with replaying([app, refused]) as replay, pytest.raises(Conflict, match="refuses"):
        await Reader(replay, database, vault, clock).link()


def lists(recorded: list[Exchange]) -> dict[str, list[Exchange]]:
    """The lists that were read as we read them, by cassette; each page once, from the newest on."""
    found: dict[str, list[Exchange]] = {}
    for one in recorded:
        is_one = one.path == HOME or HERS.fullmatch(one.path)
        is_ours = one.query.keys() <= {"limit", "max_id"} and one.status == 200
        if is_one and is_ours:
            found.setdefault(one.cassette, []).append(one)
    return found


async def test_what_was_recorded_of_lists_is_read_page_by_page(recorded, database, vault, clock):
    own = by_path(recorded, OWN)[0]
    read = Counter()
    for cassette, pages in lists(recorded).items():
        listed = [status for page in pages for status in page.json()]
        clock.set(newest(listed) + timedelta(minutes=1))
        is_home = pages[0].path == HOME
        account = own_of(own, pages[0])
        others = [empty_like(account, hers_of(account))] if is_home else [empty_like(account, HOME)]
        with replaying(linking(recorded, account)) as replay:
            reader = Reader(replay, database, vault, clock)
            customer, connection_id = await reader.link()
            replay.recorded = [*pages, *others, account]
            state = await reader.stage.refresh.refresh(connection_id)
            assert state is ConnectionState.ACTIVE, cassette
            assert replay.recorded == [], cassette
            digest = await reader.stage.digest(customer, connection_id)
        expected = [her_post(one, followers_only=False) for one in listed]
        if not is_home:
            assert sum(day.posts for day in digest.days) == len(list(filter(None, expected)))
        read[is_home] += len(pages)
    assert read == {True: 4, False: 11}


def hers_of(account: Exchange) -> str:
    return f"/api/v1/accounts/{account.json()['id']}/statuses"


def own_of(own: Exchange, page: Exchange) -> Exchange:
    """The account whose statuses a page lists, as it told of itself elsewhere."""
    hers = HERS.fullmatch(page.path)
    if not hers:
        return own
    body = own.body.replace(own.json()["id"].encode(), hers[1].encode())
    return Exchange(**vars(own) | {"body": body})


def empty_like(account: Exchange, path: str) -> Exchange:
    base = "{0.scheme}://{0.netloc}".format(urlsplit(account.url))
    return Exchange(**vars(account) | {"url": base + path, "body": b"[]"})


def newest(listed: list[dict[str, Any]]) -> datetime:
    return max(datetime.fromisoformat(status["created_at"]) for status in listed)


async def test_an_ended_token_is_known_in_every_language(recorded, database, vault, clock):
    own = by_path(recorded, OWN)[0]
    refusals = [one for one in recorded if one.status == 401 and one.path == "/api/v1/statuses"]
    refusals += [one for one in recorded if one.status == 401 and one.path == HOME]
    assert len(refusals) == 4
    for refused in refusals:
        with replaying(linking(recorded, own)) as replay:
            reader = Reader(replay, database, vault, clock)
            _, connection_id = await reader.link()
            told = {"method": "GET", "url": empty_like(own, hers_of(own)).url, "form": {}}
            replay.recorded = [Exchange(**vars(refused) | told)]
            state = await reader.stage.refresh.refresh(connection_id)
            assert state is ConnectionState.REAUTH_REQUIRED
