"""PKCE (RFC 7636) with S256 for every client, confidential ones too (OAuth 2.1, section 4.1.1)."""

import hmac
import re

from authlib.oauth2.rfc6749 import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc7636 import CodeChallenge, create_s256_code_challenge

METHOD = "S256"
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class S256Required(CodeChallenge):  # type: ignore[misc]  # Authlib is untyped
    """Authlib's extension without its leniencies.

    As shipped it asks public clients alone for a verifier, lets a request without a challenge
    pass, and takes an omitted method for `plain`.
    """

    def validate_code_challenge(self, grant: AuthorizationCodeGrant, _redirect_uri: str) -> None:
        """Refuse an authorization request without a proper S256 challenge."""
        parameters = grant.request.payload.data
        if parameters.get("code_challenge_method") != METHOD:
            raise InvalidRequestError("PKCE is required: send code_challenge_method=S256")
        if not _CHALLENGE.fullmatch(parameters.get("code_challenge", "")):
            raise InvalidRequestError("PKCE is required: code_challenge must be an S256 challenge")

    def validate_code_verifier(self, grant: AuthorizationCodeGrant, _result: object) -> None:
        """Refuse a redemption whose verifier is missing or another."""
        verifier = grant.request.form.get("code_verifier")
        if verifier is None:
            raise InvalidRequestError("Missing code_verifier")
        if not verifier_matches(verifier, grant.request.authorization_code.code_challenge):
            raise InvalidGrantError("The code_verifier does not match the code_challenge")


def verifier_matches(verifier: str | None, challenge: str) -> bool:
    """Compare a verifier with a challenge (RFC 7636, section 4.6), in constant time."""
    if verifier is None or not _VERIFIER.fullmatch(verifier):
        return False
    return hmac.compare_digest(create_s256_code_challenge(verifier), challenge)
