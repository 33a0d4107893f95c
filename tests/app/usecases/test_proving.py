"""Linking a blog: she puts a proof into her page, and nobody else can use it."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.connectors.feeds.errors import NotABlog, NotProved
from app.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from app.store.connections import Connection, ConnectionState, LinkAttempt
from app.usecases import proving as proving_module
from tests.support.blog import answering, blog_at, far_too_much, hang
from tests.support.stage import EVERY, LIMITS, PATIENCE, Stage, network_at

DOWN, DEGRADED = ConnectionState.PROVIDER_DOWN, ConnectionState.DEGRADED
ENDED = ConnectionState.REAUTH_REQUIRED


@pytest.fixture
def blog(clock):
    with blog_at(clock) as blog:
        for at, words in enumerate(["I love this", "awful broadband again", "so happy today"]):
            blog.wrote(words, days=at, hours=1)
        yield blog


@pytest.fixture
def stage(database, vault, clock, blog):
    return Stage(database, vault, clock, frozenset({blog.host}))


@pytest.fixture
async def mara(stage):
    return await stage.customer()


def tag(marks):
    return f'<meta name="milieu-verification" content="{marks.token}">'


def link(marks):
    return f'<link rel="me" href="{marks.link}">'


async def begin(stage, customer, blog):
    """Begin; returns the attempt and what is asked for."""
    name = await stage.connections.begin_proof(customer, "feeds", blog.url)
    return name, (await stage.connections.proof(customer, name)).marks


async def linked(stage, customer, blog, proof=tag):
    name, marks = await begin(stage, customer, blog)
    blog.head = proof(marks)
    return await stage.connections.finish_proof(customer, name)


@pytest.mark.parametrize("proof", [tag, link])
async def test_she_links_her_blog_by_a_tag_or_by_a_link(stage, mara, blog, clock, proof):
    name, marks = await begin(stage, mara, blog)
    asked = await stage.connections.proof(mara, name)
    assert asked.page == f"{blog.url}/"
    assert asked.expires_at == clock() + timedelta(days=1)
    assert blog.host not in repr(asked)
    blog.head = proof(marks)
    connection_id = await stage.connections.finish_proof(mara, name)
    [view] = await stage.connections.list(mara)
    assert (view.id, view.provider, view.state) == (connection_id, "feeds", ConnectionState.PENDING)
    assert (view.handle, view.instance, view.address) == (blog.host, blog.host, blog.host)
    assert blog.host not in repr(view)
    assert stage.due.is_set()
    assert await stage.version(mara) == 1


async def test_her_blog_is_read_into_a_digest_without_a_network(stage, mara, blog, clock):
    connection_id = await linked(stage, mara, blog)
    assert await stage.refresh.refresh(connection_id) is ConnectionState.ACTIVE
    digest = await stage.digest(mara, connection_id)
    assert sum(day.posts for day in digest.days) == 3
    assert not digest.network
    assert (await stage.view(mara, connection_id)).due_at == clock() + EVERY
    blog.entries.pop()
    clock.advance(hours=7)
    assert await stage.refresh.refresh(connection_id) is ConnectionState.ACTIVE
    assert sum(day.posts for day in (await stage.digest(mara, connection_id)).days) == 2


async def test_without_the_proof_nothing_is_linked_and_she_may_try_again(stage, mara, blog):
    name, marks = await begin(stage, mara, blog)
    with pytest.raises(NotProved, match="neither"):
        await stage.connections.finish_proof(mara, name)
    assert await stage.connections.list(mara) == []
    blog.head = tag(marks)
    assert await stage.connections.finish_proof(mara, name)


async def test_another_customers_proof_is_another_one(stage, mara, blog):
    eve = await stage.customer()
    _, hers = await begin(stage, mara, blog)
    blog.head = tag(hers) + link(hers)
    name, marks = await begin(stage, eve, blog)
    assert marks.token != hers.token
    with pytest.raises(NotProved, match="another value"):
        await stage.connections.finish_proof(eve, name)


async def test_a_proof_is_the_same_each_time_for_her_page_and_another_for_the_next(
    stage, mara, blog
):
    blog.answers["/two"] = answering(blog.page(), media_type="text/html")
    _, marks = await begin(stage, mara, blog)
    assert (await begin(stage, mara, blog))[1] == marks
    blog.home = "/two"
    second = await stage.connections.begin_proof(mara, "feeds", f"{blog.url}/two")
    assert (await stage.connections.proof(mara, second)).marks != marks


async def test_an_attempt_is_hers_and_nobody_elses(stage, mara, blog):
    eve = await stage.customer()
    name, marks = await begin(stage, mara, blog)
    blog.head = tag(marks)
    for use in (stage.connections.proof, stage.connections.finish_proof):
        with pytest.raises(NotFound):
            await use(eve, name)
        with pytest.raises(NotFound):
            await use(mara, "made-up")
    assert await stage.connections.finish_proof(mara, name)


async def test_an_attempt_works_once_and_for_a_day(stage, mara, blog, clock):
    name, marks = await begin(stage, mara, blog)
    late, _ = await begin(stage, mara, blog)
    blog.head = tag(marks)
    await stage.connections.finish_proof(mara, name)
    with pytest.raises(NotFound, match="Begin again"):
        await stage.connections.finish_proof(mara, name)
    clock.advance(days=1)
    for use in (stage.connections.proof, stage.connections.finish_proof):
        with pytest.raises(NotFound, match="Begin again"):
            await use(mara, late)


async def test_of_two_checks_at_once_one_links(stage, mara, blog):
    name, marks = await begin(stage, mara, blog)
    blog.head = tag(marks)
    results = await asyncio.gather(
        *(stage.connections.finish_proof(mara, name) for _ in range(2)), return_exceptions=True
    )
    assert {type(result) for result in results} == {str, NotFound}
    assert len(await stage.connections.list(mara)) == 1


async def test_an_attempt_to_prove_is_none_to_come_back_from_a_provider(stage, mara, blog):
    name, _ = await begin(stage, mara, blog)
    with pytest.raises(Forbidden, match="another browser"):
        await stage.connections.finish_link("browser", {"state": name, "code": "x"})


async def test_a_blog_linked_by_somebody_else_is_a_conflict_that_does_not_tell_who(
    stage, mara, blog
):
    other = await stage.customer()
    connection_id = await linked(stage, mara, blog)
    with pytest.raises(Conflict) as refused:
        await linked(stage, other, blog)
    assert refused.value.code == "account_linked"
    assert not any(hers in refused.value.detail for hers in (mara, connection_id, blog.host))
    assert await stage.connections.list(other) == []


async def test_linking_it_again_is_the_same_connection_with_its_digest(stage, mara, blog, clock):
    connection_id = await linked(stage, mara, blog)
    await stage.refresh.refresh(connection_id)
    blog.answers["/feed"] = answering(status=410)
    clock.advance(hours=7)
    assert await stage.refresh.refresh(connection_id) is ENDED
    view = await stage.view(mara, connection_id)
    assert "gone for good" in view.advice
    with pytest.raises(Conflict):
        await stage.refresh.request_refresh(mara, connection_id)
    del blog.answers["/feed"]
    before = await stage.digest(mara, connection_id)
    again = await stage.connections.begin_proof(mara, "feeds", view.address)
    assert await stage.connections.finish_proof(mara, again) == connection_id
    assert await stage.digest(mara, connection_id) == before
    assert await stage.refresh.refresh(connection_id) is ConnectionState.ACTIVE


async def test_unlinking_deletes_the_digest_and_there_is_nothing_to_revoke(stage, mara, blog):
    connection_id = await linked(stage, mara, blog)
    await stage.refresh.refresh(connection_id)
    version = await stage.version(mara)
    asked = len(blog.asked)
    assert await stage.connections.unlink(mara, connection_id) is True
    assert await stage.connections.list(mara) == []
    assert await stage.digest(mara, connection_id) is None
    assert await stage.version(mara) == version + 1
    assert len(blog.asked) == asked


async def test_erasing_her_revokes_nothing_at_a_blog(stage, mara, blog):
    await linked(stage, mara, blog)
    items = await stage.connections.tokens_to_revoke(mara)
    asked = len(blog.asked)
    await stage.connections.revoke_at_providers(items)
    assert len(blog.asked) == asked


async def test_the_address_of_her_blog_is_stored_nowhere_in_clear(stage, mara, blog, database):
    name, marks = await begin(stage, mara, blog)
    await linked(stage, mara, blog)
    async with database.reading() as session:
        rows = [
            repr((await session.exec(select(*table.__table__.columns))).all())
            for table in (LinkAttempt, Connection)
        ]
    assert not [one for one in (blog.host, name, marks.token) for row in rows if one in row]


async def test_a_connection_that_does_not_open_is_seen_and_can_be_unlinked(stage, mara, blog):
    connection_id = await linked(stage, mara, blog)
    async with stage.database.writing() as session:
        (await session.get(Connection, connection_id)).sealed_account = b"x" * 40
    view = await stage.view(mara, connection_id)
    assert (view.handle, view.instance, view.address) == ("@unreadable", "", "")
    assert await stage.refresh.refresh(connection_id) is DEGRADED
    assert "The feed" in (await stage.view(mara, connection_id)).advice
    assert await stage.connections.unlink(mara, connection_id) is True


@pytest.mark.parametrize("typed", ["localhost", "127.0.0.1", "http://169.254.169.254/latest", "x"])
async def test_a_private_address_is_refused_with_a_clear_text(stage, mara, typed):
    with pytest.raises(NotABlog, match="address of your blog"):
        await stage.connections.begin_proof(mara, "feeds", typed)


async def test_a_name_that_resolves_to_a_private_address_is_refused(database, vault, clock):
    stage = Stage(database, vault, clock, frozenset())
    mara = await stage.customer()

    async def resolver(host, port):
        return ["10.0.0.7"]

    stage.connections._proving._outbound._guard._resolver = resolver
    with pytest.raises(Unavailable, match=r"blog\.example is not a public address"):
        await stage.connections.begin_proof(mara, "feeds", "blog.example")


@pytest.mark.parametrize(
    "answer",
    [answering(status=404), answering(status=500), answering("GIF89a"), far_too_much],
    ids=["404", "500", "no feed", "too large"],
)
async def test_what_is_no_blog_is_told_so(stage, mara, blog, answer):
    blog.answers["/"] = answer
    with pytest.raises((Invalid, Unavailable)) as refused:
        await stage.connections.begin_proof(mara, "feeds", blog.url)
    assert "GIF" not in refused.value.detail


async def test_a_blog_that_takes_too_long_is_given_up(stage, mara, blog, monkeypatch):
    monkeypatch.setattr(proving_module, "LOOK_AT_MOST", timedelta(seconds=0.2))
    blog.answers["/"] = hang
    with pytest.raises(Unavailable, match="too long"):
        await stage.connections.begin_proof(mara, "feeds", blog.url)


async def test_each_provider_is_linked_in_its_own_way(stage, mara, blog):
    with pytest.raises(NotFound, match="there is: feeds"):
        await stage.connections.begin_proof(mara, "mastodon", blog.url)
    with pytest.raises(NotFound, match="there is: mastodon"):
        await stage.connections.begin_link(mara, "browser", "feeds", blog.url)


FAULTS = {
    "429": (answering(status=429), DOWN),
    "429 with a wait": (answering(status=429, Retry_After="7200"), DOWN),
    "500": (answering(status=500), DOWN),
    "timeout": (hang, DOWN),
    "far too large a body": (far_too_much, DOWN),
    "half of a feed": (answering("<rss version='2.0'><channel><item><title>half"), DEGRADED),
    "half of a JSON": (answering('{"version": "https://jsonfeed.org/version/1", "it'), DEGRADED),
    "a page": (answering("<html>Hello", media_type="text/html"), DEGRADED),
    "wrong content type": (answering(b"\x89PNG", media_type="image/png"), DEGRADED),
    "a redirect inside": (
        answering(status=302, Location="http://169.254.169.254/latest/"),
        DEGRADED,
    ),
    "a redirect elsewhere": (answering(status=301, Location="https://x.example/feed"), DEGRADED),
    "404": (answering(status=404), DEGRADED),
    "410": (answering(status=410), ENDED),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_leaves_the_digest_as_it_was_and_others_go_on(
    database, vault, clock, blog, fault
):
    answer, expected = FAULTS[fault]
    with network_at(clock) as network:
        network.add("mara")
        network.said("mara", "I love this", hours=1)
        limits = PATIENCE if fault == "timeout" else LIMITS
        exceptions = frozenset({network.host, blog.host})
        stage = Stage(database, vault, clock, exceptions, limits=limits)
        mara = await stage.customer()
        other = await stage.link(mara, network.url, "mara")
        connection_id = await linked(stage, mara, blog)
        await stage.refresh.refresh(connection_id)
        before = await stage.digest(mara, connection_id)
        blog.wrote("a post of which half a run would know")
        clock.advance(hours=7)
        blog.answers["/feed"] = answer
        assert await stage.refresh.refresh(connection_id) is expected
        assert await stage.digest(mara, connection_id) == before
        view = await stage.view(mara, connection_id)
        assert view.state is expected
        assert view.advice
        assert await stage.refresh.refresh(other) is ConnectionState.ACTIVE
        if expected is ENDED:
            assert view.due_at is None
            return
        waits = timedelta(hours=2) if "wait" in fault else timedelta()
        assert view.due_at > clock() + waits - timedelta(seconds=1)
        del blog.answers["/feed"]
        clock.set(view.due_at)
        assert await stage.refresh.refresh(connection_id) is ConnectionState.ACTIVE
        assert sum(day.posts for day in (await stage.digest(mara, connection_id)).days) == 4
