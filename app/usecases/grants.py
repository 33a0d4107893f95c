"""Grants as their customer sees them: the list, and ending one with one click."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.clock import Clock
from app.errors import NotFound
from app.store.clients import Client
from app.store.engine import Database
from app.store.grants import Grant, revoke_grant
from app.store.history import grants_of, replaced_grants
from app.usecases.clients import host_of
from app.usecases.purposes import label_of


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


class Grants:
    """What a customer does about her grants.

    Args:
        database: Where they are kept.
        clock: The time.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def list(self, customer_id: str) -> list[GrantView]:
        """List all her grants, the active ones first, then the newest."""
        now = self._clock()
        async with self._database.reading() as session:
            replaced = await replaced_grants(session, customer_id)
            views = [
                _view(grant, client, last_read_at, _state(grant, now, replaced))
                for grant, client, last_read_at in await grants_of(session, customer_id)
            ]
        return sorted(views, key=lambda view: view.state is not GrantState.ACTIVE)

    async def revoke(self, customer_id: str, grant_id: str) -> None:
        """End a grant; from now on every read under it is refused.

        Raises:
            NotFound: She has no such grant, or it was revoked before.
        """
        async with self._database.writing() as session:
            if not await revoke_grant(session, grant_id, customer_id, self._clock()):
                raise NotFound("There is no such grant, or it has ended already.")


def _view(
    grant: Grant, client: Client, last_read_at: datetime | None, state: GrantState
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
    )


def _state(grant: Grant, now: datetime, replaced: set[str]) -> GrantState:
    if grant.revoked_at is not None:
        return GrantState.REPLACED if grant.id in replaced else GrantState.REVOKED
    if grant.expires_at is not None and grant.expires_at <= now:
        return GrantState.EXPIRED
    return GrantState.ACTIVE
