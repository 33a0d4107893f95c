"""Mastodon's OAuth scopes: a few wide ones, and the narrow ones they contain.

Source: docs.joinmastodon.org/api/oauth-scopes.
"""

_READ = (
    "accounts blocks bookmarks favourites filters follows lists mutes notifications search statuses"
)
_WRITE = (
    "accounts blocks bookmarks conversations favourites filters follows lists media mutes "
    "notifications reports statuses"
)
_FOLLOW = ("blocks", "follows", "mutes")

_CONTAINED: dict[str, frozenset[str]] = {
    "read": frozenset(f"read:{noun}" for noun in _READ.split()),
    "write": frozenset(f"write:{noun}" for noun in _WRITE.split()),
    "follow": frozenset(f"{verb}:{noun}" for verb in ("read", "write") for noun in _FOLLOW),
}
DEFAULT = ("read",)
SUPPORTED = (
    "read",
    "profile",
    "write",
    *sorted(_CONTAINED["read"] | _CONTAINED["write"]),
    "follow",
    "push",
)


def parse(text: str | None) -> tuple[str, ...]:
    """Return the scopes of a space-separated list (commas and plus signs too), default `read`."""
    names = (text or "").replace("+", " ").replace(",", " ").split()
    return tuple(dict.fromkeys(names)) or DEFAULT


def are_known(scopes: tuple[str, ...]) -> bool:
    """Tell whether the network knows all these scopes."""
    return set(scopes) <= set(SUPPORTED)


def cover(granted: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Tell whether all wanted scopes are granted, by name or by a wider one."""
    return set(wanted) <= _spread(granted)


def allow(granted: tuple[str, ...], accepted: tuple[str, ...]) -> bool:
    """Tell whether one of the accepted scopes is granted, by name or by a wider one."""
    return not _spread(granted).isdisjoint(accepted)


def _spread(scopes: tuple[str, ...]) -> set[str]:
    contained = (_CONTAINED.get(scope, frozenset()) for scope in scopes)
    return set(scopes).union(*contained)
