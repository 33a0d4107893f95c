"""The server's metadata (RFC 8414), from which clients learn what it can do."""

from collections.abc import Iterable
from typing import Any

from oauth.server import assertions, details, dpop, introspect
from oauth.server.asked import GRANT_ACTIONS
from oauth.server.openid import ID_TOKEN_ALGORITHMS, PROMPTS
from oauth.server.pkce import METHOD
from oauth.server.resources import API_PATH, OWN_PATH
from oauth.server.scopes import OWN_SCOPES, scope_of

AUTHORIZE_PATH = "/oauth/authorize"
PAR_PATH = "/oauth/par"
TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path, not a token
REVOKE_PATH = "/oauth/revoke"
INTROSPECT_PATH = "/oauth/introspect"
USERINFO_PATH = "/oauth/userinfo"
GRANTS_PATH = "/oauth/grants"
JWKS_PATH = "/oauth/jwks"
METADATA_PATH = "/.well-known/oauth-authorization-server"
DISCOVERY_PATH = "/.well-known/openid-configuration"

CLIENT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")
GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials")


def metadata(issuer: str, sections: Iterable[str]) -> dict[str, Any]:
    """Describe the server, as an authorization server and as an OpenID provider in one.

    Args:
        issuer: Its issuer identifier, without a slash at the end.
        sections: Every section there is.
    """
    authentication = {
        f"{endpoint}_endpoint_auth_methods_supported": list(CLIENT_AUTH_METHODS)
        for endpoint in ("token", "revocation", "introspection")
    }
    signing = {
        f"{endpoint}_endpoint_auth_signing_alg_values_supported": list(assertions.ALGORITHMS)
        for endpoint in ("token", "revocation", "introspection")
    }
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + AUTHORIZE_PATH,
        "pushed_authorization_request_endpoint": issuer + PAR_PATH,
        "token_endpoint": issuer + TOKEN_PATH,
        "introspection_endpoint": issuer + INTROSPECT_PATH,
        "revocation_endpoint": issuer + REVOKE_PATH,
        "userinfo_endpoint": issuer + USERINFO_PATH,
        "grant_management_endpoint": issuer + GRANTS_PATH,
        "jwks_uri": issuer + JWKS_PATH,
        "scopes_supported": [*scope_of(sections, signs_in=True).split(), *OWN_SCOPES],
        "authorization_details_types_supported": [details.TYPE],
        "protected_resources": [issuer + API_PATH, issuer + OWN_PATH],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANT_TYPES),
        **authentication,
        **signing,
        "code_challenge_methods_supported": [METHOD],
        "dpop_signing_alg_values_supported": list(dpop.ALGORITHMS),
        "introspection_signing_alg_values_supported": [introspect.ALGORITHM],
        "authorization_response_iss_parameter_supported": True,
        "require_pushed_authorization_requests": False,
        "grant_management_action_required": False,
        "grant_management_actions_supported": ["query", "revoke", *GRANT_ACTIONS],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": list(ID_TOKEN_ALGORITHMS),
        "claims_supported": ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash"],
        "prompt_values_supported": list(PROMPTS),
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }
