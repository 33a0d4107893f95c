import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from context.digest import DayCounts, DigestError, NetworkDay
from context.lens import MAX_TERMS, Lens, read_lens
from context.mentions import mentions
from context.post import Post, PostKind, Window
from context.relationship import Relationship, join_relationships
from context.subjects import Subject

LENS = Lens(("Acme Mobile", "Acme"), ("Globex",))


@pytest.fixture
def say(now):
    def make(*texts, author="her", kind=PostKind.ORIGINAL):
        return [Post(author, now - timedelta(days=i), text, kind) for i, text in enumerate(texts)]

    return make


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("why is acme down", "Acme"),
        ("why is ACME's line down", "Acme"),
        ("#AcmeMobile again", "Acme Mobile"),
        ("dear @acme_mobile@social.example help", "Acme Mobile"),
        ("<p>hey @<span>acme</span> hello</p>", "Acme"),
        ("acme-mobile is fine", "Acme Mobile"),
        ("placme is a word", None),
        ("acmes are not it", None),
        ("see https://acme.example/bills", None),
        ("", None),
    ],
)
def test_a_name_is_found_by_itself_as_hashtag_and_as_handle(text, name):
    found = mentions(text, LENS.brands)
    assert (found[0] if found else None) == name
    assert found is None or name in found[1]


def test_without_names_nothing_is_named():
    assert mentions("acme", ()) is None


@given(st.text(max_size=80))
def test_any_text_is_survived(text):
    found = mentions(text, ("\u0130stanbul", "K", "acme"))
    assert found is None or found[0] in found[1]


@pytest.mark.parametrize(
    ("brands", "rivals", "message"),
    [
        (("x",) * (MAX_TERMS + 1), (), "at most"),
        (("a",), ("r",) * (MAX_TERMS + 1), "at most"),
        ((" ",), (), "letters"),
        (("x" * 41,), (), "letters"),
        (("chemotherapy",), (), "sensitive"),
        (("Acme",), ("insulin pumps",), "sensitive"),
        (("+44 151 496 0123",), (), "person"),
        (("Acme Mobile",), ("acme-mobile",), "rival too"),
    ],
)
def test_a_lens_that_searches_for_more_than_names_is_refused(brands, rivals, message):
    with pytest.raises(ValueError, match=message):
        Lens(brands, rivals)


def test_valence_is_toward_the_name_and_not_the_whole_post(engine, say, now):
    window = Window(say("broken broadband is awful, but Acme has a great hotline for that"))
    told = read_lens(window, LENS, engine, now).brands[0]
    assert told.posts == 1
    assert told.positive > told.negative
    assert told.negative + told.neutral + told.positive == 100


def test_brands_and_rivals_are_counted_apart(engine, say, now):
    texts = ("Acme is great today", "Globex is awful and broken today", "the garden is great today")
    found = read_lens(Window(say(*texts)), LENS, engine, now)
    assert [d.day for d in found.brands] == [now.date()]
    assert [d.day for d in found.rivals] == [now.date() - timedelta(days=1)]
    assert found.rivals[0].negative > found.rivals[0].positive


def test_leaving_and_praise_count_only_where_the_company_is_named(engine, say, now):
    texts = (
        "switching away from Acme this week",
        "thanks Acme, that was brilliant of you",
        "switching my garden to tomatoes, thanks everybody",
        "Acme versus Globex, who can compare them for me",
    )
    found = read_lens(Window(say(*texts)), LENS, engine, now)
    today = now.date()
    assert found.switching == ((today - timedelta(days=3), 80), (today, 80))
    assert found.advocacy == ((today - timedelta(days=1), 80),)


def test_what_posts_about_it_are_about_is_counted(engine, say, now):
    texts = ["Acme broadband outage, the internet router", "Acme broadband router and internet"]
    found = read_lens(Window(say(*texts)), LENS, engine, now)
    assert found.subjects == ((Subject.TELECOMS, 2),)


def test_boosts_sensitive_posts_and_other_languages_do_not_count(engine, say, now):
    german = "ich finde Acme ganz wunderbar und sehr freundlich"
    window = Window(
        [
            *say("Acme is great today", kind=PostKind.BOOST),
            *say("Acme paid for my chemotherapy"),
            *say(german),
        ]
    )
    assert read_lens(window, LENS, engine, now) == Relationship(engine.name)


def friends(say, people, text="Acme is great, I love it"):
    return [post for i in range(people) for post in say(text, author=f"friend{i}")]


def test_of_the_network_nothing_below_five_people_who_name_it(engine, say, now):
    others = friends(say, 9, "the garden is great this morning")
    few = Window([], [*friends(say, 4), *others])
    assert read_lens(few, LENS, engine, now).network is None
    enough = read_lens(Window([], friends(say, 5)), LENS, engine, now)
    assert enough.network == NetworkDay(now.date(), 50, 5)


def test_what_was_released_today_stays_and_tomorrow_is_read_anew(engine, say, now):
    first = read_lens(Window([], friends(say, 5)), LENS, engine, now)
    gloomy = Window([], friends(say, 5, "Acme is awful, I hate it"))
    assert read_lens(gloomy, LENS, engine, now, past=first).network == first.network
    later = now + timedelta(days=1)
    assert read_lens(gloomy, LENS, engine, later, past=first).network.mood < 0


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 700),
            st.sampled_from(
                ["Acme is great today", "Globex and Acme are awful", "garden", "switching Acme now"]
            ),
        ),
        max_size=40,
    ),
    st.randoms(use_true_random=False),
)
def test_order_and_duplicates_do_not_matter_and_no_word_is_kept(engine, now, rows, random):
    posts = [Post("her", now - timedelta(hours=hours), text) for hours, text in rows]
    found = read_lens(Window(posts), LENS, engine, now).to_bytes()
    again = [*posts, *posts[:4]]
    random.shuffle(again)
    assert read_lens(Window(again), LENS, engine, now).to_bytes() == found
    assert len(found) <= 4_000
    assert not any(word in found.lower() for word in (b"acme", b"globex", b"great", b"garden"))


shown = st.lists(st.tuples(st.dates(), st.integers(0, 900)), max_size=4).map(tuple)
days = st.lists(st.builds(DayCounts, st.dates(), *[st.integers(0, 99)] * 4), max_size=4).map(tuple)
relationships = st.builds(
    Relationship,
    st.just("full/1"),
    days,
    days,
    shown,
    shown,
    st.lists(st.tuples(st.sampled_from(Subject), st.integers(0, 99)), max_size=3).map(tuple),
    st.none() | st.builds(NetworkDay, st.dates(), st.integers(-100, 100), st.integers(5, 250)),
)


@given(relationships)
def test_bytes_out_and_in_again_lose_nothing(relationship):
    assert Relationship.from_bytes(relationship.to_bytes()) == relationship


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"v": 9}, "another version"),
        ({"s": [1]}, "cut short"),
        ({"u": [[99, 1]]}, "not a relationship"),
        ({"b": None}, "cut short"),
        ({"e": 1}, "word"),
    ],
)
def test_malformed_bytes_are_refused_without_being_quoted(change, message):
    document = json.loads(Relationship("full/1").to_bytes()) | change
    with pytest.raises(DigestError, match=message):
        Relationship.from_bytes(json.dumps(document).encode())


def test_bytes_that_are_too_large_are_refused_unread():
    with pytest.raises(DigestError, match="too large"):
        Relationship.from_bytes(b"[" * 20_000)


def test_several_connections_are_one_relationship(now):
    today, before = now.date(), now.date() - timedelta(days=1)
    one = Relationship(
        "full/1",
        brands=(DayCounts(today, 1, 100, 0, 0),),
        switching=((today, 80),),
        subjects=((Subject.TELECOMS, 1),),
        network=NetworkDay(before, 10, 10),
    )
    two = replace(one, network=NetworkDay(today, 50, 5), subjects=((Subject.MUSIC, 2),))
    joined = join_relationships([one, two])
    assert joined == Relationship(
        "full/1",
        brands=(DayCounts(today, 2, 200, 0, 0),),
        switching=((today, 160),),
        subjects=((Subject.MUSIC, 2), (Subject.TELECOMS, 1)),
        network=NetworkDay(today, 50, 5),
    )
    assert join_relationships([]) is None
