"""A request parsed once, and an answer, both without any web framework."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode

FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 40
NO_STORE = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class OAuthRequest:
    """What a client sent to an endpoint; what is read of it more than once is made once.

    Args:
        method: HTTP method in capitals.
        headers: Names in lower case.
        query: Pairs of the query string, in order; None when it cannot be read.
        form: Pairs of the body, in order; None when the body is no form that can be read.
    """

    method: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Pairs | None = ()
    form: Pairs | None = ()

    @classmethod
    def parse(
        cls, method: str, headers: Iterable[tuple[str, str]], query: bytes, body: bytes
    ) -> Self:
        """Parse a request as it came over HTTP; what cannot be read becomes None, never an error.

        Args:
            method: HTTP method.
            headers: Header names and values. Those of a repeated one are joined with commas (RFC
                9110, section 5.3), which makes two `Authorization` headers one malformed header.
            query: The raw query string.
            body: The raw body.
        """
        lower: dict[str, str] = {}
        for name, value in headers:
            key = name.lower()
            lower[key] = f"{lower[key]}, {value}" if key in lower else value
        is_form = lower.get("content-type", FORM).split(";")[0].strip().lower() == FORM
        form = _pairs(body) if is_form or not body else None
        return cls(method.upper(), lower, _pairs(query), form)

    @cached_property
    def pairs(self) -> Pairs:
        """All parameters, of query and body, as they came."""
        return (*(self.query or ()), *(self.form or ()))

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The parameters by name, those without a value left out (RFC 6749, section 3.1)."""
        return {name: value for name, value in self.pairs if value}

    def all(self, name: str) -> list[str]:
        """Return every value of a parameter that may come more than once."""
        return [value for key, value in self.pairs if key == name and value]

    @cached_property
    def body_parameters(self) -> dict[str, str]:
        """Those of the body alone: the only ones the token endpoint listens to."""
        return {name: value for name, value in self.form or () if value}


@dataclass(frozen=True, slots=True)
class OAuthResponse:
    """An answer: JSON with `body`, a `text` of some media type, or a redirect with `location`."""

    status: int
    headers: tuple[tuple[str, str], ...] = NO_STORE
    body: dict[str, Any] | None = None
    text: str | None = None
    media_type: str | None = None

    @property
    def location(self) -> str | None:
        """Where the browser is sent, if it is."""
        return dict(self.headers).get("Location")


def redirect(uri: str) -> OAuthResponse:
    """Send the browser on with 303, which never repeats a POST (RFC 9700, section 4.12)."""
    return OAuthResponse(303, (("Location", uri), *NO_STORE))


def with_parameters(uri: str, parameters: Pairs) -> str:
    """Append parameters to an address; its own query stays, character by character.

    RFC 6749, section 3.1.2: the query component must be retained, however the client wrote it.

    Args:
        uri: A redirect URI that could be registered, so one without a fragment.
        parameters: What to append, in order.
    """
    start = uri if "?" in uri else uri + "?"
    separator = "" if start.endswith(("?", "&")) else "&"
    return start + separator + urlencode(parameters)


def _pairs(raw: bytes) -> Pairs | None:
    # What is not UTF-8 becomes U+FFFD, which equals nothing that was ever registered or issued.
    text = raw.decode("utf-8", "replace")
    try:
        return tuple(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        return None
