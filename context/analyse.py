"""The analysis of one connection's window: posts in, digest out. Pure.

The only module that knows both what is read and what is kept.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from context.digest import KEPT_DAYS, MAX_BYTES, DayCounts, Digest, NetworkDay, TopicRecord
from context.engines.engine import Engine
from context.firewall import is_sensitive
from context.language import READ, language_of
from context.network import KEPT, mood_by_author, noise_key, release
from context.post import (
    MAX_NETWORK_POSTS,
    MAX_POSTS,
    NETWORK_DAYS,
    WINDOW_DAYS,
    Post,
    PostKind,
    Window,
)
from context.topics import find_topics, identities, new_id
from context.valence import adapt
from context.vocabulary import Vocabulary, load_vocabulary

MAX_LANGUAGES = 5


@dataclass(frozen=True, slots=True)
class _Reading:
    """One post as read; its valence in hundredths, zeros if it tells none."""

    post: Post
    day: date
    language: str | None
    valence: tuple[int, int, int]


def analyse(
    window: Window, past: Digest | None, engine: Engine, now: datetime, *, noise_secret: bytes = b""
) -> Digest:
    """Return the digest that replaces what was kept of a connection.

    Equal windows give equal digests, in whatever order and however often their posts come. Of the
    past only these count: bare counts of days outside the window, topics' ids and first days, and
    the network moods already released.

    Args:
        window: All that could be read now.
        past: The digest kept so far, if any.
        engine: Reads the posts.
        now: The time of the refresh, aware.
        noise_secret: Secret of the service, for the noise on network moods; empty in trials.
    """
    vocabulary = load_vocabulary()
    today = now.astimezone(UTC).date()
    posts = recent(window.posts, now, WINDOW_DAYS, MAX_POSTS)
    first_day = first_whole_day(posts, today)
    readings = read([post for post in posts if not is_sensitive(post.text)], engine, vocabulary)
    days = count_by_day(readings)
    topics = track_topics(readings, past, first_day, vocabulary)
    network = [
        post
        for post in recent(window.network, now, NETWORK_DAYS, MAX_NETWORK_POSTS)
        if says_feeling(post, vocabulary)
    ]
    return fit(
        Digest(
            engine=engine.name,
            days=join_days(days, past, first_day, today),
            topics=tuple(topics),
            hours=count_hours(readings),
            languages=count_languages(readings),
            network=network_days(network, past, engine, today, noise_secret),
        )
    )


def recent(posts: Iterable[Post], now: datetime, days: int, at_most: int) -> list[Post]:
    """Return the newest distinct posts of the last days, oldest first, in an order of their own.

    Args:
        posts: Posts in any order, perhaps several times.
        now: The time of the refresh; later posts are left out.
        days: UTC days counted back, today included.
        at_most: Posts returned at most.
    """
    start = now.astimezone(UTC).date() - timedelta(days=days - 1)
    distinct = {p for p in posts if p.created_at.date() >= start and p.created_at <= now}
    return sorted(distinct, key=_order)[-at_most:]


def first_whole_day(posts: Sequence[Post], today: date) -> date:
    """Return the first day that was read whole; later than the window's if posts were too many."""
    start = today - timedelta(days=WINDOW_DAYS - 1)
    if len(posts) < MAX_POSTS:
        return start
    oldest, newest = posts[0].created_at.date(), posts[-1].created_at.date()
    return min(oldest + timedelta(days=1), newest)


def says_feeling(post: Post, vocabulary: Vocabulary) -> bool:
    """Return whether a post of the network counts: own words, readable, nothing sensitive."""
    return (
        post.kind is not PostKind.BOOST
        and language_of(post.text, post.language, vocabulary) == READ
        and not is_sensitive(post.text)
    )


def read(posts: Sequence[Post], engine: Engine, vocabulary: Vocabulary) -> list[_Reading]:
    """Return the posts as read: valence of her own words in a language the engine reads."""
    languages = [language_of(post.text, post.language, vocabulary) for post in posts]
    hers = [
        row
        for row, post in enumerate(posts)
        if languages[row] == READ and post.kind is not PostKind.BOOST
    ]
    probabilities = adapt(engine.read([posts[row].text for row in hers]).valence)
    valences = dict(zip(hers, _hundredths(probabilities), strict=True))
    return [
        _Reading(post, post.created_at.date(), languages[row], valences.get(row, (0, 0, 0)))
        for row, post in enumerate(posts)
    ]


def count_by_day(readings: Iterable[_Reading]) -> tuple[DayCounts, ...]:
    """Return the counts of each day with a post, oldest first."""
    found: dict[date, list[_Reading]] = {}
    for reading in readings:
        found.setdefault(reading.day, []).append(reading)
    return tuple(
        DayCounts(
            day,
            len(group),
            sum(r.valence[0] for r in group),
            sum(r.valence[1] for r in group),
            sum(r.valence[2] for r in group),
        )
        for day, group in sorted(found.items())
    )


def join_days(
    days: Sequence[DayCounts], past: Digest | None, first_day: date, today: date
) -> tuple[DayCounts, ...]:
    """Return the days read now and, of the past, the bare counts of days outside the window."""
    oldest = today - timedelta(days=WINDOW_DAYS + KEPT_DAYS - 1)
    kept = {d.day: d for d in (past.days if past else ()) if oldest <= d.day < first_day}
    return tuple(d for _, d in sorted(({d.day: d for d in days} | kept).items()))


def track_topics(
    readings: Sequence[_Reading], past: Digest | None, first_day: date, vocabulary: Vocabulary
) -> list[TopicRecord]:
    """Return the topics of the window, each under the id it had before, if it had one."""
    english = [r for r in readings if r.language in (READ, None)]
    clusters = find_topics([r.post.text for r in english], vocabulary)
    before = identities(clusters, past.topics if past else ())
    taken = {record.id for record in before if record}
    topics = []
    for cluster, record in zip(clusters, before, strict=True):
        days = count_by_day(english[row] for row in cluster.members)
        first = days[0].day
        if record and record.first_seen < first_day:
            first = record.first_seen
        name = record.id if record else new_id(cluster.terms, taken)
        taken.add(name)
        topics.append(TopicRecord(name, cluster.terms, days, first, days[-1].day))
    return topics


def count_hours(readings: Iterable[_Reading]) -> tuple[int, ...]:
    """Return the number of posts by hour of the day in UTC."""
    found = Counter(reading.post.created_at.hour for reading in readings)
    return tuple(found[hour] for hour in range(24))


def count_languages(readings: Iterable[_Reading]) -> dict[str, int]:
    """Return the number of posts by recognised language, the most frequent few."""
    found = Counter(reading.language for reading in readings if reading.language)
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return dict(ranked[:MAX_LANGUAGES])


def network_days(
    posts: Sequence[Post], past: Digest | None, engine: Engine, today: date, secret: bytes
) -> tuple[NetworkDay, ...]:
    """Return the network moods of the last days; today's is released once and then frozen."""
    kept = tuple(n for n in (past.network if past else ()) if 0 <= (today - n.day).days < KEPT)
    if any(n.day == today for n in kept):
        return kept
    # read as they are: adapting to the group's base rates would let one friend sway the others
    probabilities = engine.read([p.text for p in posts]).valence
    moods = mood_by_author([p.author for p in posts], probabilities[:, 2] - probabilities[:, 0])
    key = noise_key(secret, today, [f"{p.author}\x1e{p.text}" for p in posts])
    released = release(today, moods, key)
    return (*kept, released) if released else kept


def fit(digest: Digest) -> Digest:
    """Return the digest without its smallest topics as far as ``MAX_BYTES`` asks for it."""
    while len(digest.to_bytes()) > MAX_BYTES and digest.topics:
        digest = replace(digest, topics=digest.topics[:-1])
    return digest


def _order(post: Post) -> tuple[datetime, str, str, str, str]:
    return post.created_at, post.author, post.text, post.kind, post.language or ""


def _hundredths(probabilities: NDArray[np.float64]) -> list[tuple[int, int, int]]:
    """Return each row in hundredths that sum to 100, so that no post counts for more or less."""
    negative = np.rint(100 * probabilities[:, 0]).astype(int)
    positive = np.minimum(np.rint(100 * probabilities[:, 2]).astype(int), 100 - negative)
    columns = (negative, 100 - negative - positive, positive)
    return list(zip(*(column.tolist() for column in columns), strict=True))
