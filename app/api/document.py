"""The API's OpenAPI document, told as the service really answers.

FastAPI describes errors as its own validation errors in plain JSON; ours are problem documents.
"""

from typing import Any

from app.usecases.sections import OFFERED
from app.web.problem import MEDIA_TYPE
from oauth.server.metadata import AUTHORIZE_PATH, METADATA_PATH, TOKEN_PATH
from oauth.server.scopes import LOOKUP_SCOPE, SCOPE_PREFIX

OAUTH2 = "oauth2"
DELEGATED = {
    SCOPE_PREFIX + section: f"Her {section}, as far as she grants it." for section in OFFERED
}
OURS = {LOOKUP_SCOPE: "Look a customer up by identifier, among those who granted you."}
NEEDED = {"readContext": list(DELEGATED), "lookupContext": list(OURS)}
"""Scopes by operation; of a delegated token any one will do."""
UNUSED = ("HTTPValidationError", "ValidationError")


def correct(document: dict[str, Any]) -> dict[str, Any]:
    """Correct FastAPI's document in place, and return it."""
    for operations in document["paths"].values():
        for operation in operations.values():
            if operation.get("operationId") in NEEDED:
                scopes = NEEDED[operation["operationId"]]
                # Alternatives: a list within one would ask for all of its scopes at once.
                operation["security"] = [
                    *(way for way in operation["security"] if OAUTH2 not in way),
                    *({OAUTH2: [scope]} for scope in scopes),
                ]
            responses = operation["responses"]
            responses.pop("422", None)
            for status, response in responses.items():
                if not status.startswith("2"):
                    response["content"] = {MEDIA_TYPE: response["content"]["application/json"]}
    for name in UNUSED:
        document["components"]["schemas"].pop(name, None)
    document["components"]["securitySchemes"][OAUTH2] = _oauth2()
    return document


def _oauth2() -> dict[str, Any]:
    # Addresses are relative to the document's own (OpenAPI 3.1, section 4.6).
    token = {"tokenUrl": TOKEN_PATH, "refreshUrl": TOKEN_PATH}
    return {
        "type": "oauth2",
        "description": (
            "OAuth 2.1 with PKCE (S256). What a client can find out by itself is at "
            f"`{METADATA_PATH}` (RFC 8414)."
        ),
        "flows": {
            "authorizationCode": {"authorizationUrl": AUTHORIZE_PATH, **token, "scopes": DELEGATED},
            "clientCredentials": {"tokenUrl": TOKEN_PATH, "scopes": OURS},
        },
    }
