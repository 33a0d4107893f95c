"""The authorization server's stores over driver statements (`oauth.server.stores.Stores`).

The same transactions as with an ORM session, in a tenth of the time: `app.store.sqlite_driver` and
`app.store.postgresql_driver` run the statements.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

from app.ids import secret_hash
from app.store.authorization_statements import (
    ACTIVE_GRANT,
    ADD_CODE,
    ADD_CONSENT_REQUEST,
    ADD_PUSHED,
    ADD_TOKEN,
    CLIENT,
    CLIENT_AND_STANDING,
    CODE,
    CONSUME_CODE,
    HOLD_BY_CODE,
    HOLD_BY_TOKEN,
    REVOKE_FAMILY,
    REVOKE_TOKEN,
    ROTATE_TOKEN,
    STANDING,
    TAKE_PUSHED,
    TOKEN,
    USE,
)
from app.store.consent_requests import CONSENT_LIFETIME
from app.store.records import (
    client_and_standing,
    client_record,
    code_record,
    grant_record,
    standing,
    token_record,
)
from app.store.statements import Row, Statement
from oauth.server.stores import (
    ClientRecord,
    CodeRecord,
    GrantRecord,
    PushedRecord,
    Standing,
    TokenRecord,
)

T = TypeVar("T")
Values = Mapping[str, Any]
# Where it stands in the row of a token.
_GRANT_ID = 3


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


class DriverStores:
    """Clients, grants, codes and tokens as the protocol logic sees them.

    Args:
        transaction: Whoever opened it ends it.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._held: set[str | None] = {None}
        self._clients: dict[str, ClientRecord | None] = {}

    def client(self, client_id: str) -> ClientRecord | None:
        """Find a client that is not disabled."""
        if client_id not in self._clients:
            row = self._transaction.find(CLIENT, {"id": client_id})
            self._clients[client_id] = None if row is None else client_record(*row)
        return self._clients[client_id]

    def active_grant(self, grant_id: str, now: datetime) -> GrantRecord | None:
        """Find a grant that is active, of a customer and a client that are not disabled."""
        row = self._transaction.find(ACTIVE_GRANT, {"id": grant_id, "now": now})
        return None if row is None else grant_record(row)

    def add_pushed(self, pushed: PushedRecord) -> None:
        """Keep a pushed request."""
        self._transaction.add(
            ADD_PUSHED,
            {
                "uri_hash": pushed.uri_hash,
                "client_id": pushed.client_id,
                "sealed_parameters": pushed.sealed_parameters,
                "expires_at": pushed.expires_at,
            },
        )

    def take_pushed(self, uri_hash: str) -> PushedRecord | None:
        """Take a pushed request away, atomically, so that it is used once."""
        row = self._transaction.take(TAKE_PUSHED, {"hash": uri_hash})
        return None if row is None else PushedRecord(*row)

    def is_first_use(self, once: str, until: datetime) -> bool:
        """Remember something that may be used once; say whether it was not used until now."""
        named = {"once_hash": secret_hash(once), "expires_at": until}
        return self._transaction.change(USE, named) == 1

    def add_consent_request(
        self, id_hash: str, client_id: str, sealed_parameters: bytes, now: datetime
    ) -> None:
        """Keep what a client asks her for, until she decides."""
        self._transaction.add(
            ADD_CONSENT_REQUEST,
            {
                "id_hash": id_hash,
                "client_id": client_id,
                "sealed_parameters": sealed_parameters,
                "created_at": now,
                "expires_at": now + CONSENT_LIFETIME,
            },
        )

    def hold_code(self, code_hash: str) -> CodeRecord | None:
        """Find a code, holding its grant."""
        named = {"hash": code_hash}
        self._transaction.hold(HOLD_BY_CODE, named)
        row = self._transaction.find(CODE, named)
        if row is None:
            return None
        self._held.add(row[1])
        return code_record(row)

    def add_code(self, code: CodeRecord) -> None:
        """Keep a new code."""
        self._transaction.add(
            ADD_CODE,
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
        return self._transaction.change(CONSUME_CODE, {"hash": code_hash, "now": now}) == 1

    def token(self, token_hash: str, now: datetime) -> Standing | None:
        """Find a token as it is, with its grant if that is active; nothing is held."""
        row = self._transaction.find(STANDING, {"hash": token_hash, "now": now})
        if row is None:
            return None
        return standing(row)

    def client_and_token(
        self, client_id: str, token_hash: str, now: datetime
    ) -> tuple[ClientRecord | None, Standing | None]:
        """Find a client that is not disabled, and one of its tokens as `token` does."""
        named = {"id": client_id, "hash": token_hash, "now": now}
        row = self._transaction.find(CLIENT_AND_STANDING, named)
        return (None, None) if row is None else client_and_standing(row)

    def hold_token(self, token_hash: str) -> TokenRecord | None:
        """Find a token, holding its grant when it has one."""
        named = {"hash": token_hash}
        if len(self._held) > 1:
            # Most likely of the grant that is held already, and then there is nothing to wait for.
            row = self._transaction.find(TOKEN, named)
            if row is None or row[_GRANT_ID] in self._held:
                return None if row is None else token_record(row)
        self._transaction.hold(HOLD_BY_TOKEN, named)
        row = self._transaction.find(TOKEN, named)
        if row is None:
            return None
        self._held.add(row[_GRANT_ID])
        return token_record(row)

    def hold_standing(self, token_hash: str, now: datetime) -> Standing | None:
        """Find a token as it is once its grant is held, with that grant if it is active."""
        self._transaction.hold(HOLD_BY_TOKEN, {"hash": token_hash})
        found = self.token(token_hash, now)
        if found is not None:
            self._held.add(found.token.grant_id)
        return found

    def add_token(self, token: TokenRecord) -> None:
        """Keep a new token."""
        self._transaction.add(
            ADD_TOKEN,
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
        return self._transaction.change(ROTATE_TOKEN, {"hash": token_hash, "now": now}) == 1

    def revoke_token(self, token_hash: str, now: datetime) -> None:
        """Revoke one token."""
        self._transaction.change(REVOKE_TOKEN, {"hash": token_hash, "now": now})

    def revoke_family(self, family: str, now: datetime) -> None:
        """Revoke every token that stems from one code."""
        self._transaction.change(REVOKE_FAMILY, {"in_family": family, "now": now})


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
