"""Who may read what: the decisions of a read, from rows alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.errors import Conflict, Forbidden, NotFound, Unauthenticated
from app.store.reads import GrantRow, TokenRow
from context.section import Section
from oauth.server.access import Presented, insufficient
from oauth.server.scopes import LOOKUP_SCOPE, SCOPE_PREFIX

USE_FOR = timedelta(hours=1)
"""For how long a client may use what it has read; after that it reads again."""


def use_until(grant: GrantRow, now: datetime) -> datetime:
    """Return until when a client may use what it reads now: never longer than the grant."""
    ends = now + USE_FOR
    return ends if grant.expires_at is None else min(ends, grant.expires_at)


def is_over(token: TokenRow, now: datetime) -> bool:
    """Say whether a token, or the client it was issued to, counts no more."""
    lives = token.expires_at is not None and now < token.expires_at
    return not lives or token.revoked_at is not None or token.client_disabled


def check_lookup(presented: Presented, token: TokenRow, now: datetime) -> None:
    """Refuse a token that is not for looking customers up, or counts no more.

    Raises:
        Unauthenticated: It has expired or was revoked.
        AccessRefused: It is of another scope.
    """
    if is_over(token, now):
        raise Unauthenticated("The access token has expired or was revoked; get a new one.")
    if LOOKUP_SCOPE not in token.scope:
        raise insufficient(
            presented,
            LOOKUP_SCOPE,
            f"A look-up needs a token of scope {LOOKUP_SCOPE} (client credentials).",
        )


def only_one(granted: Sequence[GrantRow]) -> GrantRow:
    """Return the newest of the grants that a look-up found.

    Raises:
        NotFound: There is none; said alike whether the customer exists or not.
        Conflict: They are of several customers.
    """
    if not granted:
        raise NotFound(
            "No customer with these identifiers has granted you this purpose.", code="no_grant"
        )
    if len({grant.customer_id for grant in granted}) > 1:
        raise Conflict(
            "These identifiers belong to several customers; send fewer.", code="ambiguous"
        )
    return granted[0]


def refusal_of(
    token: TokenRow, grant: GrantRow, purpose: str | None, now: datetime
) -> Unauthenticated | Forbidden | None:
    """Return why a read under a delegated token is refused, or nothing.

    Args:
        token: What was presented.
        grant: The grant it stands for.
        purpose: The purpose the client states; None for the granted one.
        now: The present.
    """
    if grant.revoked_at is not None:
        return Unauthenticated(
            "This grant has ended: she revoked or replaced it, or you gave it back.",
            code="grant_revoked",
        )
    if grant.expires_at is not None and grant.expires_at <= now:
        return Unauthenticated("This grant has expired; ask her again.", code="grant_expired")
    if grant.disabled or is_over(token, now):
        return Unauthenticated("The access token has expired or was revoked; get a new one.")
    if purpose not in {None, grant.purpose}:
        return Forbidden(f"This grant is for the purpose {grant.purpose}.", code="purpose_mismatch")
    return None


def granted_sections(grant: GrantRow, scope: frozenset[str]) -> frozenset[Section]:
    """Return the sections that the grant holds and the token's scope covers."""
    return frozenset(
        section
        for section in Section
        if section.value in grant.sections and SCOPE_PREFIX + section.value in scope
    )
