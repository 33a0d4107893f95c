"""Feeds and pages as bytes: what is read of them, and that nothing breaks on any."""

import json
from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.errors import ProviderChanged
from app.connectors.feeds.entries import posts
from app.connectors.feeds.page import is_page, read_page
from app.connectors.languages import language_of
from context.post import MAX_POSTS, Post
from tests.support.blog import Blog, Entry
from tests.support.clock import START, SettableClock

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
<rss version="2.0"><channel><title>&b;</title></channel></rss>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<rss version="2.0"><channel><title>&a;</title></channel></rss>"""
ITEM = b"<item><title>secret words</title></item>"
PIECES = [b"<rss version='2.0'>", b"<channel>", b"<item>", b"</item>", b"<title>", b"<![CDATA["]
PIECES += [b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"<entry>", b"]]>", b"&lt;", b"&#0;"]
PIECES += [b"<pubDate>Tue, 10 Jun 2025 09:00:00 GMT</pubDate>", b"<description>", b"</title>"]
PIECES += [b"</description>", b"</channel>", b"</rss>", b"\xff", b"<![foo[>", b"&lt;![foo[&gt;"]
PIECES += [b"<updated>9999-99-99T99:99:99Z</updated>", b"<dc:date>-1</dc:date>", b"</feed>"]


@pytest.fixture
def clock():
    return SettableClock()


@pytest.fixture(params=["rss", "atom", "json"])
def blog(request, clock):
    return Blog("https://blog.example", clock, request.param)


def texts(blog):
    return [post.text for post in posts(blog.feed(), blog.clock())]


def test_an_entry_is_its_title_and_its_content_as_plain_text(blog):
    html = "<p>Fish &amp; chips</p><script>track()</script><style>p{}</style><div>twice</div>"
    blog.wrote(html, title="Lunch, 2 < 3", days=1)
    [post] = posts(blog.feed(), blog.clock())
    assert post.text == "Lunch, 2 < 3\nFish & chips\ntwice"
    assert post.created_at == blog.clock() - timedelta(days=1)
    assert post.language == "en"
    assert post.reply_to is None


def test_the_window_is_thirty_days_and_nothing_of_the_future(blog):
    blog.wrote("too old", days=31)
    blog.wrote("just within", days=29)
    blog.wrote("today", hours=1)
    blog.wrote("announced", days=-1)
    blog.entries.append(Entry("", "of no day", None))
    assert texts(blog) == ["today", "just within"]


def test_the_newest_are_read_up_to_the_limit(blog):
    for number in range(MAX_POSTS + 9):
        blog.wrote(f"number {number}", minutes=number)
    assert texts(blog) == [f"number {number}" for number in range(MAX_POSTS)]


def test_of_several_authors_hers_are_those_of_the_feeds_own(blog):
    blog.author = "Mara"
    blog.wrote("mine", author="mara", hours=1)
    blog.wrote("a guest's", author="Ben", hours=2)
    assert texts(blog) == ["mine"]


def test_one_author_alone_is_her_whatever_the_feed_is_called(blog):
    blog.author = "Mara's Kitchen"
    blog.wrote("mine", author="Mara", hours=1)
    if blog.format != "json":  # where an entry without an author has the feed's
        blog.wrote("mine too", hours=2)
    assert texts(blog)[0] == "mine"
    assert len(texts(blog)) == len(blog.entries)


def test_several_authors_none_of_whom_is_the_feeds_cannot_be_told_apart(blog):
    blog.wrote("one's", author="Mara", hours=1)
    blog.wrote("another's", author="Ben", hours=2)
    with pytest.raises(ProviderChanged, match="several authors") as changed:
        texts(blog)
    assert "Ben" not in str(changed.value)


def test_an_entry_is_cut_where_it_changes_no_count(blog):
    blog.wrote("word " * 10_000, hours=1)
    [text] = texts(blog)
    assert len(text) < 20_001


def test_an_updated_entry_without_a_first_date_has_the_other(clock):
    feed = f"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>x</title>
    <updated>{clock().isoformat()}</updated></entry></feed>"""
    assert [post.created_at for post in posts(feed.encode(), clock())] == [clock()]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   ",
        b"GIF89a",
        b"<html><body>secret words</body></html>",
        b"<!doctype html><p>secret words",
        b"<rss version='2.0'><channel>" + ITEM,
        b"<rss version='2.0'><channel>&nbsp;" + ITEM + b"</channel></rss>",
        b"<?xml version='1.0' encoding='klingon'?><rss/>",
        b"<opml><body>secret words</body></opml>",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"items": []}',
        b'{"version": "https://jsonfeed.org/version/1", "items": 7}',
        b'{"version": "https://jsonfeed.org/version/1", "items": [',
        b"{\xff}",
        LAUGHS,
        OUTSIDE,
        b"<rss version='2.0'>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</rss>",
        b"<rss " + b" ".join(b"a%d='1'" % number for number in range(50_000)) + b"/>",
    ],
)
def test_what_is_no_feed_is_said_without_a_word_of_it(content):
    with pytest.raises(ProviderChanged) as changed:
        posts(content, SettableClock()())
    assert "secret" not in str(changed.value)
    assert changed.value.__cause__ is None
    assert changed.value.__suppress_context__ or changed.value.__context__ is None


def test_a_file_or_an_address_as_content_is_opened_by_nobody(tmp_path):
    file = tmp_path / "feed.xml"
    file.write_bytes(b"<rss version='2.0'><channel/></rss>")
    for named in (str(file), "file:///etc/passwd", "http://127.0.0.1:9/"):
        with pytest.raises(ProviderChanged):
            posts(named.encode(), SettableClock()())


def test_a_json_feed_of_strange_items_gives_what_can_be_read(clock):
    at = clock().isoformat()
    items = [
        7,
        None,
        {"title": 7, "content_html": {}, "date_published": at},
        {"content_text": "a < b", "date_published": at, "language": 5, "authors": ["x"]},
        {"summary": "half \ud800 a pair", "date_published": at, "author": {"name": "Mara"}},
        {"content_text": "no zone", "date_published": "2026-01-01T00:00:00"},
        {"content_text": "no date", "date_published": "yesterday"},
    ]
    feed = {"version": "https://jsonfeed.org/version/1", "items": items}
    found = posts(b"\xef\xbb\xbf" + json.dumps(feed).encode(), clock())
    assert [post.text for post in found] == ["", "a < b", "half ? a pair"]


@pytest.mark.parametrize(
    ("said", "code"),
    [("en-GB", "en"), ("DE", "de"), ("gsw", None), ("", None), (None, None), ("e1", None)],
)
def test_a_language_is_two_letters_or_unknown(said, code):
    assert language_of(said) == code


def read_or_refused(content):
    try:
        found = posts(content, SettableClock()())
    except ProviderChanged:
        return
    assert all(isinstance(post, Post) for post in found)
    for post in found:
        post.text.encode()


@given(st.binary(max_size=300))
def test_any_bytes_are_posts_or_a_typed_error(content):
    read_or_refused(content)


@given(st.lists(st.sampled_from(PIECES), max_size=20).map(b"".join))
def test_any_pieces_of_xml_are_posts_or_a_typed_error(content):
    read_or_refused(content)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join))
def test_any_pieces_within_an_entry_are_posts_or_a_typed_error(content):
    before = f"<rss version='2.0'><channel><item><pubDate>{START:%d %b %Y %H:%M} +0000</pubDate>"
    inner = b"<description><![CDATA[" + content.replace(b"]]>", b"") + b"]]></description>"
    read_or_refused(before.encode() + inner + b"</item></channel></rss>")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
ITEMS = st.dictionaries(
    st.sampled_from(["title", "content_html", "date_published", "authors", "author", "language"]),
    VALUES | st.just("2026-01-01T00:00:00Z"),
)


@given(st.lists(ITEMS, max_size=4), VALUES)
def test_any_json_feed_is_posts_or_a_typed_error(items, author):
    feed = {"version": "https://jsonfeed.org/version/1", "items": items, "authors": author}
    read_or_refused(json.dumps(feed).encode())


def answer(content, media_type="text/html"):
    request = httpx.Request("GET", "https://blog.example/")
    return httpx.Response(
        200, headers={"Content-Type": media_type}, content=content, request=request
    )


def test_a_page_says_its_feed_its_tags_and_its_links():
    page = read_page(
        answer(
            """<html><head><base href="/b/"><meta NAME="Milieu-Verification" content=" milieu-1 ">
            <link rel="alternate stylesheet" type="text/css" href="x">
            <link rel=alternate type="application/ATOM+xml; charset=utf-8" href="feed">
            <link rel="me" href="https://a.example/"></head>
            <body><a rel="me noopener" href=" https://b.example/ ">x</a>"""
        )
    )
    assert page.base == "/b/"
    assert page.feeds == ("feed",)
    assert page.tokens == ("milieu-1",)
    assert page.me == ("https://a.example/", "https://b.example/")


def test_what_others_may_leave_in_a_page_proves_nothing():
    page = read_page(
        answer(
            """<head></head><body><p>A comment:
            <meta name="milieu-verification" content="milieu-1"><link rel=me href=x>
            <link rel=alternate type="application/rss+xml" href="feed">
            <a rel="ugc me" href="x">1</a><a rel="nofollow me" href="x">2</a>
            <!-- <a rel="me" href="x">3</a> --> &lt;a rel="me" href="x"&gt;"""
        )
    )
    assert page.tokens == page.me == page.feeds == ()


@given(st.text(max_size=200), st.sampled_from(["text/html", "", "image/png"]))
def test_any_text_as_a_page_is_read(content, media_type):
    raw = answer(content.encode("utf-8", "replace"), media_type)
    is_page(raw)
    assert read_page(raw).url == raw.url


@pytest.mark.parametrize(
    ("content", "media_type", "page"),
    [
        ("<!doctype html><html>", "text/plain", True),
        ("<p>short", "text/html; charset=utf-8", True),
        ("<?xml version='1.0'?><rss>", "text/html", False),
        ('{"version": "https://jsonfeed.org/version/1"}', "text/html", False),
        ("<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>", "text/xml", True),
        ("<feed>", "application/octet-stream", False),
    ],
)
def test_a_page_is_told_from_a_feed_by_what_it_is(content, media_type, page):
    assert is_page(answer(content, media_type)) is page
