"""Who lives in the network."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.sandbox.dice import Dice
from app.sandbox.snowflake import first_id_at

HANDLE = re.compile(r"[a-z0-9_]{1,30}")
"""What a handle looks like (Mastodon's user names, lower case)."""

_FIRST_ARRIVAL = datetime(2018, 3, 1, tzinfo=UTC)
_ARRIVAL_DAYS = 2000


@dataclass(frozen=True, slots=True)
class Person:
    """A synthetic member of the network.

    Attributes:
        handle: Her user name; unique, letters, digits and underscores.
        display_name: The name shown.
        bio: A line about her; `#nobot` in it means that robots should stay away.
        language: Two-letter code of the language she writes.
        noindex: She opted out of being found and indexed.
        protagonist: A storyline is about her; the sign-in page offers her first.
        pages: Addresses that her profile names as hers.
        checked: Those of them of which the network says that they name her back.
    """

    handle: str
    display_name: str
    bio: str = ""
    language: str = "en"
    noindex: bool = False
    protagonist: bool = False
    pages: tuple[str, ...] = ()
    checked: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not HANDLE.fullmatch(self.handle):
            raise ValueError(f"{self.handle!r} is no handle: use up to 30 of a-z, 0-9 and _.")

    @property
    def joined(self) -> datetime:
        """When she opened her account: invented, but the same every time."""
        return _FIRST_ARRIVAL + timedelta(
            days=Dice("arrival", self.handle).below(_ARRIVAL_DAYS), hours=10
        )

    @property
    def account_id(self) -> int:
        """Her account's id: it does not depend on who else lives here."""
        return first_id_at(self.joined) | Dice("account", self.handle).below(1 << 16)
