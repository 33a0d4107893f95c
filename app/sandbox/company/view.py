"""What an agent sees of a context: a brief, and a card for each section.

A context is data from somewhere else. A section this desk does not know, or cannot make sense of,
becomes a card that says so.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from app.sandbox.company import words

CHART_WIDTH = 320
CHART_HEIGHT = 72


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a list with a bar: a label, a share from 0 to 100, a remark."""

    label: str
    share: int
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One section as shown.

    Attributes:
        title: Its heading.
        lines: Sentences.
        bars: Rows with bars.
        curve: Points of a curve within the chart's box, as SVG writes them; empty for none.
        zero: Draw the line between positive and negative behind the curve.
        described: The curve in words, for whoever cannot see it.
        present: False where a sentence says why nothing is shown.
    """

    title: str
    lines: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    curve: str = ""
    zero: bool = False
    described: str = ""
    present: bool = True


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole page of one customer."""

    brief: str
    as_of: str
    use_until: str
    purpose: str
    cards: tuple[Card, ...]


def lay_out(context: Mapping[str, Any], asked: Collection[str]) -> Sheet:
    """Return what an agent sees of a context.

    Args:
        context: As `GET /v1/context` gives it.
        asked: The sections that the customer was asked for; what is not among them was not
            refused.
    """
    sections: Mapping[str, Any] = context.get("sections") or {}
    cards = [
        _card(name, section, asked=name in asked)
        for name, section in sections.items()
        if section is not None
    ]
    return Sheet(
        brief=str(context.get("brief") or "Nothing to say yet."),
        as_of=words.moment(context.get("as_of")),
        use_until=words.moment(context.get("use_until")),
        purpose=words.purpose(str(context.get("purpose", ""))),
        cards=tuple(sorted(cards, key=lambda card: not card.present)),
    )


def _card(name: str, section: Mapping[str, Any], *, asked: bool) -> Card:
    title = words.TITLES.get(name, words.plain(name).capitalize())
    try:
        if section["status"] == "absent":
            why = words.ABSENCES.get(section["reason"], "Not available.")
            return Card(title, (why if asked else words.NOT_ASKED,), present=False)
        draw = _DRAWN.get(name)
        if draw is None:
            return Card(title, ("Shared, but this desk cannot show it yet.",), present=False)
        return draw(title, section)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return Card(title, ("This could not be understood.",), present=False)


def _topics(title: str, section: Mapping[str, Any]) -> Card:
    bars = tuple(
        Bar(str(topic["label"]), _percent(topic["share"]), _topic_remark(topic))
        for topic in section["topics"]
    )
    return Card(title, bars=bars)


def _topic_remark(topic: Mapping[str, Any]) -> str:
    direction, valence = words.DIRECTIONS.get(topic["direction"], ""), topic["valence"]
    felt = "" if valence is None else words.feeling(float(valence))
    return ", ".join(filter(None, (direction, felt)))


def _sentiment(title: str, section: Mapping[str, Any]) -> Card:
    valence, (low, high) = float(section["valence"]), section["interval"]
    likely = f"likely {words.signed(low)} to {words.signed(high)}"
    feeling = words.feeling(valence).capitalize()
    lines = [
        f"{feeling}: {words.signed(valence)} on a scale from −1 to +1, {likely}.",
        words.trend(section["trend"]),
    ]
    drivers = section["drivers"]
    if drivers:
        lines.append(
            "Moved most by: " + "; ".join(str(driver["label"]) for driver in drivers) + "."
        )
    daily = [float(day["valence"]) for day in section["daily"]]
    ends = f"from {words.signed(daily[0])} to {words.signed(daily[-1])}"
    described = f"Curve over {len(daily)} days, {ends}"
    return Card(title, tuple(lines), curve=_curve(daily), zero=True, described=described)


def _emotions(title: str, section: Mapping[str, Any]) -> Card:
    bars = tuple(
        Bar(words.emotion(felt["emotion"]).capitalize(), _percent(felt["share"]))
        for felt in section["emotions"]
    )
    lines = tuple(words.peak(peak) for peak in section["peaks"])
    return Card(title, lines if bars or lines else ("No emotion stands out.",), bars=bars)


def _intents(title: str, section: Mapping[str, Any]) -> Card:
    lines = tuple(words.wish(wish) for wish in section["intents"])
    return Card(title, lines or ("Nothing at the moment.",))


def _conversations(title: str, section: Mapping[str, Any]) -> Card:
    bars = tuple(
        Bar(said.capitalize(), _percent(section[part])) for part, said in words.PARTS.items()
    )
    return Card(title, (words.partners(section["partners"]),), bars=bars)


def _reach(title: str, section: Mapping[str, Any]) -> Card:
    followers = section["followers"]
    people = f"{words.span(followers)} people" if followers else "an unknown number of people"
    level = section["authenticity"]["level"]
    return Card(title, (f"Followed by {people}.", f"A person’s own account: {level}."))


def _network(title: str, section: Mapping[str, Any]) -> Card:
    mood, people = words.MOODS[section["mood"]], words.span(section["people"])
    lines = [f"{mood}, among {people} people. Who they are is not known here."]
    difference = section["difference"]
    if difference is not None:
        lines.append(words.compared(float(difference)))
    return Card(title, tuple(lines))


def _rhythm(title: str, section: Mapping[str, Any]) -> Card:
    lines = (
        f"Mostly around (UTC): {words.hours(section['active_hours'])}.",
        f"Posts a week: {words.span(section['posts_per_week'])}.",
    )
    shares = [float(share) for share in section["hours"]]
    top = max(shares) or 1.0
    curve = _points([2 * share / top - 1 for share in shares])
    described = "Curve of the day from midnight to midnight, UTC"
    return Card(title, lines, curve=curve, described=described)


_DRAWN: dict[str, Callable[[str, Mapping[str, Any]], Card]] = {
    "topics": _topics,
    "sentiment": _sentiment,
    "emotions": _emotions,
    "intents": _intents,
    "conversations": _conversations,
    "network": _network,
    "reach": _reach,
    "rhythm": _rhythm,
}


def _percent(share: float) -> int:
    return round(100 * float(share))


def _curve(values: list[float]) -> str:
    return _points(values) if len(values) > 1 else ""


def _points(values: list[float]) -> str:
    """Write values from -1 to 1 as the points of a polyline across the chart."""
    step = CHART_WIDTH / (len(values) - 1)
    half = CHART_HEIGHT / 2
    return " ".join(
        f"{place * step:.1f},{half - half * max(-1.0, min(1.0, value)):.1f}"
        for place, value in enumerate(values)
    )
