"""Sentences about a section of her context, made of nothing but the section."""

from collections.abc import Iterable
from functools import singledispatch

from app.portal.words import (
    MOODS,
    absence_words,
    day_words,
    emotion_words,
    hours_words,
    intent_words,
    percent_words,
    span_words,
    tone_words,
)
from context.document import (
    Absence,
    AbsenceReason,
    AnySection,
    Context,
    ConversationsSection,
    EmotionsSection,
    IntentClaim,
    IntentsSection,
    NetworkSection,
    ReachSection,
    RelationshipSection,
    RhythmSection,
    SentimentSection,
    TopicsSection,
    Trend,
    TrendDirection,
)
from context.section import Section


def glimpse(section: Section, content: AnySection) -> str:
    """Say in one line what a reader of this section would see now.

    Args:
        section: Which.
        content: As it is now.
    """
    if isinstance(content, Absence):
        return f"nothing yet. {absence_words(section, content.reason)}"
    return _seen(content)


@singledispatch
def _seen(content: object) -> str:
    raise TypeError(f"no words for a {type(content).__name__}: register them here")


@_seen.register
def _(content: TopicsSection) -> str:
    return "; ".join(f"{topic.label} ({topic.direction})" for topic in content.topics)


@_seen.register
def _(content: SentimentSection) -> str:
    return tone_words(content.valence) + trend_words(content.trend)


@_seen.register
def _(content: EmotionsSection) -> str:
    return ", ".join(emotion_words(felt.emotion) for felt in content.emotions) or "none stands out"


@_seen.register
def _(content: IntentsSection) -> str:
    return "; ".join(dict.fromkeys(_wish(claim) for claim in content.intents)) or (
        "nothing at the moment"
    )


@_seen.register
def _(content: ConversationsSection) -> str:
    return f"{percent_words(content.answers)} of your posts answer others"


@_seen.register
def _(content: NetworkSection) -> str:
    return f"{MOODS[content.mood].lower()}, from {span_words(content.people)} people"


@_seen.register
def _(content: RelationshipSection) -> str:
    return f"{tone_words(content.valence)}, from {content.evidence} posts that name it"


@_seen.register
def _(content: RhythmSection) -> str:
    often = span_words(content.posts_per_week)
    return f"{often} posts a week; most active: {hours_words(content.active_hours)}"


@_seen.register
def _(content: ReachSection) -> str:
    return f"{span_words(content.followers or 'an unknown number of')} people follow you"


def _wish(claim: IntentClaim) -> str:
    about = claim.topic.label if claim.topic else claim.subject.label if claim.subject else ""
    said = intent_words(claim.intent).lower()
    return f"{said} ({about})" if about else said


def common_reason(context: Context, sections: Iterable[Section]) -> AbsenceReason | None:
    """Return why all of some sections are absent, if all are so for the same reason."""
    found = [context.sections[section] for section in sections]
    reasons = {content.reason if isinstance(content, Absence) else None for content in found}
    return reasons.pop() if len(reasons) == 1 else None


def trend_words(trend: Trend) -> str:
    """Say whether her sentiment changed, to be put after a tone; may be empty."""
    if trend.since is None:
        return ", and steady" if trend.direction is TrendDirection.STEADY else ""
    better = trend.direction is TrendDirection.RISING
    return f", {'better' if better else 'worse'} since {day_words(trend.since)}"
