"""Drivers: the topics that move her valence, and that moved it where it changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from context.counts import read_days
from context.digest import DayCounts, TopicRecord
from context.document import Driver
from context.joined import Joined
from context.trend import USUAL, Tally, estimate, tally
from context.views.naming import label
from context.views.topics import MIN_VALENCE

MIN_EFFECT = 0.03
"""Effect on valence below which a topic is no driver."""
TOLD = 0.12
"""Valence that is told of a topic from which on it may not contradict what it is said to do."""
MAX_DRIVERS = 3
MIN_REST = 3.0
"""Effective posts on other things below which nothing is said of the rest."""


@dataclass(frozen=True, slots=True)
class _Periods:
    """Tallies of now and, where a change is called, of before and after it."""

    now: Tally
    before: Tally | None
    after: Tally | None


def drivers(joined: Joined, today: date, half_life: float, since: date | None) -> list[Driver]:
    """Return the topics without whose posts her valence, and its change, would be another.

    A topic is told only if what is felt about it is of the kind that it does: posts that are
    merely less glad than the rest weigh on nobody, nor does what she liked and writes less of.

    Args:
        joined: Her digests as one.
        today: The UTC day of rendering.
        half_life: Days after which a post weighs half in her valence.
        since: The day from which on her valence is different; None where no change is called.

    Returns:
        The strongest first.
    """
    whole = _periods(read_days(joined.days), today, half_life, since)
    found = []
    for topic in joined.topics:
        part = _periods(topic.days, today, half_life, since)
        rest = _less(whole.now, part.now)
        effect = _net(whole.now) - _net(rest)
        has_part = since is None or effect * _part_of_change(whole, part) > 0
        if abs(effect) >= MIN_EFFECT and has_part and _is_felt_so(effect, part, topic, today):
            found.append(
                Driver(
                    id=topic.id,
                    label=label(topic.terms, topic.subject),
                    effect=round(effect, 2),
                    rest=round(_net(rest), 2) if rest.effective >= MIN_REST else None,
                )
            )
    return sorted(found, key=lambda d: (-abs(d.effect), d.id))[:MAX_DRIVERS]


def _periods(
    days: Sequence[DayCounts], today: date, half_life: float, since: date | None
) -> _Periods:
    now = tally(days, today, half_life)
    if since is None:
        return _Periods(now, None, None)
    before: Iterable[DayCounts] = (d for d in days if d.day < since)
    after: Iterable[DayCounts] = (d for d in days if d.day >= since)
    return _Periods(now, tally(before, today, None), tally(after, today, None))


def _part_of_change(whole: _Periods, part: _Periods) -> float:
    """Return the part of a change that goes when a topic's posts do; 0 if it is too small."""
    if whole.before is None or part.before is None or whole.after is None or part.after is None:
        return 0.0
    change = _net(whole.after) - _net(whole.before)
    rest = _net(_less(whole.after, part.after)) - _net(_less(whole.before, part.before))
    return change - rest if abs(change - rest) >= MIN_EFFECT else 0.0


def _is_felt_so(effect: float, part: _Periods, topic: TopicRecord, today: date) -> bool:
    """Return whether what is felt about a topic, lately and as it is told, is of its effect's kind.

    Where a change is explained, what was felt before it does not count.
    """
    lately = part.now if part.after is None else part.after
    found = tally(topic.days, today, USUAL)
    told = estimate(found).valence if found.effective >= MIN_VALENCE else 0.0
    return effect * _net(lately) > 0 and (effect * told > 0 or abs(told) < TOLD)


def _less(whole: Tally, part: Tally) -> Tally:
    return Tally(
        max(0.0, whole.negative - part.negative),
        max(0.0, whole.neutral - part.neutral),
        max(0.0, whole.positive - part.positive),
        max(0.0, whole.squares - part.squares),
    )


def _net(found: Tally) -> float:
    # one neutral post more keeps a topic that is nearly all she wrote from dividing by nothing
    return (found.positive - found.negative) / (found.weight + 1)
