"""Whatever speaks Mastodon's API is linked, read and left alone in the same way.

One suite, run against every software of the family, over real HTTP.
"""

from datetime import timedelta

import pytest

from app.connectors.mastodon import Mastodon
from app.errors import Conflict
from app.store.connections import ConnectionState
from app.store.engine import Database
from app.store.provider_apps import ProviderApp
from context.post import PostKind
from tests.support.family import FAMILY
from tests.support.servers import serving
from tests.support.stage import Stage

MINUTES = timedelta(minutes=5)


@pytest.fixture(params=FAMILY, ids=lambda member: member.software)
def instance(request, clock):
    member = request.param(clock)
    member.add("mara", "ben", "ida", "kai", "lou", "sam")
    with serving(member) as member.url:
        yield member


@pytest.fixture
async def database(tmp_path, sqlite_template):
    path = tmp_path / "milieu.db"
    path.write_bytes(sqlite_template)
    opened = Database(f"sqlite:///{path}")
    yield opened
    await opened.close()


class Reader:
    """Mara's connection, and the windows that were fetched for it."""

    def __init__(self, instance, database, vault, clock, monkeypatch):
        self.instance, self.clock = instance, clock
        self.stage = Stage(database, vault, clock, frozenset({instance.host}))
        self.customer = None
        self.windows = []
        fetch = Mastodon.fetch

        async def noting(*arguments):
            self.windows.append(await fetch(*arguments))
            return self.windows[-1]

        monkeypatch.setattr(Mastodon, "fetch", noting)

    async def begin(self):
        self.customer = self.customer or await self.stage.customer()
        return await self.stage.connections.begin_link(
            self.customer, "browser", "mastodon", self.instance.url
        )

    async def finish(self, answer):
        self.connection_id = await self.stage.connections.finish_link("browser", answer)
        return self.connection_id

    async def link(self):
        return await self.finish(self.instance.consent(await self.begin()))

    async def refresh(self):
        return await self.stage.refresh.refresh(self.connection_id)

    async def window(self):
        assert await self.refresh() is ConnectionState.ACTIVE
        return self.windows[-1]

    async def view(self):
        return await self.stage.view(self.customer, self.connection_id)


@pytest.fixture
def reader(instance, database, vault, clock, monkeypatch):
    return Reader(instance, database, vault, clock, monkeypatch)


def texts(posts):
    return [post.text for post in posts]


async def test_she_links_her_account_and_unlinks_it(instance, reader):
    await reader.link()
    assert (await reader.view()).handle == f"@mara@{instance.host}"
    assert len(instance.apps) == 1
    assert await reader.stage.connections.unlink(reader.customer, reader.connection_id) is True
    assert instance.tokens == {}
    assert instance.asked[-1] == "POST /oauth/revoke"


async def test_what_she_wrote_for_everybody_is_read_as_it_is_meant(instance, reader):
    theirs = instance.said("ben", "<p>theirs</p>")
    instance.said("mara", "<p>hello <b>you</b></p>", visibility="unlisted")
    instance.said("mara", "<p>indeed</p>", answers=theirs)
    instance.said("mara", "", boosts=theirs)
    for visibility in ("private", "direct", "mutuals_only", "local", "list"):
        instance.said("mara", f"<p>{visibility}</p>", visibility=visibility)
    await reader.link()
    posts = (await reader.window()).posts
    assert texts(posts) == ["theirs", "indeed", "hello you"]
    assert [post.kind for post in posts] == [PostKind.BOOST, PostKind.REPLY, PostKind.ORIGINAL]
    assert posts[1].reply_to == instance.ids["ben"]
    assert {post.author for post in posts} == {instance.ids["mara"]}


async def test_what_is_for_her_followers_is_read_if_she_ticked_it(instance, reader):
    for visibility in ("private", "direct", "mutuals_only", "local", "list"):
        instance.said("mara", f"<p>{visibility}</p>", visibility=visibility)
        instance.said("ben", f"<p>{visibility}</p>", visibility=visibility)
    await reader.link()
    connections = reader.stage.connections
    await connections.read_followers_only(reader.customer, reader.connection_id, wanted=True)
    window = await reader.window()
    assert texts(window.posts) == ["private"]
    assert window.network == []
    assert {app.scopes for app in instance.apps.values()} == {"read:accounts read:statuses"}


async def test_her_network_is_what_others_said_to_everybody(instance, reader):
    instance.add("robot", bot=True)
    instance.add("shy", note="<p>no machines please #nobot</p>")
    instance.add("unseen", noindex=True)
    for handle in ("ben", "ida", "robot", "shy", "unseen", "mara"):
        instance.said(handle, f"<p>{handle} speaks</p>")
    for visibility in ("unlisted", "private", "direct", "mutuals_only", "local", "list"):
        instance.said("kai", "<p>not for you</p>", visibility=visibility)
    instance.said("lou", "<p>long ago</p>", ago=timedelta(days=4))
    await reader.link()
    window = await reader.window()
    assert texts(window.network) == ["ida speaks", "ben speaks"]
    assert window.account.followers == 12
    assert window.account.since.isoformat() == "2022-11-04"


async def test_what_she_quotes_is_not_among_her_words(instance, reader):
    theirs = instance.said("ben", "<p>a bold claim</p>")
    instance.said("mara", "<p>no, really</p>", quotes=theirs)
    await reader.link()
    assert texts((await reader.window()).posts) == ["no, really"]


async def test_long_lists_are_read_to_the_end_of_the_window(instance, reader, clock):
    for days in range(40, 0, -1):
        clock.advance(days=-days)
        for number in range(3):
            instance.said("mara", f"<p>{days}.{number}</p>")
        clock.advance(days=days)
    await reader.link()
    read = texts((await reader.window()).posts)
    assert read == [f"{days}.{number}" for days in range(1, 31) for number in (2, 1, 0)]
    pages = [one for one in instance.asked if one.endswith("/statuses")]
    assert len(pages) == 3


async def test_what_came_late_does_not_end_the_reading(instance, reader):
    for number in range(60):
        instance.said("ben", f"<p>{number}</p>")
        if number == 50:
            instance.said("ida", "<p>three weeks old</p>", ago=timedelta(weeks=3))
    await reader.link()
    assert len((await reader.window()).network) == 60


async def test_a_limit_in_the_middle_is_waited_for(instance, reader, clock):
    for number in range(100):
        instance.said("mara", f"<p>{number}</p>")
    await reader.link()
    instance.left = 1
    assert await reader.refresh() is ConnectionState.PROVIDER_DOWN
    assert await reader.stage.digest(reader.customer, reader.connection_id) is None
    row = await reader.stage.row(reader.connection_id)
    tells = bool(instance.limits(0))
    assert row.not_before == (clock() + MINUTES if tells else None)
    assert row.due_at >= clock() + (MINUTES if tells else timedelta(seconds=30))
    # Nobody who was told that the share is used up asks once more.
    assert len([one for one in instance.asked if one.endswith("/statuses")]) == (1 if tells else 2)
    instance.left = None
    clock.set(row.due_at)
    assert len((await reader.window()).posts) == 100


async def test_a_token_that_was_revoked_asks_her_to_link_again(instance, reader, clock):
    instance.said("mara", "<p>hello</p>")
    await reader.link()
    await reader.refresh()
    before = await reader.stage.digest(reader.customer, reader.connection_id)
    instance.tokens.clear()
    clock.advance(hours=7)
    assert await reader.refresh() is ConnectionState.REAUTH_REQUIRED
    assert await reader.stage.digest(reader.customer, reader.connection_id) == before


async def test_a_token_that_ends_is_renewed_where_that_can_be(instance, reader, clock):
    await reader.link()
    (issued,) = instance.tokens
    clock.advance(days=100)
    assert await reader.refresh() is ConnectionState.ACTIVE
    (present,) = instance.tokens
    assert (present != issued) is (instance.software in {"pleroma", "akkoma"})
    assert await reader.stage.connections.unlink(reader.customer, reader.connection_id) is True
    assert instance.tokens == {}


async def test_an_app_that_was_forgotten_is_registered_once_again(instance, reader, database):
    await reader.link()
    instance.forget_apps()
    if instance.software == "takahe":
        # It looks at no client before a code comes, so she meets its error page this once.
        with pytest.raises(AssertionError, match="unknown client"):
            await reader.link()
        return
    await reader.link()
    assert instance.asked.count("POST /api/v1/apps") == 2
    assert len(instance.apps) == 1
    await reader.begin()
    assert instance.asked.count("POST /api/v1/apps") == 2


async def test_forgotten_while_she_is_there_she_begins_again_and_is_linked(
    instance, reader, database
):
    answer = instance.consent(await reader.begin())
    instance.forget_apps()
    with pytest.raises(Conflict, match="begin again"):
        await reader.finish(answer)
    assert await reader.link()
    async with database.reading() as session:
        kept = await session.get(ProviderApp, ("mastodon", instance.url))
    assert kept.app_client_id in instance.apps


async def test_a_code_that_is_wrong_is_told_so(instance, reader):
    answer = instance.consent(await reader.begin())
    with pytest.raises(Conflict, match="begin again"):
        await reader.finish(answer | {"code": "another"})
