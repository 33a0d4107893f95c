"""What a digest is as a function of what was read: the properties the product rests on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from context.analyse import analyse, first_whole_day
from context.digest import KEPT_DAYS, MAX_BYTES, DayCounts, Digest, NetworkDay, TopicRecord
from context.fitting import fit
from context.post import MAX_POSTS, WINDOW_DAYS, Post, PostKind, Window
from context.reading import recent
from context.render import Source, render
from context.section import Section
from context.vocabulary import load_vocabulary

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
at = st.integers(0, WINDOW_DAYS * 24 - 13).map(lambda hours: NOW - timedelta(hours=hours))
posts = st.builds(
    Post,
    author=st.just("her"),
    created_at=at,
    text=st.sampled_from(SENTENCES),
    kind=st.sampled_from(PostKind),
    language=st.sampled_from([None, "en", "de"]),
)
neighbours = st.builds(
    Post,
    author=st.sampled_from("abcdefgh"),
    created_at=st.integers(0, 60).map(lambda hours: NOW - timedelta(hours=hours)),
    text=st.sampled_from(SENTENCES),
)
windows = st.builds(Window, st.lists(posts, max_size=40), st.lists(neighbours, max_size=20))
bare_days = st.lists(
    st.builds(
        lambda age, n: DayCounts(TODAY - timedelta(days=age), n, 10, 20, 30),
        st.integers(0, 200),
        st.integers(1, 9),
    ),
    max_size=30,
    unique_by=lambda d: d.day,
).map(lambda days: Digest("plain/1", days=tuple(sorted(days, key=lambda d: d.day))))
relaxed = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def anonymous(digest):
    """Return the digest with its topics' ids, which are names and tell nothing, as places."""
    places = {topic.id: str(place) for place, topic in enumerate(digest.topics)}
    intents = {replace(record, topic=places.get(record.topic, "")) for record in digest.intents}
    topics = tuple(replace(topic, id=places[topic.id]) for topic in digest.topics)
    return replace(digest, topics=topics, intents=intents)


@relaxed
@given(windows, st.none() | bare_days)
def test_the_same_window_again_gives_the_same_bytes(engine, window, past):
    once = analyse(window, past, engine, NOW)
    assert analyse(window, once, engine, NOW).to_bytes() == once.to_bytes()
    assert Digest.from_bytes(once.to_bytes()) == once


@relaxed
@given(windows, st.randoms(use_true_random=False))
def test_order_and_duplicates_do_not_matter(engine, window, random):
    expected = analyse(window, None, engine, NOW).to_bytes()
    hers, theirs = [*window.posts, *window.posts[:5]], [*window.network, *window.network[:5]]
    random.shuffle(hers)
    random.shuffle(theirs)
    assert analyse(Window(hers, theirs), None, engine, NOW).to_bytes() == expected


@relaxed
@given(windows.filter(lambda w: w.posts), st.none() | bare_days, st.data())
def test_a_deleted_post_leaves_the_digest_that_would_have_been(engine, window, past, data):
    gone = data.draw(st.sampled_from(window.posts))
    rest = Window([p for p in window.posts if p != gone], window.network)
    before = analyse(window, past, engine, NOW)
    after = analyse(rest, before, engine, NOW)
    assert anonymous(after) == anonymous(analyse(rest, past, engine, NOW))


@relaxed
@given(windows, bare_days)
def test_days_outside_the_window_do_not_change(engine, window, past):
    found = {d.day: d for d in analyse(window, past, engine, NOW).days}
    start = TODAY - timedelta(days=WINDOW_DAYS - 1)
    for day in past.days:
        if start - timedelta(days=KEPT_DAYS) <= day.day < start:
            assert found[day.day] == day
        elif day.day < start:
            assert day.day not in found


@relaxed
@given(
    st.lists(st.tuples(at, st.text(max_size=300), st.sampled_from(PostKind)), max_size=30),
    st.lists(st.tuples(st.text(max_size=3), st.text(max_size=100)), max_size=10),
)
def test_any_text_is_survived_and_no_word_outside_the_vocabulary_is_kept(engine, mine, theirs):
    window = Window(
        [Post("her", when, text, kind) for when, text, kind in mine],
        [Post(author, NOW, text) for author, text in theirs],
    )
    digest = analyse(window, None, engine, NOW)
    vocabulary = load_vocabulary()
    assert all(vocabulary.term(t) == t for topic in digest.topics for t in topic.terms)
    assert len(digest.to_bytes()) <= MAX_BYTES


WORDS = sorted(w for w, n in load_vocabulary().frequencies.items() if n > 300)


@settings(relaxed, max_examples=8)
@given(
    st.lists(
        st.tuples(st.integers(0, 29), st.lists(st.sampled_from(WORDS), min_size=1, max_size=8)),
        min_size=150,
        max_size=260,
    ),
    st.integers(1, 200),
)
def test_the_busiest_digest_stays_within_its_bound(engine, rows, daily):
    past = Digest(
        "plain/1",
        days=tuple(
            DayCounts(TODAY - timedelta(days=age), daily, 33 * daily, 34 * daily, 33 * daily)
            for age in range(119, 0, -1)
        ),
    )
    window = Window(
        [
            Post("her", NOW - timedelta(days=day, minutes=i), " ".join(words))
            for i, (day, words) in enumerate(rows)
        ]
    )
    assert len(analyse(window, past, engine, NOW).to_bytes()) <= MAX_BYTES


@pytest.mark.parametrize(
    "text",
    [
        "\u202e\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd",
        "\u200b\u200d\ufeff",
        "x" * 100_000,
        "😀🎉👩‍👩‍👧",
        "\ud800",
        "\x00",
    ],
    ids=["right to left", "zero width", "long", "emoji", "surrogate", "null"],
)
def test_strange_posts_are_counted_like_others(engine, text):
    window = Window([Post("her", NOW, text)], [Post("b", NOW, text)])
    digest = analyse(window, None, engine, NOW)
    assert sum(day.posts for day in digest.days) == 1
    assert digest.topics == ()


def story(*ages_and_texts, kind=PostKind.ORIGINAL):
    return [Post("her", NOW - timedelta(days=age), text, kind) for age, text in ages_and_texts]


BROADBAND = story(*enumerate(SENTENCES[:3]))
GARDEN = story(*((20 + i, text) for i, text in enumerate(SENTENCES[3:6])))


def test_what_is_planted_does_not_come_out(engine):
    secret = (
        "Call Ingrid Zweibrücken on 0151 2345 6789 or ada@example.org, "
        "5 Elm Lane, zyxwmarker broadband"
    )
    window = Window(
        [*BROADBAND, *story((0, secret), (1, secret + "!"))], [Post("zyxwfriend", NOW, secret)]
    )
    digest = analyse(window, None, engine, NOW)
    context = render([Source("mastodon", digest, NOW, broken=False)], list(Section), NOW)
    for shown in (digest.to_bytes().decode().lower(), repr(context).lower()):
        for part in ("zyxw", "ingrid", "zweib", "0151", "6789", "ada@", "elm", "lane"):
            assert part not in shown


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
