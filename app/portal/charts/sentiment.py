"""Her sentiment over the days: a curve, its band, the day it changed, the highs and the lows."""

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from app.portal.charts.svg import (
    INNER,
    Point,
    chart,
    clamp,
    dot,
    element,
    points,
    stretched,
    text,
)
from app.portal.words import PEAK_MARKS, day_words, emotion_words, signed_words, tone_words
from context.document import DailyValence, EmotionPeak, PeakDirection, SentimentSection

PLOT_TOP = 20
PLOT_HEIGHT = 150
HEIGHT = PLOT_TOP + PLOT_HEIGHT + 22
MIDDLE = INNER / 2
MARK_ABOVE = 9
MARK_BELOW = 19
"""Pixels from the curve to the foot of a mark."""


def sentiment_chart(
    section: SentimentSection, peaks: Sequence[EmotionPeak] = (), name: str = "sentiment"
) -> Markup:
    """Draw the daily valence from -1 to 1 with its 90 % band, and mark a change that was called.

    Args:
        section: What to draw; without days there is nothing to draw.
        peaks: Emotional highs and lows to mark.
        name: Unique on the page.
    """
    days = section.daily
    if not days:
        return Markup()
    across = _Days(days[0].day, days[-1].day)
    since = section.trend.since
    return chart(
        stretched(*_shapes(days, across, since), y=PLOT_TOP, height=PLOT_HEIGHT),
        *_labels(days, across, since),
        *(_mark(peak, days, across) for peak in peaks),
        name=name,
        title="How you seemed to feel, day by day",
        description=describe(section, peaks),
        height=HEIGHT,
    )


def describe(section: SentimentSection, peaks: Sequence[EmotionPeak] = ()) -> str:
    """Say in words what the curve and its marks show."""
    first, last = section.daily[0], section.daily[-1]
    said = (
        f"From {day_words(first.day)} to {day_words(last.day)} the curve goes from"
        f" {tone_words(first.valence)} ({signed_words(first.valence)}) to"
        f" {tone_words(last.valence)} ({signed_words(last.valence)}), on a scale from −1 to +1."
    )
    if section.trend.since is not None:
        since = day_words(section.trend.since)
        said += f" A change of {signed_words(section.trend.change)} is marked on {since}."
    for peak in peaks:
        on = day_words(peak.day)
        said += f" A {peak.direction} is marked on {on}: {emotion_words(peak.emotion)}."
    return said


class _Days:
    """Where a day lies across the chart; days outside go to its nearer edge."""

    def __init__(self, first: date, last: date) -> None:
        self._first = first
        self._span = (last - first).days

    def x(self, day: date) -> float:
        if self._span == 0:
            return MIDDLE
        return clamp((day - self._first).days / self._span * INNER, 0, INNER)


def _y(valence: float) -> float:
    return (1 - clamp(valence, -1, 1)) * MIDDLE


def _shapes(days: Sequence[DailyValence], across: _Days, since: date | None) -> list[Markup]:
    curve: list[Point] = [(across.x(day.day), _y(day.valence)) for day in days]
    upper: list[Point] = [(across.x(day.day), _y(day.high)) for day in days]
    lower: list[Point] = [(across.x(day.day), _y(day.low)) for day in days]
    shapes = [
        element("rect", x=0, y=0, width=INNER, height=MIDDLE, class_="above"),
        element("rect", x=0, y=MIDDLE, width=INNER, height=MIDDLE, class_="below"),
        element("line", x1=0, x2=INNER, y1=MIDDLE, y2=MIDDLE, class_="zero"),
        element("polygon", points=points([*upper, *reversed(lower)]), class_="band"),
    ]
    if since is not None:
        x = across.x(since)
        shapes.append(element("line", x1=x, x2=x, y1=0, y2=INNER, class_="turn"))
    shapes.append(element("polyline", points=points(curve), class_="curve"))
    return [*shapes, dot(curve[-1], "dot"), dot(curve[-1], "dot-core")]


def _labels(days: Sequence[DailyValence], across: _Days, since: date | None) -> list[Markup]:
    labels = [
        text("Happier", x=0.8, y=PLOT_TOP + 17),
        text("Unhappier", x=0.8, y=PLOT_TOP + PLOT_HEIGHT - 9),
        text(day_words(days[0].day), x=0, y=HEIGHT - 4),
    ]
    if len(days) > 1:
        labels.append(text(day_words(days[-1].day), x=INNER, y=HEIGHT - 4))
    if since is not None:
        label = f"Changed on {day_words(since)}"
        labels.append(text(label, x=across.x(since), y=PLOT_TOP - 7, class_="strong"))
    return labels


def _mark(peak: EmotionPeak, days: Sequence[DailyValence], across: _Days) -> Markup:
    nearest = min(days, key=lambda day: abs(day.day - peak.day))
    is_high = peak.direction is PeakDirection.HIGH
    away = -MARK_ABOVE if is_high else MARK_BELOW
    return element(
        "text",
        PEAK_MARKS[peak.direction],
        x=f"{across.x(peak.day):.2f}%",
        y=PLOT_TOP + _y(nearest.valence) / INNER * PLOT_HEIGHT + away,
        text_anchor="middle",
        class_="mark-well" if is_high else "mark-badly",
    )
