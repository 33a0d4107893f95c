"""A link from its beginning to its end, through the use cases, on both databases."""

from dataclasses import replace

import pytest
from sqlmodel import select
from starlette.responses import JSONResponse

from app.connectors.bluesky.description import AUTHOR_FEED, SCOPES
from app.connectors.catalogue import Account
from app.errors import Conflict, Forbidden, Unavailable
from app.store.connections import ConnectionState, LinkAttempt
from app.store.customers import open_box
from app.usecases.accounts import account_index, open_tokens, seal_tokens
from app.usecases.client_keys import client_keys, public_keys
from app.usecases.linking import Linked
from tests.app.connectors.bluesky.conftest import MARA, World
from tests.app.connectors.bluesky.feeds import post
from tests.support.stage import DOCUMENT, Stage

ACTIVE, ENDED = ConnectionState.ACTIVE, ConnectionState.REAUTH_REQUIRED
DOWN = ConnectionState.PROVIDER_DOWN
EVE = "did:plc:eveeveeveeveeveeveeveeve"


class Customer:
    """A customer of a stage, with an account in the world."""

    def __init__(self, stage: Stage, world: World, customer_id: str) -> None:
        self.stage, self.world, self.id = stage, world, customer_id

    async def leave(self, typed: str = "@mara.test") -> str:
        return await self.stage.connections.begin_link(self.id, "browser", "bluesky", typed)

    async def link(self, typed: str = "@mara.test", did: str = MARA) -> str:
        back = self.world.sky.approve(await self.leave(typed), did)
        return await self.stage.connections.finish_link("browser", back)

    async def again(self, connection_id: str, **later: float) -> ConnectionState | None:
        self.stage.clock.advance(**(later or {"hours": 3}))
        due = await self.stage.refresh.request_refresh(self.id, connection_id)
        self.stage.clock.set(due)
        return await self.stage.refresh.refresh(connection_id)

    async def tokens(self, connection_id: str):
        row = await self.stage.row(connection_id)
        async with self.stage.database.reading() as session:
            return open_tokens(await open_box(session, self.stage.vault, self.id), row)

    async def keep(self, connection_id: str, tokens) -> None:
        async with self.stage.database.writing() as session:
            row = await session.get(type(await self.stage.row(connection_id)), connection_id)
            box = await open_box(session, self.stage.vault, self.id)
            row.sealed_tokens = seal_tokens(box, connection_id, tokens)


def stage_of(world: World, database, vault, keys=None) -> Stage:
    return Stage(
        database, vault, world.clock, world.exceptions, more=[world.connector],
        keys=world.keys if keys is None else keys,
    )  # fmt: skip


@pytest.fixture
def stage(world, database, vault):
    world.sky.feeds[AUTHOR_FEED] = [post(MARA, "I love this phone", world.clock())]
    return stage_of(world, database, vault)


@pytest.fixture
async def mara(stage, world):
    return Customer(stage, world, await stage.customer())


async def test_the_browser_carries_nothing_but_a_reference(mara, world):
    address = await mara.leave()
    [(reference, pushed)] = world.sky.pushed.items()
    assert address.startswith(f"{world.sky.url}/oauth/authorize?")
    assert "state" not in address
    assert pushed["client_id"] == DOCUMENT
    assert pushed["login_hint"] == "mara.test"
    assert pushed["scope"].split() == list(SCOPES)
    assert reference.rpartition(":")[2] in address


async def test_what_is_kept_while_she_is_away_is_sealed(mara, stage, world):
    await mara.leave()
    async with stage.database.reading() as session:
        rows = (await session.exec(select(LinkAttempt.__table__))).all()
    [pushed] = world.sky.pushed.values()
    assert len(rows) == 1
    assert MARA not in str(rows)
    assert '"d"' not in str(rows)
    assert pushed["state"] not in str(rows)


async def test_linked_read_renewed_and_unlinked(mara, stage, world):
    connection_id = await mara.link()
    assert await stage.refresh.refresh(connection_id) is ACTIVE
    assert (await stage.digest(mara.id, connection_id)).days
    first = await mara.tokens(connection_id)
    view = await stage.view(mara.id, connection_id)
    assert (view.handle, view.address, view.followers_only) == ("@mara.test", "@mara.test", None)
    world.sky.nonces |= {"oauth": "as-2", "xrpc": "rs-2"}
    assert await mara.again(connection_id) is ACTIVE
    second = await mara.tokens(connection_id)
    assert second.refresh_token != first.refresh_token
    assert second.binding == first.binding
    assert second.subject == MARA
    await stage.connections.unlink(mara.id, connection_id)
    assert [session.ended for session in world.sky.sessions] == [True]


async def test_another_account_than_the_one_she_named_is_refused_and_let_go(mara, world):
    world.sky.join(EVE, "eve.test")
    with pytest.raises(Conflict, match="another account"):
        await mara.link(did=EVE)
    assert [session.ended for session in world.sky.sessions] == [True]
    assert await mara.link(world.sky.url.removeprefix("http://"), did=EVE)


async def test_a_server_that_speaks_for_anothers_accounts_links_nothing(mara, world):
    address = await mara.leave(world.sky.url.removeprefix("http://"))
    world.sky.resource = {"authorization_servers": ["https://hers.example"]}
    back = world.sky.approve(address, MARA)
    with pytest.raises(Unavailable):
        await mara.stage.connections.finish_link("browser", back)
    assert [session.ended for session in world.sky.sessions] == [True]


async def test_a_link_that_was_begun_before_an_update_is_begun_again(mara, stage, world):
    back = world.sky.approve(await mara.leave(), MARA)
    async with stage.database.writing() as session:
        [attempt] = (await session.exec(select(LinkAttempt))).all()
        box = await open_box(session, stage.vault, mara.id)
        place = f"link_attempts.verifier:{attempt.state_hash}"
        attempt.sealed_verifier = box.seal(b"the verifier", place)
    with pytest.raises(Forbidden, match="begin again") as refused:
        await stage.connections.finish_link("browser", back)
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("change", [{"iss": "https://evil.example"}, {"iss": None}])
async def test_an_answer_that_does_not_name_its_sender_is_refused(mara, world, change):
    back = world.sky.approve(await mara.leave(), MARA) | change
    given = {name: value for name, value in back.items() if value is not None}
    with pytest.raises(Forbidden, match="did not come from"):
        await mara.stage.connections.finish_link("browser", given)
    assert world.sky.sessions == []


async def test_a_refresh_token_that_came_twice_ends_access_and_keeps_her_digest(mara, stage, world):
    connection_id = await mara.link()
    assert await stage.refresh.refresh(connection_id) is ACTIVE
    spent = await mara.tokens(connection_id)
    assert await mara.again(connection_id) is ACTIVE
    await mara.keep(connection_id, spent)
    before = (await stage.digest(mara.id, connection_id)).to_bytes()
    assert await mara.again(connection_id) is ENDED
    assert (await stage.digest(mara.id, connection_id)).to_bytes() == before
    assert [session.ended for session in world.sky.sessions] == [True]
    assert await mara.link() == connection_id
    assert await stage.refresh.refresh(connection_id) is ACTIVE


async def test_renewed_tokens_for_another_account_are_not_used(mara, stage, world):
    connection_id = await mara.link()
    [session] = world.sky.sessions
    issued = world.sky._issued(session) | {"sub": EVE}
    world.sky.faults["/oauth/token"] = [JSONResponse(issued)]
    assert await mara.again(connection_id) is ENDED


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ("invalid_client_metadata", 400),
        ("invalid_client", 401),
        ("invalid_dpop_proof", 400),
        ("use_dpop_nonce", 400),
        ("temporarily_unavailable", 400),
    ],
)
async def test_what_says_nothing_of_her_access_ends_none(mara, stage, world, error, status):
    connection_id = await mara.link()
    world.sky.faults["/oauth/token"] = [JSONResponse({"error": error}, status)]
    assert await mara.again(connection_id) is DOWN
    assert await mara.again(connection_id) is ACTIVE


async def test_tokens_that_are_not_bound_are_not_taken(mara, stage, world):
    connection_id = await mara.link()
    issued = world.sky._issued(world.sky.sessions[0]) | {"token_type": "Bearer"}
    world.sky.faults["/oauth/token"] = [JSONResponse(issued)]
    held = await mara.tokens(connection_id)
    assert await mara.again(connection_id) is DOWN
    assert await mara.tokens(connection_id) == held


async def test_a_session_keeps_to_its_key_until_that_is_withdrawn(
    mara, stage, world, database, vault
):
    connection_id = await mara.link()
    published = list(world.keys)
    world.sky.keys = lambda: public_keys(tuple(published))
    for generation, state in [(2, ACTIVE), (3, ENDED)]:
        published[:] = client_keys(vault, generation)
        newer = Customer(stage_of(world, database, vault, tuple(published)), world, mara.id)
        assert await newer.again(connection_id) is state
    assert [session.ended for session in world.sky.sessions] == [False]
    begun = await mara.tokens(connection_id)
    assert await newer.link() == connection_id
    linked = await newer.tokens(connection_id)
    assert linked.binding.client_key != begun.binding.client_key
    assert linked.binding.dpop_key != begun.binding.dpop_key


async def test_an_account_that_has_moved_to_another_server_is_the_same_connection(mara, stage):
    connection_id = await mara.link()
    assert await stage.refresh.refresh(connection_id) is ACTIVE
    before = await stage.digest(mara.id, connection_id)
    moved = Linked(
        mara.id, "bluesky", "https://elsewhere.example", Account(MARA, "@mara.test"), None
    )
    assert await stage.connections._linked(moved) == connection_id
    assert (await stage.row(connection_id)).instance == "https://elsewhere.example"
    assert await stage.digest(mara.id, connection_id) == before
    # Check 52: nor is it somebody else's there.
    with pytest.raises(Conflict) as refused:
        await stage.connections._linked(replace(moved, customer_id=await stage.customer()))
    assert refused.value.code == "account_linked"


def test_an_account_is_at_its_server_or_wherever_it_lives_and_an_upload_is_its_uploaders(vault):
    def index(instance, account_id, provider="bluesky"):
        return account_index(vault, provider, instance, Account(account_id, "@mara"))

    assert index("https://one.example", MARA) == index("https://two.example", MARA)
    assert index("https://one.example", MARA) != index("https://one.example", EVE)
    assert index("https://one.example", "7") != index("https://two.example", "7")
    assert index("cus_1", MARA, "bluesky_archive") != index("cus_2", MARA, "bluesky_archive")
