"""Authorization: a client asks, she decides, and the client gets tokens for what she gave."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlmodel.ext.asyncio.session import AsyncSession

from app.clock import Clock
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.ids import ACCESS_TOKEN, REFRESH_TOKEN, new_secret, secret_hash
from app.store.authorization import with_stores
from app.store.clients import find_client
from app.store.engine import Database
from app.store.transactions import transactions_of
from app.store.grants import (
    ConsentRequest,
    find_consent_request,
    give_grant,
    hold_customer,
    take_consent_request,
)
from app.store.secrets import Vault
from app.usecases.clients import host_of
from app.usecases.purposes import label_of
from app.usecases.signing_keys import published_keys
from oauth.server.engine import Asked, AuthorizationEngine, CannotRedirect
from oauth.server.messages import OAuthRequest, OAuthResponse
from oauth.server.tokens import Secrets

CONSENT_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class PendingConsent:
    """What a client asks her for, as she is to see it."""

    client_id: str
    client_name: str
    client_uri: str
    client_host: str
    redirect_host: str
    redirect_origin: str
    purpose: str
    purpose_label: str
    sections: tuple[str, ...]


class Authorization:
    """The authorization server of this deployment.

    Args:
        database: Where clients, grants, codes and tokens are kept.
        vault: Seals the signing key, and derives refresh tokens' successors.
        clock: The time.
        issuer: Public base address, without a slash at the end.
        sections: Every section on offer, in the order in which they are named.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        issuer: str,
        sections: Collection[str],
    ) -> None:
        self._database = database
        self._transactions = transactions_of(database)
        self._vault = vault
        self._clock = clock
        secrets = Secrets(new_secret, secret_hash, vault.derive, ACCESS_TOKEN, REFRESH_TOKEN)
        self._engine = AuthorizationEngine(
            issuer, tuple(str(section) for section in sections), secrets, clock
        )

    async def token(self, request: OAuthRequest) -> OAuthResponse:
        """Answer the token endpoint; what an error has to change is kept too."""
        return await self._transactions.writing(lambda stores: self._engine.token(request, stores))

    async def revoke(self, request: OAuthRequest) -> OAuthResponse:
        """Answer the revocation endpoint."""
        return await self._transactions.writing(lambda stores: self._engine.revoke(request, stores))

    async def begin(self, request: OAuthRequest) -> str | OAuthResponse:
        """Take an authorization request.

        Returns:
            The secret id of the consent request that she is to decide on within ten minutes; or
            the error, to be sent to the client.

        Raises:
            Invalid: It names no client and redirect URI that we know.
        """
        now = self._clock()
        async with self._database.writing() as session:
            asked = await self._judge(session, request)
            if isinstance(asked, OAuthResponse):
                return asked
            request_id = new_secret()
            session.add(
                ConsentRequest(
                    id_hash=secret_hash(request_id),
                    client_id=asked.client.id,
                    parameters=dict(asked.parameters),
                    created_at=now,
                    expires_at=now + CONSENT_LIFETIME,
                )
            )
        return request_id

    async def pending(self, request_id: str) -> PendingConsent:
        """Return what she is to decide on.

        Raises:
            NotFound: There is no such request, or it has expired.
            Conflict: It is decided, or no longer allowed.
        """
        async with self._database.reading() as session:
            found = await self._undecided(session, request_id)
            asked = await self._judge(session, _request_of(found.parameters))
            client = await find_client(session, found.client_id)
        if isinstance(asked, OAuthResponse) or client is None:
            raise Conflict("The application may no longer ask for this; start again from there.")
        origin = urlsplit(asked.redirect_uri)
        return PendingConsent(
            client_id=client.id,
            client_name=client.name,
            client_uri=client.uri,
            client_host=host_of(client.uri),
            redirect_host=host_of(asked.redirect_uri),
            redirect_origin=f"{origin.scheme}://{origin.netloc}",
            purpose=asked.purpose,
            purpose_label=label_of(asked.purpose),
            sections=asked.sections,
        )

    async def approve(
        self,
        request_id: str,
        customer_id: str,
        sections: Sequence[str],
        expires_at: datetime | None,
    ) -> str:
        """Give what she ticked, until when she chose; all of it in one transaction.

        Args:
            request_id: The consent request.
            customer_id: Who decides.
            sections: Those she ticked: at least one, and none that was not asked for.
            expires_at: The end of the grant; None for until she revokes it.

        Returns:
            The address to send her back to, with a code in it.

        Raises:
            Invalid: The sections or the end are not possible.
            NotFound, Conflict: As for `pending`.
            Forbidden: Her account is disabled.
        """
        now = self._clock()
        if expires_at is not None and expires_at <= now:
            raise Invalid("The end of a grant must be in the future.")
        async with self._database.writing() as session:
            found = await self._decided_now(session, request_id, customer_id)
            asked = await self._judge(session, _request_of(found.parameters))
            if isinstance(asked, OAuthResponse):
                return _location(asked)
            given = _given(asked, sections)
            grant = await give_grant(
                session, customer_id, asked.client.id, asked.purpose, given, expires_at, now
            )
            answer = await with_stores(
                session, lambda stores: self._engine.approve(found.parameters, grant.id, stores)
            )
        return _location(answer)

    async def deny(self, request_id: str, customer_id: str) -> str:
        """Refuse; nothing is written but that the request is decided.

        Returns:
            The address to send her back to, with `access_denied` in it.

        Raises:
            NotFound, Conflict: As for `pending`.
            Forbidden: Her account is disabled.
        """
        async with self._database.writing() as session:
            found = await self._decided_now(session, request_id, customer_id)
            try:
                answer = await with_stores(
                    session, lambda stores: self._engine.deny(found.parameters, stores)
                )
            except CannotRedirect as error:
                raise Invalid(str(error)) from error
        return _location(answer)

    def metadata(self) -> dict[str, Any]:
        """Describe this authorization server (RFC 8414)."""
        return self._engine.metadata()

    async def jwks(self) -> dict[str, Any]:
        """Return the public signing keys, making the first one when there is none."""
        return await published_keys(self._database, self._vault, self._clock())

    async def _judge(self, session: AsyncSession, request: OAuthRequest) -> Asked | OAuthResponse:
        try:
            return await with_stores(
                session, lambda stores: self._engine.authorize(request, stores)
            )
        except CannotRedirect as error:
            raise Invalid(str(error)) from error

    async def _undecided(self, session: AsyncSession, request_id: str) -> ConsentRequest:
        found = await find_consent_request(session, secret_hash(request_id))
        if found is None or found.expires_at <= self._clock():
            raise NotFound("This request has expired; start again from the application.")
        if found.decided_at is not None:
            raise Conflict("This request is decided already.")
        return found

    async def _decided_now(
        self, session: AsyncSession, request_id: str, customer_id: str
    ) -> ConsentRequest:
        if await hold_customer(session, customer_id) is None:
            raise Forbidden("This account is disabled.")
        found = await self._undecided(session, request_id)
        if not await take_consent_request(session, found.id_hash, self._clock()):
            raise Conflict("This request is decided already.")
        return found


def _request_of(parameters: Mapping[str, str]) -> OAuthRequest:
    return OAuthRequest("POST", form=tuple(parameters.items()))


def _given(asked: Asked, sections: Sequence[str]) -> tuple[str, ...]:
    given = tuple(section for section in asked.sections if section in sections)
    if not given:
        raise Invalid("Tick at least one section, or refuse.")
    if not set(sections) <= set(asked.sections):
        raise Invalid("Only sections that were asked for can be given.")
    return given


def _location(answer: OAuthResponse) -> str:
    if answer.location is None:
        raise Conflict("The application cannot be answered; start again from there.")
    return answer.location
