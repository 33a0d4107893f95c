"""What is said, asked, given and issued, as the model of the authorization server remembers it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What the server said: `OK` or an error, and the rest of it."""

    result: str
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One thing that somebody does; the name is a method of the model and of the server's."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Client:
    """Who asks."""

    id: str
    is_fapi: bool
    is_public: bool


@dataclass(frozen=True)
class Ask:
    """What a client asks her for; `grant` is to be changed, unless it asks for a new one."""

    purpose: str
    scope: frozenset[str]
    action: str
    grant: str | None
    key: int | None


@dataclass(frozen=True)
class Grant:
    """What she gave."""

    who: str
    client: str
    purpose: str
    scope: frozenset[str]
    ends: datetime | None
    is_single: bool
    is_revoked: bool = False


@dataclass(frozen=True)
class Code:
    """A code; `scope` is what was asked for."""

    client: str
    grant: str
    scope: frozenset[str]
    audience: frozenset[str]
    key: int | None
    issued: datetime
    consumed: datetime | None = None


@dataclass(frozen=True)
class Token:
    """An access or refresh token; `family` is the code it stems from."""

    is_refresh: bool
    client: str
    grant: str
    family: str
    scope: frozenset[str]
    audience: frozenset[str]
    key: int | None
    ends: datetime | None
    successor: str | None = None
    rotated: datetime | None = None
    is_revoked: bool = False
