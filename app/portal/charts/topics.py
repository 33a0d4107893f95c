"""A topic's share of what she posts, as a bar in the colour of how she feels about it."""

from markupsafe import Markup

from app.portal.charts.svg import INNER, clamp, element
from app.portal.words import tone_of
from context.document import Topic


def topic_bar(topic: Topic, largest: float) -> Markup:
    """Draw one topic's share; the words beside it say the same, so that it is hidden from readers.

    Args:
        topic: The topic.
        largest: The greatest share on the page, which fills the width; 0 to 1.
    """
    width = clamp(topic.share / largest, 0, 1) * INNER if largest > 0 else 0
    return element(
        "svg",
        element("rect", x=0, y=0, width="100%", height="100%", rx=5, class_="track"),
        element(
            "rect",
            x=0,
            y=0,
            width=f"{width:.2f}%",
            height="100%",
            rx=5,
            class_=tone_of(topic.valence),
        ),
        class_="chart",
        aria_hidden="true",
    )
