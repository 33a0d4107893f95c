"""What is kept of a client's lens: counts of what she says of its brands and its rivals.

Kept apart from the digest, per connection and client; replaced as a whole by each reading, deleted
when her grant ends. Holds no words at all, not even those of the lens.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from context import packing
from context.checked import DigestError, count, refusing, text, whole
from context.joined import add_days
from context.records import DayCounts, NetworkDay
from context.subjects import SUBJECTS, Subject

VERSION = 1
"""Version of the serialised form; raised when an older reader could not read it."""

Shown = tuple[tuple[date, int], ...]
"""UTC days with the hundredths of posts that show something, oldest first."""

_MAX_INPUT = 16_000


@dataclass(frozen=True, slots=True)
class Relationship:
    """What she says of a company and of its rivals, in the window.

    Attributes:
        engine: Name and version of the engine that read the window.
        brands: Posts that name the company, by day, with their valence toward it.
        rivals: Posts that name a rival, by day, with their valence toward it.
        switching: Of posts that name the company, those that speak of leaving or comparing.
        advocacy: Of posts that name the company, those that praise.
        subjects: What posts that name the company are about, the most frequent first.
        network: Valence toward the company among people she follows, if five or more name it;
            released once a day and then frozen.
        version: Version of the serialised form.
    """

    engine: str
    brands: tuple[DayCounts, ...] = ()
    rivals: tuple[DayCounts, ...] = ()
    switching: Shown = ()
    advocacy: Shown = ()
    subjects: tuple[tuple[Subject, int], ...] = ()
    network: NetworkDay | None = None
    version: int = VERSION

    def to_bytes(self) -> bytes:
        """Return the canonical serialised form: equal relationships give equal bytes."""
        known = [d.day for d in (*self.brands, *self.rivals)]
        newest = max(known, default=date(1970, 1, 1))
        document = {
            "v": self.version,
            "e": self.engine,
            "o": newest.isoformat(),
            "b": packing.pack_days(self.brands, newest),
            "r": packing.pack_days(self.rivals, newest),
            "s": packing.pack_shown(self.switching, newest),
            "a": packing.pack_shown(self.advocacy, newest),
            "u": [[SUBJECTS.index(subject), posts] for subject, posts in self.subjects],
            "n": packing.pack_network([self.network] if self.network else [], newest),
        }
        return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Relationship":
        """Return the relationship that ``to_bytes`` wrote.

        Raises:
            DigestError: If the bytes are none or of a version unknown here.
        """
        if len(data) > _MAX_INPUT:
            raise DigestError("too large for a relationship: read the window afresh")
        with refusing("not a relationship: read the window afresh"):
            document: dict[str, Any] = json.loads(data)
            if whole(document["v"]) != VERSION:
                raise DigestError("written by another version: read the window afresh")
            newest = date.fromisoformat(document["o"])
            network = packing.unpack_network(document["n"], newest)
            return cls(
                engine=text(document["e"]),
                brands=packing.unpack_days(document["b"], newest),
                rivals=packing.unpack_days(document["r"], newest),
                switching=packing.unpack_shown(document["s"], newest),
                advocacy=packing.unpack_shown(document["a"], newest),
                subjects=tuple(
                    (SUBJECTS[count(place)], count(posts)) for place, posts in document["u"]
                ),
                network=network[0] if network else None,
            )


def join_relationships(found: Sequence[Relationship]) -> Relationship | None:
    """Return what several connections tell of one lens as one, or None without any.

    Args:
        found: One per connection that was read.
    """
    if not found:
        return None
    subjects: Counter[Subject] = Counter()
    for one in found:
        subjects.update(dict(one.subjects))
    return Relationship(
        engine=max(one.engine for one in found),
        brands=add_days(day for one in found for day in one.brands),
        rivals=add_days(day for one in found for day in one.rivals),
        switching=add_shown(pair for one in found for pair in one.switching),
        advocacy=add_shown(pair for one in found for pair in one.advocacy),
        subjects=rank_subjects(subjects),
        network=max(
            (one.network for one in found if one.network),
            key=lambda day: (day.day, day.people, day.mood),
            default=None,
        ),
    )


def add_shown(pairs: Iterable[tuple[date, int]]) -> Shown:
    """Return one entry per day, hundredths of the same day added up, oldest first."""
    sums: Counter[date] = Counter()
    for day, hundredths in pairs:
        sums[day] += hundredths
    return tuple(sorted(sums.items()))


def rank_subjects(posts: Counter[Subject]) -> tuple[tuple[Subject, int], ...]:
    """Return subjects with their posts, the most frequent first."""
    return tuple(sorted(posts.items(), key=lambda item: (-item[1], SUBJECTS.index(item[0]))))
