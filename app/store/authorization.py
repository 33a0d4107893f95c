"""What the authorization server keeps, on one transaction (`oauth.server.stores.Stores`).

Synchronous, because the protocol logic is; `with_stores` lets both share one transaction.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import update
from sqlmodel import Session, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.clients import Client
from app.store.customers import Customer
from app.store.grants import Grant, grant_is_active
from app.store.tokens import AuthorizationCode, Token
from oauth.server.stores import (
    ClientRecord,
    CodeRecord,
    GrantRecord,
    Stores,
    TokenKind,
    TokenRecord,
)

T = TypeVar("T")
_FRESH = {"populate_existing": True}


async def with_stores(session: AsyncSession, work: Callable[[Stores], T]) -> T:
    """Run protocol logic, which is synchronous, within this transaction."""
    return await session.run_sync(lambda _: work(SqlStores(session.sync_session)))


class SqlStores:
    """Clients, grants, codes and tokens as the protocol logic sees them.

    Args:
        session: A writing transaction, which whoever opened it commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def client(self, client_id: str) -> ClientRecord | None:
        """Find a client that is not disabled."""
        row = self._session.get(Client, client_id)
        if row is None or row.disabled_at is not None:
            return None
        return ClientRecord(
            row.id,
            row.secret_hash,
            tuple(row.redirect_uris),
            tuple(row.purposes),
            tuple(row.sections),
        )

    def active_grant(self, grant_id: str, now: datetime) -> GrantRecord | None:
        """Find a grant that is active, of a customer and a client that are not disabled."""
        query = (
            select(Grant)
            .join(Customer, col(Customer.id) == col(Grant.customer_id))
            .join(Client, col(Client.id) == col(Grant.client_id))
            .where(col(Grant.id) == grant_id, grant_is_active(now))
        )
        row = self._session.exec(query, execution_options=_FRESH).one_or_none()
        if row is None:
            return None
        return GrantRecord(row.id, row.client_id, tuple(row.sections), row.expires_at)

    def hold_code(self, code_hash: str) -> CodeRecord | None:
        """Find a code, holding its grant."""
        found = select(AuthorizationCode).where(col(AuthorizationCode.code_hash) == code_hash)
        row = self._session.exec(found).one_or_none()
        if row is None:
            return None
        self._hold_grant(row.grant_id)
        row = self._session.exec(found, execution_options=_FRESH).one()
        return CodeRecord(
            row.code_hash,
            row.grant_id,
            row.client_id,
            row.redirect_uri,
            row.code_challenge,
            row.issued_at,
            row.expires_at,
            row.consumed_at,
        )

    def add_code(self, code: CodeRecord) -> None:
        """Keep a new code."""
        self._session.add(
            AuthorizationCode(
                code_hash=code.code_hash,
                grant_id=code.grant_id,
                client_id=code.client_id,
                redirect_uri=code.redirect_uri,
                code_challenge=code.code_challenge,
                issued_at=code.issued_at,
                expires_at=code.expires_at,
            )
        )

    def consume_code(self, code_hash: str, now: datetime) -> bool:
        """Mark a code as redeemed, atomically; say whether it was not until now."""
        changed = self._session.exec(
            update(AuthorizationCode)
            .where(
                col(AuthorizationCode.code_hash) == code_hash,
                col(AuthorizationCode.consumed_at).is_(None),
            )
            .values(consumed_at=now)
        )
        return changed.rowcount == 1

    def hold_token(self, token_hash: str) -> TokenRecord | None:
        """Find a token, holding its grant when it has one."""
        found = select(Token).where(col(Token.token_hash) == token_hash)
        row = self._session.exec(found).one_or_none()
        if row is None:
            return None
        if row.grant_id is not None:
            self._hold_grant(row.grant_id)
            row = self._session.exec(found, execution_options=_FRESH).one()
        return TokenRecord(
            row.token_hash,
            TokenKind(row.kind),
            row.client_id,
            row.grant_id,
            row.family,
            row.scope,
            row.issued_at,
            row.expires_at,
            row.rotated_at,
            row.revoked_at,
        )

    def add_token(self, token: TokenRecord) -> None:
        """Keep a new token."""
        self._session.add(
            Token(
                token_hash=token.token_hash,
                kind=token.kind,
                client_id=token.client_id,
                grant_id=token.grant_id,
                family=token.family,
                scope=token.scope,
                issued_at=token.issued_at,
                expires_at=token.expires_at,
            )
        )

    def rotate_token(self, token_hash: str, now: datetime) -> bool:
        """Mark a refresh token as used, atomically; say whether it was not until now."""
        changed = self._session.exec(
            update(Token)
            .where(col(Token.token_hash) == token_hash, col(Token.rotated_at).is_(None))
            .values(rotated_at=now)
        )
        return changed.rowcount == 1

    def revoke_token(self, token_hash: str, now: datetime) -> None:
        """Revoke one token."""
        self._session.exec(
            update(Token)
            .where(col(Token.token_hash) == token_hash, col(Token.revoked_at).is_(None))
            .values(revoked_at=now)
        )

    def revoke_family(self, family: str, now: datetime) -> None:
        """Revoke every token that stems from one code."""
        self._session.exec(
            update(Token)
            .where(col(Token.family) == family, col(Token.revoked_at).is_(None))
            .values(revoked_at=now)
        )

    def _hold_grant(self, grant_id: str) -> None:
        # Two requests about one grant take turns, so that a revoked family cannot gain a token
        # that the revoking transaction did not see. SQLite's writers take turns anyway.
        self._session.exec(
            select(Grant.id).where(col(Grant.id) == grant_id).with_for_update(key_share=True)
        ).one_or_none()
