"""Refreshed every day for a month, a digest tells the same things under the same names."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from context.analyse import analyse
from context.digest import Digest
from context.post import Window
from tests.support.lives import DAYS, live

START = datetime(2026, 9, 20, tzinfo=UTC)
LIVES = 6


def theme_of(topic, life):
    """Return the theme that most of a topic's terms belong to, or None where it is none's."""
    found = Counter(
        theme for theme, words in life.words.items() for term in topic.terms if term in words
    )
    theme, terms = max(found.items(), key=lambda item: (item[1], item[0]), default=(None, 0))
    return theme if 2 * terms > len(topic.terms) else None


def named(digest, life):
    """Return the id under which each theme's largest topic goes."""
    found = {}
    for topic in digest.topics:
        found.setdefault(theme_of(topic, life), topic.id)
    found.pop(None, None)
    return found


@pytest.fixture(scope="module")
def months(engine):
    """For each life, the names of its themes after each of thirty daily refreshes."""
    replayed = []
    for seed in range(LIVES):
        life, past, names = live(seed, START), None, []
        for day in range(DAYS - 30, DAYS):
            now = START + timedelta(days=day, hours=20)
            past = analyse(Window(life.posts), past, engine, now)
            past = Digest.from_bytes(past.to_bytes())
            names.append(named(past, life))
        replayed.append(names)
    return replayed


def kept(pairs):
    found = [
        early[theme] == late[theme] for early, late in pairs for theme in early.keys() & late.keys()
    ]
    return len(found), sum(found) / len(found)


def test_from_one_day_to_the_next_topics_keep_their_ids(months):
    pairs, share = kept((names[i], names[i + 1]) for names in months for i in range(29))
    assert pairs > 300
    assert share >= 0.99


def test_over_a_whole_month_95_of_100_topics_that_persist_keep_their_id(months):
    pairs, share = kept((names[0], later) for names in months for later in names[1:])
    assert pairs > 500
    assert share >= 0.95


def test_no_two_themes_ever_share_an_id(months):
    assert all(len(set(names.values())) == len(names) for month in months for names in month)
