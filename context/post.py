"""What is read: posts and the window of them. In memory only, for the time of one analysis."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

WINDOW_DAYS = 30
"""Days of her own posts that are read at each refresh, today included."""
MAX_POSTS = 200
"""Her newest posts that are read at most."""
NETWORK_DAYS = 3
"""Days of her network's posts that are read."""
MAX_NETWORK_POSTS = 800
"""Her network's newest posts that are read at most."""


class PostKind(StrEnum):
    """How a post came to be: her words, her answer to someone, or another's words passed on."""

    ORIGINAL = "original"
    REPLY = "reply"
    BOOST = "boost"


@dataclass(frozen=True, slots=True, repr=False)
class Post:
    """One post as a connector fetched it.

    Attributes:
        author: An opaque string, the same for all posts of one author within a window.
        created_at: When it was written; aware, kept in UTC.
        text: The post as its provider gave it, HTML or plain.
        kind: Original, reply or boost.
        language: The language its provider states, as an ISO 639-1 code, if any.
        reply_to: An opaque string for whom it answers, the same for all posts that answer one
            author; None where it answers nobody or that cannot be told.

    Raises:
        ValueError: If ``created_at`` is naive.
    """

    author: str
    created_at: datetime
    text: str
    kind: PostKind = PostKind.ORIGINAL
    language: str | None = None
    reply_to: str | None = None

    def __post_init__(self) -> None:
        if self.created_at.tzinfo is None:
            raise ValueError("created_at is naive: give the post's time with its time zone")
        object.__setattr__(self, "created_at", self.created_at.astimezone(UTC))

    def __repr__(self) -> str:
        # a traceback or log line that shows a post must show neither its words nor who wrote them
        return (
            f"Post({self.created_at.isoformat()}, {self.kind.value}, {len(self.text)} characters)"
        )


@dataclass(frozen=True, slots=True)
class Account:
    """What her provider says of her account, as far as it says so.

    Attributes:
        followers: People who follow her.
        following: People she follows.
        since: Day on which the account was opened.
        automated: Whether it is marked as a robot's.
    """

    followers: int | None = None
    following: int | None = None
    since: date | None = None
    automated: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """All that one refresh reads of one connection.

    Attributes:
        posts: Her own posts, in any order.
        network: Posts of the people she follows, in any order.
        account: What her provider says of her account; None where it says nothing.
    """

    posts: Sequence[Post]
    network: Sequence[Post] = ()
    account: Account | None = None
