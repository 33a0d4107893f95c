"""The mood of the people she follows: one number a day, or nothing.

Each person counts once, clipped to [-1, 1], so that nobody moves the mean by more than 2/m.
Nothing below five people. Below fifty only a coarse step is kept; from fifty on the mean with
Laplace noise of scale 2/(m·ε) (Dwork et al. 2006). A day's number, once released, is frozen:
comparing two releases of a day tells nothing about who was added in between.
"""

import hmac
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from math import copysign, log1p

import numpy as np
from numpy.typing import NDArray

from context.digest import NetworkDay

MIN_PEOPLE = 5
NOISE_FROM = 50
"""People from which on a number with noise is kept instead of a step."""
EPSILON = 1.0
"""Privacy loss of one day's release."""
LOW_BELOW = -0.1
"""Mean below which the mood is low."""
HIGH_ABOVE = 0.35
"""Mean above which the mood is high: in public people write more gladly than gloomily, by .2."""
STEPS = (-40, 10, 50)
"""Hundredths that stand for the steps low, mixed and high."""
KEPT = 14
"""Days for which released moods are kept."""

_BUCKETS = (5, 10, 25, 50, 100, 250)


def mood_by_author(authors: Sequence[str], net: NDArray[np.float64]) -> list[float]:
    """Return one value in [-1, 1] per distinct author: the mean of the author's posts, clipped.

    Args:
        authors: Author of each post, opaque.
        net: Positive less negative probability of each post.
    """
    values: defaultdict[str, list[float]] = defaultdict(list)
    for author, value in zip(authors, net.tolist(), strict=True):
        values[author].append(value)
    return [
        min(1.0, max(-1.0, sum(sorted(found)) / len(found))) for _, found in sorted(values.items())
    ]


def release(day: date, moods: Sequence[float], key: bytes) -> NetworkDay | None:
    """Return what may be kept of the network's mood on a day, or None with too few people.

    One person moves the mean by 2 / people at most: from ``NOISE_FROM`` on that moves what is
    released as far, under noise of that scale; below, it moves by one step at most, and mostly
    not at all.

    Args:
        day: The UTC day of the release.
        moods: One value in [-1, 1] per person.
        key: Secret key material of the noise; equal input and key give equal noise.
    """
    people = len(moods)
    if people < MIN_PEOPLE:
        return None
    mean = sum(sorted(moods)) / people
    if people < NOISE_FROM:
        value = STEPS[step(mean)]
    else:
        value = round(100 * min(1.0, max(-1.0, mean + _laplace(2 / (people * EPSILON), key))))
    return NetworkDay(day, value, people_step(people))


def step(mood: float) -> int:
    """Return 0, 1 or 2 for a low, mixed or high mood in [-1, 1]."""
    return (mood >= LOW_BELOW) + (mood > HIGH_ABOVE)


def noise_key(secret: bytes, day: date, cohort: Sequence[str]) -> bytes:
    """Return the key of a day's noise: it takes the secret and all the window to foretell it.

    Args:
        secret: Secret of the service or the connection; empty in tests and trials.
        day: The UTC day of the release.
        cohort: What was read of the network, in a canonical order.
    """
    message = "\x1f".join([day.isoformat(), *cohort]).encode("utf-8", "replace")
    return hmac.new(secret, message, sha256).digest()


def people_step(people: int) -> int:
    """Return the lower end of the bucket of so many people, five or more."""
    return max(bucket for bucket in _BUCKETS if bucket <= people)


def people_bucket(people: int) -> str:
    """Return the words for a bucket, such as ``10-24``, given its lower end."""
    above = next((b for b in _BUCKETS if b > people), None)
    return f"{people}-{above - 1}" if above else f"{people}+"


def _laplace(scale: float, key: bytes) -> float:
    # 53 bits of the key as a uniform number in (-1/2, 1/2), through the inverse distribution
    uniform = ((int.from_bytes(key[:8], "big") >> 11) + 0.5) / 2**53 - 0.5
    return -scale * copysign(log1p(-2 * abs(uniform)), uniform)
