"""Redirect URIs: the same characters, or the same loopback address on another port."""

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from oauth.server.clients import redirect_uri_fault, redirect_uri_matches

hosts = st.sampled_from(
    ["crm.example", "127.0.0.1", "[::1]", "localhost", "127.0.0.1.evil.example"]
)
addresses = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["https", "http", "HTTP"]),
    hosts,
    st.sampled_from(["", ":", ":8080", ":99999", ":08080", ":80@evil.example", ":8a"]),
    st.sampled_from(
        ["", "/", "/back", "/back?x=1", "?x=1", "/Back", "/../back", "\\@evil.example"]
    ),
)


@given(registered=addresses, presented=addresses | st.text(max_size=30))
@example("http://127.0.0.1/back", "http://127.0.0.1:80@evil.example/back")
def test_check_1_what_matches_is_the_same_but_for_a_loopback_port(registered, presented):
    if not redirect_uri_matches(registered, presented) or registered == presented:
        return
    ours, theirs = urlsplit(registered), urlsplit(presented)
    assert ours.scheme == theirs.scheme == "http"
    assert ours.hostname == theirs.hostname
    assert ours.hostname in {"127.0.0.1", "::1"}
    assert (ours.path, ours.query) == (theirs.path, theirs.query)
    assert "@" not in ours.netloc + theirs.netloc


@given(port=st.integers(1, 65535), registered_port=st.integers(1, 65535))
def test_check_1_any_loopback_port_matches(port, registered_port):
    for host in ("127.0.0.1", "[::1]"):
        registered = f"http://{host}:{registered_port}/back?x=1"
        assert redirect_uri_matches(registered, f"http://{host}:{port}/back?x=1")
        assert not redirect_uri_matches(registered, f"http://{host}:{port}/back?x=2")
        assert not redirect_uri_matches(registered, f"https://{host}:{port}/back?x=1")


@pytest.mark.parametrize(
    "uri",
    [
        "https://crm.example",
        "https://crm.example:8443/back?tenant=1",
        "http://127.0.0.1/back",
        "http://[::1]:9/back",
        "http://localhost:3000/back",
    ],
)
def test_addresses_that_can_be_registered(uri):
    assert redirect_uri_fault(uri) is None


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "crm.example/back",
        "http://crm.example/back",
        "ftp://crm.example/",
        "javascript:alert(1)",
        "https:///back",
        "https://user@crm.example/",
        "https://*.crm.example/",
        "https://crm.example/#part",
        "https://crm.example/a b",
        "https://crm.example/\\evil",
        "https://crm.ex\u00e4mple/",
        "https://crm.example:99999/",
        "https://[::1/",
        "http://127.0.0.1.evil.example/",
    ],
)
def test_addresses_that_cannot_be_registered_say_why(uri):
    assert redirect_uri_fault(uri)
