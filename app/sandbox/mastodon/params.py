"""Parameters as Rails merges them: query, form and JSON are one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.requests import Request

from app.sandbox.mastodon.refusal import Refusal, Unprocessable

_TRUE = frozenset({"1", "true", "t", "on", "yes"})


class Malformed(Refusal):
    """The body cannot be read."""

    status = 400


@dataclass(frozen=True, slots=True)
class Params:
    """The parameters of one request."""

    values: Mapping[str, tuple[str, ...]]

    def text(self, name: str) -> str | None:
        """Return a parameter's (first) text, or None if absent."""
        found = self.values.get(name)
        return found[0] if found else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Return all values of a parameter, given as `name` or, Rails' way, as `name[]`."""
        return self.values.get(name, ()) + self.values.get(f"{name}[]", ())

    def flag(self, name: str) -> bool:
        """Tell whether a parameter is set to something true."""
        return (self.text(name) or "").lower() in _TRUE

    def number(self, name: str) -> int | None:
        """Return a parameter as a whole number of at least 0; None if absent.

        Raises:
            Unprocessable: It is something else.
        """
        value = self.text(name)
        if value is None or value == "":
            return None
        if not (value.isascii() and value.isdigit()):
            raise Unprocessable(f"Validation failed: {name} must be a number")
        return int(value)


async def read_params(request: Request) -> Params:
    """Read the query and the body of a request.

    Raises:
        Malformed: The JSON body is no object.
    """
    values: dict[str, tuple[str, ...]] = {}
    for name in request.query_params:
        values[name] = tuple(request.query_params.getlist(name))
    if request.headers.get("content-type", "").startswith("application/json"):
        values |= _from_json(await request.body())
    else:
        form = await request.form()
        for name in form:
            texts = tuple(one for one in form.getlist(name) if not isinstance(one, UploadFile))
            values[name] = texts
    return Params(values)


def _from_json(body: bytes) -> dict[str, tuple[str, ...]]:
    try:
        content = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise Malformed("Error occurred while parsing request parameters") from None
    if not isinstance(content, dict):
        raise Malformed("Error occurred while parsing request parameters")
    return {name: _as_texts(value) for name, value in content.items() if value is not None}


def _as_texts(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(map(str, value))
    if isinstance(value, bool):
        return ("true" if value else "false",)
    return (str(value),)
