"""What the pages say: plain words for states, reasons, tones and times."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Literal

from context.document import AbsenceReason, MoodStep, TopicDirection
from context.section import Section

Tone = Literal["well", "even", "badly"]
"""How something stands: a colour, and always a word or a shape beside it."""

EVEN_WITHIN = 0.1
"""A valence this near to zero is called neither happy nor unhappy."""
STRONG_FROM = 0.4
"""A valence this far from zero is called so without reserve."""

HOURS_OF_DAY = 24

SECTION_NAMES = {
    Section.TOPICS: "Topics",
    Section.SENTIMENT: "Sentiment",
    Section.EMOTIONS: "Emotions",
    Section.INTENTS: "Needs and plans",
    Section.CONVERSATIONS: "Conversations",
    Section.NETWORK: "Network mood",
    Section.RELATIONSHIP: "Relationship",
    Section.RHYTHM: "Rhythm",
    Section.REACH: "Reach",
}

MOODS = {MoodStep.LOW: "Low", MoodStep.MIXED: "Mixed", MoodStep.HIGH: "High"}

ARROWS = {
    TopicDirection.RISING: "▲",
    TopicDirection.STEADY: "▬",
    TopicDirection.FADING: "▼",
}

ABSENCES = {
    AbsenceReason.NOTHING_LINKED: "No account is linked.",
    AbsenceReason.PENDING: "Your account is being read for the first time.",
    AbsenceReason.INSUFFICIENT_DATA: "There is too little to say anything honest.",
    AbsenceReason.STALE: "What we know is too old to be shown.",
    AbsenceReason.LINK_BROKEN: "No account is linked that could be read.",
    AbsenceReason.NOT_GRANTED: "You do not share this.",
    AbsenceReason.NO_LENS: "The company has named nothing to look for.",
}

REMEDIES = {
    AbsenceReason.NOTHING_LINKED: "Link one, and it takes about a minute.",
    AbsenceReason.PENDING: "This usually takes less than a minute.",
    AbsenceReason.INSUFFICIENT_DATA: "A few more public posts would change that.",
    AbsenceReason.STALE: "Refresh your connection to bring it up to date.",
    AbsenceReason.LINK_BROKEN: "Link an account, or link yours again, to change that.",
    AbsenceReason.NOT_GRANTED: "You decide about it when a company asks.",
    AbsenceReason.NO_LENS: "If it ever does, you are asked first.",
}

_TOO_LITTLE = {
    Section.NETWORK: "It takes at least five people who post in public among those you follow.",
    Section.RHYTHM: "A few more public posts, on different days, would change that.",
}


def absence_words(section: Section, reason: AbsenceReason) -> str:
    """Say why a section is not there and what would change it."""
    remedy = REMEDIES[reason]
    if reason is AbsenceReason.INSUFFICIENT_DATA:
        remedy = _TOO_LITTLE.get(section, remedy)
    return f"{ABSENCES[reason]} {remedy}"


def withheld_words(reason: str) -> str:
    """Say in a few words why something was withheld; an unknown reason as it is written."""
    return _WITHHELD.get(reason, reason.replace("_", " "))


_WITHHELD = {
    "nothing_linked": "no account was linked",
    "pending": "not read yet",
    "insufficient_data": "too little to say",
    "stale": "too old",
    "link_broken": "no account could be read",
    "not_granted": "not part of this grant",
    "no_lens": "it has named nothing to look for",
    "grant_revoked": "you had revoked the grant",
    "grant_expired": "the grant had expired",
    "purpose_mismatch": "it asked for another purpose",
    "invalid_token": "its access had expired",
}


def in_order(sections: Iterable[str]) -> list[str]:
    """Return sections in the order in which all pages show them; unknown ones last."""
    order = [section.value for section in Section]
    return sorted(sections, key=lambda name: order.index(name) if name in order else len(order))


def section_name(section: str) -> str:
    """Return the name of a section as the pages write it; an unknown one as it is."""
    try:
        return SECTION_NAMES[Section(section)]
    except ValueError:
        return section


def tone_of(valence: float | None, even_within: float = EVEN_WITHIN) -> Tone:
    """Sort a valence (-1 to 1) into well, even or badly; an unknown one is even."""
    if valence is None or abs(valence) <= even_within:
        return "even"
    return "well" if valence > 0 else "badly"


def tone_words(valence: float | None) -> str:
    """Say a valence (-1 to 1) in a word or two."""
    if valence is None:
        return "too little to say"
    if abs(valence) <= EVEN_WITHIN:
        return "mixed"
    word = "happy" if valence > 0 else "unhappy"
    return word if abs(valence) >= STRONG_FROM else f"rather {word}"


def difference_words(difference: float) -> str:
    """Compare her own valence with her network's; `difference` is hers less theirs."""
    if difference == 0:
        return "You seem to feel much like the people around you."
    side = "happier" if difference > 0 else "less happy"
    return f"You seem {side} than the people around you."


def day_words(day: date) -> str:
    """Write a day like `9 November`."""
    return f"{day.day} {day:%B}"


def moment_words(moment: datetime) -> str:
    """Write a moment like `9 Nov 2026, 14:05 UTC`."""
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%b %Y, %H:%M} UTC"


def hours_words(hours: Sequence[int]) -> str:
    """Write hours of a day as ranges, like `07:00 to 09:00 and 22:00 to 01:00 (UTC)`.

    Args:
        hours: From 0 to 23, in any order; a range may go on past midnight.
    """
    ranges: list[tuple[int, int]] = []
    for hour in sorted(hours):
        if ranges and ranges[-1][1] == hour:
            ranges[-1] = (ranges[-1][0], hour + 1)
        else:
            ranges.append((hour, hour + 1))
    if not ranges:
        return "no hour stands out"
    if len(ranges) > 1 and ranges[0][0] == 0 and ranges[-1][1] == HOURS_OF_DAY:
        ranges[0] = (ranges.pop()[0], ranges[0][1])
    return f"{listed([f'{first:02d}:00 to {last:02d}:00' for first, last in ranges])} (UTC)"


def listed(words: Sequence[str]) -> str:
    """Join words as a sentence does: `a, b and c`."""
    if len(words) < 2:  # noqa: PLR2004 - one word needs no "and"
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def span_words(bucket: str) -> str:
    """Write a bucket such as `10-24` with a dash between its ends."""
    return bucket.replace("-", "–")
