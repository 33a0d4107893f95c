"""Lists, shares and buckets as a sentence writes them."""

import re
from collections.abc import Sequence

_NUMBER = re.compile(r"\d+")


def listed(words: Sequence[str]) -> str:
    """Join words as a sentence does: `a, b and c`."""
    if len(words) < 2:  # noqa: PLR2004 - one word needs no "and"
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def span_words(bucket: str) -> str:
    """Write a bucket such as `1000-9999` as `1,000–9,999`, and `10+` as `10 or more`."""
    spelt = _NUMBER.sub(lambda found: f"{int(found[0]):,}", bucket)
    return spelt.replace("-", "–").replace("+", " or more")


def signed_words(value: float) -> str:
    """Write a valence or a change of one with its sign, as print does."""
    return f"{value:+.2f}".replace("-", "−")


def percent_words(share: float) -> str:
    """Write a share from 0 to 1 as a whole percentage."""
    return f"{100 * share:.0f} %"
