"""Linking: she leaves for her provider and comes back, and nobody else can come back for her."""

import asyncio
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import JSONResponse, Response

from app.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from app.outbound import OutboundRefused
from app.store.connections import Connection, ConnectionState, LinkAttempt
from app.store.customers import DataKey, delete_customer, open_box
from app.store.provider_apps import ProviderApp, find_app, replace_app
from app.store.secrets import SealError
from app.usecases.accounts import open_account, open_tokens
from app.usecases.provider_tokens import ProviderTokens
from tests.support.stage import Stage, browse, network_at


@pytest.fixture
def network(clock):
    with network_at(clock) as network:
        network.add("mara", "jo")
        yield network


@pytest.fixture
def stage(database, vault, clock, network):
    return Stage(database, vault, clock, frozenset({network.host}))


async def begin(stage, network, customer, browser="browser"):
    return await stage.connections.begin_link(customer, browser, "mastodon", network.url)


async def test_she_links_her_account_and_sees_it_pending_until_it_is_read(stage, network):
    mara = await stage.customer()
    connection_id = await stage.link(mara, network.url, "mara")
    (view,) = await stage.connections.list(mara)
    assert view.id == connection_id
    assert view.state is ConnectionState.PENDING
    assert "in a moment" in view.advice
    assert view.handle == f"@mara@{network.host}"
    assert view.instance == network.host
    assert view.engine is None
    assert "mara" not in repr(view)
    assert stage.due.is_set()
    assert await stage.version(mara) == 1
    await stage.refresh.refresh(connection_id)
    (view,) = await stage.connections.list(mara)
    assert (view.state, view.advice) == (ConnectionState.ACTIVE, "")


async def test_the_callback_is_of_the_browser_that_began_and_of_no_other(stage, network):
    mara = await stage.customer()
    answer = await browse(await begin(stage, network, mara), "mara")
    with pytest.raises(Forbidden, match="another browser") as refused:
        await stage.connections.finish_link("a second browser", answer)
    assert refused.value.code == "link_other_browser"
    assert await stage.connections.list(mara) == []
    # The honest browser is not harmed by the other's try.
    assert await stage.connections.finish_link("browser", answer)


async def test_a_callback_works_once(stage, network):
    mara = await stage.customer()
    answer = await browse(await begin(stage, network, mara), "mara")
    await stage.connections.finish_link("browser", answer)
    with pytest.raises(Forbidden, match="used already"):
        await stage.connections.finish_link("browser", answer)


async def test_of_two_equal_callbacks_at_once_one_links(stage, network):
    mara = await stage.customer()
    answer = await browse(await begin(stage, network, mara), "mara")
    results = await asyncio.gather(
        *(stage.connections.finish_link("browser", answer) for _ in range(2)),
        return_exceptions=True,
    )
    assert {type(result) for result in results} == {str, Forbidden}
    assert len(await stage.connections.list(mara)) == 1


@pytest.mark.parametrize("state", ["", "made-up", "mil_\udcff"])
async def test_a_foreign_state_is_refused(stage, network, state):
    mara = await stage.customer()
    await begin(stage, network, mara)
    with pytest.raises(Forbidden, match="not begun here"):
        await stage.connections.finish_link("browser", {"state": state, "code": "stolen"})


async def test_a_callback_without_state_is_refused(stage):
    with pytest.raises(Forbidden, match="not begun here"):
        await stage.connections.finish_link("browser", {"code": "stolen"})


async def test_an_attempt_lasts_ten_minutes(stage, network, clock):
    mara = await stage.customer()
    answer = await browse(await begin(stage, network, mara), "mara")
    clock.advance(minutes=10)
    with pytest.raises(Forbidden, match="ten minutes"):
        await stage.connections.finish_link("browser", answer)


async def test_she_declines_at_her_provider(stage, network):
    mara = await stage.customer()
    answer = await browse(await begin(stage, network, mara), None)
    with pytest.raises(Forbidden, match="declined") as refused:
        await stage.connections.finish_link("browser", answer)
    assert refused.value.code == "link_declined"
    with pytest.raises(Forbidden, match="used already"):
        await stage.connections.finish_link("browser", answer)


async def test_an_answer_from_another_issuer_is_a_mix_up(stage, network):
    mara = await stage.customer()
    answer = await browse(await begin(stage, network, mara), "mara")
    with pytest.raises(Forbidden) as refused:
        await stage.connections.finish_link("browser", answer | {"iss": "https://evil.example"})
    assert refused.value.code == "link_mixed_up"


async def test_an_answer_from_the_right_issuer_is_taken(stage, network):
    mara = await stage.customer()
    answer = await browse(await begin(stage, network, mara), "mara")
    assert await stage.connections.finish_link("browser", answer | {"iss": network.url})


async def test_a_code_of_another_attempt_fails_on_pkce(stage, network):
    mara = await stage.customer()
    first = await browse(await begin(stage, network, mara), "mara")
    second = await browse(await begin(stage, network, mara), "jo")
    with pytest.raises(Conflict, match="refuses"):
        await stage.connections.finish_link("browser", first | {"code": second["code"]})


async def test_an_answer_that_comes_where_another_instances_would_is_refused(
    stage, network, clock, database, vault
):
    # Check 48, without `iss`: a code that one instance issued reaches no other (mix-up).
    mara = await stage.customer()
    with network_at(clock) as honest:
        honest.add("mara")
        both = Stage(database, vault, clock, frozenset({network.host, honest.host}))
        url = await both.connections.begin_link(mara, "browser", "mastodon", honest.url)
        injected = await browse(url, "mara")
        begun = parse_qs(urlsplit(await begin(both, network, mara)).query)
        answer = injected | {"state": begun["state"][0]}
        asked = len(network.faults.asked)
        with pytest.raises(Forbidden) as refused:
            await both.connections.finish_link("browser", answer)
    assert refused.value.code == "link_mixed_up"
    assert len(network.faults.asked) == asked  # the code was not handed on
    assert await both.connections.list(mara) == []


async def test_a_code_that_is_refused_ends_nobodys_registration(stage, network, database):
    mara = await stage.customer()
    await stage.link(mara, network.url, "mara")
    async with database.reading() as session:
        before = await find_app(session, "mastodon", network.url)
    answer = await browse(await begin(stage, network, mara), "mara")
    network.faults.answer(lambda _: JSONResponse({"error": "access_denied"}, 401))
    with pytest.raises(Conflict):
        await stage.connections.finish_link("browser", answer | {"code": "made up"})
    async with database.reading() as session:
        after = await find_app(session, "mastodon", network.url)
    assert after.app_client_id == before.app_client_id


async def test_an_account_linked_by_somebody_else_is_a_conflict_that_does_not_tell_who(
    stage, network
):
    mara, other = await stage.customer(), await stage.customer()
    connection_id = await stage.link(mara, network.url, "mara")
    with pytest.raises(Conflict) as refused:
        await stage.link(other, network.url, "mara", "another browser")
    assert refused.value.code == "account_linked"
    assert not any(
        hers in refused.value.detail for hers in (mara, connection_id, "mara", "omebody")
    )
    assert await stage.connections.list(other) == []
    assert (await stage.view(mara, connection_id)).state is ConnectionState.PENDING


async def test_linking_the_same_account_again_is_the_same_connection_with_its_digest(
    stage, network, clock
):
    mara = await stage.customer()
    connection_id = await stage.link(mara, network.url, "mara")
    network.controls.publish("mara", "What a lovely morning this is")
    await stage.refresh.refresh(connection_id)
    network.controls.revoke_person("mara")
    clock.set(await stage.refresh.request_refresh(mara, connection_id))
    assert await stage.refresh.refresh(connection_id) is ConnectionState.REAUTH_REQUIRED
    before = await stage.digest(mara, connection_id)
    assert await stage.link(mara, network.url, "mara") == connection_id
    assert (await stage.view(mara, connection_id)).state is ConnectionState.ACTIVE
    assert await stage.digest(mara, connection_id) == before is not None
    assert await stage.refresh.refresh(connection_id) is ConnectionState.ACTIVE


async def test_tokens_and_account_are_sealed_for_her_this_connection_and_this_column(
    stage, network, database, vault
):
    mara, other = await stage.customer(), await stage.customer()
    first = await stage.row(await stage.link(mara, network.url, "mara"))
    second = await stage.row(await stage.link(mara, network.url, "jo"))
    box, foreign = await boxes(stage, mara, other)
    token = open_tokens(box, first).access_token
    assert token in network.app.state.controls.host.registry.tokens
    assert open_account(box, first).handle == f"@mara@{network.host}"
    for stored in (first.sealed_tokens, first.sealed_account):
        assert token.encode() not in stored
        assert b"mara" not in stored
    with pytest.raises(SealError):
        open_tokens(foreign, first)
    swapped = second.model_copy(update={"sealed_tokens": first.sealed_tokens})
    with pytest.raises(SealError):
        open_tokens(box, swapped)
    crossed = first.model_copy(update={"sealed_account": first.sealed_tokens})
    with pytest.raises(SealError):
        open_account(box, crossed)


async def boxes(stage, *customers):
    async with stage.database.reading() as session:
        return [await open_box(session, stage.vault, customer) for customer in customers]


async def test_no_secret_of_a_link_is_stored_in_clear(stage, network, database):
    mara = await stage.customer()
    url = await begin(stage, network, mara)
    answer = await browse(url, "mara")
    await stage.connections.finish_link("browser", answer)
    registry = network.app.state.controls.host.registry
    secrets = {answer["state"], answer["code"], *registry.tokens}
    secrets |= {app.client_secret for app in registry.apps.values()}
    async with database.reading() as session:
        rows = [
            repr((await session.exec(select(*table.__table__.columns))).all())
            for table in (LinkAttempt, ProviderApp, Connection)
        ]
    assert secrets
    assert not [one for one in secrets for row in rows if one in row]


async def test_one_registration_serves_everybody_and_is_made_once(stage, network, database):
    mara, jo = await stage.customer(), await stage.customer()
    await stage.link(mara, network.url, "mara")
    await stage.link(jo, network.url, "jo")
    assert len(network.app.state.controls.host.registry.apps) == 1


async def test_of_two_first_registrations_the_one_kept_first_counts(database, monkeypatch, clock):
    def app(client_id):
        return ProviderApp(
            provider="mastodon",
            instance="https://social.example",
            app_client_id=client_id,
            redirect_uri="https://milieu.example/callback",
            sealed_secret=b"",
            registered_at=clock(),
        )

    async def keep(client_id):
        async with database.writing() as session:
            await replace_app(session, app(client_id), None)
        one_kept.set()

    async def got(session, *rest, **options):
        found = await get(session, *rest, **options)
        looked.append(found)
        if len(looked) == 2:
            both_looked.set()
        # where one writes at a time, the other one never comes
        with suppress(TimeoutError):
            event = both_looked if len(looked) == 1 else one_kept
            await asyncio.wait_for(event.wait(), 0.5)
        return found

    looked, both_looked, one_kept = [], asyncio.Event(), asyncio.Event()
    get = AsyncSession.get
    monkeypatch.setattr(AsyncSession, "get", got)
    outcomes = await asyncio.gather(keep("one"), keep("two"), return_exceptions=True)
    monkeypatch.undo()
    async with database.reading() as session:
        kept = await find_app(session, "mastodon", "https://social.example")
    winner = [name for name, outcome in zip(("one", "two"), outcomes, strict=True) if not outcome]
    assert kept.app_client_id in winner
    assert all(outcome is None or isinstance(outcome, IntegrityError) for outcome in outcomes)
    assert len(winner) == 1 or database.is_sqlite


async def test_two_first_links_at_once_end_with_one_registration_that_works(stage, network):
    mara, jo = await stage.customer(), await stage.customer()
    urls = await asyncio.gather(begin(stage, network, mara), begin(stage, network, jo))
    for url, handle in zip(urls, ("mara", "jo"), strict=True):
        assert await stage.connections.finish_link("browser", await browse(url, handle))


async def test_an_instance_that_forgot_us_is_registered_with_again(stage, network):
    mara = await stage.customer()
    await begin(stage, network, mara)
    network.controls.drop_apps()
    assert await stage.link(mara, network.url, "mara")


async def test_forgotten_between_leaving_and_coming_back_she_begins_again(stage, network):
    mara = await stage.customer()
    answer = await browse(await begin(stage, network, mara), "mara")
    network.controls.drop_apps()
    with pytest.raises(Conflict, match="begin again"):
        await stage.connections.finish_link("browser", answer)
    assert await stage.link(mara, network.url, "mara")


async def test_a_service_that_moved_registers_anew(stage, network, database, vault, clock):
    mara = await stage.customer()
    await begin(stage, network, mara)
    moved = Stage(
        database, vault, clock, frozenset({network.host}), callback="https://new.test/callback"
    )
    await begin(moved, network, mara)
    async with database.reading() as session:
        app = await session.get(ProviderApp, ("mastodon", network.url))
    assert app.redirect_uri.startswith("https://new.test/callback/")


async def test_an_instance_on_a_private_address_is_refused_with_a_clear_text(
    database, vault, clock, network
):
    strict = Stage(database, vault, clock, frozenset())
    mara = await strict.customer()
    for address in (network.url, "localhost", "127.0.0.1", "169.254.169.254", "https://[::1]"):
        with pytest.raises(Invalid) as refused:
            await begin_at(strict, mara, address)
        assert "instance" in refused.value.detail
    assert network.faults.asked == []


async def test_a_name_that_resolves_to_a_private_address_is_refused(database, vault, clock):
    stage = Stage(database, vault, clock, frozenset())
    mara = await stage.customer()

    async def resolver(host, port):
        return ["93.184.216.34", "10.0.0.7"]

    stage.connections._linking._outbound._guard._resolver = resolver
    with pytest.raises(OutboundRefused, match=r"social\.example is not a public address"):
        await begin_at(stage, mara, "social.example")


async def begin_at(stage, customer, address):
    return await stage.connections.begin_link(customer, "browser", "mastodon", address)


@pytest.mark.parametrize(
    "answer",
    [
        Response("<html>shop</html>", media_type="text/html"),
        JSONResponse(["not", "an", "object"]),
        JSONResponse({"client_id": "without a secret"}),
        JSONResponse({"client_id": "a", "client_secret": "line\nbreak"}),
        JSONResponse({"error": "Internal"}, 500),
        Response(status_code=302, headers={"Location": "http://127.0.0.1:1/"}),
    ],
    ids=["html", "list", "half", "header-injection", "500", "redirect"],
)
async def test_what_is_no_instance_is_told_so(stage, network, answer):
    mara = await stage.customer()
    network.faults.answer(lambda request: answer)
    with pytest.raises(Unavailable, match="check the address"):
        await begin(stage, network, mara)


async def test_an_instance_that_takes_no_registrations_is_told_so(stage, network):
    mara = await stage.customer()
    network.faults.answer(lambda request: JSONResponse({"error": "unauthorized_client"}, 403))
    with pytest.raises(Conflict, match="refuses"):
        await begin(stage, network, mara)


async def test_an_account_that_cannot_be_told_leaves_no_access_behind(stage, network):
    mara = await stage.customer()
    answer = await browse(await begin(stage, network, mara), "mara")
    network.faults.answer(lambda request: JSONResponse({"id": 7}), after=1)
    with pytest.raises(Unavailable):
        await stage.connections.finish_link("browser", answer)
    registry = network.app.state.controls.host.registry
    assert [token.revoked for token in registry.tokens.values() if token.handle == "mara"] == [True]
    assert await stage.connections.list(mara) == []


async def test_unlinking_ends_our_access_and_deletes_the_digest(stage, network):
    mara = await stage.customer()
    connection_id = await stage.link(mara, network.url, "mara")
    await stage.refresh.refresh(connection_id)
    version = await stage.version(mara)
    assert await stage.connections.unlink(mara, connection_id) is True
    assert await stage.connections.list(mara) == []
    assert await stage.digest(mara, connection_id) is None
    assert await stage.version(mara) == version + 1
    registry = network.app.state.controls.host.registry
    assert [token.revoked for token in registry.tokens.values() if token.handle == "mara"] == [True]
    with pytest.raises(NotFound):
        await stage.connections.unlink(mara, connection_id)


async def test_unlinking_works_when_the_provider_does_not(stage, network):
    mara = await stage.customer()
    connection_id = await stage.link(mara, network.url, "mara")
    network.controls.drop_apps()
    assert await stage.connections.unlink(mara, connection_id) is False
    assert await stage.connections.list(mara) == []


async def spoil(stage, connection_id):
    async with stage.database.writing() as session:
        connection = await session.get(Connection, connection_id)
        connection.sealed_tokens = connection.sealed_account = b"x" * 40


async def test_a_connection_that_does_not_open_is_seen_and_can_be_unlinked(stage, network):
    mara = await stage.customer()
    connection_id = await stage.link(mara, network.url, "mara")
    other = await stage.link(mara, network.url, "jo")
    await spoil(stage, connection_id)
    handles = {view.id: view.handle for view in await stage.connections.list(mara)}
    assert handles == {connection_id: "@unreadable", other: f"@jo@{network.host}"}
    assert await stage.connections.unlink(mara, connection_id) is False
    assert [view.id for view in await stage.connections.list(mara)] == [other]


def live(network):
    """Whose accounts we still have access to, as the network sees it."""
    tokens = network.app.state.controls.host.registry.tokens.values()
    return {token.handle for token in tokens if token.handle and not token.revoked}


async def test_our_access_ends_everywhere_after_she_is_erased(stage, network, database):
    mara, other = await stage.customer(), await stage.customer()
    for handle in ("mara", "jo"):
        await stage.link(mara, network.url, handle)
    network.add("ann")
    await stage.link(other, network.url, "ann")
    items = await stage.connections.tokens_to_revoke(mara)
    async with database.writing() as session:
        await delete_customer(session, mara)
    assert live(network) == {"mara", "jo", "ann"}
    assert await stage.connections.revoke_at_providers(items) is None
    assert live(network) == {"ann"}
    assert not any(item.tokens.access_token in repr(item) for item in items)


async def test_what_does_not_open_does_not_keep_the_rest_from_being_revoked(stage, network):
    mara = await stage.customer()
    await spoil(stage, await stage.link(mara, network.url, "mara"))
    await stage.link(mara, network.url, "jo")
    await stage.connections.revoke_at_providers(await stage.connections.tokens_to_revoke(mara))
    assert live(network) == {"mara"}


async def test_without_her_data_key_there_is_nothing_to_revoke_and_no_error(
    stage, network, database
):
    mara = await stage.customer()
    await stage.link(mara, network.url, "mara")
    async with database.writing() as session:
        await session.delete(await session.get(DataKey, mara))
    assert await stage.connections.tokens_to_revoke(mara) == []
    assert await stage.connections.tokens_to_revoke("cus_nobody") == []


async def test_a_revocation_that_breaks_is_no_error_and_quotes_no_token(
    stage, network, monkeypatch, caplog
):
    async def broken(self, provider, instance, tokens):
        raise ValueError(tokens.access_token)

    mara = await stage.customer()
    await stage.link(mara, network.url, "mara")
    items = await stage.connections.tokens_to_revoke(mara)
    monkeypatch.setattr(ProviderTokens, "revoke", broken)
    await stage.connections.revoke_at_providers(items)
    assert "a revocation failed: ValueError" in caplog.text
    assert items[0].tokens.access_token not in caplog.text


async def test_nobody_unlinks_or_sees_anothers_connection(stage, network):
    mara, other = await stage.customer(), await stage.customer()
    connection_id = await stage.link(mara, network.url, "mara")
    with pytest.raises(NotFound):
        await stage.connections.unlink(other, connection_id)
    assert await stage.connections.list(other) == []
    assert len(await stage.connections.list(mara)) == 1


async def test_an_unknown_provider_is_told_which_there_are(stage):
    mara = await stage.customer()
    with pytest.raises(NotFound, match="mastodon"):
        await stage.connections.begin_link(mara, "browser", "friendster", "x")
