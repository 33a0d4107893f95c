"""What is kept of a connection: counts, topics and nothing else. Bytes in and out.

Replaced as a whole at each refresh. Holds no text, no ids of posts or people, no embedding;
the only words in it are topics' terms, which come from a closed public vocabulary.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

VERSION = 1
"""Version of the serialised form; raised when an older reader could not read it."""
MAX_BYTES = 8_000
"""Size that no digest exceeds, whatever was read."""
KEPT_DAYS = 90
"""Days for which a day's bare counts are kept after it left the window."""

_MAX_INPUT = 64_000
_MAX_COUNT = 10_000_000
_HOURS = 24


class DigestError(ValueError):
    """The bytes are no digest this version can read: analyse the window afresh, without them."""


@dataclass(frozen=True, slots=True)
class DayCounts:
    """Counts of one UTC day.

    Valence counts are expected posts in hundredths: a post that is positive with a probability
    of .62 adds 62 to ``positive``. Sums of probabilities carry less bias than sums of verdicts.

    Attributes:
        day: The UTC day.
        posts: Posts of that day.
        negative: Hundredths of posts that sound negative.
        neutral: Hundredths of posts that sound neither.
        positive: Hundredths of posts that sound positive.
    """

    day: date
    posts: int
    negative: int = 0
    neutral: int = 0
    positive: int = 0


@dataclass(frozen=True, slots=True)
class TopicRecord:
    """A topic of the window.

    Attributes:
        id: Opaque, the same from one refresh to the next.
        terms: Its words, the most telling first; from the closed vocabulary.
        days: Counts of its posts by day.
        first_seen: UTC day of its first post, also if that has left the window.
        last_seen: UTC day of its latest post.
    """

    id: str
    terms: tuple[str, ...]
    days: tuple[DayCounts, ...]
    first_seen: date
    last_seen: date


@dataclass(frozen=True, slots=True)
class NetworkDay:
    """The network's mood as released once for a day; never changed afterwards.

    Attributes:
        day: The UTC day.
        mood: Mean over people in hundredths, -100 to 100; a coarse step or noisy, never exact.
        people: Lower end of the bucket of distinct people behind it (5, 10, 25, 50, 100, 250).
    """

    day: date
    mood: int
    people: int


@dataclass(frozen=True, slots=True)
class Digest:
    """All that is kept of one connection.

    Attributes:
        engine: Name and version of the engine that read the window, such as ``light/1``.
        days: Counts by UTC day, oldest first: the window and the bare counts of older days.
        topics: Topics of the window, the largest first.
        hours: Her posts of the window by hour of the day in UTC; 24 counts.
        languages: Posts of the window by stated or recognised language (ISO 639-1).
        network: The network's mood by day, oldest first.
        version: Version of the serialised form.
    """

    engine: str
    days: tuple[DayCounts, ...] = ()
    topics: tuple[TopicRecord, ...] = ()
    hours: tuple[int, ...] = (0,) * 24
    languages: Mapping[str, int] = field(default_factory=dict)
    network: tuple[NetworkDay, ...] = ()
    version: int = VERSION

    def to_bytes(self) -> bytes:
        """Return the canonical serialised form: equal digests give equal bytes."""
        known = [*(d.day for d in self.days), *(n.day for n in self.network)]
        newest = max(known, default=date(1970, 1, 1))
        document = {
            "v": self.version,
            "e": self.engine,
            "o": newest.isoformat(),
            "d": _pack_days(self.days, newest),
            "t": [
                {
                    "i": topic.id,
                    "w": list(topic.terms),
                    "d": _pack_days(topic.days, newest),
                    "f": (newest - topic.first_seen).days,
                    "l": (newest - topic.last_seen).days,
                }
                for topic in self.topics
            ],
            "h": list(self.hours),
            "l": dict(self.languages),
            "n": [[(newest - n.day).days, n.mood, n.people] for n in self.network],
        }
        return json.dumps(
            document, sort_keys=True, separators=(",", ":"), ensure_ascii=True
        ).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Digest":
        """Return the digest that ``to_bytes`` wrote.

        Raises:
            DigestError: If the bytes are no digest or of a version unknown here.
        """
        if len(data) > _MAX_INPUT:
            raise DigestError("too large for a digest: analyse the window afresh")
        try:
            document = json.loads(data)
            _require_version(document["v"])
            newest = date.fromisoformat(document["o"])
            return cls(
                engine=_text(document["e"]),
                days=_unpack_days(document["d"], newest),
                topics=tuple(_unpack_topic(topic, newest) for topic in document["t"]),
                hours=_hours(document["h"]),
                languages={_text(k): _count(v) for k, v in document["l"].items()},
                network=tuple(
                    NetworkDay(_day(newest, offset), _count(mood, low=-100), _count(people))
                    for offset, mood, people in document["n"]
                ),
            )
        except DigestError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            # the cause is not chained: it may quote the bytes
            raise DigestError("not a digest: analyse the window afresh") from None


def _require_version(version: object) -> None:
    if version != VERSION:
        raise DigestError("written by another version: analyse the window afresh")


def _pack_days(days: Iterable[DayCounts], newest: date) -> list[list[int]]:
    return [[(newest - d.day).days, d.posts, d.negative, d.neutral, d.positive] for d in days]


def _unpack_days(rows: list[list[int]], newest: date) -> tuple[DayCounts, ...]:
    return tuple(
        DayCounts(
            _day(newest, offset), _count(posts), _count(negative), _count(neutral), _count(positive)
        )
        for offset, posts, negative, neutral, positive in rows
    )


def _unpack_topic(topic: dict[str, object], newest: date) -> TopicRecord:
    terms, rows = topic["w"], topic["d"]
    if not isinstance(terms, list) or not isinstance(rows, list):
        raise DigestError("a topic is malformed: analyse the window afresh")
    return TopicRecord(
        id=_text(topic["i"]),
        terms=tuple(_text(term) for term in terms),
        days=_unpack_days(rows, newest),
        first_seen=_day(newest, topic["f"]),
        last_seen=_day(newest, topic["l"]),
    )


def _hours(values: list[object]) -> tuple[int, ...]:
    if len(values) != _HOURS:
        raise DigestError("a day has 24 hours: analyse the window afresh")
    return tuple(_count(value) for value in values)


def _day(newest: date, offset: object) -> date:
    return newest - timedelta(days=_count(offset, low=-_MAX_COUNT))


def _count(value: object, low: int = 0) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= _MAX_COUNT:
        raise DigestError("a count is out of range: analyse the window afresh")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise DigestError("a word is missing: analyse the window afresh")
    return value
