"""The authorization server's stores over driver statements (`oauth.server.stores.Stores`).

The same transactions as with an ORM session, in a tenth of the time: `app.store.sqlite_driver` and
`app.store.postgresql_driver` run the statements.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, and_, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel, col

from app.ids import secret_hash
from app.store.clients import Client
from app.store.consent_requests import CONSENT_LIFETIME, ConsentRequest
from app.store.customers import Customer, Subject
from app.store.grants import Grant, grant_is_active, subject_of_grant
from app.store.statements import Row, Statement, names
from app.store.tokens import AuthorizationCode, PushedRequest, Token, UsedOnce
from app.store.types import UtcDateTime
from oauth.server.stores import (
    ClientRecord,
    CodeRecord,
    GrantRecord,
    Profile,
    PushedRecord,
    Standing,
    TokenKind,
    TokenRecord,
)

T = TypeVar("T")
Values = Mapping[str, Any]
_KINDS = {kind.value: kind for kind in TokenKind}
# Where they stand in the rows of the statements below.
_CODE_AUDIENCE, _TOKEN_KIND, _TOKEN_GRANT, _TOKEN_AUDIENCE = 9, 1, 3, 10
_PROFILES = {profile.value: profile for profile in Profile}


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

    def take(self, statement: Statement, values: Values) -> Row | None:
        """Change one row now, and return what the statement gives of it; None if there is none."""
        ...

    def add(self, statement: Statement, values: Values) -> None:
        """Add a row, at the latest before the next change and before the end."""
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
        col(Client.jwks),
        col(Client.profile),
        col(Client.id_token_algorithm),
        col(Client.lens),
    ).where(col(Client.id) == bindparam("id"), col(Client.disabled_at).is_(None))
)
_GRANT_COLUMNS = (
    col(Grant.id),
    col(Grant.client_id),
    col(Grant.sections),
    col(Grant.expires_at),
    col(Grant.purpose),
    col(Subject.subject),
    col(Grant.signs_in),
    col(Grant.is_single_call),
    col(Grant.lens),
)
_ACTIVE_GRANT = Statement(
    select(*_GRANT_COLUMNS)
    .select_from(Grant)
    .join(Customer, col(Customer.id) == col(Grant.customer_id))
    .join(Client, col(Client.id) == col(Grant.client_id))
    .join(Subject, subject_of_grant())
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
_TOKEN_COLUMNS = (
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
    col(Token.audience),
    col(Token.jkt),
)
_TOKEN = Statement(select(*_TOKEN_COLUMNS).where(col(Token.token_hash) == bindparam("hash")))
_STANDING = Statement(
    select(
        *_TOKEN_COLUMNS,
        *_GRANT_COLUMNS,
        # Of a grant that is not there, nothing is over.
        and_(col(Grant.id).is_not(None), grant_is_active(_moment("now"))).label("is_active"),
    )
    .select_from(Token)
    .join(Client, col(Client.id) == col(Token.client_id))
    .outerjoin(Grant, col(Grant.id) == col(Token.grant_id))
    .outerjoin(Customer, col(Customer.id) == col(Grant.customer_id))
    .outerjoin(Subject, subject_of_grant())
    .where(col(Token.token_hash) == bindparam("hash"), col(Client.disabled_at).is_(None))
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
        col(AuthorizationCode.scope),
        col(AuthorizationCode.audience),
        col(AuthorizationCode.nonce),
        col(AuthorizationCode.auth_time),
        col(AuthorizationCode.jkt),
    ).where(col(AuthorizationCode.code_hash) == bindparam("hash"))
)


def _adding(table: type[SQLModel], *left_out: str) -> Statement:
    columns = SQLModel.metadata.tables[str(table.__tablename__)].columns
    return Statement(
        insert(table).values(
            {
                column.name: bindparam(column.name, type_=column.type)
                for column in columns
                if column.name not in left_out
            }
        )
    )


_ADD_TOKEN = _adding(Token, "rotated_at", "revoked_at")
_ADD_CODE = _adding(AuthorizationCode, "consumed_at")
_ADD_PUSHED = _adding(PushedRequest)
_ADD_CONSENT_REQUEST = _adding(ConsentRequest, "decided_at")
_TAKE_PUSHED = Statement(
    delete(PushedRequest)
    .where(col(PushedRequest.uri_hash) == bindparam("hash"))
    .returning(
        col(PushedRequest.uri_hash),
        col(PushedRequest.client_id),
        col(PushedRequest.parameters),
        col(PushedRequest.expires_at),
    )
)
# "On conflict" is spoken by both, in the same words.
_USE = Statement(
    postgresql.insert(UsedOnce)
    .values(once_hash=bindparam("once_hash"), expires_at=_moment("expires_at"))
    .on_conflict_do_nothing()
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
        return None if row is None else _client_record(row)

    def active_grant(self, grant_id: str, now: datetime) -> GrantRecord | None:
        """Find a grant that is active, of a customer and a client that are not disabled."""
        row = self._transaction.find(_ACTIVE_GRANT, {"id": grant_id, "now": now})
        return None if row is None else _grant_record(row)

    def add_pushed(self, pushed: PushedRecord) -> None:
        """Keep a pushed request."""
        self._transaction.add(
            _ADD_PUSHED,
            {
                "uri_hash": pushed.uri_hash,
                "client_id": pushed.client_id,
                "parameters": dict(pushed.parameters),
                "expires_at": pushed.expires_at,
            },
        )

    def take_pushed(self, uri_hash: str) -> PushedRecord | None:
        """Take a pushed request away, atomically, so that it is used once."""
        row = self._transaction.take(_TAKE_PUSHED, {"hash": uri_hash})
        if row is None:
            return None
        found, client_id, parameters, expires_at = row
        return PushedRecord(found, client_id, json.loads(parameters), expires_at)

    def is_first_use(self, once: str, until: datetime) -> bool:
        """Remember something that may be used once; say whether it was not used until now."""
        named = {"once_hash": secret_hash(once), "expires_at": until}
        return self._transaction.change(_USE, named) == 1

    def add_consent_request(
        self, id_hash: str, client_id: str, parameters: Mapping[str, str], now: datetime
    ) -> None:
        """Keep what a client asks her for, until she decides."""
        self._transaction.add(
            _ADD_CONSENT_REQUEST,
            {
                "id_hash": id_hash,
                "client_id": client_id,
                "parameters": dict(parameters),
                "created_at": now,
                "expires_at": now + CONSENT_LIFETIME,
            },
        )

    def hold_code(self, code_hash: str) -> CodeRecord | None:
        """Find a code, holding its grant."""
        named = {"hash": code_hash}
        self._transaction.hold(_HOLD_BY_CODE, named)
        row = self._transaction.find(_CODE, named)
        if row is None:
            return None
        self._held.add(row[1])
        row[_CODE_AUDIENCE] = tuple(row[_CODE_AUDIENCE].split())
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
                "scope": code.scope,
                "audience": " ".join(code.audience),
                "nonce": code.nonce,
                "auth_time": code.auth_time,
                "jkt": code.jkt,
            },
        )

    def consume_code(self, code_hash: str, now: datetime) -> bool:
        """Mark a code as redeemed, atomically; say whether it was not until now."""
        return self._transaction.change(_CONSUME_CODE, {"hash": code_hash, "now": now}) == 1

    def token(self, token_hash: str, now: datetime) -> Standing | None:
        """Find a token as it is, with its grant if that is active; nothing is held."""
        row = self._transaction.find(_STANDING, {"hash": token_hash, "now": now})
        if row is None:
            return None
        *found, is_active = row
        token, grant = found[: len(_TOKEN_COLUMNS)], found[len(_TOKEN_COLUMNS) :]
        return _token_record(token), _grant_record(grant) if is_active else None

    def hold_token(self, token_hash: str) -> TokenRecord | None:
        """Find a token, holding its grant when it has one."""
        named = {"hash": token_hash}
        if len(self._held) > 1:
            # Most likely of the grant that is held already, and then there is nothing to wait for.
            row = self._transaction.find(_TOKEN, named)
            if row is None or row[_TOKEN_GRANT] in self._held:
                return None if row is None else _token_record(row)
        self._transaction.hold(_HOLD_BY_TOKEN, named)
        row = self._transaction.find(_TOKEN, named)
        if row is None:
            return None
        self._held.add(row[_TOKEN_GRANT])
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
                "audience": " ".join(token.audience),
                "jkt": token.jkt,
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


def _client_record(row: Row) -> ClientRecord:
    found, secret_hash_, redirect_uris, purposes, sections, jwks, profile, algorithm, lens = row
    return ClientRecord(
        found,
        secret_hash_,
        names(redirect_uris),
        names(purposes),
        names(sections),
        None if jwks is None else json.loads(jwks),
        _PROFILES[profile],
        algorithm,
        json.loads(lens),
    )


def _grant_record(row: Row) -> GrantRecord:
    grant_id, client_id, sections, expires_at, purpose, subject, signs_in, single, lens = row
    return GrantRecord(
        grant_id,
        client_id,
        names(sections),
        expires_at,
        purpose,
        subject,
        bool(signs_in),
        bool(single),
        json.loads(lens),
    )


def _token_record(row: Row) -> TokenRecord:
    row[_TOKEN_KIND] = _KINDS[row[_TOKEN_KIND]]
    row[_TOKEN_AUDIENCE] = tuple(row[_TOKEN_AUDIENCE].split())
    return TokenRecord(*row)


class Transactions(Protocol):
    """Where protocol logic runs."""

    async def writing(self, work: Callable[[DriverStores], T]) -> T:
        """Run it within one transaction; what it changed is on disk when this returns."""
        ...

    async def reading(self, work: Callable[[DriverStores], T]) -> T:
        """Run it where it may only look."""
        ...

    async def close(self) -> None:
        """Close what is open."""
        ...
