"""Facts that tell whether an account is a person's own: coarse steps, never an exact number."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np
from scipy.sparse import csr_matrix

from context.counts import lower_end
from context.digest import AccountFacts
from context.post import Account, PostKind
from context.reading import Reading
from context.text import clean, words

ALIKE = 0.7
"""Part of their words that two posts share (Jaccard 1901) from which on they are alike."""
MIN_WORDS = 4
"""Different words of a post below which it is too short to be alike by anything but chance."""

_PEOPLE = (0, 10, 100, 1_000, 10_000, 100_000)
_AGES = (0, 30, 180, 365, 1_095)


def account_facts(
    account: Account | None, readings: Sequence[Reading], today: date
) -> AccountFacts | None:
    """Return the facts of an account, or None where there is nothing to go by.

    Args:
        account: What the provider says of it.
        readings: Her posts of the window.
        today: The UTC day of the refresh.
    """
    if account is None and not readings:
        return None
    stated = account or Account()
    daily = Counter(reading.day for reading in readings)
    return AccountFacts(
        followers=_people(stated.followers),
        following=_people(stated.following),
        age_days=None if stated.since is None else lower_end((today - stated.since).days, _AGES),
        automated=stated.automated,
        repeated=count_alike([r for r in readings if r.post.kind is not PostKind.BOOST]),
        busiest_day=max(daily.values(), default=0),
    )


def count_alike(readings: Sequence[Reading]) -> int:
    """Return the number of posts that are worded like another of them."""
    bags = [set(words(clean(reading.post.text))) for reading in readings]
    long = [sorted(bag) for bag in bags if len(bag) >= MIN_WORDS]
    places = {word: place for place, word in enumerate(sorted(set().union(*long)))}
    rows = np.repeat(np.arange(len(long)), [len(bag) for bag in long])
    columns = [places[word] for bag in long for word in bag]
    shape = (len(long), max(1, len(places)))
    holds = csr_matrix((np.ones(len(columns), dtype=np.int32), (rows, columns)), shape=shape)
    both = (holds @ holds.T).toarray()
    sizes = both.diagonal()
    alike = both >= ALIKE * (sizes[:, None] + sizes[None, :] - both)
    return int((alike.sum(axis=1) > 1).sum())


def _people(number: int | None) -> int | None:
    return None if number is None else lower_end(number, _PEOPLE)
