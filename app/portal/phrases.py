"""Sentences about a section of her context, made of nothing but the section."""

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
    NetworkSection,
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
    match content:
        case TopicsSection():
            return "; ".join(f"{topic.label} ({topic.direction})" for topic in content.topics)
        case SentimentSection():
            return tone_words(content.valence) + trend_words(content.trend)
        case NetworkSection():
            return f"{MOODS[content.mood].lower()}, from {span_words(content.people)} people"
        case RhythmSection():
            often = span_words(content.posts_per_week)
            return f"{often} posts a week; most active: {hours_words(content.active_hours)}"
    return f"nothing yet. {absence_words(section, content.reason)}"


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
