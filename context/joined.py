"""Digests of several connections seen as one: what every section is rendered from."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from context.digest import (
    AccountFacts,
    ConversationCounts,
    DayCounts,
    Digest,
    IntentRecord,
    NetworkDay,
    NetworkTopic,
    TopicRecord,
)
from context.document import AbsenceReason
from context.intents import Intent
from context.subjects import Subject
from context.topics import SAME_TOPIC, overlap

STALE_AFTER = timedelta(days=7)
"""Age of its latest refresh from which on a source says nothing any more."""


@dataclass(frozen=True, slots=True)
class Source:
    """One connection as the renderer sees it.

    Attributes:
        provider: Name of the provider, such as ``mastodon``.
        digest: What is kept of the connection; None before the first refresh.
        refreshed_at: Time of the latest refresh, aware; None before the first.
        broken: Whether the link is broken, so that nothing of it may be used.
        verified: Whether another account or page of hers and this one name each other.
    """

    provider: str
    digest: Digest | None
    refreshed_at: datetime | None
    broken: bool = False
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """All usable digests as one.

    Attributes:
        as_of: The least recent refresh among the sources.
        sources: Names of the providers, sorted.
        days: Counts by UTC day, oldest first.
        topics: Topics, those of several connections joined by their terms.
        hours: Posts by hour of the day in UTC.
        network: The freshest network mood with the most people behind it.
        intents: What she wants, each about a topic of ``topics`` or none.
        conversations: How she takes part, added up.
        account: Facts of all her accounts, added up; None where none was looked at.
        network_topics: What people she follows post about, the widest first.
        parts: The digests that were joined, each with its provider.
        names: For the id of every topic of a part the id of the topic that it is part of.
        verified: Whether any of the sources is verified by another account or page of hers.
    """

    as_of: datetime
    sources: list[str]
    days: tuple[DayCounts, ...]
    topics: tuple[TopicRecord, ...]
    hours: tuple[int, ...]
    network: NetworkDay | None
    intents: tuple[IntentRecord, ...] = ()
    conversations: ConversationCounts = field(default_factory=ConversationCounts)
    account: AccountFacts | None = None
    network_topics: tuple[NetworkTopic, ...] = ()
    parts: tuple[tuple[str, Digest], ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    verified: bool = False


def join(sources: Sequence[Source], now: datetime) -> Joined | AbsenceReason:
    """Return the usable sources as one, or why none is usable.

    Args:
        sources: The customer's connections.
        now: The time of rendering, aware.
    """
    whole = [source for source in sources if not source.broken]
    if sources and not whole:
        return AbsenceReason.LINK_BROKEN
    known = [(s.provider, s.digest, s.refreshed_at) for s in whole if s.digest and s.refreshed_at]
    if not known:
        return AbsenceReason.PENDING
    fresh = [(p, d, at) for p, d, at in known if now - at <= STALE_AFTER]
    if not fresh:
        return AbsenceReason.STALE
    digests = [digest for _, digest, _ in fresh]
    topics, names = join_topics([topic for digest in digests for topic in digest.topics])
    return Joined(
        as_of=min(at for _, _, at in fresh),
        sources=sorted({provider for provider, _, _ in fresh}),
        days=add_days(day for digest in digests for day in digest.days),
        topics=topics,
        hours=tuple(sum(column) for column in zip(*(d.hours for d in digests), strict=True)),
        network=max(
            (day for digest in digests for day in digest.network),
            key=lambda day: (day.day, day.people, day.mood),
            default=None,
        ),
        intents=join_intents((i for digest in digests for i in digest.intents), names),
        conversations=_add_conversations([digest.conversations for digest in digests]),
        account=_add_accounts([digest.account for digest in digests if digest.account]),
        network_topics=_join_network_topics([t for d in digests for t in d.network_topics]),
        parts=tuple((provider, digest) for provider, digest, _ in fresh),
        names=names,
        verified=any(s.verified for s in whole if _is_fresh(s, now)),
    )


def _is_fresh(source: Source, now: datetime) -> bool:
    return source.refreshed_at is not None and now - source.refreshed_at <= STALE_AFTER


def add_days(days: Iterable[DayCounts]) -> tuple[DayCounts, ...]:
    """Return one entry per day, counts of the same day added up, oldest first."""
    sums: dict[date, DayCounts] = {}
    for d in days:
        s = sums.get(d.day, DayCounts(d.day, 0))
        sums[d.day] = DayCounts(
            d.day,
            s.posts + d.posts,
            s.negative + d.negative,
            s.neutral + d.neutral,
            s.positive + d.positive,
            _added(s.emotions, d.emotions),
        )
    return tuple(day for _, day in sorted(sums.items()))


def join_topics(
    topics: Sequence[TopicRecord],
) -> tuple[tuple[TopicRecord, ...], dict[str, str]]:
    """Return topics, those with the same id or with terms alike joined under the one seen first.

    Returns:
        The topics, and for every id that came in the id of the topic that it is part of now.
    """
    joined: list[TopicRecord] = []
    names: dict[str, str] = {}
    for topic in sorted(topics, key=lambda t: (t.first_seen, t.id, t.named_by)):
        for place, other in enumerate(joined):
            if topic.id == other.id or overlap(topic.named_by, other.named_by) >= SAME_TOPIC:
                joined[place] = _merged(other, topic)
                names.setdefault(topic.id, other.id)
                break
        else:
            joined.append(topic)
            names.setdefault(topic.id, topic.id)
    return tuple(joined), names


def join_intents(
    records: Iterable[IntentRecord], names: Mapping[str, str]
) -> tuple[IntentRecord, ...]:
    """Return intents, those about the same added up.

    Args:
        records: Intents of all connections.
        names: For every topic's id the id of the topic that it is part of now.
    """
    found: dict[tuple[Intent, Subject | None, str], Counter[date]] = {}
    for record in records:
        about = record.intent, record.subject, names.get(record.topic, "")
        days = found.setdefault(about, Counter())
        for day, hundredths in record.days:
            days[day] += hundredths
    return tuple(
        IntentRecord(intent, subject, topic, tuple(sorted(days.items())))
        for (intent, subject, topic), days in found.items()
    )


def _merged(first: TopicRecord, second: TopicRecord) -> TopicRecord:
    larger, smaller = sorted(
        (first, second), key=lambda t: sum(d.posts for d in t.days), reverse=True
    )
    terms = dict.fromkeys((*larger.terms, *smaller.terms))
    return TopicRecord(
        id=first.id,
        terms=tuple(terms)[: max(len(larger.terms), len(smaller.terms))],
        days=add_days((*first.days, *second.days)),
        first_seen=min(first.first_seen, second.first_seen),
        last_seen=max(first.last_seen, second.last_seen),
        subject=larger.subject or smaller.subject,
        emotions=_added(first.emotions, second.emotions),
        replies=first.replies + second.replies,
    )


def _add_conversations(counts: Sequence[ConversationCounts]) -> ConversationCounts:
    # she may answer the same people on several accounts: the largest number of them is sure
    return ConversationCounts(
        tells=sum(c.tells for c in counts),
        asks=sum(c.asks for c in counts),
        answers=sum(c.answers for c in counts),
        shares=sum(c.shares for c in counts),
        partners=max((c.partners for c in counts), default=0),
    )


def _add_accounts(facts: Sequence[AccountFacts]) -> AccountFacts | None:
    # likewise followers may be the same people; the oldest account tells how long she is around
    if not facts:
        return None
    return AccountFacts(
        followers=max((f.followers for f in facts if f.followers is not None), default=None),
        following=max((f.following for f in facts if f.following is not None), default=None),
        age_days=max((f.age_days for f in facts if f.age_days is not None), default=None),
        automated=any(f.automated for f in facts),
        repeated=sum(f.repeated for f in facts),
        busiest_day=max(f.busiest_day for f in facts),
    )


def _join_network_topics(topics: Sequence[NetworkTopic]) -> tuple[NetworkTopic, ...]:
    kept: list[NetworkTopic] = []
    for topic in sorted(topics, key=lambda t: (-t.people, t.named_by)):
        if all(overlap(topic.named_by, other.named_by) < SAME_TOPIC for other in kept):
            kept.append(topic)
    return tuple(kept)


def _added(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(one, other, strict=True))
