"""From what she types to the address of her instance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.mastodon.address import InvalidAddress, instance_of

DEMO = frozenset({"127.0.0.1:3000", "localhost:3000"})


@pytest.mark.parametrize(
    "typed",
    [
        "mastodon.social",
        " Mastodon.Social ",
        "mastodon.social.",
        "https://mastodon.social",
        "https://mastodon.social/",
        "http://mastodon.social",
        "HTTPS://mastodon.social/@mara/1234?x=1#y",
        "https://mastodon.social/@mara@other.example",
        "@mara@mastodon.social",
        "mara@mastodon.social",
        "https://mara:secret@mastodon.social/",
        "mastodon.social/about",
    ],
)
def test_many_ways_to_name_one_instance(typed):
    assert instance_of(typed, frozenset()) == "https://mastodon.social"


def test_an_international_name_is_spelled_for_the_network():
    assert instance_of("müsli.example", frozenset()) == "https://xn--msli-0ra.example"


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://localhost:3000/@mara", "http://localhost:3000"),
        ("@mara@localhost:3000", "http://localhost:3000"),
        ("https://localhost:3000", "https://localhost:3000"),
    ],
)
def test_the_demos_own_network_may_stand_anywhere(typed, means):
    assert instance_of(typed, DEMO) == means


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "@mara",
        "mara",
        "localhost",
        "localhost:3001",
        "127.0.0.1",
        "2130706433",
        "0x7f.0x1",
        "0177.0.0.1",
        "https://[::1]/",
        "[::ffff:127.0.0.1]",
        "mastodon.social:8443",
        "ftp://mastodon.social",
        "javascript://mastodon.social",
        "a..b",
        ".example",
        "mastodon.social\nevil.example",
        "x" * 1000 + ".example",
        "https://",
    ],
)
def test_what_names_no_instance_is_told_what_to_give(typed):
    with pytest.raises(InvalidAddress, match=r"mastodon\.social"):
        instance_of(typed, DEMO)


NO_ADDRESS = "That is not the address of an instance."
NUMBER = "An instance is known by a public name, not a number."
PORT = "An instance is given without a port."


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("nonsense", {NO_ADDRESS}),
        ("asdf qwer", {NO_ADDRESS}),
        ("asdf qwer.example", {NO_ADDRESS}),
        ("a..b", {NO_ADDRESS}),
        ("localhost:8002", {NO_ADDRESS, PORT}),
        ("http://127.0.0.1:8001", {NUMBER, PORT}),
        ("https://169.254.169.254", {NUMBER}),
        ("2130706433", {NUMBER}),
        ("[::1]", {NUMBER}),
        ("mastodon.social:8443", {PORT}),
    ],
)
def test_each_mistake_is_named_for_what_it_is(typed, wrong):
    with pytest.raises(InvalidAddress) as told:
        instance_of(typed, frozenset())
    assert {said for said in (NO_ADDRESS, NUMBER, PORT) if said in str(told.value)} == wrong


@given(st.text(max_size=60))
def test_whatever_is_typed_it_is_an_https_host_or_a_clear_refusal(typed):
    try:
        found = instance_of(typed, frozenset())
    except InvalidAddress:
        return
    assert found.startswith("https://")
    host = found.removeprefix("https://")
    assert "." in host
    assert not set(host) & set("/?#@: \n[]")
