"""Steps in the history of a grant: giving, changing, prolonging, ending; each leaves an event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.ids import new_id, new_secret
from app.store.customers import Subject
from app.store.grants import (
    ConsentEvent,
    ConsentEventType,
    Grant,
    find_active_grant,
    find_subject,
    has_not_ended,
)
from app.store.tokens import Token, TokenKind


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a grant: the event, and the grant as it is after it."""

    event: ConsentEvent
    grant: Grant


async def revoke_grant(
    session: AsyncSession, grant_id: str, customer_id: str, now: datetime
) -> Step | None:
    """End her grant, whose tokens end with it; nothing if it is not hers or had ended."""
    ended = await session.exec(
        update(Grant)
        .where(
            col(Grant.id) == grant_id,
            col(Grant.customer_id) == customer_id,
            has_not_ended(now),
        )
        .values(revoked_at=now)
    )
    if not ended.rowcount:
        return None
    return await _step(session, grant_id, ConsentEventType.REVOKED, now)


async def note_widening(
    session: AsyncSession, grant_id: str, customer_id: str, now: datetime
) -> Step | None:
    """Write into her active grant's history that she lets it cover more than what it names.

    Its sections are the same, made of more accounts; nothing if it is not hers or has ended.
    """
    grant = await find_active_grant(session, grant_id, now)
    if grant is None or grant.customer_id != customer_id:
        return None
    return await _step(session, grant_id, ConsentEventType.WIDENED, now)


async def prolong_grant(
    session: AsyncSession, grant_id: str, customer_id: str, now: datetime
) -> Step | None:
    """Let her active grant last as long again, from now on; nothing if it cannot."""
    grant = await find_active_grant(session, grant_id, now)
    if grant is None or grant.customer_id != customer_id or grant.lasts_days is None:
        return None
    grant.expires_at = now + timedelta(days=grant.lasts_days)
    session.add(grant)
    await session.flush()
    await _let_refresh_tokens_follow(session, grant)
    return await _step(session, grant_id, ConsentEventType.RECONFIRMED, now)


async def expired_unnoted(session: AsyncSession, now: datetime, limit: int) -> Sequence[Grant]:
    """List grants that have expired, of which their history does not say so yet."""
    noted = select(ConsentEvent.grant_id).where(col(ConsentEvent.type) == ConsentEventType.EXPIRED)
    query = (
        select(Grant)
        .where(
            col(Grant.expires_at) <= now,
            col(Grant.revoked_at).is_(None),
            col(Grant.id).not_in(noted),
        )
        .order_by(col(Grant.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(query)).all()


async def note_expiry(session: AsyncSession, grant: Grant) -> Step | None:
    """Write into a grant's history that it expired, when it did; nothing if that stands there.

    Who looks for expired grants just while another worker commits finds them unnoted, and then
    unlocked: only the database's index sees to it that one of the two writes.
    """
    at = grant.expires_at or grant.created_at
    # "On conflict" is spoken by both databases, in the same words.
    noting = (
        postgresql.insert(ConsentEvent)
        .values(
            id=new_id("evt", at),
            grant_id=grant.id,
            type=ConsentEventType.EXPIRED,
            at=at,
            sections=grant.sections,
        )
        .on_conflict_do_nothing()
        .returning(ConsentEvent)
    )
    event = (await session.exec(noting)).scalar_one_or_none()
    return None if event is None else Step(event, grant)


@dataclass(frozen=True, slots=True)
class Given:
    """What she gives: to whom, what for, what, and until when.

    Attributes:
        customer_id: Who gives.
        client_id: To whom.
        purpose: W3C DPV term.
        sections: Sections it may read.
        expires_at: The end; None until she revokes it.
        signs_in: Whether it may sign her in.
        is_single_call: Whether it is for one call alone.
        lasts_days: By how much a reconfirmation prolongs it; None where it cannot.
        lens: Brands and rivals it may hear of.
        external_id_index: Blind index of the client's own number for her.
        sealed_external_id: That number, sealed with her key.
    """

    customer_id: str
    client_id: str
    purpose: str
    sections: Sequence[str]
    expires_at: datetime | None
    signs_in: bool = False
    is_single_call: bool = False
    lasts_days: int | None = None
    lens: Mapping[str, Sequence[str]] = field(default_factory=dict)
    external_id_index: str | None = None
    sealed_external_id: bytes | None = None


async def give_grant(session: AsyncSession, given: Given, now: datetime) -> Sequence[Step]:
    """Write her grant, in place of the active one she gave this client for this purpose before.

    The caller holds the customer (`hold_customer`), so that only one grant can be the active one.

    Returns:
        The new grant, and after it those whose place it took.
    """
    ended = await _end_active_grants(
        session, given.customer_id, given.client_id, given.purpose, now
    )
    replaced = [
        await _step(session, grant_id, ConsentEventType.REPLACED, now) for grant_id in ended
    ]
    grant = Grant(
        id=new_id("gra", now),
        customer_id=given.customer_id,
        client_id=given.client_id,
        purpose=given.purpose,
        created_at=now,
        **_changeable(given),
    )
    session.add(grant)
    await session.flush()
    await _ensure_subject(session, given.customer_id, given.client_id)
    return [await _step(session, grant.id, ConsentEventType.GRANTED, now), *replaced]


async def change_grant(
    session: AsyncSession, grant_id: str, given: Given, kind: ConsentEventType, now: datetime
) -> Step | None:
    """Write what she gives into an active grant of hers; nothing if it is not one, or not to this.

    The caller holds the customer.

    Args:
        session: A writing transaction.
        grant_id: The grant, which keeps its id and its purpose.
        given: What it is from now on.
        kind: What to call this in its history.
        now: The present.
    """
    grant = await find_active_grant(session, grant_id, now)
    if grant is None or grant.customer_id != given.customer_id:
        return None
    if grant.client_id != given.client_id or grant.purpose != given.purpose:
        return None
    for name, value in _changeable(given).items():
        setattr(grant, name, value)
    session.add(grant)
    await session.flush()
    await _let_refresh_tokens_follow(session, grant)
    return await _step(session, grant.id, kind, now)


async def _end_active_grants(
    session: AsyncSession, customer_id: str, client_id: str, purpose: str, now: datetime
) -> Sequence[str]:
    # One statement, so that a grant she revokes at the same moment stays revoked by her.
    ended = await session.exec(
        update(Grant)
        .where(
            col(Grant.customer_id) == customer_id,
            col(Grant.client_id) == client_id,
            col(Grant.purpose) == purpose,
            has_not_ended(now),
        )
        .values(revoked_at=now)
        .returning(col(Grant.id))
    )
    return ended.scalars().all()


async def _ensure_subject(session: AsyncSession, customer_id: str, client_id: str) -> None:
    if await find_subject(session, customer_id, client_id) is None:
        session.add(
            Subject(subject=new_secret("sub_"), customer_id=customer_id, client_id=client_id)
        )


def _changeable(given: Given) -> dict[str, Any]:
    return {
        "sections": list(given.sections),
        "expires_at": given.expires_at,
        "signs_in": given.signs_in,
        "is_single_call": given.is_single_call,
        "lasts_days": given.lasts_days,
        "lens": {role: list(terms) for role, terms in given.lens.items()},
        "external_id_index": given.external_id_index,
        "sealed_external_id": given.sealed_external_id,
    }


async def _let_refresh_tokens_follow(session: AsyncSession, grant: Grant) -> None:
    await session.exec(
        update(Token)
        .where(
            col(Token.grant_id) == grant.id,
            col(Token.kind) == TokenKind.REFRESH,
            col(Token.rotated_at).is_(None),
        )
        .values(expires_at=grant.expires_at)
    )


async def _step(
    session: AsyncSession, grant_id: str, kind: ConsentEventType, now: datetime
) -> Step:
    grant = await session.get_one(Grant, grant_id, populate_existing=True)
    event = ConsentEvent(
        id=new_id("evt", now), grant_id=grant_id, type=kind, at=now, sections=grant.sections
    )
    session.add(event)
    return Step(event, grant)
