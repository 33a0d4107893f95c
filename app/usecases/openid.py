"""Signing in at an OpenID provider: the way there and back, begun and finished by one browser.

She is known by (issuer, subject) alone. What a provider says of her e-mail address finds nobody:
whoever can have a provider say an address would be whoever holds it here.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.clock import Clock
from app.errors import Conflict, Forbidden, Invalid, Unavailable
from app.outbound import Outbound
from app.store.sign_in_attempts import SignInAttempt, Wish
from app.usecases.arrivals import Arrival, Arrivals, Shown
from app.usecases.customers import CurrentSession
from app.usecases.openid_providers import Configured, OpenIDProviders
from app.usecases.sign_in_attempts import SignInAttempts, Taken, Wanted
from oauth.link.errors import CallbackInvalid, ClientUnknown, LinkDenied, LinkError, LinkRefused
from oauth.link.id_token import SKEW, Identity
from oauth.link.openid import ask, expectation, read_answer, redeem, told_email
from oauth.server.signing import NotVerified

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Leaving:
    """She leaves for a provider.

    Args:
        url: Where to.
        title: What the provider is called.
        browser: The secret that her browser keeps; who brings it back may finish.
    """

    url: str = field(repr=False)
    title: str
    browser: str = field(repr=False)


class OpenIDSignIn:
    """Sends people to OpenID providers and takes them back.

    Args:
        attempts: What is kept while they are away.
        arrivals: Decides who it is that comes back.
        providers: Where they may go.
        outbound: Calls the providers.
        clock: The time.
        issuer: The service's public address.
    """

    def __init__(
        self,
        attempts: SignInAttempts,
        arrivals: Arrivals,
        providers: OpenIDProviders,
        outbound: Outbound,
        clock: Clock,
        issuer: str,
    ) -> None:
        self._attempts = attempts
        self._arrivals = arrivals
        self._providers = providers
        self._outbound = outbound
        self._clock = clock
        self._issuer = issuer

    @property
    def offered(self) -> tuple[Configured, ...]:
        """The providers that people may sign in with, in the order of their buttons."""
        return self._providers.all

    async def begin(
        self,
        name: str,
        browser: str | None,
        return_to: str,
        session: CurrentSession | None = None,
    ) -> Leaving:
        """Begin to sign in; who is signed in is to show again who she is.

        Args:
            name: The provider.
            browser: The secret that her browser has from an earlier attempt, if any.
            return_to: Local route to go on to, as `app.web.return_to` made it.
            session: Hers, if she is signed in.

        Raises:
            NotFound: There is no such provider here.
            Unavailable: It does not answer as an OpenID provider does.
        """
        wish = Wish.SIGN_IN if session is None else Wish.SIGN_IN_AGAIN
        return await self._begin(name, browser, Wanted(wish, return_to), session)

    async def begin_adding(
        self, name: str, browser: str | None, return_to: str, session: CurrentSession
    ) -> Leaving:
        """Begin to add an account at a provider to her ways to sign in.

        Args:
            name: The provider.
            browser: The secret that her browser has from an earlier attempt, if any.
            return_to: Local route to go on to.
            session: Hers; the caller has seen that she signed in lately.

        Raises:
            NotFound: There is no such provider here.
            Unavailable: It does not answer as an OpenID provider does.
        """
        return await self._begin(name, browser, Wanted(Wish.ADD, return_to), session)

    async def wanted(self, browser: str, state: str) -> Wanted | None:
        """Say what an attempt of this browser was for, used or not."""
        return await self._attempts.wanted(browser, state)

    async def finish(
        self,
        name: str,
        browser: str,
        session: CurrentSession | None,
        params: Mapping[str, str],
    ) -> Arrival:
        """Take her back: sign her in, or add the account to her ways to sign in.

        Args:
            name: The provider at whose address of ours she came back.
            browser: The secret that her browser brought.
            session: Hers, if she is signed in.
            params: The query she came back with.

        Raises:
            NotFound: There is no such provider here.
            Forbidden: The attempt is another browser's, used, expired or unknown; she declined;
                or the answer is not to be believed.
            Conflict: The account is not hers to use here.
            Unavailable: The provider does not answer well.
        """
        configured = self._providers.find(name)
        taken = await self._attempts.take(browser, session, params.get("state", ""))
        with _told(configured):
            # Each provider has an address of ours of its own (RFC 9700, section 4.4.2.2).
            if taken.attempt.provider != configured.name:
                raise CallbackInvalid("The answer comes at another provider's address.")
            shown = await self._shown(configured, params, taken)
        if taken.attempt.wish == Wish.SIGN_IN_AGAIN and _is_of_before(
            taken.attempt, shown.identity
        ):
            raise Forbidden(
                f"{configured.title} did not ask you again who you are.", code="openid_not_again"
            )
        return await self._arrivals.settle(taken.attempt, shown)

    async def _begin(
        self, name: str, browser: str | None, wanted: Wanted, session: CurrentSession | None
    ) -> Leaving:
        configured = self._providers.find(name)
        with _told(configured):
            async with self._outbound.client() as client:
                asked = await ask(
                    client,
                    await self._providers.known(client, configured),
                    configured.registration,
                    self._redirect_uri(configured),
                    self._clock(),
                    again=wanted.wish is Wish.SIGN_IN_AGAIN,
                )
        secret = await self._attempts.keep(asked, configured.name, wanted, browser, session)
        return Leaving(asked.url, configured.title, secret)

    async def _shown(
        self, configured: Configured, params: Mapping[str, str], taken: Taken
    ) -> Shown:
        registration = configured.registration
        async with self._outbound.client() as client:
            openid = await self._providers.known(client, configured)
            issued = await redeem(
                client,
                openid,
                registration,
                code=read_answer(openid, params),
                verifier=taken.verifier,
                redirect_uri=self._redirect_uri(configured),
                now=self._clock(),
            )
            expected = expectation(openid, registration, issued, taken.nonce)
            identity = await self._providers.judged(client, openid, issued.id_token, expected)
            trusted = configured.verifies_email
            email = await told_email(client, openid, issued, identity) if trusted else None
        return Shown(identity, email)

    def _redirect_uri(self, configured: Configured) -> str:
        return f"{self._issuer}/sign-in/openid/{configured.name}/callback"


def _is_of_before(attempt: SignInAttempt, identity: Identity) -> bool:
    # A provider that does not say when she signed in there has at least been asked to ask her.
    at = identity.authenticated_at
    return at is not None and at < attempt.begun_at - SKEW


@contextmanager
def _told(configured: Configured) -> Iterator[None]:
    """Say in the service's own errors what went wrong at a provider; the log has the reason."""
    title = configured.title
    try:
        yield
    except LinkDenied as error:
        raise Forbidden(f"You declined at {title}.", code="openid_declined") from error
    except (CallbackInvalid, NotVerified) as error:
        logger.warning("an answer of %s is not believed: %s", configured.name, error)
        raise Forbidden(
            f"The answer did not come from {title} as it should; begin again.",
            code="openid_not_believed",
        ) from error
    except (LinkRefused, ClientUnknown) as error:
        logger.warning("%s refuses to sign somebody in: %s", configured.name, error)
        raise Conflict(f"{title} refuses; begin again.", code="openid_refused") from error
    except (LinkError, Invalid, Unavailable) as error:
        logger.warning("%s does not answer as an OpenID provider: %s", configured.name, error)
        raise Unavailable(
            f"{title} does not answer as it should; try later, or another way.",
            code="openid_down",
        ) from error
