"""Deleting what has expired, across all nouns that expire."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Delete, delete, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.connections import LinkAttempt
from app.store.consent_requests import ConsentRequest
from app.store.grants import Grant
from app.store.merges import Merge, is_over
from app.store.refusals import Refusal
from app.store.sessions import Session, SignInLink
from app.store.sign_in_attempts import SignInAttempt
from app.store.tokens import AuthorizationCode, PushedRequest, Token, UsedOnce

# A replayed code is recognised while it is kept; one that comes a day late is merely unknown.
KEPT_AFTER_EXPIRY = timedelta(days=1)
# Anybody can make us keep one, without signing in.
REQUESTS_KEPT = timedelta(hours=1)
# For so long the reuse of a rotated token costs its family; a later one is refused, no more. A
# client that refreshes every ten minutes leaves 144 of them a day under a grant without an end.
SPENT_TOKENS_KEPT = timedelta(days=30)

EXPIRING = (Session, SignInLink, LinkAttempt, AuthorizationCode)


async def delete_expired(session: AsyncSession, now: datetime) -> int:
    """Delete what has long been useless; return how many rows that were.

    Grants stay: they are her history.

    Args:
        session: A writing transaction.
        now: The present; each noun is kept for a while of its own after its end.
    """
    before = now - KEPT_AFTER_EXPIRY
    statements: list[Delete] = [
        *(delete(table).where(col(table.expires_at) < before) for table in EXPIRING),
        delete(ConsentRequest).where(col(ConsentRequest.expires_at) < now - REQUESTS_KEPT),
        delete(SignInAttempt).where(col(SignInAttempt.expires_at) < now - REQUESTS_KEPT),
        delete(PushedRequest).where(col(PushedRequest.expires_at) < now),
        delete(UsedOnce).where(col(UsedOnce.expires_at) < now),
        delete(Merge).where(is_over(before)),
        delete(Refusal).where(col(Refusal.at) < before),
        delete(Token).where(_useless_token(before, now - SPENT_TOKENS_KEPT)),
    ]
    deleted = 0
    for statement in statements:
        result = await session.exec(statement)
        deleted += result.rowcount
    return deleted


def _useless_token(ended_before: datetime, spent_before: datetime) -> ColumnElement[bool]:
    """Choose tokens that have expired, that stand on a revoked grant, or were spent long ago.

    No token outlives a grant that has an end; those of one without end with it, or with their use.
    """
    revoked_grants = select(Grant.id).where(col(Grant.revoked_at) < ended_before)
    return or_(
        col(Token.expires_at) < ended_before,
        col(Token.grant_id).in_(revoked_grants),
        col(Token.rotated_at) < spent_before,
        col(Token.revoked_at) < spent_before,
    )
