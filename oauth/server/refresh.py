"""The token endpoint for refresh tokens: rotated at each use (RFC 9700, section 4.14)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from authlib.oauth2.rfc6749 import RefreshTokenGrant
from authlib.oauth2.rfc6749.errors import InvalidGrantError

from oauth.server.clients import AuthlibClient
from oauth.server.resources import narrowed_audience
from oauth.server.scopes import covered, narrowed
from oauth.server.stores import GrantRecord, Standing, TokenKind, TokenRecord
from oauth.server.tokens import TokenAnswer

VOID = (
    "The refresh token is void: replaced by a newer one, revoked, of another client or without its "
    "key; or the grant has ended. Ask her again"
)
HONEST_RETRY = timedelta(seconds=30)
"""For so long the same client gets the same successor again: its answer may have been lost.

Only while that successor is unused: who has used it has received it, so the token that comes
again is in other hands too.
"""


@dataclass(frozen=True, slots=True)
class HeldToken:
    """A refresh token with its grant, as Authlib's grant wants to see it."""

    value: str
    record: TokenRecord
    grant: GrantRecord

    def check_client(self, client: AuthlibClient) -> bool:
        """Say whether it was issued to this client."""
        return self.record.client_id == client.record.id

    @property
    def granted(self) -> str:
        """The scope it can still give: its own, as far as the grant covers it."""
        return covered(self.record.scope, self.grant.scope)


class RefreshGrant(RefreshTokenGrant):  # type: ignore[misc]  # Authlib is untyped
    """Refreshing, with atomic rotation and reuse detection, which Authlib leaves to us."""

    def authenticate_refresh_token(self, presented: str) -> HeldToken:
        """Find a usable refresh token.

        Raises:
            InvalidGrantError: It is none; alike whatever the reason.
        """
        found = self._usable(presented)
        if found is None:
            raise InvalidGrantError(VOID)
        return found

    def _usable(self, presented: str) -> HeldToken | None:
        """Look whether it can be used; one that was rotated before costs its whole family."""
        exchange = self.server.exchange
        digest = exchange.secrets.digest(presented)
        found: Standing | None = exchange.stores.hold_standing(digest, exchange.now)
        if found is None or found.token.kind != TokenKind.REFRESH:
            return None
        record, grant = found.token, found.grant
        if record.rotated_at is not None and not self._is_honest_retry(
            presented, record, record.rotated_at
        ):
            exchange.stores.revoke_family(record.family, exchange.now)
            return None
        if record.revoked_at is not None or not self._has_key(record):
            return None
        if grant is None or grant.is_single_call:
            return None
        return HeldToken(presented, record, grant)

    def authenticate_user(self, token: HeldToken) -> GrantRecord:
        """Return the grant the token stands on."""
        return token.grant

    def issue_token(self, user: GrantRecord, token: HeldToken) -> TokenAnswer:
        """Rotate the token and issue its successor, or the same successor again.

        A client held to FAPI 2.0 keeps its token, which only its own key can use (5.3.2.1).
        """
        exchange = self.server.exchange
        resources = self.request.message.all("resource")
        audience = narrowed_audience(token.record.audience, resources, exchange.issuer)
        if self.request.client.record.is_fapi:
            same: TokenAnswer = exchange.tokens.again(
                token.value, token.record, user, self.request.scope, audience
            )
            return same
        is_new = exchange.stores.rotate_token(token.record.token_hash, exchange.now)
        answer: TokenAnswer = exchange.tokens.successor(
            token.value, token.record, user, self.request.scope, audience, is_new=is_new
        )
        return answer

    def revoke_old_credential(self, _token: HeldToken) -> None:
        """Do nothing: `issue_token` has rotated it, before anything was issued."""

    def _validate_token_scope(self, token: HeldToken) -> None:
        self.request.scope = narrowed(token.granted, self.request.payload.scope)

    def _has_key(self, record: TokenRecord) -> bool:
        # A confidential client's token is bound to its credentials, so that it may change its
        # key, though not go without one; a public client has nothing but the key (RFC 9449, 5).
        jkt: str | None = self.server.exchange.jkt
        if self.request.client.record.is_public:
            return record.jkt in {None, jkt}
        return record.jkt is None or jkt is not None

    def _is_honest_retry(self, presented: str, record: TokenRecord, rotated_at: datetime) -> bool:
        exchange = self.server.exchange
        successor = exchange.stores.hold_token(exchange.tokens.successor_hash(presented))
        return (
            record.client_id == self.request.client.record.id
            and exchange.now - rotated_at <= HONEST_RETRY
            and successor is not None
            and successor.rotated_at is None
        )
