"""Explanations: what is behind each claim of a context, for the customer herself.

Terms, counts, accounts and days; posts are not kept, so that none can be shown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import partial

from context.corrections import Correction, correct
from context.digest import DayCounts, Digest
from context.document import (
    AbsenceReason,
    EmotionsSection,
    IntentClaim,
    IntentsSection,
    SentimentSection,
    TopicsSection,
)
from context.emotion import EMOTIONS
from context.joined import Joined, Source, join
from context.views.emotions import CLEAR, emotions_section
from context.views.evidence import posts_read, window_days
from context.views.intents import CLEAR as CLEAR_INTENT
from context.views.intents import intents_section
from context.views.sentiment import sentiment_section
from context.views.topics import topics_section


class ClaimKind(StrEnum):
    """What a claim is about."""

    TOPIC = "topic"
    VALENCE = "valence"
    TREND = "trend"
    EMOTION = "emotion"
    INTENT = "intent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim and what is behind it.

    Attributes:
        kind: What it is about.
        name: A topic's label, an emotion, an intent, or where sentiment has gone.
        topic: Id of the topic that it is about; empty if it is about none.
        terms: The words by which that topic was recognised.
        posts: Number of posts counted, as many as are expected to show it.
        accounts: Providers of the accounts on which they were written, sorted.
        days: UTC days on which they were written, oldest first.
    """

    kind: ClaimKind
    name: str
    topic: str = ""
    terms: list[str]
    posts: int
    accounts: list[str]
    days: list[date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All claims that her context makes now.

    Attributes:
        as_of: When it was made.
        reason: Why nothing is claimed at all; null if something could be.
        claims: The claims, in the order of the sections that make them.
    """

    as_of: datetime
    reason: AbsenceReason | None
    claims: list[Claim]


def explain(
    sources: Sequence[Source], now: datetime, *, corrections: Sequence[Correction] = ()
) -> Explanation:
    """Return what is behind each claim of a customer's context.

    Args:
        sources: Her connections.
        now: The time of rendering, aware.
        corrections: What she hid, muted or said is not her: it is claimed no more.
    """
    joined = join(sources, now) if sources else AbsenceReason.NOTHING_LINKED
    if not isinstance(joined, Joined):
        return Explanation(as_of=now, reason=joined, claims=[])
    joined, today = correct(joined, corrections), now.astimezone(UTC).date()
    claims = [
        *_topics(joined, today),
        *_sentiment(joined, today),
        *_emotions(joined, today),
        *_intents(joined, today),
    ]
    return Explanation(as_of=now, reason=None, claims=claims)


def _topics(joined: Joined, today: date) -> list[Claim]:
    section = topics_section(joined, today)
    if not isinstance(section, TopicsSection):
        return []
    records = {record.id: record for record in joined.topics}
    return [
        Claim(
            kind=ClaimKind.TOPIC,
            name=topic.label,
            topic=topic.id,
            terms=topic.terms,
            posts=topic.evidence,
            accounts=_accounts(joined, partial(_has, topic=topic.id, joined=joined)),
            days=[day.day for day in records[topic.id].days],
        )
        for topic in section.topics
    ]


def _sentiment(joined: Joined, today: date) -> list[Claim]:
    section = sentiment_section(joined, today)
    if not isinstance(section, SentimentSection):
        return []
    days = [day for day in window_days(joined.days, today) if _read(day)]
    claims = [_of_days(joined, ClaimKind.VALENCE, "valence", days)]
    since = section.trend.since
    if since is not None:
        later = [day for day in days if day.day >= since]
        claims.append(_of_days(joined, ClaimKind.TREND, section.trend.direction.value, later))
    return claims


def _emotions(joined: Joined, today: date) -> list[Claim]:
    section = emotions_section(joined, today)
    if not isinstance(section, EmotionsSection):
        return []
    claims = []
    for share in section.emotions:
        column = EMOTIONS.index(share.emotion)
        days = [d for d in window_days(joined.days, today) if d.emotions[column] >= CLEAR]
        claims.append(
            Claim(
                kind=ClaimKind.EMOTION,
                name=share.emotion.value,
                terms=[],
                posts=round(sum(day.emotions[column] for day in days) / 100),
                accounts=_on_days(joined, days),
                days=[day.day for day in days],
            )
        )
    return claims


def _intents(joined: Joined, today: date) -> list[Claim]:
    section = intents_section(joined, today)
    if not isinstance(section, IntentsSection):
        return []
    terms = {record.id: list(record.terms) for record in joined.topics}
    claims = []
    for claim in section.intents:
        topic = claim.topic.id if claim.topic else ""
        claims.append(
            Claim(
                kind=ClaimKind.INTENT,
                name=claim.intent.value,
                topic=topic,
                terms=terms.get(topic, []),
                posts=claim.evidence,
                accounts=_accounts(joined, partial(_shows, claim=claim, joined=joined)),
                days=_days_of(claim, joined),
            )
        )
    return claims


def _of_days(joined: Joined, kind: ClaimKind, name: str, days: Sequence[DayCounts]) -> Claim:
    return Claim(
        kind=kind,
        name=name,
        terms=[],
        posts=posts_read(days),
        accounts=_on_days(joined, days),
        days=[day.day for day in days],
    )


def _read(day: DayCounts) -> int:
    """Return hundredths of a day's posts that were read for feelings."""
    return day.negative + day.neutral + day.positive


def _accounts(joined: Joined, holds: Callable[[Digest], bool]) -> list[str]:
    return sorted({provider for provider, digest in joined.parts if holds(digest)})


def _on_days(joined: Joined, days: Sequence[DayCounts]) -> list[str]:
    meant = {day.day for day in days}
    return _accounts(joined, lambda d: any(day.day in meant and _read(day) for day in d.days))


def _has(digest: Digest, topic: str, joined: Joined) -> bool:
    return any(joined.names[record.id] == topic for record in digest.topics)


def _shows(digest: Digest, claim: IntentClaim, joined: Joined) -> bool:
    return any(
        record.intent is claim.intent
        and record.subject is claim.subject
        and joined.names.get(record.topic, "") == (claim.topic.id if claim.topic else "")
        for record in digest.intents
    )


def _days_of(claim: IntentClaim, joined: Joined) -> list[date]:
    topic = claim.topic.id if claim.topic else ""
    return [
        day
        for record in joined.intents
        if (record.intent, record.subject, record.topic) == (claim.intent, claim.subject, topic)
        for day, hundredths in record.days
        if hundredths >= 100 * CLEAR_INTENT
    ]
