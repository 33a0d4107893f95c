"""The analysis of a window, told by example; its properties are in ``test_properties``."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from context.analyse import analyse, first_whole_day
from context.digest import MAX_BYTES, DayCounts, Digest, NetworkDay, TopicRecord
from context.fitting import fit
from context.post import MAX_POSTS, WINDOW_DAYS, Post, PostKind, Window
from context.reading import recent

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
TODAY = NOW.date()
SENTENCES = [
    "The broadband outage is awful, no internet again",
    "Broadband still broken, the engineer missed another appointment",
    "Third day of the broadband outage and the hotline is bad",
    "The garden tomatoes look great this autumn",
    "Planted basil and tomatoes in the garden, happy",
    "Tomatoes from the garden for dinner",
    "Our train was late, the platform full of commuters",
    "Another late train, same platform",
    "Train cancelled, waiting on the platform with coffee",
    "My doctor changed the prescription",
    "Das ist ein ganz anderer Satz in einer anderen Sprache",
    "ok",
    "",
]


def story(*ages_and_texts, kind=PostKind.ORIGINAL):
    return [Post("her", NOW - timedelta(days=age), text, kind) for age, text in ages_and_texts]


BROADBAND = story(*enumerate(SENTENCES[:3]))
GARDEN = story(*((20 + i, text) for i, text in enumerate(SENTENCES[3:6])))


def test_a_sensitive_post_counts_for_nothing(engine):
    plain = analyse(Window(BROADBAND), None, engine, NOW)
    sensitive = story((0, "I am so happy the chemotherapy is over"), (1, "I hate this diagnosis"))
    assert analyse(Window([*BROADBAND, *sensitive]), None, engine, NOW) == plain


def test_a_topic_of_one_post_repeated_is_no_topic(engine):
    window = Window(story(*((age, "the quarterly parking permit") for age in range(9))))
    assert analyse(window, None, engine, NOW).topics == ()


def test_topics_are_found_with_their_days(engine):
    digest = analyse(Window([*BROADBAND, *GARDEN]), None, engine, NOW)
    broadband, garden = sorted(digest.topics, key=lambda t: t.terms, reverse=False)
    assert "broadband" in broadband.terms
    assert {"garden", "tomato"} <= set(garden.terms)
    assert (broadband.first_seen, broadband.last_seen) == (TODAY - timedelta(days=2), TODAY)
    assert sum(day.posts for day in garden.days) == 3


def test_a_topic_keeps_its_id_and_its_first_day_as_the_window_moves(engine):
    first = analyse(Window(GARDEN), None, engine, NOW)
    later = NOW + timedelta(days=9)
    more = [Post("her", later - timedelta(days=i), text) for i, text in enumerate(SENTENCES[3:6])]
    second = analyse(Window([*GARDEN, *more]), first, engine, later)
    assert second.topics[0].id == first.topics[0].id
    last = analyse(Window(more), second, engine, later + timedelta(days=15))
    assert last.topics[0].id == first.topics[0].id
    assert last.topics[0].first_seen == second.topics[0].first_seen


def test_boosts_show_interest_but_no_feeling(engine):
    boosts = [replace(post, kind=PostKind.BOOST) for post in BROADBAND]
    digest = analyse(Window(boosts), None, engine, NOW)
    assert [day.posts for day in digest.days] == [1, 1, 1]
    assert all(d.negative == d.neutral == d.positive == 0 for d in digest.days)
    assert "broadband" in digest.topics[0].terms


def test_posts_in_other_languages_count_but_tell_no_feeling(engine):
    german = story((0, SENTENCES[10]), (1, "noch ein Satz auf Deutsch bitte sehr"))
    digest = analyse(Window([replace(post, language="de") for post in german]), None, engine, NOW)
    assert digest.languages == {"de": 2}
    assert all(d.posts and not d.positive + d.neutral + d.negative for d in digest.days)


def test_each_read_post_weighs_a_hundred(engine):
    digest = analyse(Window(BROADBAND), None, engine, NOW)
    assert all(d.negative + d.neutral + d.positive == 100 for d in digest.days)
    assert sum(d.negative for d in digest.days) > sum(d.positive for d in digest.days)


def test_only_the_window_is_read(engine):
    early = Post("her", NOW - timedelta(days=WINDOW_DAYS), SENTENCES[0])
    future = Post("her", NOW + timedelta(minutes=1), SENTENCES[0])
    assert analyse(Window([early, future]), None, engine, NOW).days == ()


def test_too_many_posts_leave_the_days_they_push_out_to_the_past(engine):
    many = [Post("her", NOW - timedelta(hours=i), f"post {i}") for i in range(MAX_POSTS + 50)]
    kept = recent(many, NOW, WINDOW_DAYS, MAX_POSTS)
    assert len(kept) == MAX_POSTS
    first = first_whole_day(kept, TODAY)
    assert first == kept[0].created_at.date() + timedelta(days=1)
    before = DayCounts(first - timedelta(days=1), 24, 800, 800, 800)
    digest = analyse(Window(many), Digest("plain/1", days=(before,)), engine, NOW)
    assert digest.days[0] == before


def test_too_many_posts_on_one_day_still_make_that_day(engine):
    many = [Post("her", NOW - timedelta(seconds=i), f"post {i}") for i in range(MAX_POSTS)]
    assert first_whole_day(recent(many, NOW, WINDOW_DAYS, MAX_POSTS), TODAY) == TODAY


def test_a_post_in_another_language_is_counted_and_makes_no_topic_of_foreign_words(engine):
    russian = story((0, "мама мыла раму"), (1, "мама мыла пол"), (2, "мама мыла окно"))
    digest = analyse(Window(russian), None, engine, NOW)
    assert (len(digest.days), digest.languages, digest.topics) == (3, {"ru": 3}, ())


def test_a_digest_too_large_for_its_bound_loses_its_smallest_topics():
    day = DayCounts(TODAY, 1, 33, 34, 33)
    topics = tuple(
        TopicRecord(f"top_{i:08x}", ("garden",), (day,) * (60 - i), TODAY, TODAY) for i in range(20)
    )
    fitted = fit(Digest("plain/1", topics=topics))
    assert len(fitted.to_bytes()) <= MAX_BYTES
    assert fitted.topics == topics[: len(fitted.topics)]
    assert fitted.topics


def test_hours_are_counted_in_utc(engine):
    digest = analyse(Window(story((0, SENTENCES[0]), (1, SENTENCES[1]))), None, engine, NOW)
    assert digest.hours[12] == 2
    assert sum(digest.hours) == 2


def network(people, text=SENTENCES[3]):
    return [Post(f"friend{i}", NOW, text) for i in range(people)]


def test_network_mood_needs_five_people(engine):
    assert analyse(Window([], network(4) * 3), None, engine, NOW).network == ()
    released = analyse(Window([], network(5)), None, engine, NOW).network
    assert [(n.day, n.people) for n in released] == [(TODAY, 5)]


def test_a_released_mood_is_frozen_for_its_day_and_forgotten_later(engine):
    first = analyse(Window([], network(5)), None, engine, NOW)
    gloomy = Window([], network(5, SENTENCES[0]))
    assert analyse(gloomy, first, engine, NOW).network == first.network
    tomorrow = NOW + timedelta(days=1)
    second = analyse(
        Window([], [replace(p, created_at=tomorrow) for p in gloomy.network]),
        first,
        engine,
        tomorrow,
    )
    assert second.network[0] == first.network[0]
    assert second.network[1].mood < first.network[0].mood
    assert analyse(Window([]), second, engine, NOW + timedelta(days=30)).network == ()


def test_a_network_mood_of_the_future_is_dropped(engine):
    ahead = Digest("plain/1", network=(NetworkDay(TODAY + timedelta(days=1), 10, 5),))
    assert analyse(Window([]), ahead, engine, NOW).network == ()


def test_the_noise_on_a_large_network_takes_the_secret_to_foretell(engine):
    window = Window([], network(60))
    moods = {
        analyse(window, None, engine, NOW, noise_secret=secret).network[0].mood
        for secret in (b"one", b"two", b"three", b"four", b"five")
    }
    assert len(moods) > 1


def test_the_engine_is_named(engine):
    assert analyse(Window([]), None, engine, NOW) == Digest("plain/1")
