"""What the desk says: the words of the documentation, as an agent reads them."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

NOT_ASKED = "Not asked for."
ABSENCES = {
    "not_granted": "The customer did not share this.",
    "nothing_linked": "The customer has not linked an account yet.",
    "insufficient_data": "There is too little to say anything honest.",
    "stale": "What is known is too old to be used.",
    "link_broken": "The customer’s account is not connected at the moment.",
    "pending": "Still being read. Try again in a moment.",
    "no_lens": "This company has named nothing to look for.",
}
TITLES = {
    "topics": "On the customer’s mind",
    "sentiment": "How the customer seems to feel",
    "emotions": "Which emotions the posts carry",
    "intents": "What the customer seems to want",
    "conversations": "How the customer talks with others",
    "network": "The mood around the customer",
    "relationship": "How the customer speaks of us",
    "reach": "How far the customer is heard",
    "rhythm": "When the customer is around",
}
INTENTS = {
    "needs_help": "Needs help",
    "complaint": "Has a complaint",
    "wants_to_buy": "Would like to buy",
    "asks_advice": "Asks for advice",
    "compares_suppliers": "Compares suppliers",
    "about_to_leave": "Thinks of leaving a supplier",
    "praise": "Has praise",
    "idea_for_product": "Has an idea for a product",
}
EMOTIONS = {
    "anger": "frustration",
    "disgust": "distaste",
    "fear": "worry",
    "joy": "joy",
    "optimism": "hope",
    "sadness": "sadness",
    "surprise": "surprise",
}
PARTS = {"tells": "telling", "asks": "asking", "answers": "answering", "shares": "passing on"}
MOODS = {"low": "Low", "mixed": "Mixed", "high": "High"}
DIRECTIONS = {"rising": "rising", "steady": "steady", "fading": "fading"}
_PARTNERS = {"0": "Answers nobody.", "1": "Answers one person."}
_EVEN_WITHIN = 0.1  # valence up to which, either way, a feeling is mixed
_STRONG_FROM = 0.4  # valence from which on it is said without reserve
_NUMBER = re.compile(r"\d+")


def feeling(valence: float) -> str:
    """Say a valence (-1 to 1) in a word or two."""
    if abs(valence) <= _EVEN_WITHIN:
        return "mixed"
    word = "happy" if valence > 0 else "unhappy"
    return word if abs(valence) >= _STRONG_FROM else f"rather {word}"


def trend(found: Mapping[str, Any]) -> str:
    """Say whether the feeling changed."""
    since, direction = found.get("since"), found["direction"]
    if since and direction in ("rising", "falling"):
        return f"{'Better' if direction == 'rising' else 'Worse'} since {day(since)}."
    return "No change lately." if direction == "steady" else "Too few posts to tell a change."


def peak(found: Mapping[str, Any]) -> str:
    """Say an emotional high or low."""
    about = f", mostly about {found['topic_label']}" if found.get("topic_label") else ""
    return f"A {found['direction']} on {day(found['day'])}: {emotion(found['emotion'])}{about}."


def wish(found: Mapping[str, Any]) -> str:
    """Say what the customer seems to want, of what, and until when it is worth mentioning."""
    about = found["topic"]["label"] if found["topic"] else plain(found["subject"] or "")
    said = INTENTS.get(found["intent"], plain(found["intent"]).capitalize())
    return f"{said}{f': {about}' if about else ''} (until {day(found['expires'])})."


def emotion(name: str) -> str:
    """Name an emotion; an unknown one as it is written."""
    return EMOTIONS.get(name, plain(name))


def partners(bucket: str) -> str:
    """Say how many people the customer answers."""
    return _PARTNERS.get(bucket, f"Answers {span(bucket)} people.")


def compared(difference: float) -> str:
    """Compare the customer's feeling with that of the people around."""
    if difference == 0:
        return "The customer seems to feel much like they do."
    return f"The customer seems {'happier' if difference > 0 else 'less happy'} than they do."


def hours(found: Sequence[int]) -> str:
    """Write hours of the day."""
    return ", ".join(f"{hour:02d}" for hour in found) or "no hour in particular"


def span(bucket: str) -> str:
    """Write a bucket such as `1000-9999` as `1,000–9,999`, and `10+` as `10 or more`."""
    spelt = _NUMBER.sub(lambda found: f"{int(found[0]):,}", bucket)
    return spelt.replace("-", "–").replace("+", " or more")


def signed(value: float) -> str:
    """Write a valence with its sign."""
    return f"{value:+.2f}".replace("-", "−")


def day(text: str) -> str:
    """Write a day like `9 November`."""
    return f"{date.fromisoformat(text):%-d %B}"


def moment(text: object) -> str:
    """Write a moment in UTC; anything else is an unknown time."""
    try:
        at = datetime.fromisoformat(str(text)).astimezone(UTC)
        return at.strftime("%-d %B %Y, %H:%M UTC")
    except ValueError:
        return "an unknown time"


def purpose(term: str) -> str:
    """Read a DPV term aloud: `dpv:CustomerCare` is customer care."""
    return " ".join(re.findall("[A-Z][a-z]*", term.removeprefix("dpv:"))).lower() or term


def plain(name: str) -> str:
    """Write a name of the documentation with spaces."""
    return name.replace("_", " ")
