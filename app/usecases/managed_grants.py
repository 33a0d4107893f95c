"""Grants as their client manages them (Grant Management for OAuth 2.0): seeing, and giving back."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app.clock import Clock
from app.store.authorization import with_stores
from app.store.consent_steps import revoke_grant
from app.store.engine import Database
from app.store.grants import Grant, find_grant
from app.usecases.consent_log import BY_CLIENT, ConsentLog
from oauth.server.engine import AuthorizationEngine
from oauth.server.messages import NO_STORE, OAuthRequest, OAuthResponse
from oauth.server.metadata import GRANTS_PATH
from oauth.server.resources import API_PATH
from oauth.server.scopes import GRANT_QUERY_SCOPE, GRANT_REVOKE_SCOPE
from oauth.server.stores import GrantRecord
from oauth.server.tokens import details_of

UNKNOWN = OAuthResponse(
    404,
    body={
        "error": "invalid_grant_id",
        "error_description": "There is no such active grant of this client.",
    },
)
"""The same for grants that never were, that ended, and that are another client's."""


class ManagedGrants:
    """What a client does about the grants customers gave it.

    Args:
        database: Where they are kept.
        clock: The time.
        engine: The protocol's logic.
        log: Keeps the receipts.
    """

    def __init__(
        self, database: Database, clock: Clock, engine: AuthorizationEngine, log: ConsentLog
    ) -> None:
        self._database = database
        self._clock = clock
        self._engine = engine
        self._log = log

    async def show(self, request: OAuthRequest, grant_id: str) -> OAuthResponse:
        """Answer what a grant covers (section 6.3)."""
        path = f"{GRANTS_PATH}/{grant_id}"
        async with self._looking(request) as session:
            found = await self._managed(session, request, path, grant_id, GRANT_QUERY_SCOPE)
            if isinstance(found, OAuthResponse):
                return found
            active = await self._active(session, grant_id)
        if active is None:
            return UNKNOWN
        return OAuthResponse(200, body=_described(found, active, self._engine.issuer))

    async def receipts(self, request: OAuthRequest, grant_id: str) -> OAuthResponse:
        """Answer with the signed receipts of a grant, also an ended one, the oldest first."""
        path = f"{GRANTS_PATH}/{grant_id}/receipts"
        async with self._looking(request) as session:
            found = await self._managed(session, request, path, grant_id, GRANT_QUERY_SCOPE)
            if isinstance(found, OAuthResponse):
                return found
            receipts = await self._log.receipts(session, found.id, found.customer_id)
        listed = [
            {"event": event.type, "at": event.at.isoformat(), "receipt": receipt}
            for event, receipt in receipts
        ]
        return OAuthResponse(200, body={"receipts": listed})

    async def revoke(self, request: OAuthRequest, grant_id: str) -> OAuthResponse:
        """End a grant (section 6.4); its tokens end with it."""
        signer = await self._log.signer()
        path = f"{GRANTS_PATH}/{grant_id}"
        async with self._database.writing() as session:
            found = await self._managed(session, request, path, grant_id, GRANT_REVOKE_SCOPE)
            if isinstance(found, OAuthResponse):
                return found
            if await self._active(session, grant_id) is None:
                return UNKNOWN
            step = await revoke_grant(session, found.id, found.customer_id, self._clock())
            if step is None:
                return UNKNOWN
            await self._log.record(session, [step], BY_CLIENT, signer)
        return OAuthResponse(204, NO_STORE)

    def _looking(self, request: OAuthRequest) -> AbstractAsyncContextManager[AsyncSession]:
        # A proof is used once, which is written down.
        return self._database.writing() if "dpop" in request.headers else self._database.reading()

    async def _managed(
        self, session: AsyncSession, request: OAuthRequest, path: str, grant_id: str, scope: str
    ) -> Grant | OAuthResponse:
        """Return the grant, ended or not, if it is one of the client that asks."""
        token = await with_stores(
            session, lambda stores: self._engine.managing(request, path, scope, stores)
        )
        if isinstance(token, OAuthResponse):
            return token
        grant = await find_grant(session, grant_id)
        return UNKNOWN if grant is None or grant.client_id != token.client_id else grant

    async def _active(self, session: AsyncSession, grant_id: str) -> GrantRecord | None:
        return await with_stores(
            session, lambda stores: stores.active_grant(grant_id, self._clock())
        )


def _described(grant: Grant, active: GrantRecord, issuer: str) -> dict[str, Any]:
    ends = active.expires_at
    return {
        "grant_id": active.id,
        "sub": active.subject,
        "created_at": grant.created_at.isoformat(),
        "expires_at": None if ends is None else ends.isoformat(),
        "scopes": [{"scope": active.scope, "resources": [issuer + API_PATH]}],
        "authorization_details": details_of(active, active.sections),
    }
