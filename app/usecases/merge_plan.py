"""What a merge will do, in the words in which both sides are shown it before they confirm."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.belongings import active_grants_of
from app.store.clients import Client
from app.store.connections import Connection, connections_of
from app.store.customers import open_box
from app.store.grants import Grant
from app.store.secrets import Box, SealError, Vault
from app.usecases.accounts import open_account
from app.usecases.clients import host_of
from app.usecases.connection_view import UNREADABLE_HANDLE
from app.usecases.identifiers import names_of
from app.usecases.purposes import label_of


@dataclass(frozen=True, slots=True)
class MovingConnection:
    """A connection that passes to the survivor."""

    provider: str
    handle: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AffectedGrant:
    """A grant that ends by a merge, or that covers more from then on."""

    id: str
    client_name: str
    client_host: str
    purpose_label: str
    sections: Sequence[str]


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What a merge will do.

    Attributes:
        stays: What the survivor signs in with, and keeps.
        moves: What else she will sign in with.
        connections: Connections that pass to her, with their digests.
        ending: The absorbed customer's grants: given for her data, they never cover another's.
        widening: The survivor's grants, which would cover what passes to her.
        widens: How many those are.
        fingerprint: Equal for plans that do the same to the same.
    """

    stays: Sequence[str] = field(repr=False)
    moves: Sequence[str] = field(repr=False)
    connections: Sequence[MovingConnection]
    ending: Sequence[AffectedGrant]
    widening: Sequence[AffectedGrant]
    widens: int
    fingerprint: str

    def veiled(self) -> Self:
        """Return what the absorbed side may see of it: the survivor does not know yet who she is.

        A code can be entered by somebody whom it was not meant for. She who has both accounts
        knows her own addresses by their first letters.
        """
        return replace(self, stays=[veiled_name(name) for name in self.stays], widening=())


def veiled_name(name: str) -> str:
    """Return a way to sign in so that only who knows it knows it again: `a…@e….org`."""
    local, is_email, domain = name.rpartition("@")
    if not is_email:
        return "an account at a provider"
    host, dot, top = domain.rpartition(".")
    return f"{local[:1]}…@{(host or top)[:1]}…{dot}{top if dot else ''}"


async def plan_of(
    session: AsyncSession, vault: Vault, survivor_id: str, absorbed_id: str, now: datetime
) -> MergePlan:
    """Work out what a merge of two customers will do, as things are.

    Args:
        session: A transaction.
        vault: Opens what is theirs.
        survivor_id: Who stays.
        absorbed_id: Whose belongings pass to her.
        now: The present.
    """
    survivor_box = await open_box(session, vault, survivor_id)
    absorbed_box = await open_box(session, vault, absorbed_id)
    connections = [row for row, _ in await connections_of(session, absorbed_id)]
    ending = await active_grants_of(session, absorbed_id, now)
    widening = await active_grants_of(session, survivor_id, now)
    stays = await names_of(session, survivor_box, survivor_id)
    moves = await names_of(session, absorbed_box, absorbed_id)
    return MergePlan(
        stays=list(stays.values()),
        moves=list(moves.values()),
        connections=[
            MovingConnection(row.provider, _handle(absorbed_box, row)) for row in connections
        ],
        ending=[_affected(grant, client) for grant, client in ending],
        widening=[_affected(grant, client) for grant, client in widening],
        widens=len(widening),
        fingerprint=_fingerprint(
            survivor_id,
            absorbed_id,
            [*stays, *moves],
            [row.id for row in connections],
            [grant.id for grant, _ in ending],
            [[grant.id, *sorted(grant.sections)] for grant, _ in widening],
        ),
    )


def _affected(grant: Grant, client: Client) -> AffectedGrant:
    return AffectedGrant(
        grant.id, client.name, host_of(client.uri), label_of(grant.purpose), list(grant.sections)
    )


def _handle(box: Box, connection: Connection) -> str:
    try:
        return open_account(box, connection).handle
    except SealError:
        return UNREADABLE_HANDLE


def _fingerprint(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
