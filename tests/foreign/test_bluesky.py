"""Her account on Bluesky, linked and read through its own software and its own pages."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.connectors.bluesky import SCOPES
from app.connectors.errors import AccessRevoked
from app.store.connections import ConnectionState
from context.post import PostKind
from tests.foreign.atproto import (
    HOST,
    PASSWORD,
    Here,
    Network,
    bluesky,
    certify,
    milieu_for,
    names_of,
)
from tests.foreign.linked import end_soon, keep, refresh, renew, row, window
from tests.foreign.stories import install_bluesky
from tests.support.chromium import chromium
from tests.support.postgres import Postgres

pytestmark = pytest.mark.foreign

NUMBERS = count(1)
JOINED = 100.5  # days ago
ACTIVE, ENDED = ConnectionState.ACTIVE, ConnectionState.REAUTH_REQUIRED
LINK_PAGE = re.compile(r"/oauth/authorize")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certify(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def network(postgres: Postgres, files: tuple[Path, Path]) -> Iterator[Network]:
    install_bluesky()
    with postgres.empty_database() as database, bluesky(database, files[0]) as running:
        yield running


@pytest.fixture(scope="module")
def here(
    network: Network,
    files: tuple[Path, Path],
    tmp_path_factory: pytest.TempPathFactory,
    sqlite_template: bytes,
) -> Iterator[Here]:
    path = tmp_path_factory.mktemp("bluesky") / "milieu.db"
    path.write_bytes(sqlite_template)
    with (
        names_of(network) as names,
        milieu_for(network, names, f"sqlite:///{path}", files[1]) as running,
    ):
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(f"--host-resolver-rules=MAP {HOST} 127.0.0.1") as running:
        yield running


@pytest.fixture
def visit(browser: Browser) -> Iterator[BrowserContext]:
    """One person's browser, new for each test."""
    context = browser.new_context(ignore_https_errors=True)
    yield context
    context.close()


class Mara:
    """A customer with a browser, and with an account on the network.

    Args:
        here: Where she is a customer.
        network: Where her account is.
        visit: Her browser.
    """

    def __init__(self, here: Here, network: Network, visit: BrowserContext) -> None:
        self.here, self.network = here, network
        self.handle = f"mara{next(NUMBERS)}.test"
        self.did = network.join(self.handle, createdAt=ago(days=JOINED))
        self.page: Page = visit.new_page()

    def sign_in(self) -> None:
        page, email = self.page, f"{self.handle}@example.org"
        page.goto(f"{self.here.url}/sign-in")
        page.get_by_label("Your e-mail address").fill(email)
        page.get_by_role("button", name="Send me the link").click()
        expect(page.get_by_role("heading", name="Look at your mail")).to_be_visible()
        [mail] = [mail for mail in self.here.served.services.outbox.mails() if mail.to == email]
        page.goto(re.search(rf"{self.here.url}/sign-in/\S+", mail.text)[0])
        page.get_by_role("button", name="Sign me in").click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()

    def ask_to_link(self, typed: str) -> None:
        """Go to her server's page."""
        page = self.page
        page.goto(f"{self.here.url}/connections")
        page.get_by_label("Which is your Bluesky account?").fill(typed)
        page.get_by_role("button", name="Link Bluesky").click()

    def sign_in_there(self) -> None:
        """Sign in at her server."""
        page = self.page
        expect(page).to_have_url(LINK_PAGE)
        page.get_by_role("textbox", name="Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()

    def link(self, typed: str | None = None) -> None:
        """Link her account, all the way."""
        self.ask_to_link(typed or self.handle)
        self.sign_in_there()
        self.page.get_by_role("button", name="Authorize").click()
        expect(self.page).to_have_url(re.compile(rf"{self.here.url}/connections\?"))
        expect(self.page.get_by_role("heading", name=f"@{self.handle}")).to_be_visible()

    @property
    def link_id(self) -> str:
        """Her connection's id, as its form on the page has it."""
        self.page.goto(f"{self.here.url}/connections")
        form = self.page.locator("form[action$='/unlink']").get_attribute("action")
        return re.search(r"con_\w+", form)[0]


@pytest.fixture
def mara(here: Here, network: Network, visit: BrowserContext) -> Mara:
    customer = Mara(here, network, visit)
    customer.sign_in()
    return customer


def said(posts: Any) -> set[tuple[str, PostKind]]:
    return {(post.text, post.kind) for post in posts}


def ago(**some: float) -> str:
    return (datetime.now(UTC) - timedelta(**some)).isoformat()


def of(post: dict[str, Any]) -> dict[str, str]:
    return {"uri": post["uri"], "cid": post["cid"]}


LABELS = "com.atproto.label.defs#selfLabels"


def labelled(value: str) -> dict[str, Any]:
    return {"labels": {"$type": LABELS, "values": [{"val": value}]}}


def test_she_links_it_and_what_she_and_her_friends_wrote_is_read(
    mara: Mara, here: Here, network: Network
):
    tell = network.tell
    friend, shy, robot = (f"{name}-{mara.handle}" for name in ("friend", "shy", "robot"))
    dids = {
        friend: network.join(friend),
        shy: network.join(shy, **labelled("!no-unauthenticated")),
        robot: network.join(robot, **labelled("bot")),
    }
    for other in dids:
        tell("follow", handle=mara.handle, whom=other)
        tell("post", handle=other, text=f"from {other}", langs=["en"])
    tell("follow", handle=friend, whom=mara.handle)
    theirs = tell("post", handle=friend, text="a friend's own words", langs=["de-AT", "en"])
    hidden = tell("post", handle=shy, text="for people who are signed in")
    tell("post", handle=friend, text="too long ago for the network", createdAt=ago(days=4))
    tell("post", handle=mara.handle, text="hers", langs=["en"])
    tell("post", handle=mara.handle, text="hers, days ago", createdAt=ago(days=20))
    tell("post", handle=mara.handle, text="too long ago", createdAt=ago(days=31))
    answered = {"root": of(theirs), "parent": of(theirs)}
    tell("post", handle=mara.handle, text="an answer", reply=answered)
    quoted = {"$type": "app.bsky.embed.record", "record": of(theirs)}
    tell("post", handle=mara.handle, text="about that", embed=quoted)
    tell("repost", handle=mara.handle, **of(theirs))
    tell("repost", handle=friend, **of(hidden))
    tell("settle")

    mara.link()
    assert refresh(here, mara.link_id) is ACTIVE
    found, digest, tokens = row(here, mara.link_id)
    assert found.instance == network.pds
    assert digest
    assert set(tokens.scope.split()) == set(SCOPES)
    assert tokens.subject == mara.did
    read = window(here, mara.link_id)
    assert said(read.posts) == {
        ("hers", PostKind.ORIGINAL),
        ("hers, days ago", PostKind.ORIGINAL),
        ("an answer", PostKind.REPLY),
        ("about that", PostKind.ORIGINAL),
        ("a friend's own words", PostKind.BOOST),
    }
    boosts = [post for post in read.posts if post.kind is PostKind.BOOST]
    assert len(boosts) == 2  # one is what she quoted
    assert {post.author for post in read.posts} == {mara.did}
    assert {post.reply_to for post in read.posts} == {None, dids[friend]}
    assert said(read.network) == {
        (f"from {friend}", PostKind.ORIGINAL),
        ("a friend's own words", PostKind.ORIGINAL),
    }
    assert {post.author for post in read.network} == {dids[friend]}
    assert {post.language for post in read.network} == {"en", "de"}
    assert (read.account.followers, read.account.following) == (1, 3)
    assert read.account.since == datetime.fromisoformat(ago(days=JOINED)).date()
    [session] = tell("sessions", did=mara.did)
    assert session["client"] == f"{here.url}/oauth-client-metadata.json"
    assert json.loads(session["parameters"])["login_hint"] == mara.handle


def test_access_is_renewed_once_and_every_nonce_may_change(
    mara: Mara, here: Here, network: Network
):
    mara.link()
    held = end_soon(here, mara.link_id)
    network.tell("forgetNonces")
    assert refresh(here, mara.link_id) is ACTIVE
    *_, fresh = row(here, mara.link_id)
    assert fresh.refresh_token != held.refresh_token
    assert fresh.access_token != held.access_token
    assert fresh.binding == held.binding
    assert fresh.expires_at > held.expires_at + timedelta(minutes=30)
    network.tell("forgetNonces")
    assert refresh(here, mara.link_id) is ACTIVE
    assert row(here, mara.link_id)[2] == fresh


def test_a_refresh_token_that_comes_twice_ends_the_session_and_her_digest_stays(
    mara: Mara, here: Here, network: Network
):
    network.tell("post", handle=mara.handle, text="I love this")
    network.tell("settle")
    mara.link()
    spent = end_soon(here, mara.link_id)
    assert refresh(here, mara.link_id) is ACTIVE
    with pytest.raises(AccessRevoked):
        renew(here, network.pds, spent)
    assert network.tell("sessions", did=mara.did) == []
    before = row(here, mara.link_id)[1]
    assert refresh(here, mara.link_id) is ENDED
    found, digest, _ = row(here, mara.link_id)
    assert (found.state, digest) == (ENDED, before)
    mara.page.reload()
    mara.page.get_by_role("button", name="Link again").click()
    mara.sign_in_there()  # and her server remembers what she allowed
    expect(mara.page.get_by_text("Linked.")).to_be_visible()
    again, digest, _ = row(here, mara.link_id)
    assert (again.id, digest) == (found.id, before)
    assert refresh(here, mara.link_id) is ACTIVE


def test_unlinking_ends_our_access_at_her_server(mara: Mara, here: Here, network: Network):
    mara.link()
    held = renew(here, network.pds, row(here, mara.link_id)[2])
    keep(here, mara.link_id, held)
    mara.page.reload()
    mara.page.get_by_text("Unlink", exact=False).first.click()
    mara.page.get_by_role("button", name=f"Unlink @{mara.handle}").click()
    expect(mara.page.get_by_role("heading", name="Link your first account")).to_be_visible()
    assert network.tell("sessions", did=mara.did) == []
    with pytest.raises(AccessRevoked):
        renew(here, network.pds, held)


def test_a_session_goes_on_with_the_key_that_it_was_begun_with(
    mara: Mara, here: Here, network: Network
):
    mara.link()
    end_soon(here, mara.link_id)
    assert refresh(here, mara.link_id, provider_key_generation=2) is ACTIVE
    end_soon(here, mara.link_id)
    assert refresh(here, mara.link_id, provider_key_generation=3) is ENDED
    # Ours is withdrawn, so nothing was asked: whoever has the key again goes on.
    assert len(network.tell("sessions", did=mara.did)) == 1


def test_she_may_decline(mara: Mara, here: Here, network: Network):
    mara.ask_to_link(mara.handle)
    mara.sign_in_there()
    mara.page.get_by_role("button", name="Deny access").click()
    expect(
        mara.page.get_by_text("You declined at your server; nothing was linked.")
    ).to_be_visible()


def test_she_may_name_her_server_alone(mara: Mara, here: Here, network: Network):
    mara.ask_to_link(network.pds.removeprefix("http://"))
    page = mara.page
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("textbox", name="Identifier").fill(mara.handle)
    mara.sign_in_there()
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_role("heading", name=f"@{mara.handle}")).to_be_visible()
    assert refresh(here, mara.link_id) is ACTIVE
