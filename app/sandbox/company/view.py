"""What an agent sees of a context: a brief, and a card for each section.

A context is data from somewhere else. A section this desk does not know, or cannot make sense of,
becomes a card that says so.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

CHART_WIDTH = 320
CHART_HEIGHT = 72

ABSENCES = {
    "not_granted": "The customer did not share this.",
    "nothing_linked": "The customer has not linked an account yet.",
    "insufficient_data": "There is too little to say anything honest.",
    "stale": "What is known is too old to be used.",
    "link_broken": "The customer’s account is not connected at the moment.",
    "pending": "Still being read. Try again in a moment.",
    "no_lens": "This company has named nothing to look for.",
}
_TITLES = {
    "topics": "On the customer’s mind",
    "sentiment": "How the customer seems to feel",
    "emotions": "Which emotions the posts carry",
    "intents": "What the customer seems to want",
    "conversations": "How the customer talks with others",
    "network": "The mood around the customer",
    "reach": "How far the customer is heard",
    "rhythm": "When the customer is around",
}
_DIRECTIONS = {"rising": "rising", "steady": "steady", "fading": "fading"}
_TRENDS = {
    "rising": "Getting better lately.",
    "falling": "Getting worse lately.",
    "steady": "No change lately.",
    "unknown": "Too few posts to tell a change.",
}
_MOODS = {"low": "Rather low", "mixed": "Mixed", "high": "Rather high"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a list with a bar: a label, a share from 0 to 100, a remark."""

    label: str
    share: int
    remark: str


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


def lay_out(context: Mapping[str, Any]) -> Sheet:
    """Return what an agent sees of a context, as `GET /v1/context` gives it."""
    sections: Mapping[str, Any] = context.get("sections") or {}
    cards = [_card(name, section) for name, section in sections.items() if section is not None]
    return Sheet(
        brief=str(context.get("brief") or "Nothing to say yet."),
        as_of=_moment(context.get("as_of")),
        use_until=_moment(context.get("use_until")),
        purpose=_purpose(str(context.get("purpose", ""))),
        cards=tuple(sorted(cards, key=lambda card: not card.present)),
    )


def _card(name: str, section: Mapping[str, Any]) -> Card:
    title = _TITLES.get(name, name.capitalize())
    try:
        if section["status"] == "absent":
            reason = ABSENCES.get(section["reason"], "Not available.")
            return Card(title, (reason,), present=False)
        draw = _DRAWN.get(name)
        if draw is None:
            return Card(title, ("Shared, but this desk cannot show it yet.",), present=False)
        return draw(title, section)
    except (KeyError, TypeError, ValueError, IndexError):
        return Card(title, ("This could not be understood.",), present=False)


def _topics(title: str, section: Mapping[str, Any]) -> Card:
    bars = tuple(
        Bar(str(topic["label"]), round(100 * float(topic["share"])), _topic_remark(topic))
        for topic in section["topics"]
    )
    return Card(title, bars=bars)


def _topic_remark(topic: Mapping[str, Any]) -> str:
    direction = _DIRECTIONS.get(topic["direction"], "")
    valence = topic["valence"]
    if valence is None:
        return direction
    return f"{direction}, {_feeling(float(valence))}"


def _sentiment(title: str, section: Mapping[str, Any]) -> Card:
    valence, (low, high) = float(section["valence"]), section["interval"]
    feeling = _feeling(valence).capitalize()
    likely = f"likely {_signed(low)} to {_signed(high)}"
    lines = [
        f"{feeling}: {_signed(valence)} on a scale from −1 to +1, {likely}.",
        _TRENDS.get(section["trend"]["direction"], _TRENDS["unknown"]),
    ]
    drivers = section["drivers"]
    if drivers:
        lines.append(
            "Moved most by: " + "; ".join(str(driver["label"]) for driver in drivers) + "."
        )
    daily = [float(day["valence"]) for day in section["daily"]]
    described = f"Curve over {len(daily)} days, from {_signed(daily[0])} to {_signed(daily[-1])}"
    return Card(title, tuple(lines), curve=_curve(daily), zero=True, described=described)


def _emotions(title: str, section: Mapping[str, Any]) -> Card:
    bars = tuple(
        Bar(str(felt["emotion"]), round(100 * float(felt["share"])), "")
        for felt in section["emotions"]
    )
    lines = tuple(
        f"A {peak['direction']} on {peak['day']}: {peak['emotion']}." for peak in section["peaks"]
    )
    return Card(title, lines if bars or lines else ("No emotion stands out.",), bars=bars)


def _intents(title: str, section: Mapping[str, Any]) -> Card:
    lines = tuple(_wish(wish) for wish in section["intents"])
    return Card(title, lines or ("Nothing at the moment.",))


def _wish(wish: Mapping[str, Any]) -> str:
    about = wish["topic"]["label"] if wish["topic"] else wish["subject"]
    said = str(wish["intent"]).replace("_", " ").capitalize()
    return f"{said}{f': {about}' if about else ''}, until {wish['expires']}."


def _conversations(title: str, section: Mapping[str, Any]) -> Card:
    bars = tuple(
        Bar(part, round(100 * float(section[part])), "")
        for part in ("tells", "asks", "answers", "shares")
    )
    return Card(title, (f"Answers people: {section['partners']}.",), bars=bars)


def _reach(title: str, section: Mapping[str, Any]) -> Card:
    followers = section["followers"] or "an unknown number"
    level = section["authenticity"]["level"]
    return Card(title, (f"Followed by {followers}.", f"A person’s own account: {level}."))


def _network(title: str, section: Mapping[str, Any]) -> Card:
    mood = _MOODS[section["mood"]]
    lines = [f"{mood}, among {section['people']} people. Who they are is not known here."]
    difference = section["difference"]
    if difference is not None:
        lines.append(_compared(float(difference)))
    return Card(title, tuple(lines))


def _rhythm(title: str, section: Mapping[str, Any]) -> Card:
    hours = ", ".join(f"{hour:02d}" for hour in section["active_hours"]) or "no hour in particular"
    lines = (
        f"Mostly around (UTC): {hours}.",
        f"Posts a week: {section['posts_per_week']}.",
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
_CLEAR = 0.15  # valence from which on a feeling is named


def _feeling(valence: float) -> str:
    if valence > _CLEAR:
        return "rather positive"
    return "rather negative" if valence < -_CLEAR else "in between"


def _compared(difference: float) -> str:
    if difference == 0:
        return "The customer feels much as they do."
    return f"The customer feels {'better' if difference > 0 else 'worse'} than they do."


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


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def _purpose(term: str) -> str:
    """Read a DPV term aloud: `dpv:CustomerCare` is customer care."""
    return " ".join(re.findall("[A-Z][a-z]*", term.removeprefix("dpv:"))).lower() or term


def _moment(text: object) -> str:
    try:
        moment = datetime.fromisoformat(str(text)).astimezone(UTC)
        return moment.strftime("%-d %B %Y, %H:%M UTC")
    except ValueError:
        return "an unknown time"
