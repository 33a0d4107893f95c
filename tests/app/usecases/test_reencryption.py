"""Changing the master key: what is hers opens, and is found, under the new one alone."""

import pytest
from sqlmodel import SQLModel, select

from app.ids import new_id
from app.store.clients import Client
from app.store.connections import Connection, LinkAttempt
from app.store.customers import DataKey, Identifier, IdentifierType, find_by_identifier, open_box
from app.store.grants import Grant
from app.store.provider_apps import ProviderApp
from app.store.secrets import SealError, Vault
from app.store.sessions import SignInLink
from app.usecases import reencryption as reencryption_module
from app.usecases.accounts import open_account, open_tokens
from app.usecases.giving import external_id_index, external_id_place
from app.usecases.identifiers import addresses_of, identifier_place
from app.usecases.reencryption import OtherMasterKey, Reencryption
from app.usecases.signing_keys import SigningKeys
from oauth.server.keys import Algorithm
from tests.support.stage import Stage, network_at

NEW = Vault(bytes(range(1, 33)))


@pytest.fixture
def network(clock):
    with network_at(clock) as network:
        network.add("mara", "jo")
        network.said("mara", "I love this", days=1)
        yield network


@pytest.fixture
def stage(database, vault, clock, network):
    return Stage(database, vault, clock, frozenset({network.host}))


def under(vault, database, clock, network):
    return Stage(database, vault, clock, frozenset({network.host}))


async def person(stage, network, handle, address):
    """A customer with an address and an account that was read."""
    customer_id = await stage.customer()
    async with stage.database.writing() as session:
        box = await open_box(session, stage.vault, customer_id)
        identifier_id = new_id("idn", stage.clock())
        session.add(
            Identifier(
                id=identifier_id,
                customer_id=customer_id,
                type=IdentifierType.EMAIL,
                blind_index=stage.vault.blind_index(IdentifierType.EMAIL, address),
                sealed_value=box.seal(address.encode(), identifier_place(identifier_id)),
                verified_at=stage.clock(),
            )
        )
    connection_id = await stage.link(customer_id, network.url, handle, handle)
    await stage.refresh.refresh(connection_id)
    return customer_id, connection_id


async def whose(vault, database, address):
    index = vault.blind_index(IdentifierType.EMAIL, address)
    async with database.reading() as session:
        found = await find_by_identifier(session, IdentifierType.EMAIL, index)
    return None if found is None else found.id


def nothing():
    pass


async def test_everything_opens_and_is_found_under_the_new_key_and_nothing_under_the_old(
    stage, network, database, vault, clock
):
    mara, connection_id = await person(stage, network, "mara", "mara@example.org")
    digest = await stage.digest(mara, connection_id)
    signing = SigningKeys(database, vault, clock)
    await signing.rotate(tuple(Algorithm))
    async with database.reading() as session:
        before = open_tokens(
            await open_box(session, vault, mara), await session.get(Connection, connection_id)
        )
    told = []
    await Reencryption(database, NEW).run(vault, lambda: told.append(1))
    assert len(told) == 1
    assert await whose(NEW, database, "mara@example.org") == mara
    assert await whose(vault, database, "mara@example.org") is None
    async with database.reading() as session:
        with pytest.raises(SealError):
            await open_box(session, vault, mara)
        box = await open_box(session, NEW, mara)
        row = await session.get(Connection, connection_id)
        assert open_account(box, row).handle == f"@mara@{network.host}"
        assert open_tokens(box, row) == before
        assert list((await addresses_of(session, box, mara)).values()) == ["mara@example.org"]
    anew = under(NEW, database, clock, network)
    assert await anew.digest(mara, connection_id) == digest
    # Linked again, it is the same connection; our registration there is known.
    assert await anew.link(mara, network.url, "mara") == connection_id
    await Reencryption(database, NEW).check()
    keys = SigningKeys(database, NEW, clock)
    assert (await keys.signer(Algorithm.ES256)) is not None


async def test_a_companys_own_number_for_her_is_found_and_opens(
    stage, network, database, vault, clock
):
    mara, _ = await person(stage, network, "mara", "mara@example.org")
    async with database.writing() as session:
        box = await open_box(session, vault, mara)
        index = external_id_index(vault, "cli_1", "4711")
        sealed = box.seal(b"4711", external_id_place("cli_1", index))
        session.add(
            Client(
                id="cli_1",
                name="A company",
                uri="https://company.example",
                redirect_uris=[],
                purposes=["dpv:CustomerCare"],
                sections=["topics"],
                created_at=clock(),
            )
        )
        await session.flush()
        session.add(
            Grant(
                id="gra_1",
                customer_id=mara,
                client_id="cli_1",
                purpose="dpv:CustomerCare",
                sections=["topics"],
                created_at=clock(),
                external_id_index=index,
                sealed_external_id=sealed,
            )
        )
    await Reencryption(database, NEW).run(vault, nothing)
    async with database.reading() as session:
        box = await open_box(session, NEW, mara)
        grant = await session.get(Grant, "gra_1")
        assert grant.external_id_index == external_id_index(NEW, "cli_1", "4711")
        place = external_id_place("cli_1", grant.external_id_index)
        assert box.open(grant.sealed_external_id, place) == b"4711"


async def test_a_data_key_that_was_known_opens_nothing_afterwards(stage, network, database, vault):
    mara, connection_id = await person(stage, network, "mara", "mara@example.org")
    async with database.reading() as session:
        known = await open_box(session, vault, mara)
    await Reencryption(database, NEW).run(vault, nothing)
    with pytest.raises(SealError):
        open_tokens(known, await stage.row(connection_id))


async def test_stopped_in_the_middle_it_goes_on_where_it_was(
    stage, network, database, vault, clock, monkeypatch
):
    mara, first = await person(stage, network, "mara", "mara@example.org")
    jo, second = await person(stage, network, "jo", "jo@example.org")
    whole = Reencryption(database, NEW)

    def once():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await whole.run(vault, once)
    assert await whole.count() == 1
    with pytest.raises(OtherMasterKey):
        await whole.check()
    with pytest.raises(OtherMasterKey):
        await Reencryption(database, vault).check()
    await whole.run(vault, nothing)
    await whole.run(vault, nothing)
    assert [await whose(NEW, database, f"{name}@example.org") for name in ("mara", "jo")] == [
        mara,
        jo,
    ]
    anew = under(NEW, database, clock, network)
    assert await anew.digest(mara, first)
    assert await anew.digest(jo, second)


async def test_what_is_the_services_own_is_under_the_key_too(
    stage, network, database, vault, clock
):
    await SigningKeys(database, vault, clock).rotate(tuple(Algorithm))
    await Reencryption(database, vault).check()
    with pytest.raises(OtherMasterKey):
        await Reencryption(database, NEW).check()  # although nobody is a customer yet


async def test_a_database_that_comes_late_is_asked_again(database, vault, monkeypatch):
    keys = Reencryption(database, vault)
    check = keys.check

    async def away():
        raise OSError("not there")

    monkeypatch.setattr(keys, "check", away)
    assert await keys.check_once() is False
    monkeypatch.setattr(keys, "check", check)
    assert await keys.check_once() is True


async def test_a_customer_is_done_whole_or_not_at_all(stage, network, database, vault, monkeypatch):
    mara, connection_id = await person(stage, network, "mara", "mara@example.org")

    def broken(row, of, to):
        if isinstance(row, Connection):
            raise OSError("disk full")
        reseal(row, of, to)

    reseal = reencryption_module.reseal
    monkeypatch.setattr(reencryption_module, "reseal", broken)
    with pytest.raises(OSError, match="disk full"):
        await Reencryption(database, NEW).run(vault, nothing)
    assert await stage.digest(mara, connection_id)
    assert await whose(vault, database, "mara@example.org") == mara


async def test_what_waits_for_somebody_is_dropped_and_the_rest_of_the_services_stays(
    stage, network, database, vault, clock
):
    mara, _ = await person(stage, network, "mara", "mara@example.org")
    await stage.connections.begin_link(mara, "browser", "mastodon", network.url)
    await Reencryption(database, NEW).run(vault, nothing)

    async def count(table: type[SQLModel]) -> int:
        async with database.reading() as session:
            return len((await session.exec(select(table))).all())

    assert [await count(table) for table in (LinkAttempt, SignInLink, ProviderApp)] == [0, 0, 1]


@pytest.mark.parametrize("noted", [True, False])
async def test_a_database_under_another_key_is_not_served(stage, network, database, vault, noted):
    # Check 53: start-up fails; nobody is taken for a stranger because of a wrong key.
    mara, _ = await person(stage, network, "mara", "mara@example.org")
    async with database.writing() as session:
        key = await session.get(DataKey, mara)
        key.master_key_id = vault.key_id if noted else ""
    await Reencryption(database, vault).check()
    with pytest.raises(OtherMasterKey, match="MILIEU_FORMER_MASTER_KEY"):
        await Reencryption(database, NEW).check()
    with pytest.raises(OtherMasterKey, match="neither of the two"):
        await Reencryption(database, NEW).run(Vault(bytes(range(2, 34))), nothing)


async def test_keys_whose_master_key_was_not_noted_are_noted(stage, network, database, vault):
    mara, connection_id = await person(stage, network, "mara", "mara@example.org")
    same = Reencryption(database, vault)
    assert await same.count() == 1  # the stage notes none
    await same.run(NEW, nothing)
    assert await same.count() == 0
    assert await stage.digest(mara, connection_id)


async def test_what_does_not_open_does_not_stand_in_the_way(
    stage, network, database, vault, caplog
):
    mara, connection_id = await person(stage, network, "mara", "mara@example.org")
    async with database.writing() as session:
        row = await session.get(Connection, connection_id)
        row.sealed_account = b"x" * 40
    await Reencryption(database, NEW).run(vault, nothing)
    assert "is not found any more" in caplog.text
    assert await whose(NEW, database, "mara@example.org") == mara


def test_a_name_of_a_key_says_nothing_of_it():
    assert NEW.key_id != Vault(bytes(32)).key_id
    assert len(NEW.key_id) == 16
    assert NEW.key_id not in bytes(range(1, 33)).hex()
