"""A provider of standard OAuth is one file: the one that docs/connectors.md shows, as it stands."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.connectors.archives import BlueskyArchive, MastodonArchive, XArchive
from app.connectors.bluesky import Bluesky, Resolver
from app.connectors.catalogue import Account, Catalogue, Link, Means
from app.connectors.errors import AccessRevoked
from app.connectors.feeds import Feeds
from app.connectors.mastodon import Mastodon
from app.usecases.registrations import Identity, Registrations
from oauth.link.errors import LinkRefused
from oauth.link.provider import Registration, Tokens
from tests.contracts.test_structure import ROOT

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONNECTORS = (ROOT / "docs" / "connectors.md").read_text("utf-8")
LINES = [
    {"id": "1", "made": "2026-03-01T09:00:00Z", "text": "I love this", "public": True},
    {"id": "2", "made": "2026-02-28T09:00:00Z", "text": "for a friend", "public": False},
    {"id": "3", "made": "2025-12-01T09:00:00Z", "text": "long ago", "public": True},
]


@pytest.fixture(scope="module")
def shown() -> Any:
    """The connector that the documentation shows."""
    [source] = re.findall(r"```python\n(\"\"\"Jotter.*?)```", CONNECTORS, re.DOTALL)
    names: dict[str, Any] = {"__name__": "app.connectors.jotter"}
    exec(compile(source, "docs/connectors.md", "exec"), names)
    return names["Jotter"]()


def every_connector() -> Catalogue:
    bluesky = Bluesky(lambda: NOW, "https://plc.example", Resolver())
    archives = (MastodonArchive(), XArchive(), BlueskyArchive())
    return Catalogue(Mastodon(), bluesky, Feeds(), *archives)


class Server:
    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        about_me = {"id": "17", "name": "mara"}
        content: object = about_me if request.url.path == "/v1/me" else {"notes": LINES}
        return httpx.Response(self.status, json=content if self.status == 200 else {})

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self), verify=False)


async def test_where_it_is_and_how_it_is_asked_is_data(shown: Any):
    async with Server().client() as client:
        destination = await shown.find(client, "", NOW)
        provider = await shown.provider(client, destination.instance, NOW)
    assert (destination.instance, provider.issuer) == ("https://jotter.example",) * 2
    assert provider.token_endpoint == "https://jotter.example/oauth/token"
    assert provider.registration_endpoint is None


async def test_whose_account_it_is_and_what_is_read(shown: Any):
    server, tokens = Server(), Tokens("abc")
    async with server.client() as client:
        account = await shown.identify(client, "https://jotter.example", tokens, NOW)
        link = Link("https://jotter.example", account, shown.auth("https://jotter.example", tokens))
        window = await shown.fetch(client, link, NOW)
    assert account == Account("17", "@mara")
    assert [post.text for post in window.posts] == ["I love this"]
    assert {request.headers["Authorization"] for request in server.asked} == {"Bearer abc"}


async def test_an_access_that_ended_is_told_apart(shown: Any):
    link = Link("https://jotter.example", Account("17", "@mara"))
    async with Server(401).client() as client:
        with pytest.raises(AccessRevoked):
            await shown.fetch(client, link, NOW)


def test_the_table_in_the_documentation_is_the_catalogue():
    catalogue = every_connector()
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (\d+) \|", CONNECTORS, re.MULTILINE)
    abouts = [catalogue.find(name).about for name in catalogue.names]
    assert rows == [
        (
            about.name,
            str(about.linked_by),
            ", ".join(sorted(str(one).replace("_", " ") for one in about.reads)),
            str(about.requests),
        )
        for about in abouts
    ]


def test_every_provider_says_where_it_is_documented():
    catalogue = every_connector()
    for name in catalogue.names:
        about = catalogue.find(name).about
        assert about.documentation
        assert all(address.startswith("https://") for address in about.documentation)
        folder = "archives" if about.linked_by is Means.UPLOAD else name
        assert (Path(ROOT) / "app" / "connectors" / folder / "description.py").is_file()


async def test_who_we_are_there_is_what_the_operator_was_given(
    database: Any, vault: Any, clock: Any, shown: Any
):
    identity = Identity("Milieu", "https://milieu.test", "https://milieu.test/callback")
    given = {"jotter": Registration("our id", "our secret")}
    registrations = Registrations(database, vault, clock, identity, given=given)
    server = Server()
    async with server.client() as client:
        provider = await shown.provider(client, "https://jotter.example", NOW)
        assert await registrations.ensure(client, "jotter", provider) == given["jotter"]
        assert await registrations.find("jotter", provider) == given["jotter"]
        with pytest.raises(LinkRefused, match="registration_not_supported"):
            await registrations.ensure(client, "another", provider)
    assert server.asked == []
