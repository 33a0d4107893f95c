"""The server's metadata (RFC 8414), from which clients learn what it can do."""

from collections.abc import Iterable
from typing import Any

from oauth.server.pkce import METHOD
from oauth.server.scopes import LOOKUP_SCOPE, scope_of

AUTHORIZE_PATH = "/oauth/authorize"
TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path, not a token
REVOKE_PATH = "/oauth/revoke"
JWKS_PATH = "/oauth/jwks"
METADATA_PATH = "/.well-known/oauth-authorization-server"

CLIENT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials")


def metadata(issuer: str, sections: Iterable[str]) -> dict[str, Any]:
    """Describe the server.

    Args:
        issuer: Its issuer identifier, without a slash at the end.
        sections: Every section there is.
    """
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + AUTHORIZE_PATH,
        "token_endpoint": issuer + TOKEN_PATH,
        "revocation_endpoint": issuer + REVOKE_PATH,
        "jwks_uri": issuer + JWKS_PATH,
        "scopes_supported": [*scope_of(sections).split(), LOOKUP_SCOPE],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANT_TYPES),
        "token_endpoint_auth_methods_supported": list(CLIENT_AUTH_METHODS),
        "revocation_endpoint_auth_methods_supported": list(CLIENT_AUTH_METHODS),
        "code_challenge_methods_supported": [METHOD],
        "authorization_response_iss_parameter_supported": True,
    }
