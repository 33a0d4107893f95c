"""A feed, whichever of the three it is written in, as entries that are still raw."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.connectors.markup import plain_text

# An entry's words beyond these change no count; what is cut off is never read.
MAX_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class Written:
    """A piece of an entry: HTML, or plain."""

    value: str = field(repr=False)
    is_html: bool

    def text(self) -> str:
        """Return it as plain text."""
        value = self.value[:MAX_CHARACTERS]
        # What is no Unicode by itself (a lone surrogate, from JSON) is nobody's word.
        value = value.encode("utf-8", "replace").decode()
        return plain_text(value) if self.is_html else value.strip()


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry.

    Attributes:
        at: When it was published; None where it does not say.
        author: Whom it names as its author; may be empty.
        pieces: Its title and its content.
        language: As an ISO 639-1 code, if it says.
    """

    at: datetime | None
    author: str = field(repr=False)
    pieces: Sequence[Written] = field(repr=False)
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed.

    Attributes:
        home: The page that it says to be of; may be empty.
        author: Whom it names as its own author; may be empty.
        entries: In any order.
    """

    home: str
    author: str = field(repr=False)
    entries: Sequence[Entry] = field(repr=False)
