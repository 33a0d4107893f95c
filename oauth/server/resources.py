"""Resources that tokens are for (RFC 8707), and what they tell of themselves (RFC 9728)."""

from collections.abc import Iterable, Sequence
from typing import Any

from oauth.server import dpop
from oauth.server.errors import InvalidTarget
from oauth.server.scopes import (
    GRANT_QUERY_SCOPE,
    GRANT_REVOKE_SCOPE,
    LOOKUP_SCOPE,
    OPENID_SCOPE,
    scope_of,
)

API_PATH = "/v1"
"""The API that serves contexts."""
OWN_PATH = "/oauth"
"""The server's own protected endpoints: userinfo and grant management."""
RESOURCE_METADATA_PATH = "/.well-known/oauth-protected-resource"


def audience_of(values: Iterable[str], issuer: str, scope: str) -> tuple[str, ...]:
    """Return the resources a token is to be for.

    Args:
        values: The `resource` parameters; without one, all that the scope is good at.
        issuer: The issuer identifier.
        scope: What is asked for.

    Raises:
        InvalidTarget: One is not ours.
    """
    known = (issuer + API_PATH, issuer + OWN_PATH)
    wanted = {part for value in values for part in value.split()}
    if not wanted <= set(known):
        raise InvalidTarget(f"The resources are: {' '.join(known)}")
    if wanted:
        return tuple(resource for resource in known if resource in wanted)
    own = {OPENID_SCOPE, GRANT_QUERY_SCOPE, GRANT_REVOKE_SCOPE}
    parts = set(scope.split())
    needed = (bool(parts - own), bool(parts & own))
    return tuple(resource for resource, is_needed in zip(known, needed, strict=True) if is_needed)


def narrowed_audience(
    authorized: Sequence[str], values: Iterable[str], issuer: str
) -> tuple[str, ...]:
    """Return the part of an authorized audience that a token request asks for.

    Raises:
        InvalidTarget: It asks for a resource that was not authorized (RFC 8707, section 2.2).
    """
    wanted = {part for value in values for part in value.split()}
    if not wanted:
        return tuple(authorized)
    if not wanted <= set(authorized):
        raise InvalidTarget("The resource is not among those that were authorized")
    return audience_of(sorted(wanted), issuer, "")


def protected_resource_metadata(
    issuer: str, path: str, sections: Iterable[str]
) -> dict[str, Any] | None:
    """Describe one of the protected resources (RFC 9728), or return nothing if it is none.

    Args:
        issuer: The issuer identifier.
        path: The resource's path, such as `/v1`.
        sections: Every section there is.
    """
    scopes = {
        API_PATH: [*scope_of(sections).split(), LOOKUP_SCOPE],
        OWN_PATH: [OPENID_SCOPE, GRANT_QUERY_SCOPE, GRANT_REVOKE_SCOPE],
    }
    if path not in scopes:
        return None
    return {
        "resource": issuer + path,
        "authorization_servers": [issuer],
        "scopes_supported": scopes[path],
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": list(dpop.ALGORITHMS),
        "resource_name": "Milieu",
    }
