"""What a digest is as a function of what was read: the properties the product rests on."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from context.analyse import analyse
from context.around import moods_of, read_harmless, tellable
from context.digest import KEPT_DAYS, MAX_BYTES, DayCounts, Digest
from context.post import NETWORK_DAYS, WINDOW_DAYS, Account, Post, PostKind, Window
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
    "Which basil would you recommend for the garden?",
    "Our train was late, the platform full of commuters /s",
    "Another late train, same platform",
    "Train cancelled, waiting on the platform with coffee",
    "I want to buy a bike with another saddle",
    "My doctor changed the prescription",
    "Das ist ein ganz anderer Satz in einer anderen Sprache",
    "call me on 0151 496 0123",
    "ok",
    "😀",
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
    reply_to=st.none() | st.sampled_from("abc"),
)
neighbours = st.builds(
    Post,
    author=st.sampled_from("abcdefgh"),
    created_at=st.integers(0, 60).map(lambda hours: NOW - timedelta(hours=hours)),
    text=st.sampled_from(SENTENCES),
)
accounts = st.none() | st.builds(
    Account,
    st.none() | st.integers(0, 10**9),
    st.none() | st.integers(0, 10**9),
    st.none() | st.dates(date(2000, 1, 1), date(2030, 1, 1)),
    st.booleans(),
)
windows = st.builds(
    Window, st.lists(posts, max_size=40), st.lists(neighbours, max_size=20), accounts
)
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
OF_MARKS = re.compile(r"top_[0-9a-f]{8}|plain/1|\d{4}-\d{2}-\d{2}|[a-z]{2}|")


def anonymous(digest):
    """Return the digest with its topics' ids, which are names and tell nothing, as places."""
    places = {topic.id: str(place) for place, topic in enumerate(digest.topics)}
    intents = {replace(record, topic=places.get(record.topic, "")) for record in digest.intents}
    topics = tuple(replace(topic, id=places[topic.id]) for topic in digest.topics)
    return replace(digest, topics=topics, intents=intents)


def strings(part):
    """Yield every string in a JSON document, the names of its parts aside."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        yield from (word for value in part.values() for word in strings(value))
        yield from (key for key in part if len(key) > 1)
    elif isinstance(part, list):
        yield from (word for value in part for word in strings(value))


def words_in(digest):
    """Return what stands in the bytes of a digest and is neither mark, code, date nor number."""
    found = strings(json.loads(digest.to_bytes()))
    return {word for word in found if not OF_MARKS.fullmatch(word)}


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
    again = Window(hers, theirs, window.account)
    assert analyse(again, None, engine, NOW).to_bytes() == expected


@relaxed
@given(windows.filter(lambda w: w.posts), st.none() | bare_days, st.data())
def test_a_deleted_post_leaves_the_digest_that_would_have_been(engine, window, past, data):
    """But for ids: a topic that went on keeps the one it had, which is what ids are for."""
    gone = data.draw(st.sampled_from(window.posts))
    rest = replace(window, posts=[p for p in window.posts if p != gone])
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


def test_emotions_go_when_their_day_leaves_the_window(engine):
    felt = (5, 0, 0, 90, 0, 0, 0)
    days = tuple(
        DayCounts(TODAY - timedelta(days=age), 1, 0, 100, 0, felt) for age in (40, WINDOW_DAYS)
    )
    kept = analyse(Window([]), Digest("plain/1", days=days), engine, NOW).days
    assert kept == tuple(replace(day, emotions=(0,) * 7) for day in days)


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
    assert all(vocabulary.term(word) == word for word in words_in(digest))
    assert len(digest.to_bytes()) <= MAX_BYTES


WORDS = sorted(w for w, n in load_vocabulary().frequencies.items() if n > 300)
UNKNOWN = ["zyxwquux", "Zweibrücken", "o'malley", "иван", "٣٤٥٦", "x1y2z3"]
sentences = st.lists(
    st.sampled_from(WORDS[:40]) | st.sampled_from(UNKNOWN), min_size=3, max_size=9
).map(" ".join)


@relaxed
@given(st.lists(st.tuples(st.integers(0, 29), sentences), min_size=8, max_size=40))
def test_words_of_the_vocabulary_may_be_kept_and_those_beside_them_not(engine, rows):
    days = [(NOW - timedelta(days=age), text) for age, text in rows]
    window = Window(
        [Post("her", when, text) for when, text in days],
        [Post(str(i % 9), NOW, text) for i, (_, text) in enumerate(days)],
    )
    digest = analyse(window, None, engine, NOW)
    assert words_in(digest) <= set(WORDS)


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
    wishes = ("help", "awful", "buy", "recommend", "compare", "cancel", "thanks", "wish")
    window = Window(
        [
            Post("her", NOW - timedelta(days=day, minutes=i), " ".join((*words, wishes[i % 8])))
            for i, (day, words) in enumerate(rows)
        ],
        [Post(str(i % 50), NOW, " ".join(words)) for i, (_, words) in enumerate(rows)],
    )
    assert len(analyse(window, past, engine, NOW).to_bytes()) <= MAX_BYTES


@pytest.mark.parametrize(
    "text",
    [
        "\u202e\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd",
        "\u200b\u200d\ufeff",
        "x" * 100_000,
        "1 " * 50_000,
        "😀🎉👩‍👩‍👧",
        "\ud800",
        "\x00",
        "<p>" * 30_000,
        "\u0301" * 5_000,
    ],
    ids=[
        "right to left",
        "zero width",
        "long",
        "numbers",
        "emoji",
        "surrogate",
        "null",
        "markup",
        "marks",
    ],
)
def test_strange_posts_are_counted_like_others(engine, text):
    window = Window([Post("her", NOW, text)], [Post(author, NOW, text) for author in "abcdef"])
    digest = analyse(window, None, engine, NOW)
    assert sum(day.posts for day in digest.days) == 1
    assert digest.topics == ()
    assert digest.network_topics == ()


friends = st.dictionaries(
    st.sampled_from([f"friend {i}" for i in range(12)]),
    st.lists(st.sampled_from(SENTENCES[:9]), min_size=1, max_size=3),
    min_size=2,
    max_size=12,
)
anything = st.lists(
    st.tuples(st.sampled_from(SENTENCES) | st.text(max_size=60), st.integers(0, 200)), max_size=40
)


def mean_mood(engine, people):
    written = [
        Post(author, NOW - timedelta(minutes=age), text)
        for author, found in people.items()
        for text, age in found
    ]
    told = tellable(recent(written, NOW, NETWORK_DAYS))
    moods = moods_of(*read_harmless(told, engine))
    return len(moods), sum(moods) / max(1, len(moods))


@relaxed
@given(friends, anything, st.data())
def test_no_one_friend_moves_the_mean_mood_by_more_than_its_bound(engine, people, other, data):
    """Whatever she writes instead, however much, in whatever language, or nothing at all."""
    people = {author: [(text, 5) for text in texts] for author, texts in people.items()}
    changed = people | {data.draw(st.sampled_from(sorted(people))): other}
    (before, mood), (after, moved) = mean_mood(engine, people), mean_mood(engine, changed)
    assert abs(after - before) <= 1
    assert abs(mood - moved) <= 2 / max(before, after, 1) + 1e-9


def test_one_friend_who_writes_without_end_is_one_voice(engine):
    people = {f"friend {i}": [("the garden is great this morning", 5)] for i in range(9)}
    loud = people | {"loud": [(f"awful outage number {i} again", i) for i in range(900)]}
    (_, mood), (heard, moved) = mean_mood(engine, people), mean_mood(engine, loud)
    assert heard == 10
    assert abs(mood - moved) <= 2 / 10


def test_what_is_planted_does_not_come_out(engine):
    secret = (
        "Call Ingrid Zweibrücken on 0151 2345 6789 or ada@example.org, "
        "5 Elm Lane, zyxwmarker broadband"
    )
    sentence = "please bring something warm because evenings become cold"
    rare = "the quarterly parking permit ran out"
    mine = [*SENTENCES[:3], secret, f"{secret}!", sentence, rare, rare, rare]
    window = Window(
        [Post("her", NOW - timedelta(days=i), text) for i, text in enumerate(mine)],
        [Post(f"zyxwfriend{i}", NOW, f"{secret} {'x' * i}") for i in range(9)],
    )
    digest = analyse(window, None, engine, NOW)
    context = render([Source("mastodon", digest, NOW, broken=False)], list(Section), NOW)
    planted = ("zyxw", "ingrid", "zweib", "0151", "6789", "ada@", "elm", "lane")
    of_one_post = ("warm", "evening", "parking", "permit", "quarterly")
    for shown in (digest.to_bytes().decode().lower(), repr(context).lower()):
        assert not [part for part in (*planted, *of_one_post) if part in shown]
        assert "broadband" in shown
