"""Her posts as read: what an engine makes of each, in hundredths, for the time of one analysis."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from context.emotion import EMOTIONS, NO_EMOTIONS
from context.engines.engine import Engine, Readings
from context.firewall import is_sensitive
from context.intents import INTENTS
from context.language import READ, languages_of
from context.pii import without_personal
from context.post import Post, PostKind
from context.valence import adapt

NO_INTENTS = (0,) * len(INTENTS)
NO_VALENCE = (0, 0, 0)
SENSITIVE = 0.3
"""Probability from which on a post counts for nothing, whatever the lexicon knows of its words."""
ENOUGH_WORDS = 5
"""Words of a post below which the engine can hardly tell whether it is sensitive."""
SENSITIVE_IF_SHORT = 0.5
"""Probability from which on a post of fewer words counts for nothing."""
IRONY_WEIGHT = 0.5
"""Part of a post's valence that certain irony takes away: models mistake its sign half the time."""


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """One post as read; zeros where it tells nothing.

    Attributes:
        post: The post, nothing personal in its text.
        language: Its language, if that can be told.
        valence: Hundredths of negative, neutral, positive; they sum to 100 or are zeros.
        emotions: Hundredths of each emotion.
        intents: Hundredths of each intent.
        irony: Probability that it means the opposite of what it says.
        vector: What it means; None where the engine does not read its language.
    """

    post: Post
    language: str | None
    valence: tuple[int, int, int] = NO_VALENCE
    emotions: tuple[int, ...] = NO_EMOTIONS
    intents: tuple[int, ...] = NO_INTENTS
    irony: float = 0.0
    vector: NDArray[np.float32] | None = None

    @property
    def day(self) -> date:
        """UTC day of the post."""
        return self.post.created_at.date()


def recent(
    posts: Iterable[Post], now: datetime, days: int, at_most: int | None = None
) -> list[Post]:
    """Return the newest distinct posts of the last days, oldest first, in an order of their own.

    Args:
        posts: Posts in any order, perhaps several times.
        now: The time of the refresh; later posts are left out.
        days: UTC days counted back, today included.
        at_most: Posts returned at most; None for all.
    """
    start = now.astimezone(UTC).date() - timedelta(days=days - 1)
    distinct = {p for p in posts if p.created_at.date() >= start and p.created_at <= now}
    ordered = sorted(distinct, key=_order)
    return ordered if at_most is None else ordered[-at_most:]


def admit(posts: Iterable[Post]) -> list[Post]:
    """Return the posts that may be read: nothing sensitive, and nothing personal in the words."""
    plain = [replace(post, text=without_personal(post.text)) for post in posts]
    return [post for post in plain if not is_sensitive(post.text)]


def read(posts: Sequence[Post], engine: Engine) -> list[Reading]:
    """Return one person's posts as read.

    Feeling and intents are read from her own words in a language that the engine reads; a boost
    shows what interests her and no more. What the engine takes for sensitive counts for nothing.

    Args:
        posts: What ``admit`` returned.
        engine: Reads the posts.
    """
    languages = languages_of([p.text for p in posts], [p.language for p in posts])
    legible = [row for row, code in enumerate(languages) if code in (READ, None)]
    found = engine.read([posts[row].text for row in legible])
    harmless = is_harmless([posts[row].text for row in legible], found)
    dropped = {row for row, kept in zip(legible, harmless, strict=True) if not kept}
    found, legible = found[harmless], [row for row in legible if row not in dropped]
    own = [
        place
        for place, row in enumerate(legible)
        if languages[row] == READ and posts[row].kind is not PostKind.BOOST
    ]
    readings = [Reading(post, code) for post, code in zip(posts, languages, strict=True)]
    for place, row in enumerate(legible):
        readings[row] = replace(readings[row], vector=found.vectors[place])
    valence = hundredths(discount(adapt(found.valence[own]), found.irony[own]))
    emotions = _independent(found.emotions[own], len(EMOTIONS))
    intents = _independent(found.intents[own], len(INTENTS))
    irony = found.irony[own].tolist()
    told = zip(own, valence, emotions, intents, irony, strict=True)
    for place, of_valence, of_emotions, of_intents, of_irony in told:
        row = legible[place]
        readings[row] = replace(
            readings[row],
            valence=of_valence,
            emotions=of_emotions,
            intents=of_intents,
            irony=of_irony,
        )
    return [reading for row, reading in enumerate(readings) if row not in dropped]


def is_harmless(texts: Sequence[str], found: Readings) -> NDArray[np.bool_]:
    """Return which posts the engine does not take for sensitive.

    Of a few words alone it can hardly tell: there it must be sure, and the lexicon decides.

    Args:
        texts: Posts.
        found: What the engine made of them.
    """
    short = np.array([len(text.split()) < ENOUGH_WORDS for text in texts], dtype=bool)
    return np.asarray(found.sensitive < np.where(short, SENSITIVE_IF_SHORT, SENSITIVE))


def discount(valence: NDArray[np.float64], irony: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return valence with the weight that irony takes from negative and positive as neutral.

    Args:
        valence: Rows of negative, neutral, positive that sum to 1.
        irony: Probability of irony for each row.
    """
    kept = valence * (1 - IRONY_WEIGHT * irony)[:, None]
    kept[:, 1] = 1 - kept[:, 0] - kept[:, 2]
    return kept


def _order(post: Post) -> tuple[datetime, str, str, str, str, str]:
    stated = post.language or ""
    return post.created_at, post.author, post.text, post.kind, stated, post.reply_to or ""


def hundredths(probabilities: NDArray[np.float64]) -> list[tuple[int, int, int]]:
    """Return each row in hundredths that sum to 100, so that no post counts for more or less."""
    negative = np.rint(100 * probabilities[:, 0]).astype(int)
    positive = np.minimum(np.rint(100 * probabilities[:, 2]).astype(int), 100 - negative)
    columns = (negative, 100 - negative - positive, positive)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _independent(probabilities: NDArray[np.float64], width: int) -> list[tuple[int, ...]]:
    rows = np.rint(100 * probabilities).astype(int).reshape(-1, width).tolist()
    return [tuple(row) for row in rows]


def stack(readings: Sequence[Reading]) -> NDArray[np.float32]:
    """Return the vectors of posts that have one, as rows."""
    rows = [reading.vector for reading in readings if reading.vector is not None]
    return np.stack(rows) if rows else np.empty((0, 1), dtype=np.float32)
