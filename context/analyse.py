"""The analysis of one connection's window: posts in, digest out. Pure.

Whoever reads this file sees every step that leads from what is read to what is kept.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from context.around import read_around
from context.authenticity import account_facts
from context.counts import (
    count_by_day,
    count_conversations,
    count_hours,
    count_languages,
    join_days,
)
from context.digest import Digest
from context.engines.engine import Engine
from context.fitting import fit
from context.post import (
    MAX_POSTS,
    NETWORK_DAYS,
    WINDOW_DAYS,
    Post,
    Window,
)
from context.reading import admit, read, recent
from context.signals import count_intents
from context.tracked import track_topics
from context.vocabulary import load_vocabulary


def analyse(
    window: Window, past: Digest | None, engine: Engine, now: datetime, *, noise_secret: bytes = b""
) -> Digest:
    """Return the digest that replaces what was kept of a connection.

    Equal windows give equal digests, in whatever order and however often their posts come. Of the
    past only these count: counts of days outside the window, topics' ids and first days, and what
    was already released today of the network. So a post that was deleted leaves the digest that
    would have been without it, but for ids and first days that a topic had already.

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
    readings = read(admit(posts), engine)
    topics = track_topics(readings, past, first_day, engine, vocabulary)
    followed = recent(window.network, now, NETWORK_DAYS)
    around = read_around(followed, past, engine, today, vocabulary, noise_secret)
    return fit(
        Digest(
            engine=engine.name,
            days=join_days(count_by_day(readings), past, first_day, today),
            topics=tuple(topic.record for topic in topics),
            hours=count_hours(readings),
            languages=count_languages(readings),
            network=around.days,
            intents=count_intents(readings, topics, engine),
            conversations=count_conversations(readings),
            account=account_facts(window.account, readings, today),
            network_topics=around.topics,
        )
    )


def first_whole_day(posts: Sequence[Post], today: date) -> date:
    """Return the first day that was read whole; later than the window's if posts were too many."""
    start = today - timedelta(days=WINDOW_DAYS - 1)
    if len(posts) < MAX_POSTS:
        return start
    oldest, newest = posts[0].created_at.date(), posts[-1].created_at.date()
    return min(oldest + timedelta(days=1), newest)
