"""The way to a provider and back: an attempt is begun by one browser, and finished by it, once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
from pydantic import TypeAdapter, ValidationError

from app.clock import Clock
from app.connectors.catalogue import Account, Catalogue, OAuthConnector
from app.connectors.errors import ConnectorError
from app.errors import Conflict, Forbidden, Unavailable
from app.ids import secret_hash
from app.outbound import Outbound
from app.store.connections import LinkAttempt, consume_attempt, find_attempt
from app.store.customers import open_box
from app.store.engine import Database
from app.store.secrets import Vault
from app.usecases.provider_tokens import ProviderTokens
from app.usecases.registrations import Registrations
from oauth.link.errors import (
    AnotherAccount,
    CallbackInvalid,
    ClientUnknown,
    LinkDenied,
    LinkError,
    LinkRefused,
)
from oauth.link.flow import depart, exchange, read_callback
from oauth.link.provider import Binding, Provider, Tokens

ATTEMPT_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept, sealed, while she is away.

    Attributes:
        verifier: Of PKCE.
        binding: The keys of the session that is begun, where it has any.
        subject: Whose account has to come back; empty if it may be any.
    """

    verifier: str = field(repr=False)
    binding: Binding | None = None
    subject: str = field(default="", repr=False)


KEPT = TypeAdapter(_Kept)


@dataclass(frozen=True, slots=True)
class Linked:
    """This customer holds this account: by its provider's word, or by her proof."""

    customer_id: str
    provider: str
    instance: str
    account: Account
    tokens: Tokens | None


class Linking:
    """Sends customers to providers and takes them back.

    Args:
        database: Where attempts are kept.
        vault: Seals what is kept while she is away.
        clock: The present.
        outbound: Calls instances.
        catalogue: The connectors.
        registrations: Who we are to each instance.
        tokens: Ends what was issued in vain.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        outbound: Outbound,
        catalogue: Catalogue,
        registrations: Registrations,
        tokens: ProviderTokens,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._outbound = outbound
        self._catalogue = catalogue
        self._registrations = registrations
        self._tokens = tokens

    async def begin(
        self, customer_id: str, session_hash: str, provider_name: str, address: str
    ) -> str:
        """Return the address at the provider to send her to.

        Args:
            customer_id: Who links.
            session_hash: The browser she does it with.
            provider_name: The connector.
            address: What she typed as her instance.

        Raises:
            Invalid: The address names no instance, or none that is called.
            Unavailable: The instance does not answer as one.
        """
        connector = self._catalogue.linked_by_oauth(provider_name)
        now = self._clock()
        async with self._outbound.client() as client:
            with _told("That address", connector.about.title):
                found = await connector.find(client, address, now)
            with _told(_host(found.instance), connector.about.title):
                provider = await connector.provider(client, found.instance, now)
                registration = await self._registrations.ensure(client, provider_name, provider)
                back = self._registrations.redirect_uri(provider_name, provider)
                departure = await depart(
                    client, provider, registration, back, now, found.login_hint
                )
        kept = _Kept(departure.verifier, departure.binding, found.subject)
        state_hash = secret_hash(departure.state)
        async with self._database.writing() as session:
            box = await open_box(session, self._vault, customer_id)
            session.add(
                LinkAttempt(
                    state_hash=state_hash,
                    customer_id=customer_id,
                    session_hash=session_hash,
                    provider=provider_name,
                    instance=found.instance,
                    sealed_verifier=box.seal(KEPT.dump_json(kept), _place(state_hash)),
                    expires_at=self._clock() + ATTEMPT_LIFETIME,
                )
            )
        return departure.url

    async def finish(self, session_hash: str, params: Mapping[str, str], callback: str) -> Linked:
        """Take her back, and ask the provider whose account it is.

        Args:
            session_hash: The browser that came back.
            params: The query it came back with.
            callback: The last part of the address it came back to.

        Raises:
            Forbidden: The attempt is another browser's, used, expired or unknown, or she declined.
            Conflict: The provider does not accept it; begin again.
            Unavailable: The provider does not answer.
        """
        attempt, kept = await self._consume(session_hash, params.get("state", ""))
        connector = self._catalogue.linked_by_oauth(attempt.provider)
        with _told(_host(attempt.instance), connector.about.title):
            async with self._outbound.client() as client:
                provider = await connector.provider(client, attempt.instance, self._clock())
                if callback != self._registrations.callback(attempt.provider, provider):
                    raise CallbackInvalid("The answer comes where another provider's would.")
                tokens = await self._issued(client, provider, attempt, kept, params)
                account = await self._identify(client, connector, attempt.instance, kept, tokens)
        return Linked(attempt.customer_id, attempt.provider, attempt.instance, account, tokens)

    async def _consume(self, session_hash: str, state: str) -> tuple[LinkAttempt, _Kept]:
        now, state_hash = self._clock(), secret_hash(state)
        async with self._database.writing() as session:
            consumed = await consume_attempt(session, state_hash, session_hash, now)
            attempt = await find_attempt(session, state_hash)
            if attempt is None or not consumed:
                raise _why_not(attempt, session_hash)
            box = await open_box(session, self._vault, attempt.customer_id)
            opened = box.open(attempt.sealed_verifier, _place(state_hash))
            return attempt, _read(opened)

    async def _issued(
        self,
        client: httpx.AsyncClient,
        provider: Provider,
        attempt: LinkAttempt,
        kept: _Kept,
        params: Mapping[str, str],
    ) -> Tokens:
        code = read_callback(provider, params)
        registration = await self._registrations.find(attempt.provider, provider)
        if registration is None:
            raise ClientUnknown("There is no registration any more.")
        try:
            return await exchange(
                client,
                provider,
                registration,
                code=code,
                verifier=kept.verifier,
                redirect_uri=self._registrations.redirect_uri(attempt.provider, provider),
                now=self._clock(),
                binding=kept.binding,
            )
        except ClientUnknown:
            await self._registrations.forget(attempt.provider, provider, registration.client_id)
            raise

    async def _identify(
        self,
        client: httpx.AsyncClient,
        connector: OAuthConnector,
        instance: str,
        kept: _Kept,
        tokens: Tokens,
    ) -> Account:
        try:
            _check_subject(kept, tokens)
            return await connector.identify(client, instance, tokens, self._clock())
        except (ConnectorError, AnotherAccount):
            await self._tokens.revoke(connector.about.name, instance, tokens)
            raise


def _read(opened: bytes) -> _Kept:
    try:
        return KEPT.validate_json(opened)
    except ValidationError:  # the cause would carry what was sealed
        raise Forbidden(
            "This link was begun before an update; begin again.", code="link_expired"
        ) from None


def _check_subject(kept: _Kept, tokens: Tokens) -> None:
    if kept.subject and tokens.subject != kept.subject:
        raise AnotherAccount("Tokens came for another account than she left for.")


def _why_not(attempt: LinkAttempt | None, session_hash: str) -> Forbidden:
    if attempt is None:
        return Forbidden(
            "This link was not begun here; begin again from your connections.",
            code="link_unknown",
        )
    if attempt.session_hash != session_hash:
        return Forbidden(
            "This link was begun in another browser; finish it there, or begin again here.",
            code="link_other_browser",
        )
    if attempt.consumed_at is not None:
        return Forbidden("This link was used already; look at your connections.", code="link_used")
    return Forbidden("This link took longer than ten minutes; begin again.", code="link_expired")


@contextmanager
def _told(host: str, title: str) -> Iterator[None]:
    """Say in the service's own errors what went wrong at a provider."""
    try:
        yield
    except LinkDenied as error:
        raise Forbidden(
            f"You declined at {host}; nothing was linked.", code="link_declined"
        ) from error
    except CallbackInvalid as error:
        raise Forbidden(
            f"The answer did not come from {host}; begin again.", code="link_mixed_up"
        ) from error
    except AnotherAccount as error:
        raise Conflict(
            f"You signed in at {host} with another account than the one you named; begin again.",
            code="link_other_account",
        ) from error
    except (ClientUnknown, LinkRefused) as error:
        raise Conflict(f"{host} refuses; begin again.", code="link_refused") from error
    except (LinkError, ConnectorError) as error:
        raise Unavailable(
            f"{host} does not answer as {title} does; check the address, or try later.",
            code="provider_unusable",
        ) from error


def _host(instance: str) -> str:
    return httpx.URL(instance).host


def _place(state_hash: str) -> str:
    return f"link_attempts.verifier:{state_hash}"
