from datetime import UTC, datetime, timedelta, timezone

import pytest

from context.post import Post, PostKind, Window


def test_a_post_shows_neither_its_words_nor_its_author():
    post = Post("ada@example.org", datetime(2026, 1, 1, tzinfo=UTC), "the secret sentence")
    for shown in (repr(post), str(post), f"{Window([post], [post])}"):
        assert "secret" not in shown
        assert "ada" not in shown


def test_a_time_of_another_zone_is_kept_in_utc():
    there = datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    assert Post("a", there, "x").created_at == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert Post("a", there, "x").created_at.tzinfo is UTC


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="naive"):
        Post("a", datetime(2026, 1, 1), "x")  # noqa: DTZ001 - the naive time is the point


def test_equal_posts_are_one_in_a_set():
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert len({Post("a", at, "x"), Post("a", at, "x"), Post("a", at, "x", PostKind.REPLY)}) == 2
