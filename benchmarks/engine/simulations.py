"""Simulations of what the engine claims: intervals, change, and the bound of the network's mood."""

from collections.abc import Iterable
from itertools import pairwise, product

import numpy as np

from benchmarks.engine.moods import (
    START,
    USUAL,
    Life,
    Phase,
    Reader,
    Shares,
    live,
    shifted,
    theta,
)
from benchmarks.engine.table import Figure, Table
from context.network import EPSILON, NOISE_FROM, STEPS, mood_by_author, release
from context.post import WINDOW_DAYS
from context.trend import RECENT, estimate, find_change, tally
from context.trend import USUAL as LATELY

SEED = 20_141
POSTS_PER_DAY = (1, 3, 10)
MOODS: tuple[Shares, ...] = (USUAL, (0.05, 0.25, 0.7), (0.4, 0.4, 0.2), (0.02, 0.9, 0.08))
SHIFT = -0.45
WEEK = 7
MONTHS = 10
DAYS = 30 * MONTHS
FOUND_WITHIN = 14
FRIENDS = (5, 10, 25, 49, 50, 100, 250)


def coverage(people: int, reader: Reader) -> Table:
    """Return how often a nominal 90 % interval holds the true valence.

    Args:
        people: Simulated people per row and half-life.
        reader: Who reads their posts.
    """
    random = np.random.default_rng(SEED)
    rows: dict[str, dict[str, Figure]] = {}
    for posts, shares in product(POSTS_PER_DAY, MOODS):
        lives = [live([Phase(WINDOW_DAYS, shares)], posts, reader, random) for _ in range(people)]
        row: dict[str, Figure] = {}
        for name, half_life in (("now", RECENT), ("lately", LATELY)):
            found = [
                estimate(tally(days, today, half_life))
                for life in lives
                for today, days in life.looks([WINDOW_DAYS - 1])
            ]
            inside = [e.low <= theta(shares) <= e.high for e in found]
            row[f"coverage_{name}"] = float(np.mean(inside))
            row[f"width_{name}"] = float(np.mean([e.high - e.low for e in found]))
        rows[f"{posts} a day, valence {theta(shares):+.2f}"] = row
    return Table(
        f"Coverage of nominal 90 % intervals, posts read {reader.name}",
        f"{people:,} simulated people per row, {WINDOW_DAYS} days. now, lately: half-lives of "
        f"{RECENT:g} and {LATELY:g} days.",
        rows,
    )


def change(people: int, reader: Reader) -> Table:
    """Return how often a change is called that is none, and one found that is one.

    Args:
        people: Simulated people per row, each once with and once without a shift.
        reader: Who reads their posts.
    """
    random = np.random.default_rng(SEED)
    rows: dict[str, dict[str, Figure]] = {}
    for posts in POSTS_PER_DAY:
        steady = [
            _calls(
                live([Phase(DAYS, USUAL)], posts, reader, random), range(WINDOW_DAYS, DAYS, WEEK)
            )
            for _ in range(people)
        ]
        rows[f"{posts} a day"] = {
            "false_alarm_per_look": float(
                np.mean([size != 0 for sizes in steady for size in sizes])
            ),
            "false_alarm_in_ten_months": float(np.mean([any(sizes) for sizes in steady])),
            "found_within_14_days": float(
                np.mean([_finds(posts, reader, random) for _ in range(people)])
            ),
        }
    return Table(
        f"Change of mood, posts read {reader.name}",
        f"{people:,} simulated people per row, looked at once a week for {MONTHS} months; found: a "
        f"shift of {SHIFT} on a random weekday, called as a fall.",
        rows,
    )


def network(trials: int) -> Table:
    """Return how far one friend can move what is released of the network's mood.

    One of the friends is replaced by somebody with any number of posts of any valence; the noise
    is held, since it would hide the movement. Half of the trials stand at the edge of a step.

    Args:
        trials: Per number of friends.
    """
    random = np.random.default_rng(SEED)
    return Table(
        "What one friend can move",
        f"Largest movement in {trials:,} trials each, on the scale of -1 to 1, of the mean and of "
        f"what is released: one of three steps below {NOISE_FROM} friends, from there on the mean "
        f"with noise, whose standard deviation (epsilon {EPSILON:g}) is in the last column.",
        {f"{friends} friends": _movements(friends, trials, random) for friends in FRIENDS},
    )


def _calls(life: Life, looks: Iterable[int]) -> list[float]:
    """Return the size of the change that each look calls; 0 where it calls none."""
    found = [find_change(days, today) for today, days in life.looks(looks)]
    return [change.size if change else 0.0 for change in found]


def _finds(posts: float, reader: Reader, random: np.random.Generator) -> bool:
    before = 3 * WINDOW_DAYS + int(random.integers(WEEK))
    until = before + FOUND_WITHIN
    phases = [Phase(before, USUAL), Phase(FOUND_WITHIN, shifted(USUAL, SHIFT))]
    looks = range(0, until, WEEK)
    sizes = _calls(live(phases, posts, reader, random), looks)
    return any(size < 0 for look, size in zip(looks, sizes, strict=True) if look >= before)


def _movements(friends: int, trials: int, random: np.random.Generator) -> dict[str, Figure]:
    edges = [(low + high) / 200 for low, high in pairwise(STEPS)]
    mean_moved = released_moved = 0.0
    for trial in range(trials):
        moods = random.uniform(-1, 1, friends)
        if trial % 2:
            moods = np.clip(moods - moods.mean() + random.choice(edges), -1, 1)
        other = moods.copy()
        other[0] = _anybody(random)
        mean_moved = max(mean_moved, abs(float(other.mean() - moods.mean())))
        one, two = (
            release(START, moods.tolist(), b"k" * 32),
            release(START, other.tolist(), b"k" * 32),
        )
        if one is None or two is None:
            raise ValueError(f"nothing is released of {friends} friends")
        released_moved = max(released_moved, abs(one.mood - two.mood) / 100)
    noisy = friends >= NOISE_FROM
    return {
        "mean_moved": mean_moved,
        "bound_of_mean": 2 / friends,
        "released_moved": released_moved,
        "bound_of_released": 2 / friends + 0.01 if noisy else max(np.diff(STEPS)) / 100,
        "noise": float(np.sqrt(2) * 2 / (friends * EPSILON)) if noisy else "–",
    }


def _anybody(random: np.random.Generator) -> float:
    posts = int(random.integers(1, 200))
    extreme = random.choice([-1.0, 1.0], posts) if random.random() < 0.5 else np.full(posts, 50.0)
    (mood,) = mood_by_author(["x"] * posts, extreme * random.choice([-1, 1]))
    return mood
