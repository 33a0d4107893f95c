"""Linking by proof: she is told what to put into her page, and it is looked for there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import httpx
from sqlmodel.ext.asyncio.session import AsyncSession

from app.clock import Clock
from app.connectors.catalogue import Catalogue, Marks
from app.connectors.errors import ConnectorError
from app.connectors.presence import plain_address
from app.errors import NotFound, Unavailable
from app.ids import new_secret, secret_hash
from app.outbound import Outbound
from app.store.connections import LinkAttempt, consume_attempt, find_attempt
from app.store.customers import open_box
from app.store.engine import Database
from app.store.reads import digests_of
from app.store.secrets import Box, Vault
from app.usecases.linking import Linked
from app.usecases.verified_links import naming, presences_of

PROOF_LIFETIME = timedelta(days=1)
LOOK_AT_MOST = timedelta(minutes=1)
# An attempt is hers in whichever browser: between its two halves she edits her page.
ANY_BROWSER = ""


@dataclass(frozen=True, slots=True)
class ProofView:
    """What she is asked to prove, and how.

    Attributes:
        provider: The connector's name.
        page: Address of the page that is to show it.
        marks: What is looked for in the page.
        expires_at: Until when.
    """

    provider: str
    page: str = field(repr=False)
    marks: Marks
    expires_at: datetime


class Proving:
    """Asks customers to show in a page that it is theirs.

    Args:
        database: Where attempts are kept.
        vault: Seals what is asked for, and derives what must stand in the page.
        clock: The present.
        outbound: Calls pages.
        catalogue: The connectors.
        address: Base address of this service, to which a page may link.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        outbound: Outbound,
        catalogue: Catalogue,
        address: str,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._outbound = outbound
        self._catalogue = catalogue
        self._address = address

    async def begin(self, customer_id: str, provider_name: str, typed: str) -> str:
        """Look at what she typed; return the name of an attempt to prove that it is hers.

        Args:
            customer_id: Who links.
            provider_name: The connector.
            typed: An address of hers.

        Raises:
            Invalid: It leads to nothing that can be linked.
            Unavailable: It does not answer well.
        """
        connector = self._catalogue.linked_by_proof(provider_name)
        async with self._calling() as client:
            page = await connector.look(client, typed, self._clock())
        name = new_secret()
        state_hash = secret_hash(name)
        async with self._database.writing() as session:
            box = await open_box(session, self._vault, customer_id)
            session.add(
                LinkAttempt(
                    state_hash=state_hash,
                    customer_id=customer_id,
                    session_hash=ANY_BROWSER,
                    provider=provider_name,
                    # A page may be one person's own: its address is sealed.
                    instance="",
                    sealed_verifier=box.seal(page.encode(), _place(state_hash)),
                    expires_at=self._clock() + PROOF_LIFETIME,
                )
            )
        return name

    async def view(self, customer_id: str, name: str) -> ProofView:
        """Return what she is asked to prove.

        Raises:
            NotFound: There is no such attempt of hers, or it is over.
        """
        state_hash = secret_hash(name)
        async with self._database.reading() as session:
            attempt = await find_attempt(session, state_hash)
            if attempt is None or not self._is_open(attempt, customer_id):
                raise _over()
            box = await open_box(session, self._vault, customer_id)
            page = box.open(attempt.sealed_verifier, _place(state_hash)).decode()
            accounts = await self._accounts_naming(session, box, customer_id, page)
        marks = replace(self._marks(customer_id, page), accounts=accounts)
        return ProofView(attempt.provider, page, marks, attempt.expires_at)

    async def finish(self, customer_id: str, name: str) -> Linked:
        """Look for the proof in the page; if it is there, the attempt is used up.

        Raises:
            NotFound: There is no such attempt of hers, or it is over.
            Invalid: The page does not show it; the text says what was looked for and found.
            Unavailable: The page does not answer well.
        """
        asked = await self.view(customer_id, name)
        connector = self._catalogue.linked_by_proof(asked.provider)
        async with self._calling() as client:
            account = await connector.prove(client, asked.page, asked.marks, self._clock())
        async with self._database.writing() as session:
            if not await consume_attempt(session, secret_hash(name), ANY_BROWSER, self._clock()):
                raise _over()
        return Linked(customer_id, asked.provider, "", account, None)

    async def _accounts_naming(
        self, session: AsyncSession, box: Box, customer_id: str, page: str
    ) -> frozenset[str]:
        rows = await digests_of(session, customer_id)
        kept = ((row.connection_id, row.state, row.sealed_presence) for row in rows)
        return naming(presences_of(box, kept), plain_address(page) or "")

    def _is_open(self, attempt: LinkAttempt, customer_id: str) -> bool:
        is_hers = attempt.customer_id == customer_id and attempt.session_hash == ANY_BROWSER
        return is_hers and attempt.consumed_at is None and attempt.expires_at > self._clock()

    def _marks(self, customer_id: str, page: str) -> Marks:
        # The same each time for her and this page; another customer's says nothing about it.
        derived = self._vault.derive("proof of a page", f"{customer_id}|{page}").hex()
        token = f"milieu-{derived[:32]}"
        return Marks(token, f"{self._address}/#{token}")

    @asynccontextmanager
    async def _calling(self) -> AsyncIterator[httpx.AsyncClient]:
        """Call a page, and say in the service's own errors what went wrong there."""
        try:
            async with asyncio.timeout(LOOK_AT_MOST.total_seconds()):
                async with self._outbound.client() as client:
                    yield client
        except TimeoutError:
            raise Unavailable(
                "That takes too long to answer; try later.", code="provider_unusable"
            ) from None
        except ConnectorError as error:
            # Its words are ours: a connector quotes nothing.
            raise Unavailable(str(error), code="provider_unusable") from None


def _over() -> NotFound:
    return NotFound("That proof is over: it was used, or a day has passed. Begin again.")


def _place(state_hash: str) -> str:
    return f"link_attempts.page:{state_hash}"
