"""The OAuth endpoints as an OpenAPI document, for a tester that knows nothing else of them.

They are not part of the API's own document: their standards describe them, and clients know those.
"""

from typing import Any

from oauth.server.metadata import (
    AUTHORIZE_PATH,
    DISCOVERY_PATH,
    GRANT_TYPES,
    GRANTS_PATH,
    INTROSPECT_PATH,
    JWKS_PATH,
    METADATA_PATH,
    PAR_PATH,
    REVOKE_PATH,
    TOKEN_PATH,
    USERINFO_PATH,
)
from oauth.server.resources import RESOURCE_METADATA_PATH

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
PROBLEM = "application/problem+json"
DESCRIPTION = {"type": "string", "pattern": r"^[\x20-\x21\x23-\x5b\x5d-\x7e]+$"}
ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {"type": "string", "pattern": "^[a-z_]+$"},
        "error_description": DESCRIPTION,
    },
    "additionalProperties": False,
}
OBJECT: dict[str, Any] = {"type": "object"}
ACTIVE = {
    "type": "object",
    "required": ["active"],
    "properties": {"active": {"type": "boolean"}},
}
TOKENS = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in", "scope"],
    "properties": {
        "access_token": {"type": "string"},
        "token_type": {"enum": ["Bearer", "DPoP"]},
        "expires_in": {"type": "integer"},
        "scope": {"type": "string"},
    },
}
PUSHED = {
    "type": "object",
    "required": ["request_uri", "expires_in"],
    "properties": {"request_uri": {"type": "string"}, "expires_in": {"type": "integer"}},
}


def document(values: dict[str, list[str]]) -> dict[str, Any]:
    """Describe the endpoints.

    Args:
        values: Parameters with values that mean something here, which random ones never would.
    """

    def parameter(name: str) -> dict[str, Any]:
        return {"type": "string"} | ({"enum": values[name]} if name in values else {})

    def form(*names: str, required: tuple[str, ...] = ()) -> dict[str, Any]:
        fields = {name: parameter(name) for name in (*names, "client_id", "client_secret")}
        schema = {"type": "object", "properties": fields, "required": list(required)}
        return {"requestBody": {"required": True, "content": {FORM: {"schema": schema}}}}

    def query(*names: str) -> dict[str, Any]:
        found = [{"name": name, "in": "query", "schema": parameter(name)} for name in names]
        return {"parameters": found}

    asking = (
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "code_challenge",
        "code_challenge_method",
        "nonce",
        "prompt",
        "max_age",
        "resource",
        "purpose",
        "authorization_details",
        "grant_management_action",
        "grant_id",
        "dpop_jkt",
    )
    token = ("grant_type", "code", "code_verifier", "redirect_uri", "refresh_token", "scope")
    errors = {"400": answer(ERROR), "401": answer(ERROR)}
    at_resource = {**errors, "403": answer(ERROR)}
    page = {"description": "An error for people.", "content": {PROBLEM: {"schema": OBJECT}}}
    redirected = {
        "description": "To her consent, or back with an error.",
        "headers": {"Location": {"required": True, "schema": {"type": "string"}}},
    }
    to_browser = {"303": redirected, "400": page}
    public = {"responses": {"200": answer(OBJECT)}}
    managed = {
        "parameters": [
            {"name": "id", "in": "path", "required": True, "schema": parameter("grant_id")},
            {"name": "Authorization", "in": "header", "schema": parameter("authorization")},
        ]
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "OAuth endpoints", "version": "1"},
        "paths": {
            AUTHORIZE_PATH: {
                "get": query(*asking, "request_uri") | {"responses": to_browser},
                "post": form(*asking) | {"responses": to_browser},
            },
            PAR_PATH: {"post": form(*asking) | {"responses": {"201": answer(PUSHED), **errors}}},
            TOKEN_PATH: {
                "post": form(*token, required=("grant_type",))
                | {"responses": {"200": answer(TOKENS), **errors}}
            },
            INTROSPECT_PATH: {
                "post": form("token", "token_type_hint")
                | {"responses": {"200": answer(ACTIVE), **errors}}
            },
            REVOKE_PATH: {
                "post": form("token", "token_type_hint")
                | {"responses": {"200": answer(OBJECT), **errors}}
            },
            USERINFO_PATH: {
                "get": {
                    "parameters": managed["parameters"][1:],
                    "responses": {"200": answer(OBJECT), **at_resource},
                },
                "post": {"responses": {"200": answer(OBJECT), **at_resource}},
            },
            GRANTS_PATH + "/{id}": {
                "get": managed | {"responses": {"200": answer(OBJECT), **MISSING, **at_resource}},
                "delete": managed
                | {"responses": {"204": {"description": "Ended."}, **MISSING, **at_resource}},
            },
            JWKS_PATH: {"get": public},
            METADATA_PATH: {"get": public},
            DISCOVERY_PATH: {"get": public},
            RESOURCE_METADATA_PATH + "/v1": {"get": public},
        },
    }


def answer(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "As its standard has it.", "content": {JSON: {"schema": schema}}}


MISSING = {"404": answer(ERROR)}


def known_values(**more: list[str]) -> dict[str, list[str]]:
    """Values that lead further than random ones."""
    return {
        "response_type": ["code"],
        "code_challenge_method": ["S256"],
        "code_challenge": ["x" * 43],
        "code_verifier": ["v" * 43],
        "grant_type": list(GRANT_TYPES),
        "scope": ["openid", "context:topics", "context:topics context:network"],
        "prompt": ["none", "login"],
        "max_age": ["0", "60"],
        "grant_management_action": ["create", "merge", "replace"],
        "token_type_hint": ["access_token", "refresh_token"],
        "authorization": ["Bearer mil_at_x", "DPoP mil_at_x", "Basic eDp5", "bearer", "Digest x"],
        "authorization_details": ['[{"type": "customer_context", "sections": ["topics"]}]'],
        **more,
    }
