from dataclasses import replace
from datetime import date, timedelta

import pytest

from context.digest import DayCounts, Digest, NetworkDay, TopicRecord
from context.document import AbsenceReason
from context.joined import STALE_AFTER, Joined, Source, add_days, join, join_topics
from context.subjects import Subject

DAY = date(2026, 11, 20)


def topic(name, words, first=DAY, posts=3):
    return TopicRecord(name, words, (DayCounts(DAY, posts, 1, 2, 3),), first, DAY)


@pytest.fixture
def fresh(now):
    def make(provider="mastodon", **parts):
        return Source(provider, Digest("plain/1", **parts), now, broken=False)

    return make


def test_without_connections_or_refreshes_the_context_is_pending(now):
    assert join([], now) is AbsenceReason.PENDING
    assert join([Source("mastodon", None, None)], now) is AbsenceReason.PENDING


def test_only_when_all_links_are_broken_the_link_is(now, fresh):
    broken = Source("mastodon", Digest("plain/1"), now, broken=True)
    assert join([broken, broken], now) is AbsenceReason.LINK_BROKEN
    joined = join([broken, fresh("bluesky")], now)
    assert isinstance(joined, Joined)
    assert joined.sources == ["bluesky"]


def test_only_when_all_sources_are_old_the_context_is_stale(now, fresh):
    old = Source("old", Digest("plain/1"), now - STALE_AFTER - timedelta(seconds=1))
    assert join([old], now) is AbsenceReason.STALE
    joined = join([old, fresh()], now)
    assert isinstance(joined, Joined)
    assert joined.sources == ["mastodon"]


def test_a_source_just_within_its_time_counts_and_dates_the_whole(now, fresh):
    week = Source("week", Digest("plain/1"), now - STALE_AFTER)
    joined = join([fresh(), week], now)
    assert isinstance(joined, Joined)
    assert joined.as_of == now - STALE_AFTER
    assert joined.sources == ["mastodon", "week"]


def test_counts_add_up(now, fresh):
    one = fresh(days=(DayCounts(DAY, 2, 50, 50, 100),), hours=(1,) * 24)
    two = fresh(days=(DayCounts(DAY, 1, 0, 0, 100),), hours=(2,) * 24)
    joined = join([one, two], now)
    assert isinstance(joined, Joined)
    assert joined.days == (DayCounts(DAY, 3, 50, 50, 200),)
    assert joined.hours == (3,) * 24


def test_days_are_added_in_order():
    early = DayCounts(DAY - timedelta(days=1), 1)
    assert [d.posts for d in add_days([DayCounts(DAY, 2), early, DayCounts(DAY, 3)])] == [1, 5]


def test_topics_alike_are_joined_under_the_one_seen_first():
    older = topic("top_1", ("train", "platform"), DAY - timedelta(days=9))
    newer = topic("top_2", ("train", "commuter", "ticket"), posts=5)
    other = topic("top_3", ("garden",))
    joined, names = join_topics([newer, other, older])
    assert names == {"top_1": "top_1", "top_2": "top_1", "top_3": "top_3"}
    assert [t.id for t in joined] == ["top_1", "top_3"]
    assert joined[0].terms == ("train", "commuter", "ticket")
    assert joined[0].days[0].posts == 8
    assert joined[0].first_seen == older.first_seen


def test_a_subject_is_not_the_word_that_is_written_alike():
    boiler = topic("top_1", ("work", "boiler"))
    only = replace(topic("top_2", ()), subject=Subject.WORK)
    assert len(join_topics([boiler, only])[0]) == 2
    assert len(join_topics([only, replace(only, id="top_3")])[0]) == 1


def test_the_freshest_and_largest_network_mood_is_taken(now, fresh):
    yesterday = DAY - timedelta(days=1)
    one = fresh(network=(NetworkDay(yesterday, 10, 100), NetworkDay(DAY, 10, 5)))
    two = fresh(network=(NetworkDay(DAY, -40, 10),))
    joined = join([one, two], now)
    assert isinstance(joined, Joined)
    assert joined.network == NetworkDay(DAY, -40, 10)
