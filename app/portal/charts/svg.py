"""SVG as markup: elements with escaped attributes, and the frame every chart shares."""

from collections.abc import Iterable

from markupsafe import Markup, escape

INNER = 100
"""Side of the inner viewport; every shape's coordinates lie within 0 and this."""

Point = tuple[float, float]


def element(name: str, *children: Markup | str, **attributes: str | float) -> Markup:
    """Make one element; text and attribute values are escaped.

    Args:
        name: The element's name.
        children: Markup as it is, or text to escape.
        attributes: By name; `class_` stands for `class`, an underscore for a hyphen.
    """
    written = "".join(
        f' {attribute.rstrip("_").replace("_", "-")}="{escape(_text(value))}"'
        for attribute, value in attributes.items()
    )
    inside = "".join(str(escape(child)) for child in children)
    return Markup(f"<{name}{written}>{inside}</{name}>")  # noqa: S704 - each part was escaped


def points(pairs: Iterable[Point]) -> str:
    """Write coordinates as the `points` of a line or a polygon."""
    return " ".join(f"{_text(x)},{_text(y)}" for x, y in pairs)


def dot(at: Point, class_: str) -> Markup:
    """Draw a round dot that stays round in a stretched viewport: a line without length."""
    return element("path", d=f"M{_text(at[0])} {_text(at[1])}h0", class_=class_)


def text(words: str, *, x: float, y: float, class_: str = "") -> Markup:
    """Write words at `x` percent and `y` pixels, aligned so that they stay on the page."""
    anchor = "start" if x < INNER / 3 else "end" if x > INNER * 2 / 3 else "middle"
    return element("text", words, x=f"{_text(x)}%", y=y, text_anchor=anchor, class_=class_)


def stretched(*shapes: Markup, y: float, height: float) -> Markup:
    """Put shapes into an inner viewport of 100 by 100 that fills the width."""
    return element(
        "svg",
        *shapes,
        x=0,
        y=y,
        width="100%",
        height=height,
        viewBox=f"0 0 {INNER} {INNER}",
        preserveAspectRatio="none",
        overflow="visible",
        aria_hidden="true",
    )


def chart(*parts: Markup, name: str, title: str, description: str, height: float) -> Markup:
    """Frame a chart: an image with a title and a description for those who cannot see it.

    Args:
        parts: Its drawing.
        name: Unique on the page; ids are made of it.
        title: What it shows, in a few words.
        description: What can be read off it, in a sentence or two.
        height: In pixels.
    """
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", description, id=f"{name}-description"),
        *parts,
        class_="chart",
        role="img",
        aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-description",
        width="100%",
        height=height,
    )


def clamp(value: float, low: float, high: float) -> float:
    """Bring a value into an interval."""
    return max(low, min(high, value))


def _text(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
