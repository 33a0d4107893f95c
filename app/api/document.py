"""The API's OpenAPI document, told as the service really answers.

FastAPI describes errors as its own validation errors in plain JSON; ours are problem documents.
"""

from typing import Any

from app.web.problem import MEDIA_TYPE

UNUSED = ("HTTPValidationError", "ValidationError")


def correct(document: dict[str, Any]) -> dict[str, Any]:
    """Correct FastAPI's document in place, and return it."""
    for operations in document["paths"].values():
        for operation in operations.values():
            responses = operation["responses"]
            responses.pop("422", None)
            for status, response in responses.items():
                if not status.startswith("2"):
                    response["content"] = {MEDIA_TYPE: response["content"]["application/json"]}
    for name in UNUSED:
        document["components"]["schemas"].pop(name, None)
    return document
