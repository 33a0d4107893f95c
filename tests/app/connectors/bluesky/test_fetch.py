"""The window read from a network, over real HTTP."""

import json
from dataclasses import replace

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.connectors.bluesky.description import AUTHOR_FEED, NETWORK_PAGES, PROFILE, TIMELINE
from app.connectors.catalogue import Account, Link
from app.connectors.errors import AccessRevoked, ConnectorError, ProviderChanged, ProviderDown
from context.post import MAX_NETWORK_POSTS, MAX_POSTS, PostKind
from oauth.link.bearer import BearerAuth
from tests.app.connectors.bluesky.conftest import MARA
from tests.app.connectors.bluesky.feeds import (
    ago,
    answer_to,
    author,
    post,
    quotation,
    repost,
    stamp,
)

BEN, IDA = "did:plc:benbenbenbenbenbenbenben", "did:plc:idaidaidaidaidaidaidaida"


def said(posts):
    return [(one.text, one.kind) for one in posts]


@pytest.fixture
def feeds(world):
    world.sky.profile = {
        "followersCount": 4,
        "followsCount": 2,
        "createdAt": "2024-05-01T10:00:00Z",
    }
    world.sky.feeds = {AUTHOR_FEED: [], TIMELINE: []}
    return world.sky.feeds


async def test_her_window_is_thirty_days_of_hers(world, feeds):
    now = world.clock()
    theirs = post(BEN, "ben's words", now)
    feeds[AUTHOR_FEED] = [
        repost(theirs, MARA, ago(now, hours=1)),
        post(MARA, "about that", ago(now, hours=2), embed=quotation(theirs)),
        post(MARA, "an answer", ago(now, days=1), record=answer_to(BEN)),
        post(BEN, "somebody else's", ago(now, days=2)),
        post(MARA, "just within", ago(now, days=29, hours=23)),
        post(MARA, "too old", ago(now, days=31)),
    ]
    window = await world.fetch()
    assert said(window.posts) == [
        ("ben's words", PostKind.BOOST),
        ("about that", PostKind.ORIGINAL),
        ("ben's words", PostKind.BOOST),
        ("an answer", PostKind.REPLY),
        ("just within", PostKind.ORIGINAL),
    ]
    assert {one.author for one in window.posts} == {MARA}
    assert [one.reply_to for one in window.posts] == [None, None, None, BEN, None]
    assert window.posts[0].created_at == ago(now, hours=1)


async def test_her_network_is_three_days_of_people_who_have_not_opted_out(world, feeds):
    now = world.clock()
    shy = author(IDA, "!no-unauthenticated")
    feeds[TIMELINE] = [
        post(MARA, "her own", now),
        post(BEN, "a friend's", now),
        post(shy, "for who is signed in", now),
        repost(post(shy, "not hidden by a friend either", now), BEN, now),
        repost(post(BEN, "passed on by who has opted out", now), shy, now),
        post(BEN, "quoting", now, embed=quotation(post(shy, "quoted", now), beside_pictures=True)),
        post(author(IDA, "bot"), "beep", now),
        post(author(IDA, "!no-unauthenticated", src=BEN), "labelled by another", now),
        repost(post(MARA, "hers, passed on", now), BEN, now),
        post(BEN, "too old", ago(now, days=4)),
    ]
    window = await world.fetch()
    assert said(window.network) == [
        ("a friend's", PostKind.ORIGINAL),
        ("quoting", PostKind.ORIGINAL),
        ("labelled by another", PostKind.ORIGINAL),
        ("hers, passed on", PostKind.BOOST),
    ]
    assert MARA not in {one.author for one in window.network}


async def test_what_is_said_of_her_comes_with_the_window(world, feeds):
    account = (await world.fetch()).account
    assert (account.followers, account.following, account.automated) == (4, 2, False)
    assert account.since.isoformat() == "2024-05-01"
    world.sky.profile |= {"labels": author(MARA, "bot")["labels"], "followersCount": -1}
    account = (await world.fetch()).account
    assert (account.followers, account.automated) == (None, True)


async def test_pages_are_followed_until_they_are_too_old_or_enough(world, feeds):
    now = world.clock()
    feeds[AUTHOR_FEED] = [post(MARA, "x", ago(now, minutes=one)) for one in range(450)]
    feeds[TIMELINE] = [post(BEN, "x", ago(now, hours=one)) for one in range(450)]
    window = await world.fetch()
    assert len(window.posts) == MAX_POSTS
    assert len(window.network) == 73  # of three days, one an hour
    asked = [path.rpartition("/")[2] for path in world.sky.asked if "/xrpc/" in path]
    # one more for the nonce that the first request did not know
    assert asked == [AUTHOR_FEED] * 3 + [TIMELINE, PROFILE]
    feeds[TIMELINE] = [post(author(IDA, "bot"), "x", now)] * (NETWORK_PAGES + 5) * 100
    await world.fetch()
    asked = [path.rpartition("/")[2] for path in world.sky.asked]
    assert asked.count(TIMELINE) == NETWORK_PAGES
    feeds[TIMELINE] = [post(BEN, "x", now)] * (MAX_NETWORK_POSTS + 100)
    assert len((await world.fetch()).network) == MAX_NETWORK_POSTS


async def test_posts_are_dated_by_whoever_knows_best(world, feeds):
    now = world.clock()
    feeds[AUTHOR_FEED] = [
        post(MARA, "from the future", now, record={"createdAt": "2999-01-01T00:00:00Z"}),
        post(MARA, "never dated", now, record={"createdAt": "yesterday"}),
        post(MARA, "without a zone", now, record={"createdAt": "2020-01-01T00:00:00"}),
        post(MARA, "brought along", now, record={"createdAt": stamp(ago(now, days=9))}),
    ]
    dated = {one.text: one.created_at for one in (await world.fetch()).posts}
    assert dated.pop("brought along") == ago(now, days=9)
    assert set(dated.values()) == {now}


@pytest.mark.parametrize(
    ("langs", "language"),
    [(["de-AT", "en"], "de"), ([], None), (["nds"], None), ("de", None), ([7], None)],
)
async def test_languages_are_what_the_writer_says_first(world, feeds, langs, language):
    feeds[AUTHOR_FEED] = [post(MARA, "x", world.clock(), record={"langs": langs})]
    [one] = (await world.fetch()).posts
    assert one.language == language


DOWN = {"error": "UpstreamFailure", "message": "private words"}
FAULTS = [
    (JSONResponse({"error": "RateLimitExceeded"}, 429), ProviderDown),
    (JSONResponse(DOWN, 502), ProviderDown),
    (PlainTextResponse("private words", 403), ProviderDown),
    (PlainTextResponse("private words", 200), ProviderDown),
    (JSONResponse({"error": "ScopeMissingError"}, 403), AccessRevoked),
    (JSONResponse({"error": "AccountTakedown"}, 400), AccessRevoked),
    (JSONResponse({"error": "AccountDeactivated"}, 400), AccessRevoked),
    (Response(status_code=401), AccessRevoked),
    (JSONResponse({"error": "InvalidRequest", "message": "private words"}, 400), ProviderChanged),
    (JSONResponse({"error": "MethodNotImplemented"}, 404), ProviderChanged),
    (Response(status_code=302, headers={"Location": "https://evil.example/"}), ProviderChanged),
    (JSONResponse(["private words"]), ProviderChanged),
    (JSONResponse({"feed": "private words"}), ProviderChanged),
    (JSONResponse({"feed": [], "cursor": 7}), ProviderChanged),
    (JSONResponse({"feed": ["private words"]}), ProviderChanged),
    (JSONResponse({"feed": [{"post": {"text": "private words"}}]}), ProviderChanged),
]


@pytest.mark.parametrize("method", [AUTHOR_FEED, TIMELINE])
@pytest.mark.parametrize(("fault", "error"), FAULTS)
async def test_each_fault_has_its_own_error_and_none_quotes(world, feeds, fault, error, method):
    world.sky.faults[method] = [fault] * 2
    with pytest.raises(error) as raised:
        await world.fetch()
    cause = raised.value.__cause__ or (
        None if raised.value.__suppress_context__ else raised.value.__context__
    )
    assert cause is None or isinstance(cause, ConnectorError)
    assert "private words" not in f"{raised.value}{cause}"


async def test_a_post_of_an_unknown_form_is_not_quoted(world, feeds):
    feeds[AUTHOR_FEED] = [post(MARA, "x", world.clock(), record={"text": {"private": "words"}})]
    with pytest.raises(ProviderChanged) as raised:
        await world.fetch()
    assert "words" not in str(raised.value)
    assert raised.value.__suppress_context__


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "90"}, 90),
        ({"RateLimit-Reset": "at"}, 120),
        ({"RateLimit-Reset": "x"}, None),
    ],
)
async def test_it_is_left_alone_for_as_long_as_it_asks(world, feeds, headers, seconds):
    at = str(int(world.clock().timestamp()) + 120)
    headers = {name: at if value == "at" else value for name, value in headers.items()}
    world.sky.faults[TIMELINE] = [JSONResponse({"error": "RateLimitExceeded"}, 429, headers)]
    with pytest.raises(ProviderDown) as raised:
        await world.fetch()
    wait = raised.value.retry_after
    assert (None if wait is None else wait.total_seconds()) == seconds


async def test_a_share_that_is_used_up_ends_the_fetch_before_the_next_page(world, feeds):
    now = world.clock()
    page = [post(MARA, "x", now)] * 2
    headers = {"RateLimit-Remaining": "0", "RateLimit-Reset": str(int(now.timestamp()) + 60)}
    world.sky.faults[AUTHOR_FEED] = [JSONResponse({"feed": page, "cursor": "2"}, headers=headers)]
    with pytest.raises(ProviderDown) as raised:
        await world.fetch()
    assert raised.value.retry_after.total_seconds() == 60
    assert world.sky.asked[-1].endswith(AUTHOR_FEED)


async def test_nonces_may_change_while_a_window_is_read(world, feeds):
    feeds[AUTHOR_FEED] = [post(MARA, "x", world.clock())] * 150
    tokens = await world.tokens()
    assert len((await world.fetch(tokens)).posts) == 150
    world.sky.nonces["xrpc"] = "rs-2"
    assert len((await world.fetch(tokens)).posts) == 150


async def test_a_clock_that_is_wrong_ends_no_access(world, feeds):
    tokens = await world.tokens()
    world.sky.clock = lambda: ago(world.clock(), hours=1)
    with pytest.raises(ProviderDown, match="clock"):
        await world.fetch(tokens)


async def test_an_account_that_is_gone_or_moved_is_to_be_linked_again(world, feeds):
    tokens = await world.tokens()
    world.sky.resource = {"authorization_servers": ["https://elsewhere.example"]}
    with pytest.raises(AccessRevoked, match="moved"):
        await world.fetch(tokens)
    world.sky.faults[MARA] = [Response(status_code=410)]
    with pytest.raises(AccessRevoked, match="gone"):
        await world.fetch(tokens)
    world.sky.documents.clear()  # a directory that does not know it may be the wrong one
    with pytest.raises(ProviderChanged):
        await world.fetch(tokens)
    assert not [path for path in world.sky.asked if "/xrpc/" in path]


async def test_without_its_key_a_session_is_no_access(world, feeds):
    tokens = await world.tokens()
    with pytest.raises(AccessRevoked):
        world.connector.auth(world.sky.url, replace(tokens, binding=None))
    bearer = BearerAuth(tokens.access_token, world.sky.url)
    async with world.client() as client:
        for auth in (None, bearer):
            link = Link(world.sky.url, Account(MARA, "@mara.test"), auth)
            with pytest.raises(AccessRevoked):
                await world.connector.fetch(client, link, world.clock())


async def test_nothing_about_a_session_is_shown(world):
    tokens = await world.tokens()
    shown = repr(tokens)
    assert json.loads(tokens.binding.dpop_key)["d"] not in shown
    assert tokens.access_token not in shown
