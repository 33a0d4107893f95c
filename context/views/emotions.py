"""The emotions section: what her posts carry."""

from collections.abc import Sequence
from datetime import date
from math import sqrt

from context.digest import DayCounts
from context.document import Absence, AbsenceReason, EmotionShare, EmotionsSection
from context.emotion import EMOTIONS
from context.joined import Joined
from context.trend import NORMAL_90, PRIOR, Tally, decay, tally
from context.views.evidence import posts_read, telling_half_life, window_days
from context.views.peaks import find_peaks

MIN_SHARE = 0.15
"""Part of her posts from which on an emotion is told."""
SURELY = 0.05
"""Part of her posts that the lower end of the share's 90 % interval must reach."""
CLEAR = 50
"""Hundredths of a day's posts from which on an emotion was clearly felt on it."""


def emotions_section(joined: Joined, today: date) -> EmotionsSection | Absence:
    """Return the emotions of her posts, with the highs and lows among her days.

    Args:
        joined: Her digests as one.
        today: The UTC day of rendering.
    """
    days = window_days(joined.days, today)
    half_life = telling_half_life(days, today)
    # where no post was read for emotions, as by an older engine, nothing is known of them
    if half_life is None or not any(any(day.emotions) for day in days):
        return Absence(reason=AbsenceReason.INSUFFICIENT_DATA)
    found = tally(days, today, half_life)
    shares = [_share(index, days, found, today, half_life) for index in range(len(EMOTIONS))]
    told = [share for share in shares if share is not None]
    return EmotionsSection(
        as_of=joined.as_of,
        sources=joined.sources,
        emotions=sorted(told, key=lambda share: (-share.share, share.emotion)),
        evidence=posts_read(days),
        peaks=find_peaks(days, joined.topics),
    )


def _share(
    index: int, days: Sequence[DayCounts], found: Tally, today: date, half_life: float
) -> EmotionShare | None:
    """Return how much of what she posts carries an emotion, or None unless it clearly does."""
    clear = [day.day for day in days if day.emotions[index] >= CLEAR]
    felt = sum(day.emotions[index] / 100 * decay(day.day, today, half_life) for day in days)
    share = min(1.0, felt / found.weight)
    low, high = _interval(share, found.effective)
    if not clear or share < MIN_SHARE or low < SURELY:
        return None
    return EmotionShare(
        emotion=EMOTIONS[index],
        share=round(share, 2),
        confidence=round(max(0.0, 1 - (high - low)), 2),
        first_seen=clear[0],
        last_seen=clear[-1],
    )


def _interval(share: float, posts: float) -> tuple[float, float]:
    """Return the 90 % interval of a share seen in a number of posts (Jeffreys' prior)."""
    mean = (PRIOR + share * posts) / (2 * PRIOR + posts)
    reach = NORMAL_90 * sqrt(mean * (1 - mean) / (2 * PRIOR + posts + 1))
    return max(0.0, mean - reach), min(1.0, mean + reach)
