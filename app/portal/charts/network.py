"""The mood around her on a scale of three steps."""

from markupsafe import Markup

from app.portal.charts.svg import INNER, chart, element, text
from app.portal.words import MOODS
from context.document import MoodStep, NetworkSection

TRACK_TOP = 8
TRACK_HEIGHT = 14
HEIGHT = 46
GAP = 1.2

_TONES = {MoodStep.LOW: "badly", MoodStep.MIXED: "even", MoodStep.HIGH: "well"}


def network_scale(section: NetworkSection, name: str = "network") -> Markup:
    """Draw low, mixed and high side by side, the present step filled and named in bold.

    Args:
        section: What to draw.
        name: Unique on the page.
    """
    width = (INNER - 2 * GAP) / 3
    parts: list[Markup] = []
    for place, step in enumerate(MoodStep):
        left = place * (width + GAP)
        here = step is section.mood
        parts.append(
            element(
                "rect",
                x=f"{left:.2f}%",
                y=TRACK_TOP,
                width=f"{width:.2f}%",
                height=TRACK_HEIGHT,
                rx=5,
                class_=_TONES[step] if here else "track",
            )
        )
        words = f"● {MOODS[step]}" if here else MOODS[step]
        at = (0, INNER / 2, INNER)[place]
        parts.append(text(words, x=at, y=HEIGHT - 6, class_="strong" if here else ""))
    return chart(
        *parts,
        name=name,
        title="The mood around you",
        description=f"Of the three steps low, mixed and high it is {MOODS[section.mood].lower()}.",
        height=HEIGHT,
    )
