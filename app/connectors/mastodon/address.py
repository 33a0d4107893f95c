"""From what she types to the address of her instance."""

import httpx

from app.connectors.hosts import is_number, is_public_name
from app.errors import Invalid

HELP = (
    "Give the name of your instance, such as mastodon.social, or your handle, @you@mastodon.social."
)
MAX_LENGTH = 320


class InvalidAddress(Invalid):
    """What she typed names no instance."""

    code = "invalid_instance"
    title = "This is not the address of an instance"


def instance_of(typed: str, exceptions: frozenset[str]) -> str:
    """Return the base address of an instance: scheme and host, no path, no slash at its end.

    Accepts a host name, an address of any page there, and a handle.

    Args:
        typed: What she typed.
        exceptions: Exact `host:port` pairs that need no TLS.

    Raises:
        InvalidAddress: It names no instance; the text says what to give.
    """
    text = typed.strip()
    if not text or len(text) > MAX_LENGTH:
        raise InvalidAddress(HELP)
    url = _parsed(text)
    host, port = url.raw_host.decode("ascii").rstrip("."), url.port
    if f"{host}:{port}" in exceptions:
        return f"{_scheme(text)}://{host}:{port}"
    wrong = [said for said in (_wrong_name(host), _wrong_port(port)) if said]
    if wrong:
        raise InvalidAddress(" ".join([*wrong, HELP]))
    return f"https://{host}"


def _parsed(text: str) -> httpx.URL:
    scheme, separator, rest = text.rpartition("://")
    if separator and scheme.lower() not in {"http", "https"}:
        raise InvalidAddress(f"An instance has an https address. {HELP}")
    # Of a handle or an e-mail-like account name, the part behind the last @ is the instance; of
    # an address of a page, the @ stands in the path.
    authority, _, _ = rest.partition("/")
    if authority.startswith("@") and "@" not in authority[1:]:
        raise InvalidAddress(f"A handle alone does not say where you are. {HELP}")
    try:
        url = httpx.URL(f"https://{authority.rpartition('@')[2].lower()}")
    except (httpx.InvalidURL, ValueError):
        raise InvalidAddress(HELP) from None
    if not url.raw_host:
        raise InvalidAddress(HELP)
    return url


def _scheme(text: str) -> str:
    return "https" if text.lower().startswith("https://") else "http"


def _wrong_name(host: str) -> str:
    if is_number(host):
        return "An instance is known by a public name, not a number."
    return "" if is_public_name(host) else "That is not the address of an instance."


def _wrong_port(port: int | None) -> str:
    return "" if port is None else "An instance is given without a port."
