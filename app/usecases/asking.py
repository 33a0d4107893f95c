"""What a client asks, as she is to see it; and when she need not be asked at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import AccessDeniedError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.clients import Client
from app.store.grants import Grant, find_active_grant, find_subject, latest_grant
from app.store.refusals import has_refused_since
from app.usecases.clients import host_of
from app.usecases.customers import CurrentSession
from app.usecases.purposes import MARKETING, label_of
from context.section import Section
from oauth.server.asked import CREATE, MERGE, Asked
from oauth.server.errors import ConsentRequired, LoginRequired

NOT_ASKED_AGAIN_FOR = timedelta(hours=24)
"""After a refusal, the same client is answered without asking her for so long."""


SENSITIVE = frozenset({Section.EMOTIONS, Section.NETWORK})
SIGNED_IN_LATELY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class PendingConsent:
    """What a client asks her for.

    Attributes:
        sections: Those that are asked for.
        before: Those among them that she lets this client see already, or did until it expired.
        kept: Those it may see besides, and goes on seeing.
        replaced: Those it may see now, where what she gives takes the place of that grant.
        signs_in: Whether it wants to sign her in.
        is_marketing: Whether it is for offers and advertising.
        is_added: Whether what she gives is added to a grant of hers.
        duration: For how long it asks, as an `authorization_details` says it.
        ends_at: When the grant ends that is added to, or whose place this one takes.
        lens: The brands and rivals it wants to hear of.
        external_id: Its own number for her.
        fresh_since: She must have signed in since then to decide; None: whenever.
    """

    client_id: str
    client_name: str
    client_uri: str
    client_host: str
    redirect_host: str
    redirect_origin: str
    purpose: str
    purpose_label: str
    is_marketing: bool
    signs_in: bool
    sections: tuple[str, ...]
    before: tuple[str, ...]
    kept: tuple[str, ...]
    replaced: tuple[str, ...]
    is_added: bool
    duration: str | None
    ends_at: datetime | None
    lens: Mapping[str, Sequence[str]]
    external_id: str | None
    fresh_since: datetime | None


def pending_consent(
    asked: Asked, client: Client, earlier: Grant | None, began_at: datetime
) -> PendingConsent:
    """Tell her what is asked.

    Args:
        asked: The request.
        client: Who asks.
        earlier: The grant she gave it before, for the same purpose.
        began_at: When the request came.
    """
    had: Sequence[str] = earlier.sections if earlier else ()
    is_added = asked.action == MERGE
    lasts = earlier is not None and _lasts(earlier, began_at)
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
        is_marketing=asked.purpose in MARKETING,
        signs_in=asked.signs_in,
        sections=asked.sections,
        before=tuple(section for section in asked.sections if section in had),
        kept=tuple(section for section in had if section not in asked.sections) if is_added else (),
        replaced=tuple(had) if lasts and not is_added else (),
        is_added=is_added,
        duration=asked.details.duration,
        ends_at=earlier.expires_at if earlier and lasts else None,
        lens=asked.details.lens,
        external_id=asked.details.external_id,
        fresh_since=fresh_since(asked, began_at),
    )


def _lasts(grant: Grant, at: datetime) -> bool:
    return grant.expires_at is None or at < grant.expires_at


def fresh_since(asked: Asked, began_at: datetime) -> datetime | None:
    """Return since when she must have signed in to decide.

    As the client asks (OpenID Connect Core, 3.1.2.1); lately in any case, where the sections are
    sensitive, so that a browser left open somewhere does not decide about them.
    """
    since = []
    if asked.prompt & {"login", "select_account"}:
        since.append(began_at)
    if asked.max_age is not None:
        since.append(began_at - asked.max_age)
    if SENSITIVE.intersection(asked.sections):
        since.append(began_at - SIGNED_IN_LATELY)
    return max(since, default=None)


async def earlier_grant(
    session: AsyncSession, asked: Asked, customer_id: str, now: datetime
) -> Grant | None:
    """Find the grant a request is about to change, or else the last she gave for this purpose."""
    if asked.grant_id is None:
        return await latest_grant(session, customer_id, asked.client.id, asked.purpose, now)
    grant = await find_active_grant(session, asked.grant_id, now)
    return grant if grant is not None and grant.customer_id == customer_id else None


async def without_asking(
    session: AsyncSession,
    asked: Asked,
    current: CurrentSession,
    began_at: datetime,
    now: datetime,
    *,
    gpc: bool,
) -> Grant | OAuth2Error | None:
    """Answer in her place, where she need not be asked.

    That is so when a client that can keep a secret signs her in again and asks for nothing new;
    when she refused this client within the day; and when nothing may be shown (`prompt=none`).

    Args:
        session: A transaction that holds her.
        asked: The request.
        current: Who is at the browser.
        began_at: When the request came.
        now: The present.
        gpc: Whether her browser asks not to be marketed to (Global Privacy Control).

    Returns:
        The grant she gave before, an error, or nothing when she is to decide.
    """
    since = fresh_since(asked, began_at)
    is_stale = since is not None and current.signed_in_at < since
    known_as = await find_subject(session, current.customer_id, asked.client.id)
    if asked.hinted_subject not in {None, known_as} or (is_stale and "none" in asked.prompt):
        return LoginRequired()
    covering = await _covering_grant(session, asked, current.customer_id, now)
    if gpc and asked.purpose in MARKETING:
        covering = None
    if covering is not None and not is_stale and "consent" not in asked.prompt:
        return covering
    since_refusal = now - NOT_ASKED_AGAIN_FOR
    if await has_refused_since(session, current.customer_id, asked.client.id, since_refusal):
        return AccessDeniedError("She refused this client within the last day, and is not asked")
    return ConsentRequired() if "none" in asked.prompt else None


async def _covering_grant(
    session: AsyncSession, asked: Asked, customer_id: str, now: datetime
) -> Grant | None:
    # A public client could be anybody who knows its id (RFC 8252, section 8.6).
    if not asked.signs_in or asked.client.is_public or asked.action != CREATE:
        return None
    details = asked.details
    if details.duration or details.lens or details.external_id:
        return None
    found = await latest_grant(session, customer_id, asked.client.id, asked.purpose, now)
    grant = None if found is None else await find_active_grant(session, found.id, now)
    if grant is None or not grant.signs_in or not set(asked.sections) <= set(grant.sections):
        return None
    return grant
