"""A status: one thing written in the network."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.sandbox.markup import mentions_in
from app.sandbox.snowflake import moment_of


class Visibility(StrEnum):
    """Who may see a status, as Mastodon names it."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    PRIVATE = "private"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class Status:
    """One status. Its representation leaves the words out, so that no log repeats them.

    Attributes:
        id: A snowflake; it holds the time of writing.
        author: Handle of who wrote it, or of who boosted another's status.
        text: Plain text as typed; empty for a boost.
        visibility: Who may see it.
        in_reply_to: Id of the status answered.
        reblog_of: Id of the status boosted.
        language: Two-letter code, or None where unknown.
        spoiler: Content warning, empty if none.
    """

    id: int
    author: str
    text: str = field(repr=False)
    visibility: Visibility = Visibility.PUBLIC
    in_reply_to: int | None = None
    reblog_of: int | None = None
    language: str | None = "en"
    spoiler: str = field(default="", repr=False)

    @property
    def created_at(self) -> datetime:
        """When it was written, to the millisecond."""
        return moment_of(self.id)

    @property
    def mentions(self) -> tuple[str, ...]:
        """Handles mentioned in the text, in order, without repeats."""
        return mentions_in(self.text)
