"""People whose mood is known, drawn at random: what the simulations look at."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.engine.sentiment import SENTIMENT
from context.digest import KEPT_DAYS, DayCounts
from context.engines import Engine
from context.post import WINDOW_DAYS
from context.reading import discount
from context.training.labelled import read_labelled
from context.valence import adapt

START = date(2026, 1, 1)

Shares = tuple[float, float, float]
"""Parts of somebody's posts that are negative, neutral, positive; they sum to 1."""

USUAL: Shares = (0.156, 0.448, 0.396)
"""An average person's, as in the training data."""


@dataclass(frozen=True, slots=True, repr=False)
class Reader:
    """How posts are read: rows to draw from for each true class.

    Attributes:
        name: Who reads.
        pools: For negative, neutral and positive posts each, rows of four: the probabilities of
            the three classes and of irony.
    """

    name: str
    pools: tuple[NDArray[np.float64], ...]


FAULTLESS = Reader("without error", tuple(np.eye(3, 4)[[k]] for k in range(3)))


@dataclass(frozen=True, slots=True)
class Phase:
    """Days on which a mood lasts.

    Attributes:
        days: How many.
        shares: The mood.
    """

    days: int
    shares: Shares


@dataclass(frozen=True, slots=True, repr=False)
class Life:
    """What somebody posted.

    Attributes:
        days: The day of each post, from 0, in order.
        rows: How each was read, as in ``Reader``.
    """

    days: NDArray[np.int64]
    rows: NDArray[np.float64]

    def looks(self, days: Iterable[int]) -> Iterator[tuple[date, tuple[DayCounts, ...]]]:
        """Yield what is kept of her on some days, each with its date, as refreshes would keep it.

        Args:
            days: The days, ascending.
        """
        kept: dict[int, DayCounts] = {}
        for today in days:
            first = today - WINDOW_DAYS + 1
            kept = {day: counts for day, counts in kept.items() if day >= first - KEPT_DAYS}
            kept |= self._window(first, today)
            yield START + timedelta(days=today), tuple(kept[day] for day in sorted(kept))

    def _window(self, first: int, last: int) -> dict[int, DayCounts]:
        chosen = slice(*np.searchsorted(self.days, [first, last + 1]))
        days, rows = self.days[chosen], self.rows[chosen]
        if not len(days):
            return {}
        valence = np.rint(100 * discount(adapt(rows[:, :3]), rows[:, 3])).astype(int)
        return {
            day: DayCounts(
                START + timedelta(days=day),
                int((days == day).sum()),
                *valence[days == day].sum(axis=0).tolist(),
            )
            for day in np.unique(days).tolist()
        }


def theta(shares: Shares) -> float:
    """Return the true valence: positive less negative, -1 to 1."""
    return shares[2] - shares[0]


def shifted(shares: Shares, by: float) -> Shares:
    """Return shares whose valence differs by ``by``, with as many neutral posts.

    Raises:
        ValueError: If there are too few posts of the other kinds for that.
    """
    negative, neutral, positive = shares
    moved = (negative - by / 2, neutral, positive + by / 2)
    if min(moved) < 0:
        raise ValueError(f"valence cannot move by {by} from {theta(shares):+.2f}")
    return moved


def live(
    phases: Sequence[Phase], posts_per_day: float, reader: Reader, random: np.random.Generator
) -> Life:
    """Return what somebody posts, as it is read.

    Args:
        phases: Her moods, one after the other.
        posts_per_day: Mean of the Poisson distribution of her posts a day.
        reader: Who reads them.
        random: Source of chance.
    """
    shares = np.array([phase.shares for phase in phases for _ in range(phase.days)])
    days = np.repeat(np.arange(len(shares)), random.poisson(posts_per_day, len(shares)))
    classes = (random.random(len(days))[:, None] > shares[days].cumsum(axis=1)[:, :2]).sum(axis=1)
    rows = np.empty((len(days), 4))
    for number, pool in enumerate(reader.pools):
        mine = classes == number
        rows[mine] = pool[random.integers(len(pool), size=int(mine.sum()))]
    return Life(days, rows)


def engine_reader(name: str, engine: Engine, data: Path) -> Reader:
    """Return a reader that errs as an engine does on validation posts.

    Args:
        name: Who reads.
        engine: The engine.
        data: Folder of the labelled posts.

    Raises:
        DataError: If the data is missing or malformed.
    """
    texts, labels = read_labelled(data / SENTIMENT)
    read = engine.read(texts)
    rows = np.column_stack([read.valence, read.irony])
    return Reader(name, tuple(rows[labels == number] for number in range(3)))
