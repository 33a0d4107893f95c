"""One person: her blog and her account name each other, and are believed to be hers."""

from dataclasses import replace

import pytest

from app.connectors.feeds.errors import NotProved
from app.sandbox.people import Person
from tests.support.blog import answering, blog_at
from tests.support.stage import Stage, network_at


@pytest.fixture
def network(clock):
    with network_at(clock) as network:
        network.add("mara", "eve")
        for days in range(12):
            network.said("mara", "I love my new broadband router", days=days, hours=1)
        yield network


@pytest.fixture
def blog(clock):
    with blog_at(clock) as blog:
        for days in range(12):
            blog.wrote("I love my new broadband router", days=days, hours=1)
        yield blog


@pytest.fixture
def stage(database, vault, clock, network, blog):
    return Stage(database, vault, clock, frozenset({network.host, blog.host}))


@pytest.fixture
async def mara(stage):
    return await stage.customer()


def names(network, handle, *pages, checked=()):
    """Let a profile name pages as its own."""
    person: Person = network.world.people[handle]
    network.world.add_person(replace(person, pages=pages, checked=frozenset(checked)))


def named_by(blog, *addresses):
    """Let the blog's page name accounts as its own."""
    blog.head = "".join(f'<link rel="me" href="{address}">' for address in addresses)


def account_of(network, handle="mara"):
    return f"{network.url}/@{handle}"


async def link_blog(stage, customer, blog):
    """Link the blog by the tag."""
    name = await stage.connections.begin_proof(customer, "feeds", blog.url)
    proof = await stage.connections.proof(customer, name)
    kept = blog.head
    blog.head += f'<meta name="milieu-verification" content="{proof.marks.token}">'
    connection_id = await stage.connections.finish_proof(customer, name)
    blog.head = kept
    return connection_id


async def read(stage, clock, customer, *connection_ids):
    """Have connections read again, a while later."""
    clock.advance(hours=1)
    for connection_id in connection_ids:
        clock.set(max(clock(), await stage.refresh.request_refresh(customer, connection_id)))
        assert await stage.refresh.refresh(connection_id) == "active"


async def both(stage, clock, network, blog, mara):
    account = await stage.link(mara, network.url, "mara")
    page = await link_blog(stage, mara, blog)
    await read(stage, clock, mara, account, page)
    return account, page


async def verified(stage, customer):
    """Who verifies which of her connections, by handle, and what her context says."""
    views = await stage.connections.list(customer)
    authenticity = (await stage.contexts.preview(customer)).sections.reach.authenticity
    return {view.handle: list(view.verified_by) for view in views}, authenticity


async def test_an_account_and_a_blog_that_name_each_other_verify_each_other(
    stage, clock, network, blog, mara
):
    # Mutations tried: `verified` not passed to `Source`; the presence not kept in `_succeed`.
    names(network, "mara", f"{blog.url}/")
    named_by(blog, account_of(network))
    await both(stage, clock, network, blog, mara)
    found, authenticity = await verified(stage, mara)
    handle = f"@mara@{network.host}"
    assert found == {handle: [blog.host], blog.host: [handle]}
    assert authenticity.verified
    [view, *_] = await stage.connections.list(mara)
    assert blog.host not in repr(view)


async def test_what_the_provider_has_checked_is_enough(stage, clock, network, blog, mara):
    names(network, "mara", f"{blog.url}/", checked=[f"{blog.url}/"])
    await both(stage, clock, network, blog, mara)
    assert (await verified(stage, mara))[1].verified


@pytest.mark.parametrize("who", ["only the account", "only the blog", "neither"])
async def test_naming_without_being_named_back_raises_nothing(
    stage, clock, network, blog, mara, who
):
    if who == "only the account":
        names(network, "mara", f"{blog.url}/")
    if who == "only the blog":
        named_by(blog, account_of(network))
    await both(stage, clock, network, blog, mara)
    found, authenticity = await verified(stage, mara)
    assert not any(found.values())
    assert not authenticity.verified


async def test_what_somebody_elses_profile_says_of_hers_raises_nothing(
    stage, clock, network, blog, mara
):
    names(network, "eve", f"{blog.url}/", account_of(network), checked=[f"{blog.url}/"])
    named_by(blog, account_of(network, "eve"))
    eve = await stage.customer()
    hers = await stage.link(eve, network.url, "eve", "another browser")
    await read(stage, clock, eve, hers)
    await both(stage, clock, network, blog, mara)
    for customer in (mara, eve):
        found, authenticity = await verified(stage, customer)
        assert not any(found.values())
        assert not authenticity.verified


async def test_a_link_taken_back_or_broken_counts_no_more(stage, clock, network, blog, mara):
    # Mutation tried: broken links counted in `presences_of`.
    names(network, "mara", f"{blog.url}/")
    named_by(blog, account_of(network))
    account, page = await both(stage, clock, network, blog, mara)
    blog.answers["/"] = answering(503)
    await read(stage, clock, mara, page)
    assert (await verified(stage, mara))[1].verified, "what could not be read stays as it was"
    del blog.answers["/"]
    named_by(blog)
    await read(stage, clock, mara, page)
    assert not (await verified(stage, mara))[1].verified
    named_by(blog, account_of(network))
    await read(stage, clock, mara, page)
    assert (await verified(stage, mara))[1].verified
    network.controls.revoke_person("mara")
    clock.advance(hours=1)
    clock.set(await stage.refresh.request_refresh(mara, account))
    await stage.refresh.refresh(account)
    assert not any((await verified(stage, mara))[0].values())
    await stage.connections.unlink(mara, account)
    assert (await verified(stage, mara))[0] == {blog.host: []}


async def test_a_page_that_names_an_account_of_hers_which_names_it_back_is_proved_as_it_is(
    stage, clock, network, blog, mara
):
    # Mutation tried: `naming` returns the addresses of every account of hers.
    account = await stage.link(mara, network.url, "mara")
    names(network, "mara", f"{blog.url}/")
    await read(stage, clock, mara, account)
    name = await stage.connections.begin_proof(mara, "feeds", blog.url)
    marks = (await stage.connections.proof(mara, name)).marks
    assert account_of(network).removeprefix("http://") in marks.accounts
    with pytest.raises(NotProved):
        await stage.connections.finish_proof(mara, name)
    named_by(blog, account_of(network))
    assert await stage.connections.finish_proof(mara, name)


async def test_a_page_that_names_an_account_which_does_not_name_it_is_not_proved(
    stage, clock, network, blog, mara
):
    account = await stage.link(mara, network.url, "mara")
    await read(stage, clock, mara, account)
    named_by(blog, account_of(network))
    name = await stage.connections.begin_proof(mara, "feeds", blog.url)
    assert not (await stage.connections.proof(mara, name)).marks.accounts
    with pytest.raises(NotProved):
        await stage.connections.finish_proof(mara, name)


async def test_somebody_elses_account_proves_nobodys_page(stage, clock, network, blog, mara):
    names(network, "mara", f"{blog.url}/")
    named_by(blog, account_of(network))
    account = await stage.link(mara, network.url, "mara")
    await read(stage, clock, mara, account)
    eve = await stage.customer()
    hers = await stage.link(eve, network.url, "eve", "another browser")
    names(network, "eve", f"{blog.url}/", checked=[f"{blog.url}/"])
    await read(stage, clock, eve, hers)
    name = await stage.connections.begin_proof(eve, "feeds", blog.url)
    with pytest.raises(NotProved):
        await stage.connections.finish_proof(eve, name)
