"""The connector against a blog, over real HTTP."""

import pytest
from starlette.responses import RedirectResponse

from app.connectors.catalogue import (
    Account,
    Catalogue,
    Link,
    Marks,
    Means,
    OAuthConnector,
    ProofConnector,
)
from app.connectors.errors import AccessRevoked, ProviderChanged, ProviderDown
from app.connectors.feeds import Feeds
from app.connectors.feeds.errors import NotABlog, NotProved
from app.connectors.mastodon import Mastodon
from app.errors import NotFound
from app.outbound import Limits, Outbound
from tests.support.blog import TYPES, answering, blog_at, far_too_much, hang

MARKS = Marks("milieu-1", "https://milieu.test/#milieu-1")
TAG = '<meta name="milieu-verification" content="milieu-1">'
LINK = '<a rel="me" href="https://milieu.test/#milieu-1">me</a>'


@pytest.fixture(params=["rss", "atom", "json"])
def blog(request, clock):
    with blog_at(clock, request.param) as blog:
        blog.wrote("I love this", hours=1)
        yield blog


@pytest.fixture
def rss(clock):
    with blog_at(clock) as blog:
        yield blog


class Reader:
    """Reads a blog as the service would."""

    def __init__(self, blog, read_s=5):
        exceptions = frozenset({blog.host})
        limits = Limits(connect_s=5, read_s=read_s, total_s=10, body_bytes=400_000)
        self.blog, self.outbound = blog, Outbound(exceptions, limits=limits)
        self.connector = Feeds(exceptions)

    async def look(self, path=""):
        async with self.outbound.client() as client:
            return await self.connector.look(client, self.blog.url + path, self.blog.clock())

    async def prove(self, path="/"):
        async with self.outbound.client() as client:
            url = self.blog.url + path
            return await self.connector.prove(client, url, MARKS, self.blog.clock())

    async def fetch(self):
        account = Account(self.blog.url + "/feed", "the blog")
        async with self.outbound.client() as client:
            return await self.connector.fetch(client, Link("", account), self.blog.clock())


async def test_a_blog_is_found_by_its_page_and_by_its_feed(blog):
    reader = Reader(blog)
    assert await reader.look() == f"{blog.url}/"
    assert await reader.look("/feed") == f"{blog.url}/"


@pytest.mark.parametrize("place", ["head", "body"])
async def test_a_tag_in_the_head_or_a_link_proves_it(blog, place):
    setattr(blog, place, TAG if place == "head" else LINK)
    account = await Reader(blog).prove()
    assert account == Account(f"{blog.url}/feed", blog.host)
    assert blog.host not in repr(account).replace(account.id, "")


async def test_the_window_is_what_she_wrote_and_nobody_around_her(blog):
    window = await Reader(blog).fetch()
    assert [post.text for post in window.posts] == ["I love this"]
    assert list(window.network) == []
    assert window.account is None
    assert blog.asked == ["/feed"]


@pytest.mark.parametrize(
    ("head", "body", "said"),
    [
        ("", "", "neither the tag"),
        ('<meta name="milieu-verification" content="milieu-2">', "", "another value"),
        ("", '<a rel="me" href="https://milieu.test/#milieu-2">me</a>', "none to the address"),
        ("", TAG, "neither the tag"),
        ("", LINK.replace('"me"', '"me ugc"'), "neither the tag"),
        ("", "milieu-1 https://milieu.test/#milieu-1", "neither the tag"),
    ],
)
async def test_a_page_without_the_proof_says_what_was_found_instead(rss, head, body, said):
    rss.head, rss.body = head, body
    with pytest.raises(NotProved, match=said) as failed:
        await Reader(rss).prove()
    assert "milieu-2" not in failed.value.detail


async def test_a_page_that_leads_elsewhere_proves_nothing_of_where_it_leads(rss):
    rss.head = TAG
    rss.answers["/hers"] = lambda request: RedirectResponse("/")
    with pytest.raises(ProviderChanged, match="leads elsewhere"):
        await Reader(rss).prove("/hers")


async def test_a_redirect_within_the_site_leads_to_the_page_that_has_to_show_it(rss):
    rss.answers["/old"] = lambda request: RedirectResponse("/older")
    rss.answers["/older"] = lambda request: RedirectResponse(f"{rss.url}/")
    assert await Reader(rss).look("/old") == f"{rss.url}/"


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/",
        "http://169.254.169.254/latest/",
        "http://127.0.0.1:1/",
        "/loop",
    ],
)
async def test_a_redirect_to_another_site_or_without_end_is_not_followed(rss, target):
    rss.answers["/loop"] = lambda request: RedirectResponse(target)
    for path in ("/loop", "/feed"):
        rss.answers[path] = rss.answers["/loop"]
        with pytest.raises(ProviderChanged, match="leads elsewhere"):
            await Reader(rss).look("/loop")
    with pytest.raises(ProviderChanged):
        await Reader(rss).fetch()
    assert rss.asked.count("/loop") <= 12


PAGES = {
    "no feed": ("<p>Hello", "names no feed"),
    "a feed elsewhere": (
        '<link rel="alternate" type="application/rss+xml" href="https://other.example/feed">',
        "on another site",
    ),
    "a neighbour's feed": (
        '<link rel="alternate" type="application/rss+xml" href="/~ben/feed">',
        "another page of this site",
    ),
}


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_names_a_feed_of_its_own(rss, page):
    html, said = PAGES[page]
    rss.home = "/~ben/"
    rss.answers["/~ben/feed"] = answering(rss.feed(), media_type=TYPES["rss"])
    rss.answers["/~mara/"] = answering(f"<html><head>{TAG}{html}</head>", media_type="text/html")
    reader = Reader(rss)
    for attempt in (reader.look, reader.prove):
        with pytest.raises(NotABlog, match=said):
            await attempt("/~mara/")


async def test_a_feed_of_another_sites_page_is_not_hers_to_prove(rss):
    rss.answers["/feed"] = answering(
        rss.feed().replace(rss.url.encode(), b"https://other.example"), media_type=TYPES["rss"]
    )
    with pytest.raises(NotABlog, match="same site"):
        await Reader(rss).look("/feed")


async def test_links_of_a_page_are_relative_to_its_base(rss):
    html = '<base href="/blog/"><link rel="alternate" type="application/rss+xml" href="feed">'
    rss.answers["/blog/feed"] = answering(rss.feed(), media_type=TYPES["rss"])
    rss.answers["/start"] = answering(f"<html><head>{html}", media_type="text/html")
    rss.home = "/start"
    rss.answers["/blog/feed"] = answering(rss.feed(), media_type=TYPES["rss"])
    assert await Reader(rss).look("/start") == f"{rss.url}/start"


FAULTS = {
    "410": (answering(status=410), AccessRevoked),
    "404": (answering(status=404), ProviderChanged),
    "401": (answering(status=401), ProviderChanged),
    "403": (answering(status=403), ProviderDown),
    "429": (answering(status=429), ProviderDown),
    "500": (answering(status=500), ProviderDown),
    "never": (hang, ProviderDown),
    "far too large a body": (far_too_much, ProviderDown),
    "a page": (answering("<html>secret words", media_type="text/html"), ProviderChanged),
    "an image": (answering(b"GIF89a secret words", media_type="image/gif"), ProviderChanged),
    "nothing": (answering(), ProviderChanged),
    "half of a feed": (answering("<rss><channel><title>secret words"), ProviderChanged),
    "an unknown encoding": (answering("<rss/>", Content_Encoding="br"), ProviderDown),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_each_fault_has_its_own_class_and_quotes_nothing(rss, fault):
    rss.answers["/feed"], expected = FAULTS[fault]
    with pytest.raises(expected) as failed:
        await Reader(rss, read_s=0.3 if fault == "never" else 5).fetch()
    assert "secret" not in str(failed.value)
    assert type(failed.value) is expected


@pytest.mark.parametrize(
    ("said", "seconds"), [("7200", 7200), ("", None), ("soon", None), ("99999999999", 86_400)]
)
async def test_how_long_a_blog_asks_to_be_left_alone(rss, said, seconds):
    rss.answers["/feed"] = answering(status=503, Retry_After=said)
    with pytest.raises(ProviderDown) as down:
        await Reader(rss).fetch()
    wait = down.value.retry_after
    assert (wait and wait.total_seconds()) == seconds


@pytest.mark.parametrize("connector", [Mastodon(), Feeds()], ids=lambda one: one.about.name)
def test_every_connector_is_what_it_says_to_be(connector):
    about = connector.about
    assert isinstance(connector, OAuthConnector) is (about.linked_by is Means.OAUTH)
    assert isinstance(connector, ProofConnector) is (about.linked_by is Means.PROOF)
    assert about.requests > 0
    assert all(address.startswith("https://") for address in about.documentation)


def test_the_catalogue_tells_apart_how_they_are_linked():
    mastodon, feeds = Mastodon(), Feeds()
    catalogue = Catalogue(mastodon, feeds)
    assert catalogue.linked_by_oauth("mastodon") is mastodon
    assert catalogue.linked_by_proof("feeds") is feeds
    with pytest.raises(NotFound, match=r"there is: mastodon\.$"):
        catalogue.linked_by_oauth("feeds")
    with pytest.raises(NotFound, match=r"there is: feeds\.$"):
        catalogue.linked_by_proof("mastodon")
