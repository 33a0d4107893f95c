"""Scopes: `context:<section>` under a grant, `context.lookup` for a client by itself."""

from collections.abc import Collection, Iterable

from authlib.oauth2.rfc6749.errors import InvalidScopeError

SCOPE_PREFIX = "context:"
"""What stands before a section's name; `scope_of` writes whole scopes."""

LOOKUP_SCOPE = "context.lookup"
"""The one scope of a client by itself."""


def scope_of(sections: Iterable[str]) -> str:
    """Return the scope that names these sections."""
    return " ".join(SCOPE_PREFIX + section for section in sections)


def requested_sections(
    scope: str | None, registered: Collection[str], known: Iterable[str]
) -> tuple[str, ...]:
    """Read the sections an authorization request asks for.

    Args:
        scope: The request's parameter.
        registered: Sections the client may ask for.
        known: Every section there is, in the order in which they are always named.

    Returns:
        The sections, each once, in the order of `known`.

    Raises:
        InvalidScopeError: Nothing is asked for, or something the client may not ask for.
    """
    allowed = [section for section in known if section in registered]
    wanted = set((scope or "").split())
    if not wanted:
        raise InvalidScopeError(f"Ask for at least one of: {scope_of(allowed)}")
    if not wanted <= {SCOPE_PREFIX + section for section in allowed}:
        raise InvalidScopeError(f"This client may ask for: {scope_of(allowed)}")
    return tuple(section for section in allowed if SCOPE_PREFIX + section in wanted)


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
    return " ".join(part for part in granted.split() if part in wanted)


def lookup_scope(requested: str | None) -> str:
    """Return the one scope a client can have without a customer (client credentials).

    Raises:
        InvalidScopeError: It asks for another; sections are only given by a customer.
    """
    if requested is not None and requested.split() != [LOOKUP_SCOPE]:
        raise InvalidScopeError(f"Without a customer a client may only ask for: {LOOKUP_SCOPE}")
    return LOOKUP_SCOPE
