"""Scopes: `openid` and `context:<section>` under a grant, others for a client by itself."""

from collections.abc import Collection, Iterable
from functools import lru_cache

from authlib.oauth2.rfc6749.errors import InvalidScopeError

SCOPE_PREFIX = "context:"
"""What stands before a section's name; `scope_of` writes whole scopes."""

OPENID_SCOPE = "openid"
"""Signing her in, by a name that only this client knows her by (OpenID Connect Core)."""

LOOKUP_SCOPE = "context.lookup"
"""Looking up customers who granted the client something."""

GRANT_QUERY_SCOPE = "grant_management_query"
GRANT_REVOKE_SCOPE = "grant_management_revoke"
"""Seeing and ending the grants customers gave it (Grant Management for OAuth 2.0)."""

OWN_SCOPES = (LOOKUP_SCOPE, GRANT_QUERY_SCOPE, GRANT_REVOKE_SCOPE)
"""The scopes of a client by itself."""


# Of these there are few different ones, and each is asked about with nearly every token.
_remembered = lru_cache(maxsize=256)


def scope_of(sections: Iterable[str], *, signs_in: bool = False) -> str:
    """Return the scope that names these sections, and signing in if that is part of it."""
    return _scope_of(tuple(sections), signs_in=signs_in)


@_remembered
def _scope_of(sections: tuple[str, ...], *, signs_in: bool) -> str:
    signing_in = [OPENID_SCOPE] if signs_in else []
    return " ".join([*signing_in, *(SCOPE_PREFIX + section for section in sections)])


@_remembered
def sections_of(scope: str) -> tuple[str, ...]:
    """Return the sections that a scope names."""
    return tuple(
        part.removeprefix(SCOPE_PREFIX) for part in scope.split() if part.startswith(SCOPE_PREFIX)
    )


def requested_sections(
    scope: str | None, registered: Collection[str], known: Iterable[str]
) -> tuple[tuple[str, ...], bool]:
    """Read what the scope of an authorization request asks for.

    Args:
        scope: The request's parameter.
        registered: Sections the client may ask for.
        known: Every section there is, in the order in which they are always named.

    Returns:
        The sections, each once, in the order of `known`; and whether it asks to sign her in.

    Raises:
        InvalidScopeError: It asks for something the client may not ask for.
    """
    allowed = [section for section in known if section in registered]
    wanted = set((scope or "").split())
    if OPENID_SCOPE in wanted:
        # What OpenID Connect knows and we do not is ignored (Core, section 3.1.2.1).
        wanted = {part for part in wanted if part == OPENID_SCOPE or part.startswith("context")}
    if not wanted <= {OPENID_SCOPE, *(SCOPE_PREFIX + section for section in allowed)}:
        offered = scope_of(allowed, signs_in=True)
        raise InvalidScopeError(f"This client may ask for: {offered}")
    sections = tuple(section for section in allowed if SCOPE_PREFIX + section in wanted)
    return sections, OPENID_SCOPE in wanted


@_remembered
def covered(granted: str, asked: str) -> str:
    """Return the part of a granted scope that was asked for, in the order of the granted one."""
    wanted = asked.split()
    return " ".join(part for part in granted.split() if part in wanted)


def narrowed(granted: str, requested: str | None) -> str:
    """Return the part of a granted scope that a refresh asks for: all of it when it names none.

    Raises:
        InvalidScopeError: It asks for something that was not granted (RFC 6749, section 6).
    """
    if requested is None:
        return granted
    wanted = set(requested.split())
    if not wanted or not wanted <= set(granted.split()):
        raise InvalidScopeError(f"The grant covers: {granted}")
    return covered(granted, requested)


def own_scope(requested: str | None) -> str:
    """Return the scope a client gets without a customer: looking up, unless it names others.

    Raises:
        InvalidScopeError: It asks for another; sections are only given by a customer.
    """
    if requested is None:
        return LOOKUP_SCOPE
    wanted = set(requested.split())
    if not wanted or not wanted <= set(OWN_SCOPES):
        offered = " ".join(OWN_SCOPES)
        raise InvalidScopeError(f"Without a customer a client may only ask for: {offered}")
    return " ".join(scope for scope in OWN_SCOPES if scope in wanted)
