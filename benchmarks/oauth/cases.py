"""The requests that are measured: how each is made, and what its answer must be.

Paths are the same on both servers; the peer is told ours.
"""

import base64
import json
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Company:
    """The client that asks, as it is registered at one server."""

    client_id: str
    client_secret: str
    redirect_uri: str
    scope: str
    lookup_scope: str


@dataclass(frozen=True, slots=True)
class Seeds:
    """Tokens that a server holds before it is measured, each pair under a grant of its own."""

    refresh: tuple[str, ...]
    access: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, as far as a case looks at it."""

    status: int
    head: str
    body: bytes


class UnexpectedAnswer(Exception):
    """A server answered something else than the case is about; its figures would mean nothing."""


class Case(Protocol):
    """One connection's requests, one after the other."""

    def request(self) -> bytes:
        """Make the next request."""
        ...

    def take(self, answer: Answer) -> None:
        """Take its answer.

        Raises:
            UnexpectedAnswer: It is not what was asked for.
        """
        ...


class Bare:
    """The cheapest address there is: what the stack itself costs."""

    def __init__(self, _company: Company, _seeds: Seeds) -> None:
        self._request = _get("/health/live")

    def request(self) -> bytes:
        """Make the next request."""
        return self._request

    def take(self, answer: Answer) -> None:
        """Take its answer."""
        _expect(answer, 200)


class ClientCredentials:
    """A token for the client itself (RFC 6749, section 4.4)."""

    def __init__(self, company: Company, _seeds: Seeds) -> None:
        form = {"grant_type": "client_credentials", "scope": company.lookup_scope}
        self._request = _post("/oauth/token", company, form)

    def request(self) -> bytes:
        """Make the next request."""
        return self._request

    def take(self, answer: Answer) -> None:
        """Take its answer."""
        _member(answer, 200, "access_token")


class Refresh:
    """Refreshing, each time with the token the answer before gave; many grants in turn.

    In turn, because servers that remember a grant's tokens get slower with each of them.
    """

    def __init__(self, company: Company, seeds: Seeds) -> None:
        self._company = company
        self._tokens = deque(seeds.refresh)

    def request(self) -> bytes:
        """Make the next request."""
        form = {"grant_type": "refresh_token", "refresh_token": self._tokens.popleft()}
        return _post("/oauth/token", self._company, form)

    def take(self, answer: Answer) -> None:
        """Take its answer."""
        self._tokens.append(_member(answer, 200, "refresh_token"))


class Introspection:
    """Asking whether an access token under a grant still counts (RFC 7662)."""

    def __init__(self, company: Company, seeds: Seeds) -> None:
        self._requests = deque(
            _post("/oauth/introspect", company, {"token": token}) for token in seeds.access
        )

    def request(self) -> bytes:
        """Make the next request."""
        self._requests.rotate(-1)
        return self._requests[0]

    def take(self, answer: Answer) -> None:
        """Take its answer."""
        _expect(answer, 200)
        if json.loads(answer.body).get("active") is not True:
            raise UnexpectedAnswer(f"The token is not active: {answer.body!r}")


class Authorize:
    """An authorization request that ends at the door of the consent page."""

    def __init__(self, company: Company, _seeds: Seeds) -> None:
        self._company = company

    def request(self) -> bytes:
        """Make the next request."""
        return _get("/oauth/authorize?" + urlencode(_authorization_request(self._company)))

    def take(self, answer: Answer) -> None:
        """Take its answer."""
        _expect(answer, 303)
        if "/consent/" not in answer.head:
            raise UnexpectedAnswer(f"No way to a consent page: {answer.head}")


class Pushed:
    """The same authorization request, pushed (RFC 9126)."""

    def __init__(self, company: Company, _seeds: Seeds) -> None:
        self._company = company

    def request(self) -> bytes:
        """Make the next request."""
        return _post("/oauth/par", self._company, _authorization_request(self._company))

    def take(self, answer: Answer) -> None:
        """Take its answer."""
        _member(answer, 201, "request_uri")


CASES: dict[str, Callable[[Company, Seeds], Case]] = {
    "bare": Bare,
    "token_client_credentials": ClientCredentials,
    "token_refresh": Refresh,
    "introspection": Introspection,
    "authorize": Authorize,
    "par": Pushed,
}


def _authorization_request(company: Company) -> dict[str, str]:
    return {
        "response_type": "code",
        "client_id": company.client_id,
        "redirect_uri": company.redirect_uri,
        "scope": company.scope,
        "state": secrets.token_urlsafe(16),
        "code_challenge": secrets.token_urlsafe(32),
        "code_challenge_method": "S256",
    }


def _get(target: str) -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: bench.example\r\nAccept: */*\r\n\r\n".encode()


def _post(path: str, company: Company, form: dict[str, str]) -> bytes:
    body = urlencode(form)
    credentials = f"{company.client_id}:{company.client_secret}"
    basic = base64.b64encode(credentials.encode()).decode()
    return (
        f"POST {path} HTTP/1.1\r\nHost: bench.example\r\nAccept: application/json\r\n"
        f"Authorization: Basic {basic}\r\nContent-Type: {FORM}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def _expect(answer: Answer, status: int) -> None:
    if answer.status != status:
        raise UnexpectedAnswer(f"{answer.status} instead of {status}: {answer.body[:500]!r}")


def _member(answer: Answer, status: int, name: str) -> str:
    _expect(answer, status)
    value = json.loads(answer.body).get(name)
    if not isinstance(value, str):
        raise UnexpectedAnswer(f"No {name} in {answer.body[:500]!r}")
    return value
