"""Which topic is which, from one refresh to the next, so that what she corrected stays so.

Two things tell: the terms, and the days. Of two refreshes a day apart, 29 of 30 days are the same
days, and a topic that went on has the same posts on them, whatever has become of its name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from context.digest import DayCounts, TopicRecord
from context.subjects import Subject, named_by
from context.topics import overlap

SAME = 0.35
"""Likeness from which on a topic is taken for one of the past, 0 to 1."""
DAYS_ALONE = 0.8
"""Overlap of days that makes two topics one without any word in common."""

_SUBJECT = 0.1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A topic found now, before it has an id.

    Attributes:
        terms: Its words, the most telling first.
        days: Counts of its posts by day.
        subject: Its broad subject, if any.
    """

    terms: tuple[str, ...]
    days: tuple[DayCounts, ...]
    subject: Subject | None

    @property
    def named_by(self) -> tuple[str, ...]:
        """By what it is known again; see ``named_by``."""
        return named_by(self.terms, self.subject)


def identities(
    found: Sequence[Candidate], past: Sequence[TopicRecord], first_day: date
) -> list[TopicRecord | None]:
    """Return for each topic the one of the past that it continues, or None; each at most once.

    Args:
        found: Topics found now.
        past: Topics of the digest kept so far.
        first_day: The first day that was read whole, from which on days can be compared.
    """
    pairs = sorted(
        (-alike(candidate, record, first_day), index, position)
        for index, candidate in enumerate(found)
        for position, record in enumerate(past)
    )
    continued: list[TopicRecord | None] = [None] * len(found)
    taken: set[int] = set()
    for distance, index, position in pairs:
        if -distance >= SAME and continued[index] is None and position not in taken:
            continued[index] = past[position]
            taken.add(position)
    return continued


def alike(candidate: Candidate, record: TopicRecord, first_day: date) -> float:
    """Return how likely a topic continues one of the past: 1 or a little more for the same.

    The mean of the overlaps of terms and of days, and a little more for the same subject. Without
    a day in common the terms alone decide.
    """
    terms = overlap(candidate.named_by, record.named_by)
    days = overlap_of_days(candidate.days, record.days, first_day)
    same = bool(candidate.subject and candidate.subject == record.subject)
    if days is None:
        return terms + _SUBJECT * same
    if not terms and days < DAYS_ALONE:
        return 0.0
    return (terms + days) / 2 + _SUBJECT * same


def overlap_of_days(
    one: Sequence[DayCounts], other: Sequence[DayCounts], first_day: date
) -> float | None:
    """Return how far two topics have as many posts on the same days (weighted Jaccard), 0 to 1.

    Args:
        one: Days of a topic found now.
        other: Days of one of the past; none later than its last is compared.
        first_day: The first day that can be compared.

    Returns:
        None where one of them has no post on days that can be compared.
    """
    last = max((d.day for d in other), default=first_day)
    left = {d.day: d.posts for d in one if first_day <= d.day <= last}
    right = {d.day: d.posts for d in other if first_day <= d.day}
    if not left or not right:
        return None
    both = left.keys() | right.keys()
    least = sum(min(left.get(day, 0), right.get(day, 0)) for day in both)
    return least / sum(max(left.get(day, 0), right.get(day, 0)) for day in both)


def new_id(named_by: Sequence[str], taken: set[str]) -> str:
    """Return an id for a new topic, made of its name so that equal windows give equal ids."""
    salted = (f"{salt} {' '.join(named_by)}" for salt in range(len(taken) + 1))
    made = ("top_" + sha256(text.encode()).hexdigest()[:8] for text in salted)
    return next(name for name in made if name not in taken)
