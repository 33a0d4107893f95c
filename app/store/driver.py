"""The authorization server's stores over driver statements (`oauth.server.stores.Stores`).

The same transactions as with an ORM session, in a tenth of the time: `app.store.sqlite_driver` and
`app.store.postgresql_driver` run the statements.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, bindparam, insert, select, update
from sqlmodel import col

from app.store.clients import Client
from app.store.customers import Customer
from app.store.grants import Grant, grant_is_active
from app.store.statements import Row, Statement, names
from app.store.tokens import AuthorizationCode, Token
from app.store.types import UtcDateTime
from oauth.server.stores import (
    ClientRecord,
    CodeRecord,
    GrantRecord,
    Stores,
    TokenKind,
    TokenRecord,
)

T = TypeVar("T")
Values = Mapping[str, Any]


class Transaction(Protocol):
    """One transaction of a driver, from the first statement that changes or holds something on."""

    def find(self, statement: Statement, values: Values) -> Row | None:
        """Return the first row, or None."""
        ...

    def hold(self, statement: Statement, values: Values) -> None:
        """Lock rows until the end; where writers take turns anyway, do nothing."""
        ...

    def change(self, statement: Statement, values: Values) -> int:
        """Change rows now, and return how many."""
        ...

    def add(self, statement: Statement, values: Values) -> None:
        """Add a row, at the latest before the next change and before the end."""
        ...


class Transactions(Protocol):
    """Where protocol logic runs."""

    async def writing(self, work: Callable[[Stores], T]) -> T:
        """Run it within one transaction; what it changed is on disk when this returns."""
        ...

    async def reading(self, work: Callable[[Stores], T]) -> T:
        """Run it where it may only look."""
        ...

    async def close(self) -> None:
        """Close what is open."""
        ...


def _moment(name: str) -> ColumnElement[datetime]:
    return bindparam(name, type_=UtcDateTime)


_CLIENT = Statement(
    select(
        col(Client.id),
        col(Client.secret_hash),
        col(Client.redirect_uris),
        col(Client.purposes),
        col(Client.sections),
    ).where(col(Client.id) == bindparam("id"), col(Client.disabled_at).is_(None))
)
_ACTIVE_GRANT = Statement(
    select(col(Grant.id), col(Grant.client_id), col(Grant.sections), col(Grant.expires_at))
    .join(Customer, col(Customer.id) == col(Grant.customer_id))
    .join(Client, col(Client.id) == col(Grant.client_id))
    .where(col(Grant.id) == bindparam("id"), grant_is_active(_moment("now")))
)
_GRANT_OF_TOKEN = (
    select(col(Token.grant_id)).where(col(Token.token_hash) == bindparam("hash")).scalar_subquery()
)
_HOLD_BY_TOKEN = Statement(
    select(col(Grant.id)).where(col(Grant.id) == _GRANT_OF_TOKEN).with_for_update(key_share=True)
)
_GRANT_OF_CODE = (
    select(col(AuthorizationCode.grant_id))
    .where(col(AuthorizationCode.code_hash) == bindparam("hash"))
    .scalar_subquery()
)
_HOLD_BY_CODE = Statement(
    select(col(Grant.id)).where(col(Grant.id) == _GRANT_OF_CODE).with_for_update(key_share=True)
)
_TOKEN = Statement(
    select(
        col(Token.token_hash),
        col(Token.kind),
        col(Token.client_id),
        col(Token.grant_id),
        col(Token.family),
        col(Token.scope),
        col(Token.issued_at),
        col(Token.expires_at),
        col(Token.rotated_at),
        col(Token.revoked_at),
    ).where(col(Token.token_hash) == bindparam("hash"))
)
_CODE = Statement(
    select(
        col(AuthorizationCode.code_hash),
        col(AuthorizationCode.grant_id),
        col(AuthorizationCode.client_id),
        col(AuthorizationCode.redirect_uri),
        col(AuthorizationCode.code_challenge),
        col(AuthorizationCode.issued_at),
        col(AuthorizationCode.expires_at),
        col(AuthorizationCode.consumed_at),
    ).where(col(AuthorizationCode.code_hash) == bindparam("hash"))
)
_ADD_TOKEN = Statement(
    insert(Token).values(
        {
            name: bindparam(name)
            for name in ("token_hash", "kind", "client_id", "grant_id", "family", "scope")
        }
        | {"issued_at": _moment("issued_at"), "expires_at": _moment("expires_at")}
    )
)
_ADD_CODE = Statement(
    insert(AuthorizationCode).values(
        {
            name: bindparam(name)
            for name in ("code_hash", "grant_id", "client_id", "redirect_uri", "code_challenge")
        }
        | {"issued_at": _moment("issued_at"), "expires_at": _moment("expires_at")}
    )
)
_CONSUME_CODE = Statement(
    update(AuthorizationCode)
    .where(
        col(AuthorizationCode.code_hash) == bindparam("hash"),
        col(AuthorizationCode.consumed_at).is_(None),
    )
    .values(consumed_at=_moment("now"))
)
_ROTATE_TOKEN = Statement(
    update(Token)
    .where(col(Token.token_hash) == bindparam("hash"), col(Token.rotated_at).is_(None))
    .values(rotated_at=_moment("now"))
)
_REVOKE_TOKEN = Statement(
    update(Token)
    .where(col(Token.token_hash) == bindparam("hash"), col(Token.revoked_at).is_(None))
    .values(revoked_at=_moment("now"))
)
_REVOKE_FAMILY = Statement(
    update(Token)
    .where(col(Token.family) == bindparam("in_family"), col(Token.revoked_at).is_(None))
    .values(revoked_at=_moment("now"))
)


class DriverStores:
    """Clients, grants, codes and tokens as the protocol logic sees them.

    Args:
        transaction: Whoever opened it ends it.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._held: set[str | None] = {None}

    def client(self, client_id: str) -> ClientRecord | None:
        """Find a client that is not disabled."""
        row = self._transaction.find(_CLIENT, {"id": client_id})
        if row is None:
            return None
        found, secret_hash, redirect_uris, purposes, sections = row
        return ClientRecord(
            found, secret_hash, names(redirect_uris), names(purposes), names(sections)
        )

    def active_grant(self, grant_id: str, now: datetime) -> GrantRecord | None:
        """Find a grant that is active, of a customer and a client that are not disabled."""
        row = self._transaction.find(_ACTIVE_GRANT, {"id": grant_id, "now": now})
        if row is None:
            return None
        found, client_id, sections, expires_at = row
        return GrantRecord(found, client_id, names(sections), expires_at)

    def hold_code(self, code_hash: str) -> CodeRecord | None:
        """Find a code, holding its grant."""
        named = {"hash": code_hash}
        self._transaction.hold(_HOLD_BY_CODE, named)
        row = self._transaction.find(_CODE, named)
        if row is None:
            return None
        self._held.add(row[1])
        return CodeRecord(*row)

    def add_code(self, code: CodeRecord) -> None:
        """Keep a new code."""
        self._transaction.add(
            _ADD_CODE,
            {
                "code_hash": code.code_hash,
                "grant_id": code.grant_id,
                "client_id": code.client_id,
                "redirect_uri": code.redirect_uri,
                "code_challenge": code.code_challenge,
                "issued_at": code.issued_at,
                "expires_at": code.expires_at,
            },
        )

    def consume_code(self, code_hash: str, now: datetime) -> bool:
        """Mark a code as redeemed, atomically; say whether it was not until now."""
        return self._transaction.change(_CONSUME_CODE, {"hash": code_hash, "now": now}) == 1

    def hold_token(self, token_hash: str) -> TokenRecord | None:
        """Find a token, holding its grant when it has one."""
        named = {"hash": token_hash}
        if len(self._held) > 1:
            # Most likely of the grant that is held already, and then there is nothing to wait for.
            row = self._transaction.find(_TOKEN, named)
            if row is None or row[3] in self._held:
                return None if row is None else _token_record(row)
        self._transaction.hold(_HOLD_BY_TOKEN, named)
        row = self._transaction.find(_TOKEN, named)
        if row is None:
            return None
        self._held.add(row[3])
        return _token_record(row)

    def add_token(self, token: TokenRecord) -> None:
        """Keep a new token."""
        self._transaction.add(
            _ADD_TOKEN,
            {
                "token_hash": token.token_hash,
                "kind": token.kind.value,
                "client_id": token.client_id,
                "grant_id": token.grant_id,
                "family": token.family,
                "scope": token.scope,
                "issued_at": token.issued_at,
                "expires_at": token.expires_at,
            },
        )

    def rotate_token(self, token_hash: str, now: datetime) -> bool:
        """Mark a refresh token as used, atomically; say whether it was not until now."""
        return self._transaction.change(_ROTATE_TOKEN, {"hash": token_hash, "now": now}) == 1

    def revoke_token(self, token_hash: str, now: datetime) -> None:
        """Revoke one token."""
        self._transaction.change(_REVOKE_TOKEN, {"hash": token_hash, "now": now})

    def revoke_family(self, family: str, now: datetime) -> None:
        """Revoke every token that stems from one code."""
        self._transaction.change(_REVOKE_FAMILY, {"in_family": family, "now": now})


def _token_record(row: Row) -> TokenRecord:
    token_hash, kind, *rest = row
    return TokenRecord(token_hash, TokenKind(kind), *rest)
