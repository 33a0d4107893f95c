"""Who we are, told to providers that read it themselves instead of registering us.

A client id metadata document (draft-ietf-oauth-client-id-metadata-document), as the AT Protocol's
profile asks for it (https://atproto.com/specs/oauth#client-id-metadata-document): the address at
which it is found is our name, and the keys beside it show that it is us.
"""

from collections.abc import Sequence

from app.usecases.client_keys import public_keys
from app.usecases.registrations import Identity

DOCUMENT_PATH = "/oauth-client-metadata.json"
"""Where providers know to show a client by its host alone."""
KEYS_PATH = "/oauth-client-keys.json"


class Description:
    """Describes us.

    Args:
        identity: Who we are.
        scopes: All that is ever asked for of a provider that reads this.
        keys: Our private JWKs, as JSON.
    """

    def __init__(self, identity: Identity, scopes: Sequence[str], keys: tuple[str, ...]) -> None:
        self._identity = identity
        self._scopes = scopes
        self._keys = public_keys(keys)

    def document(self) -> dict[str, object]:
        """Return the document."""
        identity = self._identity
        return {
            "client_id": identity.document,
            "client_name": identity.name,
            "client_uri": identity.website,
            "redirect_uris": [identity.redirect_uri],
            "application_type": "web",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "scope": " ".join(self._scopes),
            "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": "ES256",
            "dpop_bound_access_tokens": True,
            "jwks_uri": f"{identity.website}{KEYS_PATH}",
        }

    def keys(self) -> dict[str, object]:
        """Return the JWK Set by which providers check what we sign."""
        return {**self._keys}
