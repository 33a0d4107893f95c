"""Uploading an export: its digest is kept, nothing else; it claims no account and is never due."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.connectors.archives import Archives, MastodonArchive
from app.connectors.catalogue import Means
from app.errors import Conflict, Invalid, NotFound, Unavailable
from app.store.connections import Connection, ConnectionDigest, ConnectionState
from app.store.customers import delete_customer
from app.store.secrets import Vault
from app.usecases import uploads as uploads_module
from app.usecases.analyses import Analyses
from app.usecases.reencryption import Reencryption
from app.usecases.uploads import Uploads
from context.document import Absence, AbsenceReason
from tests.support.exports import (
    MARA,
    actor,
    chunked,
    mastodon_files,
    mastodon_zip,
    note,
    repository,
    said_on_bluesky,
    tweet,
    x_zip,
    zipped,
)
from tests.support.household import household
from tests.support.stage import Stage, network_at


@pytest.fixture
def stage(database, vault, clock):
    return Stage(database, vault, clock, frozenset())


@pytest.fixture
async def mara(stage):
    return await stage.customer()


async def coming(content: bytes, size: int = 4096):
    for chunk in chunked(content, size):
        yield chunk


async def upload(stage, customer, content):
    return await stage.uploads.upload(customer, coming(content))


def posts(digest):
    return sum(day.posts for day in digest.days)


@pytest.fixture
def some(clock):
    now = clock()
    return [
        note(words, now - timedelta(days=at)) for at, words in enumerate(["I love it", "Oh no"])
    ]


async def test_her_posts_are_counted_and_her_context_moves_on(stage, mara, clock):
    before = await stage.version(mara)
    often = [note("I love it", clock() - timedelta(hours=at)) for at in range(20)]
    found = await upload(stage, mara, mastodon_zip(*often))
    assert found.posts == 20
    assert posts(await stage.digest(mara, found.connection_id)) == 20
    assert await stage.version(mara) == before + 1
    view = await stage.view(mara, found.connection_id)
    assert view.handle == "@mara@social.example"
    assert view.linked_by is Means.UPLOAD
    assert view.state is ConnectionState.ACTIVE
    assert (view.provider, view.instance) == ("mastodon_archive", "")
    assert view.refreshed_at == clock()
    assert view.engine == stage.engine.name
    preview = await stage.contexts.preview(mara)
    assert not isinstance(preview.sections.rhythm, Absence)


async def test_what_an_archive_says_of_the_account_is_not_believed(stage, mara, clock, some):
    # Mutation: `since` of actor.json or account.js in the window.
    for content in (mastodon_zip(*some), x_zip(tweet("I love it", clock()))):
        found = await upload(stage, mara, content)
        facts = (await stage.digest(mara, found.connection_id)).account
        assert (facts.followers, facts.following, facts.age_days) == (None, None, None)


async def test_each_format_is_a_connection_of_its_own(stage, mara, clock, some):
    now = clock()
    archives = [
        mastodon_zip(*some),
        x_zip(tweet("I love it", now)),
        repository({"app.bsky.feed.post/1": said_on_bluesky("I love it", now)}),
    ]
    for content in archives:
        await upload(stage, mara, content)
    views = await stage.connections.list(mara)
    providers = {view.provider for view in views}
    assert providers == {"mastodon_archive", "x_archive", "bluesky_archive"}
    assert len({view.id for view in views}) == 3


async def test_a_newer_archive_takes_the_place_of_the_one_before(stage, mara, clock, some):
    first = await upload(stage, mara, mastodon_zip(*some))
    clock.advance(days=1)
    newer = mastodon_zip(*some[:1], note("and more", clock()), note("and more", clock()))
    again = await upload(stage, mara, newer)
    assert again.connection_id == first.connection_id
    assert posts(await stage.digest(mara, first.connection_id)) == 2  # two alike are one post
    view = await stage.view(mara, first.connection_id)
    assert view.refreshed_at == clock()
    other = zipped(mastodon_files(*some) | {"actor.json": actor(id=f"{MARA}2")})
    assert (await upload(stage, mara, other)).connection_id != first.connection_id


async def test_of_the_days_before_the_window_bare_counts_stay(stage, mara, clock, some):
    found = await upload(stage, mara, mastodon_zip(*some))
    clock.advance(days=40)
    await upload(stage, mara, mastodon_zip(note("today", clock())))
    digest = await stage.digest(mara, found.connection_id)
    assert posts(digest) == 3
    assert not any(any(day.emotions) for day in digest.days[:2])


async def test_two_customers_may_upload_the_same_and_neither_learns_of_it(stage, mara, some):
    ben = await stage.customer()
    hers = await upload(stage, mara, mastodon_zip(*some))
    his = await upload(stage, ben, mastodon_zip(*some))
    assert hers.connection_id != his.connection_id
    assert posts(await stage.digest(ben, his.connection_id)) == 2
    rows = [await stage.row(one.connection_id) for one in (hers, his)]
    assert rows[0].account_index != rows[1].account_index


async def test_it_keeps_nobody_from_linking_the_account(database, vault, clock):
    with network_at(clock) as network:
        network.add("mara")
        stage = Stage(database, vault, clock, frozenset({network.host}))
        ben, mara = await stage.customer(), await stage.customer()
        claimed = actor(id=f"{network.url}/users/mara")
        files = mastodon_files(note("not mine", clock())) | {"actor.json": claimed}
        await upload(stage, ben, zipped(files))
        assert await stage.link(mara, network.url, "mara")


async def test_an_archive_without_recent_posts_changes_nothing(stage, mara, clock, some):
    nothing = await upload(stage, mara, mastodon_zip(note("old", clock() - timedelta(days=99))))
    assert nothing.posts == 0
    assert nothing.connection_id is None
    assert await stage.connections.list(mara) == []
    found = await upload(stage, mara, mastodon_zip(*some))
    before = await stage.digest(mara, found.connection_id)
    assert (await upload(stage, mara, mastodon_zip())).posts == 0
    assert await stage.digest(mara, found.connection_id) == before


@pytest.mark.parametrize("share", [0, 0.3, 0.6, 0.9, 0.99])
async def test_of_one_that_is_cut_off_nothing_is_kept_and_what_was_stays(
    stage, mara, clock, some, share
):
    found = await upload(stage, mara, mastodon_zip(*some))
    before, version = await stage.digest(mara, found.connection_id), await stage.version(mara)
    whole = mastodon_zip(*some, note("and more", clock()))
    with pytest.raises(Invalid):
        await upload(stage, mara, whole[: int(len(whole) * share)])
    assert await stage.digest(mara, found.connection_id) == before
    assert await stage.version(mara) == version


async def test_what_breaks_off_while_it_comes_is_told_as_it_is(stage, mara, some):
    async def cut():
        yield mastodon_zip(*some)[:100]
        raise Invalid("The upload was cut off.", code="upload_cut_off")

    with pytest.raises(Invalid, match="was cut off") as caught:
        await stage.uploads.upload(mara, cut())
    assert caught.value.code == "upload_cut_off"


# What other code takes for granted of a connection.


async def test_it_is_never_due_for_any_worker(stage, mara, clock, some):
    found = await upload(stage, mara, mastodon_zip(*some))
    clock.advance(days=400)
    assert await stage.refresh.due(10) == []
    assert await stage.refresh.refresh(found.connection_id) is None
    row = await stage.row(found.connection_id)
    assert (row.due_at, row.lease, row.sealed_tokens) == (None, None, b"")


async def test_nor_when_another_engine_has_come(stage, mara, some, database, vault, clock):
    found = await upload(stage, mara, mastodon_zip(*some))
    async with database.writing() as session:
        digest = await session.get(ConnectionDigest, found.connection_id)
        digest.engine = "another"
    assert await stage.refresh.follow_engine() == 0
    assert await stage.refresh.due(10) == []


async def test_she_cannot_have_it_read_again_and_is_told_what_to_do(stage, mara, some):
    found = await upload(stage, mara, mastodon_zip(*some))
    with pytest.raises(Conflict, match="upload a newer archive") as caught:
        await stage.refresh.request_refresh(mara, found.connection_id)
    assert caught.value.code == "uploaded_once"
    with pytest.raises(Conflict):
        await stage.connections.read_followers_only(mara, found.connection_id, wanted=True)
    assert (await stage.row(found.connection_id)).due_at is None
    assert stage.due.is_set() is False


async def test_it_grows_old_and_says_nothing_then(stage, mara, clock, some):
    await upload(stage, mara, mastodon_zip(*some))
    clock.advance(days=8)
    preview = await stage.contexts.preview(mara)
    assert preview.sections.rhythm == Absence(reason=AbsenceReason.STALE)
    often = [note("I love it", clock() - timedelta(hours=at)) for at in range(20)]
    await upload(stage, mara, mastodon_zip(*often))
    assert not isinstance((await stage.contexts.preview(mara)).sections.rhythm, Absence)


async def test_unlinking_deletes_it_with_its_digest(stage, mara, some, database):
    found = await upload(stage, mara, mastodon_zip(*some))
    assert await stage.connections.unlink(mara, found.connection_id)
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(ConnectionDigest)) == 0
    with pytest.raises(NotFound):
        await stage.connections.unlink(mara, found.connection_id)
    assert (await upload(stage, mara, mastodon_zip(*some))).posts == 2


async def test_there_is_nothing_to_revoke_anywhere(stage, mara, some):
    await upload(stage, mara, mastodon_zip(*some))
    [item] = await stage.connections.tokens_to_revoke(mara)
    assert item.tokens is None
    await stage.connections.revoke_at_providers([item])


async def test_it_is_not_offered_for_linking_or_fetching(stage):
    for way in (stage.connections.begin_link, stage.connections.begin_proof):
        arguments = ["cus_1", "browser"] if way == stage.connections.begin_link else ["cus_1"]
        with pytest.raises(NotFound, match="There is no connector of this name"):
            await way(*arguments, "mastodon_archive", "x.example")


# Several at once, too slow, too many.


class Slow:
    """An archive that comes when it is let."""

    def __init__(self, content: bytes) -> None:
        self.may = asyncio.Event()
        self.began = asyncio.Event()
        self.content = content

    async def __aiter__(self):
        yield self.content[:50]
        self.began.set()
        await self.may.wait()
        yield self.content[50:]


async def test_one_at_a_time_of_each_customer_and_a_few_of_all(stage, mara, some):
    whole = mastodon_zip(*some)
    slow = [Slow(whole) for _ in range(uploads_module.UPLOADS_AT_ONCE)]
    customers = [mara, *[await stage.customer() for _ in slow[1:]]]
    running = [
        asyncio.create_task(stage.uploads.upload(who, aiter(one)))
        for who, one in zip(customers, slow, strict=True)
    ]
    for one in slow:
        await one.began.wait()
    with pytest.raises(Conflict, match="Another archive of yours"):
        await upload(stage, mara, whole)
    with pytest.raises(Unavailable, match="Several archives"):
        await upload(stage, await stage.customer(), whole)
    for one in slow:
        one.may.set()
    assert [found.posts for found in await asyncio.gather(*running)] == [2] * len(slow)
    assert (await upload(stage, mara, whole)).posts == 2


def impatient(stage, **patience):
    analyses = Analyses(stage.database, stage.vault, stage.engine)
    archives = Archives([MastodonArchive()])
    return Uploads(stage.database, stage.vault, stage.clock, archives, analyses, **patience)


@pytest.mark.parametrize(
    ("patience", "said"),
    [
        ({"at_most": timedelta(milliseconds=20)}, "takes too long"),
        ({"quiet_at_most": timedelta(milliseconds=20)}, "Hardly anything of the archive came"),
    ],
)
async def test_one_that_does_not_come_is_given_up_and_its_place_is_free(
    stage, mara, some, patience, said
):
    uploads = impatient(stage, **patience)
    for _ in range(2 * uploads_module.UPLOADS_AT_ONCE):
        with pytest.raises(Invalid, match=said):
            await uploads.upload(mara, aiter(Slow(mastodon_zip(*some))))


@pytest.mark.parametrize(
    ("size", "every", "is_read"),
    [(1, 59, False), (10, 7, False), (100, 59, True), (500, 61, True), (500, 0, True)],
)
async def test_a_byte_now_and_then_does_not_hold_a_place(stage, mara, some, size, every, is_read):
    # Mutation: `waited` not added up; `came` not compared.
    now = 0.0

    async def trickling(content):
        nonlocal now
        for chunk in chunked(content, size):
            now += every
            yield chunk

    uploads = impatient(stage, least=100, ticks=lambda: now)
    whole = mastodon_zip(*some)
    if is_read:
        assert (await uploads.upload(mara, trickling(whole))).posts == 2
        return
    with pytest.raises(Invalid, match="Hardly anything") as caught:
        await uploads.upload(mara, trickling(whole))
    assert caught.value.code == "upload_too_slow"
    assert now < 120 + every
    assert (await uploads.upload(mara, coming(whole))).posts == 2


async def test_one_that_is_broken_off_here_leaves_its_place_and_thread(stage, mara, some):
    slow = Slow(mastodon_zip(*some))
    running = asyncio.create_task(stage.uploads.upload(mara, aiter(slow)))
    await slow.began.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await upload(stage, mara, mastodon_zip(*some))).posts == 2


async def test_the_same_twice_in_one_moment_is_one_connection(
    stage, mara, some, database, monkeypatch
):
    both = asyncio.Barrier(2)
    kept = Analyses.digest

    async def together(self, *arguments):
        digest = await kept(self, *arguments)
        await both.wait()
        return digest

    monkeypatch.setattr(Analyses, "digest", together)
    elsewhere = impatient(stage)  # another process
    content = mastodon_zip(*some)
    found = await asyncio.gather(
        stage.uploads.upload(mara, coming(content)),
        elsewhere.upload(mara, coming(content)),
        return_exceptions=True,
    )
    assert {type(one).__name__ for one in found} <= {"Uploaded", "Conflict"}
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Connection)) == 1


# Whose it is, when customers become one, and under another master key.


async def test_what_came_to_her_by_a_merge_is_known_again(database_url, clock, some):
    # Mutation: the connection looked for by its index alone.
    house = household(database_url, clock)
    uploads = house.runtime.services.uploads
    ada, other = await house.customer("ada@example.org"), await house.customer("ada@work.example")
    theirs = await uploads.upload(other, coming(mastodon_zip(*some)))
    await house.merge(ada, other)
    again = await uploads.upload(ada, coming(mastodon_zip(note("newer", clock()))))
    assert again.connection_id == theirs.connection_id
    with pytest.raises(Conflict, match="Your account changed"):
        await uploads.upload(other, coming(mastodon_zip(*some)))
    await house.runtime.close()


@pytest.mark.parametrize("known", [True, False])
async def test_whoever_is_erased_meanwhile_leaves_nothing(stage, mara, some, database, known):
    if known:
        await upload(stage, mara, mastodon_zip(*some))
    slow = Slow(mastodon_zip(*some))
    running = asyncio.create_task(stage.uploads.upload(mara, aiter(slow)))
    await slow.began.wait()
    async with database.writing() as session:
        await delete_customer(session, mara)
    slow.may.set()
    with pytest.raises(Conflict, match="Your account changed"):
        await running
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Connection)) == 0


async def test_one_that_is_unlinked_while_a_newer_comes_is_linked_again(
    stage, mara, some, monkeypatch
):
    found = await upload(stage, mara, mastodon_zip(*some))
    made = Analyses.digest

    async def slow(self, *arguments):
        digest = await made(self, *arguments)
        await stage.connections.unlink(mara, found.connection_id)
        return digest

    monkeypatch.setattr(Analyses, "digest", slow)
    again = await upload(stage, mara, mastodon_zip(*some))
    assert posts(await stage.digest(mara, again.connection_id)) == 2


async def test_under_another_master_key_two_who_uploaded_the_same_are_still_two(
    stage, mara, some, database, vault, clock
):
    # Mutation: `instance` empty, so that the index no longer holds whose it is.
    ben = await stage.customer()
    content = mastodon_zip(*some)
    before = [(await upload(stage, who, content)).connection_id for who in (mara, ben)]
    other = Vault(bytes(range(1, 33)))
    await Reencryption(database, other).run(vault, lambda: None)
    anew = Stage(database, other, clock, frozenset())
    assert [(await upload(anew, who, content)).connection_id for who in (mara, ben)] == before


async def test_what_does_not_open_is_left_to_age(stage, mara, some, database):
    found = await upload(stage, mara, mastodon_zip(*some))
    async with database.writing() as session:
        row = await session.get(Connection, found.connection_id)
        row.sealed_account = b"nonsense"
        row.account_index = "another"
    assert (await stage.view(mara, found.connection_id)).handle == "@unreadable"
    assert (await upload(stage, mara, mastodon_zip(*some))).connection_id != found.connection_id
