"""What the authorization server keeps, on one transaction (`oauth.server.stores.Stores`).

Synchronous, because the protocol logic is; `with_stores` lets both share one transaction.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.ids import secret_hash
from app.store.clients import Client
from app.store.customers import Customer, Subject
from app.store.grants import Grant, grant_is_active, subject_of_grant
from app.store.tokens import AuthorizationCode, PushedRequest, Token, UsedOnce
from oauth.server.stores import (
    ClientRecord,
    CodeRecord,
    GrantRecord,
    Profile,
    PushedRecord,
    Standing,
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
            jwks=row.jwks,
            profile=Profile(row.profile),
            id_token_algorithm=row.id_token_algorithm,
            lens=row.lens,
        )

    def active_grant(self, grant_id: str, now: datetime) -> GrantRecord | None:
        """Find a grant that is active, of a customer and a client that are not disabled."""
        query = (
            select(Grant, col(Subject.subject))
            .join(Customer, col(Customer.id) == col(Grant.customer_id))
            .join(Client, col(Client.id) == col(Grant.client_id))
            .join(Subject, subject_of_grant())
            .where(col(Grant.id) == grant_id, grant_is_active(now))
        )
        found = self._session.exec(query, execution_options=_FRESH).one_or_none()
        if found is None:
            return None
        row, subject = found
        return GrantRecord(
            row.id,
            row.client_id,
            tuple(row.sections),
            row.expires_at,
            purpose=row.purpose,
            subject=subject,
            signs_in=row.signs_in,
            is_single_call=row.is_single_call,
            lens=row.lens,
        )

    def add_pushed(self, pushed: PushedRecord) -> None:
        """Keep a pushed request."""
        self._session.add(
            PushedRequest(
                uri_hash=pushed.uri_hash,
                client_id=pushed.client_id,
                parameters=dict(pushed.parameters),
                expires_at=pushed.expires_at,
            )
        )

    def take_pushed(self, uri_hash: str) -> PushedRecord | None:
        """Take a pushed request away, atomically, so that it is used once."""
        taken = self._session.exec(
            delete(PushedRequest)
            .where(col(PushedRequest.uri_hash) == uri_hash)
            .returning(PushedRequest)
        )
        row = taken.scalar_one_or_none()
        if row is None:
            return None
        return PushedRecord(row.uri_hash, row.client_id, row.parameters, row.expires_at)

    def is_first_use(self, once: str, until: datetime) -> bool:
        """Remember something that may be used once; say whether it was not used until now."""
        added = self._session.exec(
            self._insert(UsedOnce)
            .values(once_hash=secret_hash(once), expires_at=until)
            .on_conflict_do_nothing()
        )
        return bool(added.rowcount == 1)

    def hold_code(self, code_hash: str) -> CodeRecord | None:
        """Find a code, holding its grant."""
        found = select(AuthorizationCode).where(col(AuthorizationCode.code_hash) == code_hash)
        row = self._session.exec(found).one_or_none()
        if row is None:
            return None
        self._hold_grant(row.grant_id)
        row = self._session.exec(found, execution_options=_FRESH).one_or_none()
        if row is None:  # She was erased while we waited.
            return None
        return CodeRecord(
            row.code_hash,
            row.grant_id,
            row.client_id,
            row.redirect_uri,
            row.code_challenge,
            row.issued_at,
            row.expires_at,
            row.consumed_at,
            scope=row.scope,
            audience=tuple(row.audience.split()),
            nonce=row.nonce,
            auth_time=row.auth_time,
            jkt=row.jkt,
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
                scope=code.scope,
                audience=" ".join(code.audience),
                nonce=code.nonce,
                auth_time=code.auth_time,
                jkt=code.jkt,
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

    def token(self, token_hash: str, now: datetime) -> Standing | None:
        """Find a token as it is, with its grant if that is active; nothing is held."""
        query = (
            select(Token)
            .join(Client, col(Client.id) == col(Token.client_id))
            .where(col(Token.token_hash) == token_hash, col(Client.disabled_at).is_(None))
        )
        row = self._session.exec(query).one_or_none()
        if row is None:
            return None
        grant = None if row.grant_id is None else self.active_grant(row.grant_id, now)
        return _token_record(row), grant

    def hold_token(self, token_hash: str) -> TokenRecord | None:
        """Find a token, holding its grant when it has one."""
        found = select(Token).where(col(Token.token_hash) == token_hash)
        row = self._session.exec(found).one_or_none()
        if row is None:
            return None
        if row.grant_id is not None:
            self._hold_grant(row.grant_id)
            row = self._session.exec(found, execution_options=_FRESH).one_or_none()
        return None if row is None else _token_record(row)

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
                audience=" ".join(token.audience),
                jkt=token.jkt,
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

    @property
    def _insert(self) -> Callable[[type[UsedOnce]], Any]:
        # "On conflict" is spoken by both, and declared by each dialect for itself.
        is_sqlite = self._session.get_bind().dialect.name == "sqlite"
        return sqlite.insert if is_sqlite else postgresql.insert


def _token_record(row: Token) -> TokenRecord:
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
        audience=tuple(row.audience.split()),
        jkt=row.jkt,
    )
