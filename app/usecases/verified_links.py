"""Verified links: which of a customer's connections name each other, and so prove each other.

Only her own connections are compared, each of which she has shown to be hers. What somebody else's
profile says counts for nothing, and so does what one of hers says alone.
"""

from collections.abc import Iterable, Mapping

from app.connectors.presence import Presence, host_of
from app.store.connections import ConnectionState
from app.store.secrets import Box
from app.usecases.accounts import open_presence


def presences_of(box: Box, rows: Iterable[tuple[str, str, bytes | None]]) -> dict[str, Presence]:
    """Return what each of a customer's connections says of itself, by the connection's id.

    What a broken link said may not hold any more.

    Args:
        box: Hers.
        rows: Of each its id, its state, and its sealed presence.
    """
    return {
        connection_id: open_presence(box, connection_id, sealed)
        for connection_id, state, sealed in rows
        if state != ConnectionState.REAUTH_REQUIRED
    }


def verified_links(presences: Mapping[str, Presence]) -> dict[str, frozenset[str]]:
    """Return for each connection those that verify it.

    Two verify each other when each names the other; when the provider of one has seen that the
    other names it back; or when the provider of one has seen that the host is hers on which the
    other is the whole site.

    Args:
        presences: What each of her connections says of itself, by the connection's id.
    """
    found: dict[str, set[str]] = {connection_id: set() for connection_id in presences}
    for one, its in presences.items():
        for other, others in presences.items():
            if one != other and _verifies(its, others):
                found[one].add(other)
                found[other].add(one)
    return {connection_id: frozenset(others) for connection_id, others in found.items()}


def naming(presences: Mapping[str, Presence], page: str) -> frozenset[str]:
    """Return the addresses of her accounts that name a page as hers.

    Args:
        presences: What each of her connections says of itself.
        page: A plain address.
    """
    return frozenset(
        address
        for presence in presences.values()
        if page in presence.links
        for address in presence.addresses
    )


def _verifies(one: Presence, other: Presence) -> bool:
    named = _meet(one.links, other.addresses)
    is_mutual = named and _meet(other.links, one.addresses)
    return is_mutual or _meet(one.checked, other.addresses) or _has_domain(one, other)


def _has_domain(one: Presence, other: Presence) -> bool:
    # A host that many share says nothing of the page of one of them.
    return any(
        address == host_of(address) and address in one.domains for address in other.addresses
    )


def _meet(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    return not set(some).isdisjoint(others)
