"""Where an instance says that her account is, and what she names as hers in its fields.

https://docs.joinmastodon.org/entities/Account/#fields describes fields, and `verified_at`: the
instance has looked at the page, and seen that it links back with `rel="me"`.
"""

from html.parser import HTMLParser
from typing import Any

import httpx

from app.connectors.markup import tamed
from app.connectors.presence import MAX_LINKS, Presence, host_of, plain_address

MAX_CHARACTERS = 5_000


def presence(content: dict[str, Any], instance: str) -> Presence:
    """Return what an account entity says of itself; what it does not say well is left out.

    Of addresses only those on her own server count: it cannot speak for others.

    Args:
        content: The entity.
        instance: Base address of her server.
    """
    host = httpx.URL(instance).netloc.decode("ascii").lower()
    own = [content.get("url"), content.get("uri")]
    addresses = [address for address in own if isinstance(address, str) and _host(address) == host]
    links: list[str] = []
    checked: list[str] = []
    for value, is_checked in _fields(content.get("fields")):
        (checked if is_checked else links).extend(_links(value, named=not is_checked))
    return Presence.of(addresses, links, checked)


def _fields(fields: object) -> list[tuple[str, bool]]:
    if not isinstance(fields, list):
        return []
    return [
        (field["value"], isinstance(field.get("verified_at"), str))
        for field in fields[:MAX_LINKS]
        if isinstance(field, dict) and isinstance(field.get("value"), str)
    ]


def _host(address: str) -> str | None:
    plain = plain_address(address)
    return None if plain is None else host_of(plain)


def _links(value: str, *, named: bool) -> list[str]:
    # Not every server writes `rel="me"`; one that has checked a link has seen it, however written.
    reader = _Reader(named=named)
    reader.feed(tamed(value[:MAX_CHARACTERS]))
    reader.close()
    return reader.links


class _Reader(HTMLParser):
    def __init__(self, *, named: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self._named = named

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in reversed(attrs)}
        if tag == "a" and (not self._named or "me" in said.get("rel", "").lower().split()):
            self.links.append(said.get("href", ""))
