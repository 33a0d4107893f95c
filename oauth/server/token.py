"""The token endpoint for codes: redeemed once, and a replay costs what was issued."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from authlib.oauth2.rfc6749.errors import InvalidGrantError

from oauth.server.authorize import AuthorizeGrant
from oauth.server.clients import AuthlibClient
from oauth.server.openid import id_token
from oauth.server.pkce import verifier_matches
from oauth.server.resources import narrowed_audience
from oauth.server.scopes import OPENID_SCOPE
from oauth.server.stores import ClientRecord, CodeRecord, GrantRecord
from oauth.server.tokens import TokenAnswer

HONEST_REPEAT = timedelta(seconds=2)
"""For so long a second redemption counts as one impatient client, not as a thief."""

VOID = (
    "The code is void: a minute old, used before, or of another client. Send her to the "
    "authorization endpoint again"
)


@dataclass(frozen=True, slots=True)
class HeldCode:
    """A code as Authlib's grant wants to see it.

    Args:
        record: What is kept of it.
        audience: The resources its access token is to be for.
        repeats_uri: Whether the redemption repeats the redirect URI. OAuth 2.0 clients must;
            OAuth 2.1 ones need not (draft 15, section 10.2), since PKCE binds the code.
    """

    record: CodeRecord
    audience: tuple[str, ...]
    repeats_uri: bool

    @property
    def code_challenge(self) -> str:
        """The S256 challenge of the authorization request."""
        return self.record.code_challenge

    def get_redirect_uri(self) -> str | None:
        """Return the redirect URI that the redemption must repeat, if it does."""
        return self.record.redirect_uri if self.repeats_uri else None

    def get_scope(self) -> None:
        """Return nothing: the scope is the grant's."""


class CodeGrant(AuthorizeGrant):
    """The redemption half of the code grant (RFC 6749, section 4.1.3)."""

    def query_authorization_code(self, code: str, client: AuthlibClient) -> HeldCode:
        """Find a code this client may redeem now; a replay revokes what the code had issued.

        Raises:
            InvalidGrantError: There is none; alike whatever the reason.
        """
        exchange = self.server.exchange
        record: CodeRecord | None = exchange.stores.hold_code(exchange.secrets.digest(code))
        if record is None:
            raise InvalidGrantError(VOID)
        if record.consumed_at is not None:
            if not self._is_honest_repeat(record, record.consumed_at, client):
                exchange.stores.revoke_family(record.code_hash, exchange.now)
            raise InvalidGrantError(VOID)
        if record.client_id != client.record.id or record.expires_at <= exchange.now:
            raise InvalidGrantError(VOID)
        if record.jkt not in {None, exchange.jkt}:
            raise InvalidGrantError("The code must be redeemed with the key it was asked for with")
        resources = self.request.message.all("resource")
        audience = narrowed_audience(record.audience, resources, exchange.issuer)
        return HeldCode(record, audience, self.request.payload.redirect_uri is not None)

    def authenticate_user(self, code: HeldCode) -> GrantRecord | None:
        """Return the grant the code stands on, consuming the code; None if either is gone."""
        exchange = self.server.exchange
        grant: GrantRecord | None = exchange.stores.active_grant(code.record.grant_id, exchange.now)
        if grant is None or not exchange.stores.consume_code(code.record.code_hash, exchange.now):
            return None
        return grant

    def generate_token(self, user: GrantRecord, **_ignored: object) -> TokenAnswer:
        """Issue the first tokens under the grant, in the family named by the code."""
        exchange = self.server.exchange
        held: HeldCode = self.request.authorization_code
        code = held.record
        answer: TokenAnswer = exchange.tokens.first(user, code, held.audience)
        if user.signs_in and OPENID_SCOPE in code.scope.split():
            answer["id_token"] = self._id_token(user, code, answer["access_token"])
        return answer

    def delete_authorization_code(self, _code: HeldCode) -> None:
        """Keep the consumed code, so that a replay is recognised."""

    def _is_honest_repeat(
        self, record: CodeRecord, consumed_at: datetime, client: AuthlibClient
    ) -> bool:
        form = self.request.form
        return (
            self.server.exchange.now - consumed_at <= HONEST_REPEAT
            and record.client_id == client.record.id
            and verifier_matches(form.get("code_verifier"), record.code_challenge)
        )

    def _id_token(self, grant: GrantRecord, code: CodeRecord, access_token: str) -> str:
        exchange = self.server.exchange
        signed_in = None if code.auth_time is None else int(code.auth_time.timestamp())
        claims = {
            "iss": exchange.issuer,
            "sub": grant.subject,
            "aud": grant.client_id,
            "nonce": code.nonce,
            "auth_time": signed_in,
        }
        client: ClientRecord = self.request.client.record
        return id_token(
            exchange.keys, client.id_token_algorithm, exchange.now, claims, access_token
        )
