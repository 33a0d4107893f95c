"""Chance that can be repeated: one key, one sequence of rolls.

`random.Random` promises a stable `random()` only; its `choice` and `shuffle` may change between
Python versions. The people of the sandbox must write the same posts everywhere, so the rolls come
from a hash.
"""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_BITS = 53  # what a float can hold exactly, so that uniform() stays below 1


class Dice:
    """A reproducible source of rolls."""

    def __init__(self, *key: object) -> None:
        """Start a sequence that depends on `key` alone."""
        self._key = "\x1f".join(map(str, key)).encode()
        self._rolls = 0

    def uniform(self) -> float:
        """Roll a number in [0, 1)."""
        digest = hashlib.sha256(self._key + self._rolls.to_bytes(8, "big")).digest()
        self._rolls += 1
        roll: int = int.from_bytes(digest[:8], "big") >> (64 - _BITS)
        return roll / (1 << _BITS)

    def below(self, bound: int) -> int:
        """Roll an integer in [0, bound)."""
        return int(self.uniform() * bound)

    def chance(self, probability: float) -> bool:
        """Return True with the given probability, 0 to 1."""
        return self.uniform() < probability

    def choice(self, options: Sequence[T]) -> T:
        """Pick one of the options, all equally likely."""
        return options[self.below(len(options))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return the items in a random order (Fisher-Yates)."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order

    def count(self, mean: float) -> int:
        """Roll a whole number around `mean` (half to one and a half of it, rounded by chance)."""
        wanted = mean * (0.5 + self.uniform())
        return int(wanted) + self.chance(wanted - int(wanted))
