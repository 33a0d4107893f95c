"""Lets the storylines happen: what is due by now, in an order that never changes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.sandbox.pace import Pace
from app.sandbox.storylines.model import CYCLE_DAYS, TURNING_DAY, Storyline
from app.sandbox.storylines.script import Draft, Script
from app.sandbox.storylines.told import Told

REMEMBERED_CYCLES = 6
"""How many cycles a narrator tells that comes late: a time lapse left alone for weeks is long."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One cycle of one storyline, with the moment on the clock of each of its drafts."""

    storyline: Storyline
    drafts: tuple[Draft, ...]
    moments: tuple[datetime, ...]


class Narrator:
    """Tells the storylines cycle by cycle, as far as the clock has come."""

    def __init__(
        self,
        storylines: Sequence[Storyline],
        everyday: Mapping[str, tuple[str, ...]],
        pace: Pace,
        seed: int,
    ) -> None:
        """Prepare to tell.

        Args:
            storylines: What happens.
            everyday: What friends write about on any day: lines by topic.
            pace: When the network opens, and how fast time then goes.
            seed: Another seed, other posts.
        """
        self.storylines = tuple(storylines)
        self._everyday = everyday
        self._pace = pace
        self._seed = seed
        self._cycles = 0
        self._told = Told()
        midnight = pace.anchor.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self._start = midnight - timedelta(days=TURNING_DAY)

    def tell(self, now: datetime) -> Iterator[Chapter]:
        """Yield the chapters that have begun by now and were not told before.

        Of a past that is longer than `REMEMBERED_CYCLES`, only the latest ones are told.
        """
        story_now = self._pace.in_story(now)
        current = (story_now - self._start) // timedelta(days=CYCLE_DAYS)
        self._cycles = max(self._cycles, current + 1 - REMEMBERED_CYCLES)
        while self._cycle_start(self._cycles) <= story_now:
            cycle = self._cycles
            self._cycles += 1
            for storyline in self.storylines:
                yield self._chapter(storyline, cycle)

    def _chapter(self, storyline: Storyline, cycle: int) -> Chapter:
        start = self._cycle_start(cycle)

        def on_clock(since: timedelta) -> datetime:
            return self._pace.on_clock(start + since)

        script = Script(storyline, self._everyday, (self._seed, cycle), self._told, on_clock)
        drafts = script.write()
        return Chapter(storyline, drafts, tuple(on_clock(draft.at) for draft in drafts))

    def _cycle_start(self, cycle: int) -> datetime:
        return self._start + timedelta(days=CYCLE_DAYS * cycle)
