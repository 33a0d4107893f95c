"""Checks of a request's form, one function each; `oauth.server.engine` says where each applies."""

from collections import Counter

from authlib.oauth2.rfc6749.errors import (
    InvalidRequestError,
    UnsupportedGrantTypeError,
    UnsupportedResponseTypeError,
)

from oauth.server.authorize import state_is_printable
from oauth.server.errors import RegistrationNotSupported, RequestNotSupported
from oauth.server.messages import OAuthRequest
from oauth.server.metadata import GRANT_TYPES

SECRETS = frozenset(
    {
        "access_token",
        "client_assertion",
        "client_secret",
        "code",
        "code_verifier",
        "password",
        "refresh_token",
        "token",
    }
)


def readable(request: OAuthRequest) -> None:
    """Refuse what is no query string or no form (RFC 6749, appendix B)."""
    if request.query is None or request.form is None:
        raise InvalidRequestError("Send parameters as application/x-www-form-urlencoded in UTF-8")


def no_secret_in_query(request: OAuthRequest) -> None:
    """Refuse secrets where logs and histories keep them (RFC 6750, section 2.3)."""
    if any(name in SECRETS for name, _ in request.query or ()):
        raise InvalidRequestError("A secret must never be in a query string; replace this one")


def no_duplicates(request: OAuthRequest) -> None:
    """Refuse a parameter that comes twice, even without a value (RFC 6749, section 3.1).

    Only of resources there may be several (RFC 8707, section 2).
    """
    times = Counter(name for name, _ in request.pairs if name != "resource")
    if any(count > 1 for count in times.values()):
        raise InvalidRequestError("A parameter is given more than once")


def printable_state(request: OAuthRequest) -> None:
    """Refuse a state that its grammar does not allow, since it would be sent back as it is."""
    if not state_is_printable(request.parameters.get("state", "")):
        raise InvalidRequestError("The state must be printable ASCII of reasonable length")


def code_response(request: OAuthRequest) -> None:
    """Refuse the implicit and the hybrid flow, and answers elsewhere than in the query."""
    response_type = request.parameters.get("response_type")
    if response_type is None:
        raise InvalidRequestError("Missing response_type")
    if response_type != "code":
        raise UnsupportedResponseTypeError("code", "The response_type must be code")
    if request.parameters.get("response_mode", "query") != "query":
        raise InvalidRequestError("The response_mode must be query")


def no_request_object(request: OAuthRequest) -> None:
    """Refuse what OpenID Connect lets a server refuse (Core, section 3.1.2.6)."""
    if "request" in request.parameters:
        raise RequestNotSupported
    if "registration" in request.parameters:
        raise RegistrationNotSupported


def no_request_uri(request: OAuthRequest) -> None:
    """Refuse a pushed request that names another (RFC 9126, section 2.1)."""
    if "request_uri" in request.parameters:
        raise InvalidRequestError("A pushed request cannot name another by request_uri")


def known_grant_type(request: OAuthRequest) -> None:
    """Refuse the password grant and everything else we do not have."""
    grant_type = request.body_parameters.get("grant_type")
    if grant_type is None:
        raise InvalidRequestError("Missing grant_type")
    if grant_type not in GRANT_TYPES:
        error = UnsupportedGrantTypeError(grant_type)
        error.description = "The grant_type is one of: " + ", ".join(GRANT_TYPES)
        raise error
