"""Customers of a whole service with what can be theirs, made without any network."""

import re
from datetime import datetime

from sqlmodel import select

from app.connectors.catalogue import Account
from app.ids import new_id
from app.settings import Settings
from app.store.accesses import Access
from app.store.connections import Connection, ConnectionDigest
from app.store.consent_steps import Given, give_grant
from app.store.customers import DataKey, Identifier, open_box
from app.store.grants import ConsentEvent, Grant
from app.store.secrets import SealError
from app.usecases.accounts import seal_account, seal_tokens
from app.usecases.consent_log import BY_HER
from app.usecases.merging import Role, Stage
from app.usecases.renderings import digest_place
from app.usecases.sections import OFFERED
from app.wiring import Runtime, build
from context.digest import Digest
from oauth.link.provider import Tokens
from tests.support.clock import SettableClock
from tests.support.deployment import MASTER_KEY, PURPOSE

ISSUER = "https://milieu.test"


class Household:
    """A service, and people who may turn out to be one."""

    def __init__(self, runtime: Runtime, clock: SettableClock) -> None:
        self.runtime = runtime
        self.services = runtime.services
        self.database = runtime.services.database
        self.vault = runtime.services.vault
        self.clock = clock
        self.merging = runtime.services.merging
        self.unmerging = runtime.services.unmerging
        self._numbers = iter(range(10**6))

    def _later(self) -> datetime:
        # What is made in one moment is listed in any order.
        self.clock.advance(seconds=1)
        return self.clock()

    @property
    def mails(self) -> list:
        """The mails so far, the newest first."""
        return self.services.outbox.mails()

    async def customer(self, email: str) -> str:
        """Sign in by mail, which makes the customer; returns her id."""
        return (await self.signed_in(email)).customer_id

    async def signed_in(self, email: str):
        """Sign in by mail."""
        await self.services.customers.request_sign_in(email, "context")
        [token] = re.findall(r"mil_si_[\w-]+", self.mails[0].text)
        return await self.services.customers.sign_in(token)

    async def client(self, name: str = "Northwind") -> str:
        """Register a client."""
        created, _ = await self.services.clients.create(
            name, "https://northwind.example", ["https://n.example/cb"], [PURPOSE], OFFERED
        )
        return created.id

    async def links(self, customer_id: str, handle: str = "") -> str:
        """Give her a connection that was read; returns its id."""
        number = next(self._numbers)
        now = self._later()
        connection_id = new_id("con", now)
        account = Account(f"account {number}", handle or f"@{number}@rookery.example")
        digest = Digest(engine="light/1", hours=(1,) * 24)
        async with self.database.writing() as session:
            box = await open_box(session, self.vault, customer_id)
            session.add(
                Connection(
                    id=connection_id,
                    customer_id=customer_id,
                    provider="mastodon",
                    instance="https://rookery.example",
                    account_index=f"index {number}",
                    sealed_account=seal_account(box, connection_id, account),
                    sealed_tokens=seal_tokens(box, connection_id, Tokens(f"token {number}")),
                    state="active",
                    created_at=now,
                    refreshed_at=now,
                    due_at=now,
                )
            )
            await session.flush()
            place = digest_place(connection_id)
            session.add(
                ConnectionDigest(
                    connection_id=connection_id,
                    sealed=box.seal(digest.to_bytes(), place),
                    engine=digest.engine,
                    refreshed_at=now,
                )
            )
        return connection_id

    async def gives(
        self, customer_id: str, client_id: str, *sections: str, until: datetime | None = None
    ) -> str:
        """Give a grant, with its receipt; returns its id."""
        log = self.services.grants._log  # consent pages are another test's
        signer = await log.signer()
        self._later()
        async with self.database.writing() as session:
            given = Given(customer_id, client_id, PURPOSE, sections or ("topics",), until)
            steps = await give_grant(session, given, self.clock())
            await log.record(session, steps, BY_HER, signer)
            return steps[0].grant.id

    async def reads(self, customer_id: str, client_id: str, grant_id: str) -> str:
        """Record a read; returns its id."""
        access_id = new_id("acc", self.clock())
        async with self.database.writing() as session:
            session.add(
                Access(
                    id=access_id,
                    customer_id=customer_id,
                    client_id=client_id,
                    grant_id=grant_id,
                    at=self.clock(),
                    purpose=PURPOSE,
                    outcome="served",
                    served=["topics"],
                    withheld={},
                )
            )
        return access_id

    async def agree(self, survivor_id: str, absorbed_id: str) -> str:
        """Go through a merge until only the survivor has to confirm; returns the plan's print."""
        self.clock.advance(minutes=1)
        await self.merging.offer(survivor_id)
        offered = await self.merging.view(survivor_id)
        assert (offered.role, offered.stage) == (Role.SURVIVOR, Stage.OFFERED)
        await self.merging.claim(absorbed_id, offered.code)
        claimed = await self.merging.view(absorbed_id)
        await self.merging.accept(absorbed_id, claimed.plan.fingerprint)
        return claimed.plan.fingerprint

    async def merge(self, survivor_id: str, absorbed_id: str, ending: tuple[str, ...] = ()) -> str:
        """Merge, letting all grants of the survivor go on but some; returns the merge's id."""
        plan = await self.agree(survivor_id, absorbed_id)
        asked = (await self.merging.view(survivor_id)).plan.widening
        going_on = [grant.id for grant in asked if grant.id not in ending]
        await self.merging.confirm(survivor_id, plan, going_on, ending)
        return (await self.unmerging.list(survivor_id))[0].id

    async def owner(self, table: type, row_id: str) -> str:
        """Say whose a row is."""
        async with self.database.reading() as session:
            return (await session.get_one(table, row_id)).customer_id

    async def active(self, grant_id: str) -> bool:
        """Say whether a grant counts."""
        async with self.database.reading() as session:
            return (await session.get_one(Grant, grant_id)).revoked_at is None

    async def opens_all(self, customer_id: str) -> bool:
        """Say whether everything that is sealed of hers opens with her box, and with no other."""
        async with self.database.reading() as session:
            keys = (await session.exec(select(DataKey))).all()
            box = await open_box(session, self.vault, customer_id)
            others = [
                self.vault.box(key.customer_id, key.wrapped)
                for key in keys
                if key.customer_id != customer_id
            ]
            sealed = await self._sealed(session, customer_id)
        return all(
            _opens(box, value, place) and not any(_opens(o, value, place) for o in others)
            for value, place in sealed
        )

    async def _sealed(self, session, customer_id: str) -> list[tuple[bytes, str]]:
        async def of_hers(table: type) -> list:
            query = select(table).where(table.customer_id == customer_id)
            return (await session.exec(query)).all()

        found = [
            (row.sealed_value, f"identifiers.sealed_value:{row.id}")
            for row in await of_hers(Identifier)
        ]
        for row in await of_hers(Connection):
            digest = await session.get_one(ConnectionDigest, row.id)
            found += [
                (row.sealed_account, f"connections.sealed_account:{row.id}"),
                (row.sealed_tokens, f"connections.sealed_tokens:{row.id}"),
                (digest.sealed, f"digests.sealed:{row.id}"),
            ]
        for row in await of_hers(Grant):
            events = select(ConsentEvent).where(ConsentEvent.grant_id == row.id)
            for event in (await session.exec(events)).all():
                assert event.sealed_receipt, event.type
                found.append((event.sealed_receipt, f"consent_events.sealed_receipt:{event.id}"))
        return found

    async def handles(self, customer_id: str) -> list[str]:
        """The handles of her connections, as she sees them."""
        return [view.handle for view in await self.services.connections.list(customer_id)]


def _opens(box, value: bytes, place: str) -> bool:
    try:
        box.open(value, place)
    except SealError:
        return False
    return True


def settings_for(database_url: str, **changes) -> Settings:
    """Settings of a development service without a worker."""
    return Settings.model_validate(
        {
            "environment": "development",
            "issuer": ISSUER,
            "master_key": MASTER_KEY,
            "database_url": database_url,
            "engine": "light",
            "embedded_worker": False,
            **changes,
        }
    )


def household(database_url: str, clock: SettableClock, **changes) -> Household:
    """Wire a service up."""
    return Household(build(settings_for(database_url, **changes), clock), clock)
