"""The hours at which she tends to post, as twenty-four bars."""

from markupsafe import Markup

from app.portal.charts.svg import INNER, chart, clamp, element, stretched, text
from app.portal.words import hours_words
from context.document import RhythmSection

PLOT_HEIGHT = 90
HEIGHT = PLOT_HEIGHT + 22
HOURS = 24
GAP = 0.35


def rhythm_chart(section: RhythmSection, name: str = "rhythm") -> Markup:
    """Draw the share of each hour (UTC); active hours stand out.

    Args:
        section: What to draw.
        name: Unique on the page.
    """
    tallest = max(section.hours, default=0)
    bars = [
        _bar(hour, share / tallest if tallest > 0 else 0, active=hour in section.active_hours)
        for hour, share in enumerate(section.hours)
    ]
    ground = element("line", x1=0, x2=INNER, y1=INNER, y2=INNER, class_="grid")
    marks = [
        text(f"{hour:02d}:00", x=hour / HOURS * INNER, y=HEIGHT - 4) for hour in (0, 6, 12, 18)
    ]
    marks.append(text("24:00", x=INNER, y=HEIGHT - 4))
    return chart(
        stretched(*bars, ground, y=0, height=PLOT_HEIGHT),
        *marks,
        name=name,
        title="The hours at which you post",
        description=f"Most active: {hours_words(section.active_hours)}.",
        height=HEIGHT,
    )


def _bar(hour: int, part: float, *, active: bool) -> Markup:
    width = INNER / HOURS
    height = clamp(part, 0, 1) * INNER
    return element(
        "rect",
        x=hour * width + GAP,
        y=INNER - height,
        width=width - 2 * GAP,
        height=height,
        class_="hour-peak" if active else "hour",
    )
