"""Addresses of blogs: what she types, what a page names, and what belongs together."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.feeds.address import belongs, found_at, page_of, shown
from app.connectors.feeds.errors import NotABlog

PAGE = httpx.URL("https://example.org/~mara/")


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("example.org", "https://example.org/"),
        (" http://Example.org/blog ", "https://example.org/blog"),
        ("https://example.org/?p=7#comments", "https://example.org/?p=7"),
        ("example.org./blog/", "https://example.org/blog/"),
        ("bücher.example/blog", "https://xn--bcher-kva.example/blog"),
    ],
)
def test_an_address_is_one_of_a_public_page_by_https(typed, page):
    assert str(page_of(typed, frozenset())) == page


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "mara",
        "@mara@example.org",
        "https://mara:secret@example.org",
        "ftp://example.org",
        "127.0.0.1",
        "https://[::1]/",
        "0x7f.0.0.1",
        "http://169.254.169.254/latest/",
        "example.org:8080",
        "exa mple.org",
        "example.org/" + "x" * 1000,
    ],
)
def test_anything_else_is_refused_and_says_what_to_give(typed):
    with pytest.raises(NotABlog, match="Give the address of your blog"):
        page_of(typed, frozenset())


def test_an_exception_is_an_exact_pair_of_host_and_port():
    exceptions = frozenset({"127.0.0.1:3000"})
    assert str(page_of("127.0.0.1:3000/blog", exceptions)) == "http://127.0.0.1:3000/blog"
    assert str(page_of("https://127.0.0.1:3000", exceptions)) == "https://127.0.0.1:3000/"
    with pytest.raises(NotABlog):
        page_of("127.0.0.1:3001", exceptions)


@given(st.text(max_size=100))
def test_any_text_is_an_address_or_refused(typed):
    try:
        url = page_of(typed, frozenset())
    except NotABlog:
        return
    assert url.scheme == "https"
    assert url.port is None
    assert not url.fragment


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("/feed", "https://example.org/feed"),
        ("feed.xml", "https://example.org/~mara/feed.xml"),
        ("http://example.org/feed", "https://example.org/feed"),
        ("https://www.example.org/feed", "https://www.example.org/feed"),
        ("//example.org/feed#x", "https://example.org/feed"),
        ("https://evil.example/feed", None),
        ("https://example.org.evil.example/feed", None),
        ("https://example.org:8443/feed", None),
        ("https://mara:x@example.org/feed", None),
        ("javascript:alert(1)", None),
        ("https://[", None),
    ],
)
def test_what_is_named_is_on_the_same_site_and_called_in_the_same_way(named, found):
    url = found_at(PAGE, named)
    assert (url and str(url)) == found


@pytest.mark.parametrize(
    ("feed", "home", "is_hers"),
    [
        ("/~mara/feed", "", True),
        ("/~mara/a/feed", "https://example.org/~ben/", True),
        ("/feeds/mara.xml", "https://example.org/~mara", True),
        ("/feeds/mara.xml", "/~mara/index.html", True),
        ("/~ben/feed", "https://example.org/~ben/", False),
        ("/~ben/feed", "", False),
        ("/~mara2/feed", "", False),
        ("/~mara/%2e%2e/~ben/feed", "", False),
        ("/~ben/feed", "https://evil.example/~mara/", False),
    ],
)
def test_a_neighbours_feed_on_the_same_site_is_not_hers(feed, home, is_hers):
    assert belongs(PAGE, PAGE.join(feed), home) is is_hers


def test_a_whole_site_has_the_feeds_beneath_it():
    assert belongs(httpx.URL("https://example.org"), PAGE.join("feed"), "")


def test_an_address_is_shown_as_she_would_say_it():
    assert shown(PAGE) == "example.org/~mara"
