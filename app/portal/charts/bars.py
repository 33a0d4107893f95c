"""Bars: a share in the colour of its tone, and shares side by side."""

from collections.abc import Sequence

from markupsafe import Markup

from app.portal.charts.svg import INNER, chart, clamp, element
from app.portal.words import Tone, listed, percent_words
from context.document import ConversationsSection

STACK_HEIGHT = 22
GAP = 0.6


def share_bar(share: float, tone: Tone) -> Markup:
    """Draw one share of a whole that fills the width; the words beside it say the same.

    It is therefore hidden from readers.

    Args:
        share: 0 to 1.
        tone: Its colour.
    """
    width = clamp(share, 0, 1) * INNER
    return element(
        "svg",
        element("rect", x=0, y=0, width="100%", height="100%", rx=5, class_="track"),
        element("rect", x=0, y=0, width=f"{width:.2f}%", height="100%", rx=5, class_=tone),
        class_="chart",
        aria_hidden="true",
    )


def conversation_parts(section: ConversationsSection) -> list[tuple[str, float]]:
    """Return how she takes part, in words and shares, in the order in which they are drawn."""
    return [
        ("telling", section.tells),
        ("asking", section.asks),
        ("answering", section.answers),
        ("passing on", section.shares),
    ]


def conversation_bar(section: ConversationsSection, name: str = "conversations") -> Markup:
    """Draw telling, asking, answering and passing on as parts of one bar.

    Args:
        section: What to draw.
        name: Unique on the page.
    """
    parts = conversation_parts(section)
    said = [f"{percent_words(share)} {words}" for words, share in parts]
    return chart(
        *_side_by_side([share for _, share in parts]),
        name=name,
        title="How you take part",
        description=f"Of your posts, {listed(said)}.",
        height=STACK_HEIGHT,
    )


def _side_by_side(shares: Sequence[float]) -> list[Markup]:
    total = sum(shares)
    left, drawn = 0.0, []
    for place, share in enumerate(shares):
        width = clamp(share / total, 0, 1) * INNER if total > 0 else 0
        drawn.append(
            element(
                "rect",
                x=f"{min(left, INNER):.2f}%",
                y=0,
                width=f"{max(0, min(width, INNER - left) - GAP):.2f}%",
                height=STACK_HEIGHT,
                rx=3,
                class_=f"part-{place + 1}",
            )
        )
        left += width
    return drawn
