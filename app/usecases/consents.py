"""Consents: her decision on what a client asks for, carried out in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import AccessDeniedError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.clock import Clock
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.ids import secret_hash
from app.store.authorization import with_stores
from app.store.clients import find_client
from app.store.consent_requests import (
    ConsentRequest,
    find_consent_request,
    parameters_place,
    take_consent_request,
)
from app.store.engine import Database
from app.store.grants import Grant, hold_customer
from app.store.refusals import remember_refusal
from app.store.secrets import SealError
from app.usecases.asking import (
    PendingConsent,
    earlier_grant,
    fresh_since,
    pending_consent,
    without_asking,
)
from app.usecases.authorization import Authorization
from app.usecases.consent_log import ConsentLog
from app.usecases.customers import CurrentSession
from app.usecases.giving import Choice, Giving, manner_of
from oauth.server.engine import Asked, AuthorizationEngine, CannotRedirect
from oauth.server.errors import InvalidGrantId, LoginRequired
from oauth.server.messages import OAuthRequest, OAuthResponse
from oauth.server.signing import NO_KEYS, KeyRing
from oauth.server.waiting import opened


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that waits for her decision.

    Attributes:
        id_hash: Hash of its id.
        client_id: Who asks.
        parameters: What for; they never show in a repr.
        began_at: When it came.
        keys: With which an `id_token_hint` in it is verified.
    """

    id_hash: str
    client_id: str
    parameters: Mapping[str, str] = field(repr=False)
    began_at: datetime
    keys: KeyRing = field(repr=False)


class Consents:
    """Her side of the authorization server.

    Args:
        database: Where requests and grants are kept.
        clock: The time.
        engine: The protocol's logic.
        authorization: Knows the keys that requests are judged with.
        giving: Writes grants.
        log: Writes receipts.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        engine: AuthorizationEngine,
        authorization: Authorization,
        giving: Giving,
        log: ConsentLog,
    ) -> None:
        self._database = database
        self._clock = clock
        self._engine = engine
        self._authorization = authorization
        self._giving = giving
        self._log = log

    async def pending(self, request_id: str, customer_id: str) -> PendingConsent:
        """Return what she is to decide on.

        Raises:
            NotFound: There is no such request, or it has expired.
            Conflict: It is decided, or no longer allowed.
        """
        found = await self._waiting(request_id)
        async with self._database.reading() as session:
            asked = await self._judge(session, found)
            client = await find_client(session, found.client_id)
            if not isinstance(asked, Asked) or client is None:
                raise Conflict(
                    "The application may no longer ask for this; start again from there."
                )
            earlier = await earlier_grant(session, asked, customer_id, self._clock())
        return pending_consent(asked, client, earlier, found.began_at)

    async def settled(
        self, request_id: str, current: CurrentSession | None, *, gpc: bool = False
    ) -> str | None:
        """Answer a request that she need not be asked about (`without_asking`).

        Args:
            request_id: The consent request.
            current: Who is at the browser; None for nobody we know.
            gpc: Whether the browser sends Global Privacy Control.

        Returns:
            The address to send the browser back to; nothing when she is to sign in, or to decide.

        Raises:
            NotFound, Conflict: As for `pending`.
            Forbidden: Her account is disabled.
        """
        now = self._clock()
        found = await self._waiting(request_id)
        async with self._database.writing() as session:
            # In this order, as everywhere: her, then the request, then a grant of hers.
            if current is not None:
                await self._hold(session, current.customer_id)
            asked = await self._judge(session, found)
            if not isinstance(asked, Asked):
                return _location(asked)
            verdict: Grant | OAuth2Error | None
            if current is None:
                verdict = LoginRequired() if "none" in asked.prompt else None
            else:
                verdict = await without_asking(
                    session, asked, current, found.began_at, now, gpc=gpc
                )
            if verdict is None:
                return None
            await self._take(session, found)
            auth_time = None if current is None else current.signed_in_at
            return _location(await self._answer(session, found, verdict, auth_time))

    async def approve(self, request_id: str, current: CurrentSession, choice: Choice) -> str:
        """Give what she ticked, until when she chose; all of it in one transaction.

        Args:
            request_id: The consent request.
            current: Who decides.
            choice: What she decided.

        Returns:
            The address to send her back to, with a code in it.

        Raises:
            Invalid: The sections or the end are not possible.
            NotFound, Conflict: As for `pending`.
            Forbidden: Her account is disabled, or she has to sign in again first.
        """
        found = await self._waiting(request_id)
        signer = await self._log.signer()
        async with self._database.writing() as session:
            await self._decide_now(session, found, current.customer_id)
            asked = await self._judge(session, found)
            if not isinstance(asked, Asked):
                return _location(asked)
            since = fresh_since(asked, found.began_at)
            if since is not None and current.signed_in_at < since:
                raise Forbidden("Sign in again before you decide this.")
            steps = await self._giving.give(session, asked, current.customer_id, choice)
            await self._log.record(session, steps, manner_of(asked, choice), signer)
            verdict = steps[0].grant if steps else InvalidGrantId()
            return _location(await self._answer(session, found, verdict, current.signed_in_at))

    async def deny(self, request_id: str, current: CurrentSession) -> str:
        """Refuse; nothing is written but that she did.

        Returns:
            The address to send her back to, with `access_denied` in it.

        Raises:
            NotFound, Conflict: As for `pending`.
            Forbidden: Her account is disabled.
        """
        found = await self._waiting(request_id)
        async with self._database.writing() as session:
            await self._decide_now(session, found, current.customer_id)
            purpose = found.parameters["purpose"]
            await remember_refusal(
                session, current.customer_id, found.client_id, purpose, self._clock()
            )
            return _location(await self._refuse(session, found, AccessDeniedError()))

    async def _answer(
        self,
        session: AsyncSession,
        found: Waiting,
        verdict: Grant | OAuth2Error,
        auth_time: datetime | None,
    ) -> OAuthResponse:
        if isinstance(verdict, OAuth2Error):
            return await self._refuse(session, found, verdict)
        await session.flush()
        return await with_stores(
            session,
            lambda stores: self._engine.approve(
                found.parameters, verdict.id, stores, auth_time=auth_time, keys=found.keys
            ),
        )

    async def _refuse(
        self, session: AsyncSession, found: Waiting, error: OAuth2Error
    ) -> OAuthResponse:
        try:
            return await with_stores(
                session, lambda stores: self._engine.refuse(found.parameters, error, stores)
            )
        except CannotRedirect as unknown:
            raise Invalid(str(unknown)) from unknown

    async def _judge(self, session: AsyncSession, found: Waiting) -> Asked | OAuthResponse:
        request = OAuthRequest("POST", form=tuple(found.parameters.items()))
        try:
            return await with_stores(
                session, lambda stores: self._engine.judge(request, stores, found.keys)
            )
        except CannotRedirect as error:
            raise Invalid(str(error)) from error

    async def _waiting(self, request_id: str) -> Waiting:
        """Find a request before its transaction begins: keys come from outside any.

        It never changes but by being decided, which `_take` sees to.
        """
        async with self._database.reading() as session:
            found = await find_consent_request(session, secret_hash(request_id))
        if found is None or found.expires_at <= self._clock():
            raise NotFound("This request has expired; start again from the application.")
        if found.decided_at is not None:
            raise Conflict("This request is decided already.")
        parameters = self._opened(found)
        is_hinted = "id_token_hint" in parameters
        keys = await self._authorization.key_ring() if is_hinted else NO_KEYS
        return Waiting(found.id_hash, found.client_id, parameters, found.created_at, keys)

    def _opened(self, found: ConsentRequest) -> dict[str, str]:
        place = parameters_place(found.id_hash)
        try:
            parameters = opened(found.sealed_parameters, place, self._engine.secrets)
        except SealError:
            parameters = {}
        # What was not sealed as it stands there, or for another client, is nobody's request.
        if parameters.get("client_id") != found.client_id:
            raise NotFound("This request cannot be read; start again from the application.")
        return parameters

    async def _decide_now(self, session: AsyncSession, found: Waiting, customer_id: str) -> None:
        await self._hold(session, customer_id)
        await self._take(session, found)

    async def _hold(self, session: AsyncSession, customer_id: str) -> None:
        if await hold_customer(session, customer_id) is None:
            raise Forbidden("This account is disabled.")

    async def _take(self, session: AsyncSession, found: Waiting) -> None:
        if not await take_consent_request(session, found.id_hash, self._clock()):
            raise Conflict("This request is decided already.")


def _location(answer: OAuthResponse) -> str:
    if answer.location is None:
        raise Conflict("The application cannot be answered; start again from there.")
    return answer.location
