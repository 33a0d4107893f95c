"""Requests as bytes, past every client library that would tidy them up; and anything as input."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from hypothesis import strategies as st

from app.main import MAX_BODY_BYTES

MARK = "qzmarkzq"
"""Stands in much that is sent; no error may say it again."""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW")
FORM = b"application/x-www-form-urlencoded"

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Raw:
    """A request as it could come over a socket."""

    method: str
    path: str
    query: bytes = b""
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        return dict(self.headers).get(name)


async def answer_to(app: Any, raw: Raw) -> Answered:
    """Hand a request to an ASGI application as a server would."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": raw.method,
        "scheme": "https",
        "path": unquote(raw.path),
        "raw_path": raw.path.encode("ascii"),
        "query_string": raw.query,
        "root_path": "",
        "headers": list(raw.headers),
        "server": ("milieu.example", 443),
        "client": ("192.0.2.1", 40_000),
        "state": {},
    }
    half = len(raw.body) // 2
    coming = [
        {"type": "http.request", "body": raw.body[:half], "more_body": True},
        {"type": "http.request", "body": raw.body[half:], "more_body": False},
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start, *rest = sent
    headers = tuple(
        (name.decode().lower(), text.decode("latin-1")) for name, text in start["headers"]
    )
    return Answered(start["status"], headers, b"".join(part.get("body", b"") for part in rest))


def inputs(paths: Sequence[str], known: Mapping[str, Sequence[str]]) -> st.SearchStrategy[Raw]:
    """Anything that could be sent.

    Args:
        paths: Where there is something; other places are tried too.
        known: Parameters with values that mean something: ids, secrets, codes, tokens.
    """
    odd = odd_bytes([value for values in known.values() for value in values])
    as_sent = odd | odd.map(lambda raw: quote(raw).encode())
    pairs = st.lists(st.tuples(st.sampled_from(NAMES), as_sent), max_size=14)
    form = pairs.map(_encoded)
    body = st.one_of(form, st.binary(max_size=60), st.sampled_from(BODIES), json_bodies())
    headers = odd_headers(odd)
    path = st.sampled_from(paths) | st.builds(
        lambda place, more: place + quote(more), st.sampled_from(paths), odd
    )
    return st.builds(
        Raw,
        st.sampled_from(["POST", "POST", "GET", *METHODS]),
        path,
        st.just(b"") | form | st.binary(max_size=40),
        headers.map(lambda found: [(b"content-type", FORM), *found]) | headers,
        body,
    )


def spoilt_forms(
    endpoints: Sequence[str], known: Mapping[str, Sequence[str]]
) -> st.SearchStrategy[Raw]:
    """Requests that are nearly right: a good form in which a field or two, or a header, is odd.

    Args:
        endpoints: Those that take forms.
        known: As for `inputs`.
    """
    odd = odd_bytes([value for values in known.values() for value in values])
    choices = {name: [*known.get(name, ()), *more] for name, more in LIKELY.items()}
    good = {name: st.sampled_from(values) for name, values in choices.items() if values}
    mandatory = {name: good.pop(name) for name in MANDATORY}
    some = st.sets(st.sampled_from(sorted(good)), max_size=3)
    sent = some.flatmap(
        lambda names: st.fixed_dictionaries(mandatory | {name: good[name] for name in names})
    ).map(lambda found: {name: quote(value).encode() for name, value in found.items()})
    strange = st.dictionaries(
        st.sampled_from(sorted(LIKELY)), odd.map(lambda raw: quote(raw).encode()), max_size=2
    )
    form = st.builds(lambda found, some: _encoded(list((found | some).items())), sent, strange)
    headers = st.just([]) | odd_headers(odd)
    return st.builds(
        Raw,
        st.just("POST"),
        st.sampled_from(endpoints),
        st.just(b""),
        headers.map(lambda found: [*found, (b"content-type", FORM)]),
        form,
    )


def with_one_odd_field(endpoint: str, known: Mapping[str, Sequence[str]]) -> Iterator[Raw]:
    """A good form for each odd value of each field in turn."""
    good = {name: [*known.get(name, ()), *LIKELY[name]][0] for name in MANDATORY}
    for name, likely in LIKELY.items():
        for value in (*(text.encode() for text in likely), *ODD[:6], ODD[-1]):
            fields = {field: quote(text).encode() for field, text in good.items()}
            body = _encoded(list((fields | {name: quote(value).encode()}).items()))
            yield Raw("POST", endpoint, b"", [(b"content-type", FORM)], body)


def odd_bytes(values: Sequence[str]) -> st.SearchStrategy[bytes]:
    """Known values, notorious ones and random ones, many of them marked."""
    return st.one_of(
        st.sampled_from([value.encode() for value in values]),
        st.sampled_from(ODD),
        st.binary(max_size=40),
        st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass")),
    ).map(lambda raw: raw if len(raw) % 2 else raw + MARK.encode())


def odd_headers(odd: st.SearchStrategy[bytes]) -> st.SearchStrategy[list[tuple[bytes, bytes]]]:
    """A few headers, of which some may come twice."""
    header = st.one_of(
        st.tuples(st.just(b"content-type"), st.sampled_from(TYPES)),
        st.tuples(st.sampled_from(HEADERS), odd),
        st.tuples(st.just(b"authorization"), odd.map(lambda raw: b"Bearer " + raw)),
        st.tuples(st.just(b"accept"), st.sampled_from(ACCEPTED)),
    )
    return st.lists(header, max_size=6)


def json_bodies() -> st.SearchStrategy[bytes]:
    """JSON of any shape, with names that are known here."""
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(NAMES), inner),
        max_leaves=12,
    ).map(lambda value: json.dumps(value).encode())


def _encoded(pairs: Sequence[tuple[str, bytes]]) -> bytes:
    return b"&".join(name.encode() + b"=" + value for name, value in pairs)


NAMES = [
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
    "id_token_hint",
    "resource",
    "purpose",
    "authorization_details",
    "grant_management_action",
    "grant_id",
    "dpop_jkt",
    "request",
    "request_uri",
    "registration",
    "response_mode",
    "grant_type",
    "code",
    "code_verifier",
    "refresh_token",
    "token",
    "token_type_hint",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "access_token",
    "sections",
    "identifiers",
    "type",
    "value",
]
MANDATORY = (
    "client_id",
    "client_secret",
    "grant_type",
    "response_type",
    "redirect_uri",
    "scope",
    "code_challenge",
    "code_challenge_method",
)
LIKELY = {
    "response_type": ["code"],
    "client_id": [],
    "client_secret": [],
    "redirect_uri": [],
    "scope": ["openid", "context:topics", "context.lookup", "\0"],
    "code_challenge": ["x" * 43],
    "code_challenge_method": ["S256"],
    "grant_type": ["authorization_code", "refresh_token", "client_credentials"],
    "code": [],
    "code_verifier": ["v" * 43],
    "refresh_token": [],
    "token": [],
    "dpop_jkt": ["\0" * 43, "j" * 43],
    "max_age": ["0", "9" * 40, "-1"],
    "grant_management_action": ["merge"],
    "grant_id": ["gra_\0", "gra_ä", "gra_x"],
    "nonce": ["\0", "ä", "n" * 600],
    "state": ["\0", "\r\nSet-Cookie: x=y", "ä"],
    "authorization_details": [
        '[{"type": "customer_context", "sections": ["topics"], "external_id": "\\u0000"}]',
        '[{"type": "customer_context", "sections": ["topics"], "external_id": "\\ud800"}]',
        '[{"type": "customer_context", "sections": [[]], "purpose": {}}]',
        "[" * 4_000,
        '[{"type": 1e999}]',
    ],
    "client_assertion_type": ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"],
    "client_assertion": ["e30.e30.e30", "..", "e30.W10.", "e30." + "W1td" * 2_000 + ".x"],
    "request_uri": ["urn:ietf:params:oauth:request_uri:x", "\0"],
    "id_token_hint": ["e30.e30.e30", "eyJhbGciOiJub25lIn0.e30."],
}
ODD = [
    b"",
    b"\0",
    b"%00",
    b"%",
    b"%zz",
    b"%ED%A0%80",
    b"\xed\xa0\x80",
    b"\xff\xfe",
    "gehe\u00efm".encode("latin-1"),
    "\u2603".encode(),
    b'quo"te\\',
    b"\r\nX-Injected: 1",
    b"a" * 9_000,
    b"Basic " + b"A" * 3,
    b"Basic AAA6AAA=",
    b"DPoP e30.e30.e30",
    b"eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7fX0.e30.AAAA",
    b"[" * 3_000,
]
BODIES = [
    b"{" * 10_000,
    b'{"a":' * 5_000,
    b'{"identifiers": [{"type": "email", "value": "\\u0000@x.example"}], "purpose": "\\ud800"}',
    b"a=1&" * 5_000,
    b"grant_type=" + b"x" * (MAX_BODY_BYTES + 1),
    b"\xff" * 100,
]
TYPES = [
    FORM,
    FORM + b"; charset=utf-16",
    FORM + b"; charset=nonsense",
    b"application/json",
    b"application/json; charset=utf-7",
    b"multipart/form-data; boundary=x",
    b"text/plain",
    b"",
    b"\xff/\0",
]
HEADERS = [
    b"authorization",
    b"dpop",
    b"content-length",
    b"content-type",
    b"cookie",
    b"host",
    b"origin",
    b"sec-gpc",
    b"accept-language",
    b"milieu-agent",
    b"milieu-call-id",
    b"x-forwarded-for",
]
ACCEPTED = [b"text/html", b"application/token-introspection+jwt", b"*/*", b"\xff", b"text/html;q=x"]
