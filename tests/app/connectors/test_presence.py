"""Presence: addresses in one spelling, and what profiles and pages name as hers."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.bluesky.connector import Bluesky
from app.connectors.bluesky.identity import Identity
from app.connectors.feeds.page import presence as of_page
from app.connectors.feeds.page import read_page
from app.connectors.mastodon.presence import presence
from app.connectors.presence import MAX_LENGTH, MAX_LINKS, Presence, plain_address
from tests.support.clock import START

ROOKERY = "https://rookery.example"
SAID = {"url": "https://rookery.example/@mara", "uri": "https://rookery.example/users/mara"}


@pytest.mark.parametrize(
    "address",
    ["https://Blog.Example/mara/", "http://blog.example/mara", " https://blog.example:443/mara#x"],
)
def test_one_page_has_one_spelling(address: str):
    assert plain_address(address) == "blog.example/mara"


@pytest.mark.parametrize(
    "address",
    ["", "blog.example", "mailto:mara@blog.example", "https://", "https://a:b@blog.example/",
     "javascript:alert(1)", "https://x.example:y/", "https://x.example/" + "a" * MAX_LENGTH],
)  # fmt: skip
def test_what_is_no_address_of_a_page_is_none(address: str):
    assert plain_address(address) is None


@given(st.text())
def test_any_text_is_an_address_or_none(text: str):
    plain = plain_address(text)
    assert plain is None or plain_address(f"https://{plain}") == plain


def field(value: object, verified_at: object = None) -> dict[str, object]:
    return {"name": "Page", "value": value, "verified_at": verified_at}


def link(address: str, rel: str = "nofollow me") -> str:
    return f'<a href="{address}" rel="{rel}">page</a>'


def test_a_profile_says_where_it_is_and_what_it_names():
    # Mutations tried: `rel` not looked at; every field counts as checked.
    found = presence(
        SAID
        | {
            "fields": [
                field(link("https://blog.example/"), "2024-02-02T00:00:00.000Z"),
                field(link("https://other.example/")),
                field(link("https://not-mine.example/", rel="nofollow")),
                field(link("https://plain.example/", rel=""), "2024-02-02T00:00:00.000Z"),
                field("no link"),
            ]
        },
        ROOKERY,
    )
    assert found.addresses == ("rookery.example/@mara", "rookery.example/users/mara")
    assert found.checked == ("blog.example", "plain.example")
    assert found.links == ("blog.example", "plain.example", "other.example")
    assert "example" not in repr(found)


@pytest.mark.parametrize("elsewhere", ["https://blog.example/", "https://rookery.example.evil/@x"])
def test_a_server_speaks_for_addresses_of_its_own_alone(elsewhere: str):
    # Mutation tried: every address counts.
    assert presence({"url": elsewhere, "uri": 5}, ROOKERY).addresses == ()


@pytest.mark.parametrize(
    "fields", [None, {}, "x", [None, 5, {}, {"value": 5}, field(link("javascript:x"))]]
)
def test_what_is_strange_is_left_out(fields: object):
    assert presence(SAID | {"fields": fields}, ROOKERY).links == ()


def test_there_is_an_end_to_links():
    many = [f"https://blog.example/{number}" for number in range(2 * MAX_LINKS)]
    assert len(Presence.of(many, many).links) == MAX_LINKS
    assert Presence.of([], domains=["Blog.Example.", "blog.example"]).domains == ("blog.example",)


def test_a_page_names_whom_it_links_to_as_hers_relative_to_its_base():
    html = (
        '<head><base href="/mara/"><link rel="me" href="https://rookery.example/@mara"></head>'
        '<body><a rel="me" href="about">x</a><a rel="me ugc" href="https://evil.example">y</a>'
        '<a rel="me" href="https://x.example:y/">z</a></body>'
    )
    request = httpx.Request("GET", "https://blog.example/")
    page = read_page(httpx.Response(200, html=html, request=request))
    assert of_page(page) == Presence(
        addresses=("blog.example",), links=("rookery.example/@mara", "blog.example/mara/about")
    )


DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"


@pytest.mark.parametrize(
    ("claimed", "record", "domains"),
    [
        ("mara.example", [f"did={DID}"], ("mara.example",)),
        ("mara.example", ["did=did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"], ()),
        ("", [f"did={DID}"], ()),
    ],
)
async def test_a_bluesky_handle_is_her_domain_once_the_domain_confirms_her(
    claimed: str, record: list[str], domains: tuple[str, ...]
):
    # Mutation tried: what is claimed is taken for hers.
    async def records(_name: str) -> list[str]:
        return record

    connector = Bluesky(lambda: START, "https://plc.example", records)
    identity = Identity(DID, claimed, "https://pds.example")
    async with httpx.AsyncClient() as client:
        found = await connector._presence(client, identity, START)
    assert found.domains == domains
    names = [*domains, DID]
    assert found.addresses == tuple(f"bsky.app/profile/{name}" for name in names)
    assert found.links == ()
