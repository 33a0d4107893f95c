"""What she types, told apart: a handle, a DID, or the address of a server.

https://atproto.com/specs/handle and https://atproto.com/specs/did say how they are written.
"""

import re
from dataclasses import dataclass, field

import httpx

from app.connectors.hosts import is_number, is_public_name
from app.errors import Invalid

HELP = "Give your handle, such as you.bsky.social, or the address of your server."
MAX_LENGTH = 2048
MAX_HANDLE = 253
# Pages of the network's own website name an account in their path.
PROFILE_PAGES = frozenset({"bsky.app", "main.bsky.dev"})
# The server behind which most accounts live; it is also what people call the network.
ENTRYWAY = "bsky.social"
# https://atproto.com/specs/handle#additional-non-syntax-restrictions
NEVER_PUBLIC = frozenset(
    {"alt", "arpa", "example", "internal", "invalid", "local", "localhost", "onion"}
)
_HANDLE = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_PLC = re.compile(r"did:plc:[a-z2-7]{24}")
_WEB = re.compile(r"did:web:([a-z0-9.-]{1,253}(?:%3A[0-9]{1,5})?)")


class NotAnAccount(Invalid):
    """What she typed names neither an account nor a server."""

    code = "invalid_account"
    title = "This is not the name of an account"


@dataclass(frozen=True, slots=True)
class Typed:
    """What she typed; of the three exactly one is given, or handle and server are the same name.

    Attributes:
        handle: In lower case, without `@`.
        did: Of an account.
        server: A base address.
    """

    handle: str = field(default="", repr=False)
    did: str = field(default="", repr=False)
    server: str = ""


def read(typed: str, exceptions: frozenset[str]) -> Typed:
    """Tell what she typed.

    A name without a scheme may be a handle as well as a server; it is both until it is looked up.

    Args:
        typed: What she typed.
        exceptions: Exact `host:port` pairs that need no TLS.

    Raises:
        NotAnAccount: It is neither; the text says what to give.
    """
    text = typed.strip()
    if not text or len(text) > MAX_LENGTH:
        raise NotAnAccount(HELP)
    name = text.lower().removeprefix("at://").removeprefix("@").rstrip("/")
    if name.startswith("did:"):
        return Typed(did=_did(name))
    if name in exceptions:
        return Typed(server=f"http://{name}")
    if "://" in name:
        return _of_address(name, exceptions)
    if name == ENTRYWAY:
        return Typed(server=f"https://{name}")
    if not is_handle(name):
        raise NotAnAccount(HELP)
    return Typed(handle=name, server=f"https://{name}")


def is_handle(text: str) -> bool:
    """Tell whether a text, in lower case, is written as a handle that everybody can look up."""
    if len(text) > MAX_HANDLE or not _HANDLE.fullmatch(text):
        return False
    return text.rpartition(".")[2] not in NEVER_PUBLIC


def is_did(text: object) -> bool:
    """Tell whether something is a DID by one of the two methods that the network blesses."""
    return isinstance(text, str) and bool(_PLC.fullmatch(text) or _WEB.fullmatch(text))


def host_of(did: str) -> str | None:
    """Return the host, and perhaps port, that a `did:web` names; None of another method."""
    found = _WEB.fullmatch(did)
    return None if found is None else found[1].replace("%3A", ":")


def server_at(address: object, exceptions: frozenset[str]) -> str | None:
    """Return the base address of a server as it is written in one spelling; None if it is none.

    Args:
        address: What somebody else's document names.
        exceptions: Exact `host:port` pairs that need no TLS.
    """
    if not isinstance(address, str) or len(address) > MAX_LENGTH:
        return None
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        return None
    if url.path not in {"", "/"} or url.userinfo or url.query or url.fragment:
        return None
    host = url.raw_host.decode("ascii")
    if f"{host}:{url.port}" in exceptions and url.scheme in {"http", "https"}:
        return f"{url.scheme}://{host}:{url.port}"
    if url.scheme != "https" or url.port is not None:
        return None
    return None if is_number(host) or not is_public_name(host) else f"https://{host}"


def _did(name: str) -> str:
    if not is_did(name):
        raise NotAnAccount(HELP)
    return name


def _of_address(name: str, exceptions: frozenset[str]) -> Typed:
    try:
        url = httpx.URL(name)
    except (httpx.InvalidURL, ValueError):
        raise NotAnAccount(HELP) from None
    page = url.path.split("/")
    if url.host in PROFILE_PAGES and page[:2] == ["", "profile"] and len(page) > len(("", "")):
        return read(page[2], exceptions)
    secure = url.copy_with(scheme="https") if url.scheme == "http" else url
    for spelling in (url, secure):
        server = server_at(str(spelling.copy_with(raw_path=b"/", fragment=None)), exceptions)
        if server is not None:
            return Typed(server=server)
    raise NotAnAccount(f"A server has a public https address. {HELP}")
