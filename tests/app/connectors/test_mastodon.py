"""The connector against the sandbox network, over real HTTP."""

import json
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from starlette.responses import JSONResponse, Response

from app.connectors.catalogue import Account, Catalogue, Link
from app.connectors.errors import AccessRevoked, ProviderChanged, ProviderDown
from app.connectors.mastodon import Mastodon
from app.connectors.mastodon import connector as connector_module
from app.errors import NotFound
from app.outbound import Limits, Outbound
from app.sandbox.status import Visibility
from context.post import PostKind
from oauth.link.provider import Tokens
from tests.support.stage import network_at


@pytest.fixture
def network(clock):
    with network_at(clock) as network:
        network.add("mara", "ben", "ida")
        network.add("shy", noindex=True)
        network.add("art", bio="painter #nobot")
        network.friends("mara", "ben", "ida", "shy", "art")
        yield network


class Reader:
    """Reads the network as mara."""

    def __init__(self, network, clock):
        self.network, self.clock = network, clock
        self.account = Account(str(network.world.people["mara"].account_id), "@mara")
        registry = network.app.state.controls.host.registry
        app = registry.register("Milieu", ("https://x.test",), ("read",), None)
        issued = registry.issue_token(app.client_id, "mara", ("read",), clock()).value
        self.tokens = Tokens(issued)
        self.outbound = Outbound(
            frozenset({network.host}), limits=Limits(connect_s=5, read_s=5, total_s=10)
        )
        self.connector = Mastodon(frozenset({network.host}))

    @asynccontextmanager
    async def client(self):
        async with self.outbound.client() as client:
            yield client

    async def fetch(self, *, followers_only=False):
        async with self.client() as client:
            auth = self.connector.auth(self.network.url, self.tokens)
            link = Link(self.network.url, self.account, auth, followers_only)
            return await self.connector.fetch(client, link, self.clock())

    async def identify(self):
        async with self.client() as client:
            url = self.network.url
            return await self.connector.identify(client, url, self.tokens, self.clock())


@pytest.fixture
def reader(network, clock):
    return Reader(network, clock)


def texts(posts):
    return [post.text for post in posts]


async def test_whose_account_it_is(reader, network):
    account = await reader.identify()
    assert account == Account(reader.account.id, f"@mara@{network.host}")
    assert "mara" not in repr(account)


async def test_her_window_is_thirty_days_of_what_she_showed_to_everybody(reader, network):
    network.said("mara", "too old", days=31)
    network.said("mara", "just within", days=29)
    network.controls.publish("mara", "for followers", Visibility.PRIVATE)
    network.controls.publish("mara", "for @ben", Visibility.DIRECT)
    network.controls.publish("mara", "quietly", Visibility.UNLISTED)
    said = network.controls.publish("ben", "theirs")
    network.world.publish("mara", "an answer", in_reply_to=said.id)
    window = await reader.fetch()
    assert texts(window.posts) == ["an answer", "quietly", "just within"]
    assert [post.kind for post in window.posts][:2] == [PostKind.REPLY, PostKind.ORIGINAL]
    assert {post.author for post in window.posts} == {reader.account.id}


async def test_what_she_wrote_for_her_followers_is_read_if_she_ticked_it_and_only_hers(
    reader, network
):
    network.controls.publish("mara", "for everybody")
    network.controls.publish("mara", "for followers", Visibility.PRIVATE)
    network.controls.publish("mara", "for @ben", Visibility.DIRECT)
    network.controls.publish("ben", "for bens followers", Visibility.PRIVATE)
    network.controls.publish("ben", "for @mara", Visibility.DIRECT)
    window = await reader.fetch(followers_only=True)
    assert texts(window.posts) == ["for followers", "for everybody"]
    assert window.network == []
    assert texts((await reader.fetch()).posts) == ["for everybody"]


async def test_her_network_is_three_days_of_those_who_have_not_opted_out(reader, network):
    network.said("ben", "too old", days=4)
    network.said("ben", "recent", days=2)
    network.controls.publish("ida", "now")
    network.controls.publish("shy", "opted out by setting")
    network.controls.publish("art", "opted out by custom")
    network.controls.publish("ida", "unlisted", Visibility.UNLISTED)
    network.controls.publish("ida", "for followers", Visibility.PRIVATE)
    network.controls.publish("mara", "her own")
    window = await reader.fetch()
    assert texts(window.network) == ["now", "recent"]
    assert len({post.author for post in window.network}) == 2


async def test_what_is_said_of_her_account_comes_with_the_window(reader, network):
    said = network.controls.publish("ben", "theirs")
    network.world.publish("mara", "an answer", in_reply_to=said.id)
    window = await reader.fetch()
    person = network.world.people["mara"]
    assert window.account.following == 4
    assert window.account.followers == len(network.world.followers("mara"))
    assert window.account.since == person.joined.date()
    assert not window.account.automated
    [answer] = window.posts
    assert answer.reply_to == str(network.world.people["ben"].account_id)
    assert answer.reply_to == window.network[0].author


async def test_an_account_of_an_unknown_form_is_half_a_window(reader, network):
    network.faults.answer(lambda request: JSONResponse(["mara"]), after=2)
    with pytest.raises(ProviderChanged, match="unknown form"):
        await reader.fetch()


async def test_long_lists_are_read_page_by_page_up_to_the_limit(reader, network, monkeypatch):
    monkeypatch.setattr(connector_module, "MAX_POSTS", 100)
    for number in range(130):
        network.controls.publish("mara", f"number {number}")
    window = await reader.fetch()
    assert texts(window.posts) == [f"number {number}" for number in range(129, 29, -1)]
    asked = [path for path in network.faults.asked if path.endswith("/statuses")]
    assert len(asked) == 3


async def test_pages_of_what_is_not_read_end_somewhere(reader, network, monkeypatch):
    monkeypatch.setattr(connector_module, "HER_PAGES", 2)
    for _ in range(130):
        network.controls.publish("mara", "for followers", Visibility.PRIVATE)
    assert (await reader.fetch()).posts == []


@pytest.mark.parametrize("status", [400, 403, 429, 503])
@pytest.mark.parametrize(
    "page", [b"<h1>Checking your browser</h1>", b'["no"]', b'{"error": 7}', b"[" * 100_000]
)
async def test_a_page_of_what_stands_before_the_instance_ends_no_access(
    reader, network, status, page
):
    network.faults.answer(lambda request: Response(page, status, {"Retry-After": "60"}))
    with pytest.raises(ProviderDown) as down:
        await reader.fetch()
    assert down.value.retry_after == timedelta(seconds=60)


@pytest.mark.parametrize(
    ("status", "words", "error"),
    [
        (400, b"Invalid Bearer token", AccessRevoked),
        (400, b"Invalid Bearer token.", ProviderDown),
        (503, b"Invalid Bearer token", ProviderDown),
    ],
)
async def test_takahe_refuses_a_token_in_words_of_its_own(reader, network, status, words, error):
    network.faults.answer(lambda request: Response(words, status, media_type="text/html"))
    with pytest.raises(error):
        await reader.fetch()


async def test_not_authorized_needs_no_words(reader, network):
    network.faults.answer(lambda request: Response("no", 401))
    with pytest.raises(AccessRevoked):
        await reader.fetch()


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_refused_token_is_told_apart(reader, network, status):
    network.faults.answer(lambda request: JSONResponse({"error": "no"}, status))
    with pytest.raises(AccessRevoked):
        await reader.fetch()


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "120"}, timedelta(seconds=120)),
        ({"Retry-After": "Mon, 02 Mar 2026 09:30:00 GMT"}, timedelta(minutes=30)),
        ({"Retry-After": "Mon, 02 Mar 2026 09:30:00 -0000"}, timedelta(minutes=30)),
        ({"X-RateLimit-Reset": "2026-03-02T09:05:00.000Z"}, timedelta(minutes=5)),
        ({"X-RateLimit-Reset": "2026-03-02T09:05:00"}, timedelta(minutes=5)),
        ({"X-RateLimit-Reset": "2020-03-02T09:05:00Z"}, timedelta()),
        ({"X-RateLimit-Reset": "1772442300"}, timedelta(minutes=5)),
        ({"X-RateLimit-Reset": "9" * 30}, timedelta(days=1)),
        ({"X-RateLimit-Reset": "0"}, timedelta()),
        ({"Retry-After": "99999999999999999999"}, timedelta(days=1)),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Mon, 02 Mar 99999999999999999999 09:30:00 GMT"}, None),
        ({"X-RateLimit-Reset": "soon"}, None),
        ({}, None),
    ],
)
async def test_how_long_to_leave_it_alone(reader, network, headers, wait):
    # The sandbox sets rate-limit headers of its own on every answer that passes through it.
    network.faults.answer(lambda request: Response(status_code=429, headers=headers))
    with pytest.raises(ProviderDown) as down:
        await reader.fetch()
    assert down.value.retry_after == wait


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/api/v1/accounts/1/statuses?max_id=3",
        "/api/v1/timelines/home?max_id=3",
        "http://[broken/",
    ],
)
async def test_her_token_follows_no_link_that_leads_elsewhere(reader, network, link):
    headers = {"Link": f'<{link}>; rel="next"'}
    one = {"created_at": "2026-03-02T08:00:00Z", "visibility": "private"}
    network.faults.answer(lambda request: JSONResponse([one], headers=headers))
    with pytest.raises(ProviderChanged, match="pages lead"):
        await reader.fetch()


async def test_an_instance_that_became_private_is_told_apart(reader):
    reader.outbound = Outbound(frozenset())
    with pytest.raises(ProviderChanged, match="https address"):
        await reader.fetch()


async def test_errors_quote_nothing_of_what_was_read(reader, network):
    network.faults.answer(lambda request: JSONResponse([{"content": "a secret", "id": 1}]))
    with pytest.raises(ProviderChanged) as changed:
        await reader.fetch()
    assert "secret" not in repr(changed.value)
    assert changed.value.__cause__ is None
    assert changed.value.__suppress_context__


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {"acct": "mara"},
        {"id": 7, "acct": "x"},
        {"id": "../1", "acct": "x"},
        {"id": "1" * 65, "acct": "x"},
        {"id": "\u0661", "acct": "x"},
        {"id": "1", "acct": ""},
        {"id": "1", "acct": "a\ud800"},
        {"id": "1", "acct": "a" * 321},
        {"id": "1", "acct": "a\n"},
        {"id": "1", "acct": "<b>"},
    ],
)
async def test_an_account_that_is_none(reader, network, answer):
    network.faults.answer(lambda request: Response(json.dumps(answer)))
    with pytest.raises(ProviderChanged, match="whose account"):
        await reader.identify()


async def test_a_remote_handle_is_kept_as_it_is(reader, network):
    network.faults.answer(lambda request: JSONResponse({"id": "7", "acct": "x@other.example"}))
    assert (await reader.identify()).handle == "@x@other.example"


def test_the_catalogue_knows_what_it_offers():
    mastodon = Mastodon()
    catalogue = Catalogue(mastodon)
    assert catalogue.names == ["mastodon"]
    assert catalogue.find("mastodon") is mastodon
    with pytest.raises(NotFound, match="there is: mastodon"):
        catalogue.find("friendster")
