"""Drivers: the topics that move her valence, or that moved it where it changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from context.counts import read_days
from context.digest import DayCounts
from context.document import Driver
from context.joined import Joined
from context.trend import Tally, tally
from context.views.naming import label

MIN_EFFECT = 0.03
"""Effect on valence below which a topic is no driver."""
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
    """Return the topics without whose posts her valence, or its change, would be another.

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
        effect = _effect(whole, part)
        if abs(effect) >= MIN_EFFECT and part.now.weight and _is_of_its_kind(effect, part):
            rest = _less(whole.now, part.now)
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


def _effect(whole: _Periods, part: _Periods) -> float:
    if whole.before is None or part.before is None or whole.after is None or part.after is None:
        return _net(whole.now) - _net(_less(whole.now, part.now))
    change = _net(whole.after) - _net(whole.before)
    rest = _net(_less(whole.after, part.after)) - _net(_less(whole.before, part.before))
    return change - rest


def _is_of_its_kind(effect: float, part: _Periods) -> bool:
    # posts that are merely less glad than the rest lower her valence, and yet nothing in them is
    # low; where a change is explained, what counts is how they moved
    return part.before is not None or effect * _net(part.now) > 0


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
