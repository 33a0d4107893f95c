"""Authorization: what clients ask of the authorization server, each answered in one transaction."""

from collections.abc import Callable
from typing import Any

from app.clock import Clock
from app.errors import Invalid
from app.ids import new_secret, secret_hash
from app.store.consent_requests import parameters_place
from app.store.driver import DriverStores
from app.store.engine import Database
from app.store.transactions import transactions_of
from app.usecases.signing_keys import SigningKeys
from oauth.server.engine import Asked, AuthorizationEngine, CannotRedirect
from oauth.server.introspect import MEDIA_TYPE as SIGNED_INTROSPECTION
from oauth.server.keys import Algorithm
from oauth.server.messages import OAuthRequest, OAuthResponse
from oauth.server.resources import protected_resource_metadata
from oauth.server.signing import NO_KEYS, KeyRing, Signer
from oauth.server.stores import Stores
from oauth.server.waiting import sealed


class Authorization:
    """The authorization server of this deployment, as its clients meet it.

    Args:
        database: Where clients, grants, codes and tokens are kept.
        clock: The time.
        engine: The protocol's logic.
        keys: What ID tokens and introspection are signed with.
    """

    def __init__(
        self, database: Database, clock: Clock, engine: AuthorizationEngine, keys: SigningKeys
    ) -> None:
        self._transactions = transactions_of(database)
        self._clock = clock
        self._engine = engine
        self._keys = keys

    async def begin(self, request: OAuthRequest) -> str | OAuthResponse:
        """Take an authorization request.

        Returns:
            The secret id of the consent request that she is to decide on within ten minutes; or
            the error, to be sent to the client.

        Raises:
            Invalid: It names no client and redirect URI that we know.
        """
        now = self._clock()
        may_hint = {"id_token_hint", "request_uri"} & set(request.parameters)
        keys = await self.key_ring() if may_hint else NO_KEYS

        def take(stores: DriverStores) -> str | OAuthResponse:
            asked = self._engine.authorize(request, stores, keys)
            if not isinstance(asked, Asked):
                return asked
            request_id = new_secret()
            id_hash = secret_hash(request_id)
            kept = sealed(asked.parameters, parameters_place(id_hash), self._engine.secrets)
            stores.add_consent_request(id_hash, asked.client.id, kept, now)
            return request_id

        try:
            return await self._transactions.writing(take)
        except CannotRedirect as error:
            raise Invalid(str(error)) from error

    async def push(self, request: OAuthRequest) -> OAuthResponse:
        """Answer the endpoint for pushed requests."""
        keys = await self.key_ring() if "id_token_hint" in request.parameters else NO_KEYS
        return await self._transactions.writing(
            lambda stores: self._engine.par(request, stores, keys)
        )

    async def token(self, request: OAuthRequest) -> OAuthResponse:
        """Answer the token endpoint; what an error has to change is kept too."""
        is_code = request.body_parameters.get("grant_type") == "authorization_code"
        keys = KeyRing(await self._signers()) if is_code else NO_KEYS
        return await self._transactions.writing(
            lambda stores: self._engine.token(request, stores, keys)
        )

    async def revoke(self, request: OAuthRequest) -> OAuthResponse:
        """Answer the revocation endpoint."""
        return await self._transactions.writing(lambda stores: self._engine.revoke(request, stores))

    async def introspect(self, request: OAuthRequest) -> OAuthResponse:
        """Answer the introspection endpoint."""
        is_signed = SIGNED_INTROSPECTION in request.headers.get("accept", "")
        keys = KeyRing(await self._signers()) if is_signed else NO_KEYS
        return await self._look(
            request, lambda stores: self._engine.introspect(request, stores, keys)
        )

    async def userinfo(self, request: OAuthRequest) -> OAuthResponse:
        """Answer the userinfo endpoint."""
        return await self._look(request, lambda stores: self._engine.userinfo(request, stores))

    def metadata(self) -> dict[str, Any]:
        """Describe this authorization server and OpenID provider."""
        return self._engine.metadata()

    def resource_metadata(self, path: str) -> dict[str, Any] | None:
        """Describe one of our protected resources; nothing if there is none at that path."""
        return protected_resource_metadata(self._engine.issuer, path, self._engine.sections)

    async def jwks(self) -> dict[str, Any]:
        """Return the public signing keys."""
        return await self._keys.jwks()

    async def key_ring(self) -> KeyRing:
        """Return the keys as they are now, from outside any transaction."""
        return KeyRing(await self._signers(), await self._keys.jwks())

    async def _signers(self) -> dict[str, Signer]:
        return {str(name): await self._keys.signer(name) for name in Algorithm}

    async def _look(
        self, request: OAuthRequest, work: Callable[[Stores], OAuthResponse]
    ) -> OAuthResponse:
        # Of these each is used once, which is written down.
        uses_up = "dpop" in request.headers or "client_assertion" in request.body_parameters
        run = self._transactions.writing if uses_up else self._transactions.reading
        return await run(work)
