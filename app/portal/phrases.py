"""Sentences about a section of her context, made of nothing but the section."""

from functools import singledispatch

from app.portal.words import (
    MOODS,
    absence_words,
    day_words,
    hours_words,
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
    return ", ".join(share.emotion for share in content.emotions) or "none stands out"


@_seen.register
def _(content: IntentsSection) -> str:
    wants = dict.fromkeys(claim.intent.replace("_", " ") for claim in content.intents)
    return ", ".join(wants) or "nothing at the moment"


@_seen.register
def _(content: ConversationsSection) -> str:
    return f"{content.answers:.0%} of your posts answer others"


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


def common_reason(context: Context) -> AbsenceReason | None:
    """Return why all sections are absent, if all are so for the same reason."""
    found = [context.sections[section] for section in Section]
    reasons = {content.reason if isinstance(content, Absence) else None for content in found}
    return reasons.pop() if len(reasons) == 1 else None


def trend_words(trend: Trend) -> str:
    """Say whether her sentiment changed, to be put after a tone; may be empty."""
    if trend.since is None:
        return ", and steady" if trend.direction is TrendDirection.STEADY else ""
    better = trend.direction is TrendDirection.RISING
    return f", {'better' if better else 'worse'} since {day_words(trend.since)}"
