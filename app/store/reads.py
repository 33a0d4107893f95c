"""The hot path of a read: one joined query, and a record that exists only if the read was allowed.

Rows, not objects: a read touches every one of these tables and changes one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, false, insert, or_
from sqlalchemy import select as core_select
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.accesses import Access
from app.store.clients import Client
from app.store.connections import Connection, ConnectionDigest
from app.store.customers import Customer, DataKey, Identifier, Subject
from app.store.grants import Grant, grant_is_active, subject_of_grant
from app.store.tokens import Token, TokenKind
from app.store.types import UtcDateTime


@dataclass(frozen=True, slots=True)
class GrantRow:
    """What a read must know of a grant, its customer and its client."""

    grant_id: str
    customer_id: str
    client_id: str
    subject: str
    purpose: str
    sections: frozenset[str]
    expires_at: datetime | None
    revoked_at: datetime | None
    disabled: bool
    context_version: int
    wrapped_data_key: bytes


_GRANT_FIELDS = tuple(field.name for field in fields(GrantRow))


@dataclass(frozen=True, slots=True)
class TokenRow:
    """What a read must know of the token that was presented."""

    client_id: str
    scope: frozenset[str]
    expires_at: datetime | None
    revoked_at: datetime | None
    audience: frozenset[str]
    jkt: str | None
    client_disabled: bool
    grant: GrantRow | None


@dataclass(frozen=True, slots=True)
class DigestRow:
    """One connection as the context's renderer needs it; `sealed` is None before the first read."""

    connection_id: str
    provider: str
    state: str
    sealed: bytes | None
    refreshed_at: datetime | None
    sealed_presence: bytes | None


_GRANT_COLUMNS = (
    col(Grant.id),
    col(Grant.customer_id),
    col(Grant.client_id),
    col(Subject.subject),
    col(Grant.purpose),
    col(Grant.sections),
    col(Grant.expires_at),
    col(Grant.revoked_at),
    or_(col(Customer.disabled_at).is_not(None), col(Client.disabled_at).is_not(None)),
    col(Customer.context_version),
    col(DataKey.wrapped),
)


_FIND_TOKEN = (
    core_select(
        col(Token.client_id),
        col(Token.scope),
        col(Token.expires_at),
        col(Token.revoked_at),
        col(Token.audience),
        col(Token.jkt),
        col(Client.disabled_at).is_not(None),
        *_GRANT_COLUMNS,
    )
    .select_from(Token)
    .join(Client, col(Client.id) == col(Token.client_id))
    .outerjoin(Grant, col(Grant.id) == col(Token.grant_id))
    .outerjoin(Customer, col(Customer.id) == col(Grant.customer_id))
    .outerjoin(DataKey, col(DataKey.customer_id) == col(Customer.id))
    .outerjoin(Subject, subject_of_grant())
    .where(col(Token.token_hash) == bindparam("token_hash"), col(Token.kind) == TokenKind.ACCESS)
)


async def find_token(session: AsyncSession, token_hash: str) -> TokenRow | None:
    """Find an access token with its client and, if it has one, its grant, in one query."""
    connection = await session.connection()
    row = (await connection.execute(_FIND_TOKEN, {"token_hash": token_hash})).one_or_none()
    if row is None:
        return None
    client_id, scope, expires_at, revoked_at, audience, jkt, client_disabled, *grant = row
    return TokenRow(
        client_id,
        frozenset(scope.split()),
        expires_at,
        revoked_at,
        frozenset(audience.split()),
        jkt,
        bool(client_disabled),
        _grant_row(grant) if grant[0] is not None else None,
    )


async def find_granted(
    session: AsyncSession,
    client_id: str,
    purpose: str,
    identifiers: Sequence[tuple[str, str]],
    now: datetime,
) -> list[GrantRow]:
    """Find the active grants to one client, for a purpose, of the customers so identified.

    Args:
        session: A transaction.
        client_id: The client that asks; nobody else's grants are looked at.
        purpose: The purpose it asks for.
        identifiers: Pairs of type and blind index; the type `subject` carries the subject itself.
        now: The present.
    """
    subjects = [value for kind, value in identifiers if kind == "subject"]
    indexed = [
        and_(col(Identifier.type) == kind, col(Identifier.blind_index) == value)
        for kind, value in identifiers
        if kind != "subject"
    ]
    identified = select(Identifier.customer_id).where(or_(false(), *indexed))
    query = (
        core_select(*_GRANT_COLUMNS)
        .select_from(Grant)
        .join(Client, col(Client.id) == col(Grant.client_id))
        .join(Customer, col(Customer.id) == col(Grant.customer_id))
        .join(DataKey, col(DataKey.customer_id) == col(Customer.id))
        .join(Subject, subject_of_grant())
        .where(
            col(Grant.client_id) == client_id,
            col(Grant.purpose) == purpose,
            grant_is_active(now),
            or_(
                col(Subject.subject).in_(subjects),
                col(Grant.customer_id).in_(identified),
            ),
        )
        .order_by(col(Grant.id).desc())
    )
    return [_grant_row(row) for row in (await (await session.connection()).execute(query)).all()]


async def digests_of(session: AsyncSession, customer_id: str) -> list[DigestRow]:
    """List a customer's connections with their sealed digests."""
    query = (
        core_select(
            col(Connection.id),
            col(Connection.provider),
            col(Connection.state),
            col(ConnectionDigest.sealed),
            col(ConnectionDigest.refreshed_at),
            col(Connection.sealed_presence),
        )
        .select_from(Connection)
        .outerjoin(ConnectionDigest, col(ConnectionDigest.connection_id) == col(Connection.id))
        .where(col(Connection.customer_id) == customer_id)
        .order_by(col(Connection.id))
    )
    return [DigestRow(*row) for row in (await (await session.connection()).execute(query)).all()]


_ACCESS_COLUMNS = list(SQLModel.metadata.tables[str(Access.__tablename__)].columns)
_RECORD = insert(Access).from_select(
    [column.name for column in _ACCESS_COLUMNS],
    core_select(*(bindparam(column.name, type_=column.type) for column in _ACCESS_COLUMNS))
    .select_from(Grant)
    .join(Client, col(Client.id) == col(Grant.client_id))
    .join(Customer, col(Customer.id) == col(Grant.customer_id))
    .join(Token, col(Token.token_hash) == bindparam("token_hash"))
    .where(
        col(Grant.id) == bindparam("grant_id"),
        grant_is_active(bindparam("at", type_=UtcDateTime)),
        col(Token.client_id) == col(Grant.client_id),
        or_(col(Token.grant_id).is_(None), col(Token.grant_id) == col(Grant.id)),
        col(Token.revoked_at).is_(None),
        col(Token.expires_at) > bindparam("at", type_=UtcDateTime),
    ),
)


async def record_served(session: AsyncSession, access: Access, token_hash: str) -> bool:
    """Record a read if, at this moment, its grant and its token still allow it.

    Args:
        session: A writing transaction.
        access: The record.
        token_hash: Hash of the access token that was presented.

    Returns:
        Whether the read is allowed; without a record there must be no answer.
    """
    connection = await session.connection()
    result = await connection.execute(_RECORD, {**access.model_dump(), "token_hash": token_hash})
    return bool(result.rowcount)


def _grant_row(row: Sequence[Any]) -> GrantRow:
    named = dict(zip(_GRANT_FIELDS, row, strict=True))
    named["sections"] = frozenset(named["sections"])
    return GrantRow(**named)
