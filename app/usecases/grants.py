"""Grants as their customer sees them: the list, and ending one with one click."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.clock import Clock
from app.errors import NotFound
from app.store.clients import Client
from app.store.consent_steps import expired_unnoted, note_expiry, prolong_grant, revoke_grant
from app.store.engine import Database
from app.store.grants import ConsentEvent, Grant
from app.store.history import events_of, grants_of, replaced_grants
from app.store.refusals import forget_refusals, refusals_since
from app.usecases.asking import NOT_ASKED_AGAIN_FOR
from app.usecases.clients import host_of
from app.usecases.consent_log import BY_HER, BY_TIME, ConsentLog, Manner
from app.usecases.purposes import label_of

LAST_PART = 0.25
"""Of its life: then she is asked whether a grant is to go on."""
EXPIRED_AT_ONCE = 500


class GrantState(StrEnum):
    """Where a grant stands."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class GrantView:
    """A grant as its customer sees it."""

    id: str
    client_name: str
    client_host: str
    purpose: str
    purpose_label: str
    sections: list[str]
    created_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None
    state: GrantState
    last_read_at: datetime | None
    signs_in: bool
    is_to_be_reconfirmed: bool
    history: list[ConsentEvent]


@dataclass(frozen=True, slots=True)
class RefusalView:
    """A refusal of the last day as its customer sees it."""

    client_id: str
    client_name: str
    client_host: str
    purpose_label: str
    at: datetime


class Grants:
    """What a customer does about her grants.

    Args:
        database: Where they are kept.
        clock: The time.
        log: Writes receipts.
    """

    def __init__(self, database: Database, clock: Clock, log: ConsentLog) -> None:
        self._database = database
        self._clock = clock
        self._log = log

    async def list(self, customer_id: str) -> list[GrantView]:
        """List all her grants, the active ones first, then the newest."""
        now = self._clock()
        async with self._database.reading() as session:
            replaced = await replaced_grants(session, customer_id)
            events = await events_of(session, customer_id)
            views = [
                _view(grant, client, last_read_at, _state(grant, now, replaced), events, now)
                for grant, client, last_read_at in await grants_of(session, customer_id)
            ]
        return sorted(views, key=lambda view: view.state is not GrantState.ACTIVE)

    async def revoke(self, customer_id: str, grant_id: str, manner: Manner = BY_HER) -> None:
        """End a grant; from now on every read under it is refused.

        Raises:
            NotFound: She has no such grant, or it was revoked before.
        """
        signer = await self._log.signer()
        async with self._database.writing() as session:
            step = await revoke_grant(session, grant_id, customer_id, self._clock())
            if step is None:
                raise NotFound("There is no such grant, or it has ended already.")
            await self._log.record(session, [step], manner, signer)

    async def reconfirm(self, customer_id: str, grant_id: str) -> None:
        """Let a grant last as long again as it was given for, from now on.

        Raises:
            NotFound: She has no such grant, it has ended, or it is for one call alone.
        """
        signer = await self._log.signer()
        async with self._database.writing() as session:
            step = await prolong_grant(session, grant_id, customer_id, self._clock())
            if step is None:
                raise NotFound("There is no such grant that could be prolonged.")
            await self._log.record(session, [step], BY_HER, signer)

    async def note_expired(self) -> int:
        """Write into the history of grants that they expired; return of how many."""
        signer = await self._log.signer()
        async with self._database.writing() as session:
            expired = await expired_unnoted(session, self._clock(), EXPIRED_AT_ONCE)
            noted = [await note_expiry(session, grant) for grant in expired]
            steps = [step for step in noted if step is not None]
            for step in steps:
                await self._log.record(session, [step], BY_TIME, signer)
        return len(steps)

    async def receipt(self, customer_id: str, grant_id: str, event_id: str) -> str:
        """Return the receipt of one step in a grant's history, as the JWS it is.

        Raises:
            NotFound: She has no such receipt.
        """
        async with self._database.reading() as session:
            return await self._log.receipt(session, grant_id, event_id, customer_id)

    async def refusals(self, customer_id: str) -> Sequence[RefusalView]:
        """List whom she refused within the last day, who may therefore not ask her again yet."""
        since = self._clock() - NOT_ASKED_AGAIN_FOR
        async with self._database.reading() as session:
            refused = await refusals_since(session, customer_id, since)
            return [
                RefusalView(
                    client.id,
                    client.name,
                    host_of(client.uri),
                    label_of(refusal.purpose),
                    refusal.at,
                )
                for refusal, client in refused
            ]

    async def let_ask_again(self, customer_id: str, client_id: str) -> None:
        """Let a client ask her although she refused it within the last day."""
        async with self._database.writing() as session:
            await forget_refusals(session, customer_id, client_id)


def _view(
    grant: Grant,
    client: Client,
    last_read_at: datetime | None,
    state: GrantState,
    events: Sequence[ConsentEvent],
    now: datetime,
) -> GrantView:
    return GrantView(
        id=grant.id,
        client_name=client.name,
        client_host=host_of(client.uri),
        purpose=grant.purpose,
        purpose_label=label_of(grant.purpose),
        sections=list(grant.sections),
        created_at=grant.created_at,
        expires_at=grant.expires_at,
        ended_at=grant.expires_at if state is GrantState.EXPIRED else grant.revoked_at,
        state=state,
        last_read_at=last_read_at,
        signs_in=grant.signs_in,
        is_to_be_reconfirmed=state is GrantState.ACTIVE and _ends_soon(grant, now),
        history=[event for event in events if event.grant_id == grant.id],
    )


def _ends_soon(grant: Grant, now: datetime) -> bool:
    if grant.lasts_days is None or grant.expires_at is None:
        return False
    return grant.expires_at - now <= timedelta(days=grant.lasts_days) * LAST_PART


def _state(grant: Grant, now: datetime, replaced: set[str]) -> GrantState:
    if grant.revoked_at is not None:
        return GrantState.REPLACED if grant.id in replaced else GrantState.REVOKED
    if grant.expires_at is not None and grant.expires_at <= now:
        return GrantState.EXPIRED
    return GrantState.ACTIVE
