"""Contexts: her own preview, and the reads of clients, each recorded before it is answered."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.clock import Clock
from app.errors import NotFound, Unauthenticated
from app.ids import new_id, secret_hash
from app.store.accesses import Access, Outcome
from app.store.customers import IdentifierType, find_customer, open_box
from app.store.engine import Database
from app.store.reads import GrantRow, TokenRow, find_granted, find_token, record_served
from app.store.secrets import Vault
from app.usecases.admission import (
    check_lookup,
    granted_sections,
    only_one,
    refusal_of,
    use_until,
)
from app.usecases.identifiers import normal_email
from app.usecases.possession import Possession
from app.usecases.renderings import Renderings
from app.usecases.sections import NOT_OFFERED, OFFERED
from context.document import Absence, AnySection, Context
from context.explain import Explanation
from context.section import Section
from oauth.server.access import Presented, insufficient, invalid
from oauth.server.scopes import SCOPE_PREFIX, scope_of

_READABLE = scope_of(OFFERED)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a client says of a read it asks for.

    Attributes:
        sections: The sections it wants; None for all that were granted.
        purpose: Its purpose (W3C DPV term); None for the grant's.
        agent: Who reads at the client, as the client asserts.
        call_id: The call in which this happens, as the client asserts.
    """

    sections: frozenset[Section] | None = None
    purpose: str | None = None
    agent: str | None = None
    call_id: str | None = None


@dataclass(frozen=True, slots=True)
class ServedContext:
    """An answer: the context, under which name, for what, and until when it may be used."""

    subject: str
    purpose: str
    as_of: datetime
    use_until: datetime
    grant_expires_at: datetime | None
    brief: str
    sections: Mapping[Section, AnySection]


@dataclass(frozen=True, slots=True)
class IdentifierValue:
    """An identifier by which a client looks a customer up."""

    type: IdentifierType
    value: str


class Contexts:
    """Renders contexts for those who may see them.

    Args:
        database: Where digests, grants and the access log are kept.
        vault: Opens what is hers.
        clock: The time.
        possession: Knows whose hands a token must be in.
    """

    def __init__(
        self, database: Database, vault: Vault, clock: Clock, possession: Possession
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._possession = possession
        self._renderings = Renderings()

    async def preview(
        self, customer_id: str, sections: Collection[Section] = tuple(Section)
    ) -> Context:
        """Render her context for herself; this is no access and is not recorded.

        Args:
            customer_id: Who she is.
            sections: As it would be for somebody who may see these.

        Raises:
            NotFound: There is no such customer.
        """
        async with self._database.reading() as session:
            customer = await find_customer(session, customer_id)
            if customer is None:
                raise NotFound("There is no such customer.")
            box = await open_box(session, self._vault, customer_id)
            return await self._renderings.context(
                session, box, customer_id, customer.context_version, set(sections), self._clock()
            )

    async def explain(self, customer_id: str) -> Explanation:
        """Tell her what is behind each claim of her context.

        Raises:
            NotFound: There is no such customer.
        """
        async with self._database.reading() as session:
            if await find_customer(session, customer_id) is None:
                raise NotFound("There is no such customer.")
            box = await open_box(session, self._vault, customer_id)
            return await self._renderings.explanation(session, box, customer_id, self._clock())

    async def read(self, presented: Presented, reading: Reading) -> ServedContext:
        """Answer a read under a delegated token.

        Raises:
            AccessRefused: The token is not for reading contexts here, or not in the right hands.
            Unauthenticated: The token has expired or was revoked, or its grant has ended.
            Forbidden: The purpose is another one.
        """
        now = self._clock()
        token_hash = secret_hash(presented.token)
        token = await self._token(presented)
        grant = token.grant
        if grant is None:
            raise insufficient(
                presented, _READABLE, "This token is for look-ups: use POST /v1/context/lookup."
            )
        refusal = refusal_of(token, grant, reading.purpose, now)
        if refusal is None:
            async with self._database.reading() as session:
                context = await self._render(session, grant, token.scope, reading, now)
        if refusal is not None:
            await self._record_refusal(grant, reading, refusal.code, now)
            raise refusal
        return await self._serve(grant, context, reading, token_hash, now)

    async def lookup(
        self, presented: Presented, identifiers: Sequence[IdentifierValue], reading: Reading
    ) -> ServedContext:
        """Answer a read by identifier, among the customers who granted this client.

        Raises:
            AccessRefused: The token is not for look-ups here, or not in the right hands.
            Unauthenticated: The token has expired or was revoked.
            NotFound: No customer so identified granted this; alike whether she exists or not.
            Conflict: The identifiers belong to several customers.
        """
        now = self._clock()
        token_hash = secret_hash(presented.token)
        token = await self._token(presented)
        check_lookup(presented, token, now)
        async with self._database.reading() as session:
            indexed = self._indexed(identifiers)
            grant = only_one(
                await find_granted(session, token.client_id, reading.purpose or "", indexed, now)
            )
            scope = frozenset(SCOPE_PREFIX + section for section in grant.sections)
            context = await self._render(session, grant, scope, reading, now)
        return await self._serve(grant, context, reading, token_hash, now)

    async def _token(self, presented: Presented) -> TokenRow:
        async with self._database.reading() as session:
            token = await find_token(session, secret_hash(presented.token))
        if token is None:
            raise invalid(presented)
        await self._possession.check(presented, token)
        return token

    async def _render(
        self,
        session: AsyncSession,
        grant: GrantRow,
        scope: frozenset[str],
        reading: Reading,
        now: datetime,
    ) -> Context:
        # Only what is asked for is rendered, so that the brief tells nothing beyond the record.
        # What nobody can grant she does not withhold: it is absent for a reason of its own.
        may = granted_sections(grant, scope) | NOT_OFFERED
        sections = may & (reading.sections or frozenset(Section))
        box = self._vault.box(grant.customer_id, grant.wrapped_data_key)
        return await self._renderings.context(
            session, box, grant.customer_id, grant.context_version, sections, now
        )

    async def _serve(
        self, grant: GrantRow, context: Context, reading: Reading, token_hash: str, now: datetime
    ) -> ServedContext:
        wanted = [section for section in Section if section in (reading.sections or Section)]
        sections = {section: context.sections[section] for section in wanted}
        record = _access(grant, reading, Outcome.SERVED, now)
        for section, found in sections.items():
            if isinstance(found, Absence):
                record.withheld[section.value] = found.reason.value
            else:
                record.served.append(section.value)
        if not await self._record(record, token_hash):
            raise Unauthenticated("This grant ended while you were asking.", code="grant_revoked")
        return ServedContext(
            subject=grant.subject,
            purpose=grant.purpose,
            as_of=context.as_of,
            use_until=use_until(grant, now),
            grant_expires_at=grant.expires_at,
            brief=context.brief,
            sections=sections,
        )

    async def _record(self, record: Access, token_hash: str) -> bool:
        try:
            async with self._database.writing() as session:
                return await record_served(session, record, token_hash)
        except IntegrityError:  # She was erased in this very moment.
            return False

    async def _record_refusal(
        self, grant: GrantRow, reading: Reading, reason: str, now: datetime
    ) -> None:
        record = _access(grant, reading, Outcome.REFUSED, now)
        record.withheld = dict.fromkeys(sorted(grant.sections), reason)
        with suppress(IntegrityError):  # Nobody is left to be told when she was erased just now.
            async with self._database.writing() as session:
                session.add(record)

    def _indexed(self, identifiers: Sequence[IdentifierValue]) -> list[tuple[str, str]]:
        return [
            (identifier.type.value, identifier.value)
            if identifier.type is IdentifierType.SUBJECT
            else (
                identifier.type.value,
                self._vault.blind_index(identifier.type, normal_email(identifier.value)),
            )
            for identifier in identifiers
        ]


def _access(grant: GrantRow, reading: Reading, outcome: Outcome, now: datetime) -> Access:
    return Access(
        id=new_id("acc", now),
        customer_id=grant.customer_id,
        client_id=grant.client_id,
        grant_id=grant.grant_id,
        at=now,
        purpose=grant.purpose,
        agent=reading.agent,
        call_id=reading.call_id,
        outcome=outcome,
        served=[],
        withheld={},
    )
