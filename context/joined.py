"""Digests of several connections seen as one: what every section is rendered from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from context.digest import DayCounts, Digest, NetworkDay, TopicRecord
from context.document import AbsenceReason
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
    """

    provider: str
    digest: Digest | None
    refreshed_at: datetime | None
    broken: bool = False


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
    """

    as_of: datetime
    sources: list[str]
    days: tuple[DayCounts, ...]
    topics: tuple[TopicRecord, ...]
    hours: tuple[int, ...]
    network: NetworkDay | None


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
    return Joined(
        as_of=min(at for _, _, at in fresh),
        sources=sorted({provider for provider, _, _ in fresh}),
        days=add_days(day for digest in digests for day in digest.days),
        topics=join_topics([topic for digest in digests for topic in digest.topics]),
        hours=tuple(sum(column) for column in zip(*(d.hours for d in digests), strict=True)),
        network=max(
            (day for digest in digests for day in digest.network),
            key=lambda day: (day.day, day.people, day.mood),
            default=None,
        ),
    )


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
        )
    return tuple(day for _, day in sorted(sums.items()))


def join_topics(topics: Sequence[TopicRecord]) -> tuple[TopicRecord, ...]:
    """Return topics, those with the same id or with terms alike joined under the one seen first."""
    joined: list[TopicRecord] = []
    for topic in sorted(topics, key=lambda t: (t.first_seen, t.id, t.terms)):
        for place, other in enumerate(joined):
            if topic.id == other.id or overlap(topic.terms, other.terms) >= SAME_TOPIC:
                joined[place] = _merged(other, topic)
                break
        else:
            joined.append(topic)
    return tuple(joined)


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
    )
