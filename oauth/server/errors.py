"""Errors that Authlib does not know, each named as its standard names it.

Their texts are ours alone: none repeats what was sent.
"""

from authlib.oauth2 import OAuth2Error


class InvalidAuthorizationDetails(OAuth2Error):  # type: ignore[misc]  # Authlib is untyped
    """The details are of no known type, or have an unknown or bad field (RFC 9396, section 5)."""

    error = "invalid_authorization_details"


class InvalidTarget(OAuth2Error):  # type: ignore[misc]  # Authlib is untyped
    """The resource is not one of ours, or not one that was authorized (RFC 8707, section 2)."""

    error = "invalid_target"


class InvalidDpopProof(OAuth2Error):  # type: ignore[misc]  # Authlib is untyped
    """The proof of possession is missing or bad (RFC 9449, section 5)."""

    error = "invalid_dpop_proof"


class UseDpopNonce(OAuth2Error):  # type: ignore[misc]  # Authlib is untyped
    """The proof must be made again, with the nonce of this answer (RFC 9449, section 8)."""

    error = "use_dpop_nonce"
    description = "Use the nonce of the DPoP-Nonce header in the proof"


class InvalidRequestUri(OAuth2Error):  # type: ignore[misc]  # Authlib is untyped
    """The pushed request is unknown, used or expired (RFC 9101, section 7; RFC 9126)."""

    error = "invalid_request_uri"


class RequestNotSupported(OAuth2Error):  # type: ignore[misc]  # Authlib is untyped
    """Request objects are not supported (OpenID Connect Core, section 3.1.2.6)."""

    error = "request_not_supported"
    description = "Push the request to the PAR endpoint instead of sending a request object"


class RegistrationNotSupported(OAuth2Error):  # type: ignore[misc]  # Authlib is untyped
    """A client cannot describe itself in its request (OpenID Connect Core, section 3.1.2.6)."""

    error = "registration_not_supported"


class LoginRequired(OAuth2Error):  # type: ignore[misc]  # Authlib is untyped
    """Nothing may be shown, and she would have to sign in (OpenID Connect Core, 3.1.2.6)."""

    error = "login_required"
    description = "She has to sign in"


class ConsentRequired(OAuth2Error):  # type: ignore[misc]  # Authlib is untyped
    """Nothing may be shown, and she would have to decide (OpenID Connect Core, 3.1.2.6)."""

    error = "consent_required"
    description = "She has to decide"


class InvalidGrantId(OAuth2Error):  # type: ignore[misc]  # Authlib is untyped
    """The grant is unknown, ended, or another client's (Grant Management for OAuth 2.0, 4.3)."""

    error = "invalid_grant_id"
    description = "There is no such active grant of this client"
