"""Deleting what has expired, across all nouns that expire."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.connections import LinkAttempt
from app.store.grants import ConsentRequest
from app.store.sessions import Session, SignInLink
from app.store.tokens import AuthorizationCode, Token

EXPIRING = (Session, SignInLink, LinkAttempt, ConsentRequest, AuthorizationCode, Token)


async def delete_expired(session: AsyncSession, before: datetime) -> int:
    """Delete what expired before a moment; return how many rows that were.

    Grants stay: they are her history.
    """
    deleted = 0
    for table in EXPIRING:
        result = await session.exec(delete(table).where(col(table.expires_at) < before))
        deleted += result.rowcount
    return deleted
