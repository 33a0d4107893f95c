"""How many posts of a file were read, and how many were not, and why; counts and nothing else."""

from dataclasses import dataclass
from datetime import UTC, datetime

from context.engines.engine import Engine
from context.post import MAX_POSTS, WINDOW_DAYS, Window
from context.reading import admit, read, recent
from context.text import clean, words


@dataclass(frozen=True, slots=True)
class Counted:
    """Her posts, each wording, author and time once; her network's are not looked at.

    Attributes:
        read: Posts that count.
        sensitive: Posts left out since the lexicon or the engine takes them for sensitive.
        wordless: Posts too short to be about anything: no plain word of three letters or more.
        later: Posts later than the time of rendering.
        earlier: Posts before the window, or beyond the number that is read of it.
    """

    read: int
    sensitive: int
    wordless: int
    later: int
    earlier: int


def count_posts(window: Window, engine: Engine, now: datetime) -> Counted:
    """Return what became of her posts.

    Args:
        window: All posts of the file.
        engine: Reads the posts.
        now: The time of rendering, aware.
    """
    given = set(window.posts)
    later = sum(post.created_at > now.astimezone(UTC) for post in given)
    looked_at = recent(given, now, WINDOW_DAYS, MAX_POSTS)
    kept = read(admit(looked_at), engine)
    wordless = sum(not words(clean(reading.post.text)) for reading in kept)
    return Counted(
        read=len(kept) - wordless,
        sensitive=len(looked_at) - len(kept),
        wordless=wordless,
        later=later,
        earlier=len(given) - later - len(looked_at),
    )
