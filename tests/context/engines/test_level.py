"""Who somebody is, and how she spells, is made equal before tone is read."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.engines.level import level, level_all
from context.engines.spelling import plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("My wife loves the tram", "my husband loves the tram"),
        ("an elderly Polish woman helped me", "an woman helped me"),
        ("the food was great, is it not", "the scran wis braw, innit"),
        ("nothing works, I was going to scream", "nowt works, I wuz gonna scream"),
        ("she is not waiting", "he aint waitin'"),
        ("It isn\u2019t working", "It isn\u2019t workin\u2019"),
    ],
)
def test_posts_that_differ_in_no_more_are_equal(one, other):
    assert level(one).lower() == level(other).lower()


@pytest.mark.parametrize(
    "text",
    [
        "@dat_man says so",
        "#gonna",
        "a black coffee, a straight road",
        "a letter from Dem",
        "a U.S. R&D site",
    ],
)
def test_what_is_no_person_and_no_dialect_stays(text):
    assert level(text) == text


@pytest.mark.parametrize(
    "text",
    ["Bonnie from the shop", "Mam went home", "'Berlin' again', she said", "it will begin' today"],
)
def test_names_and_ends_of_quotations_stay(text):
    assert plain(text) == text


def test_a_post_of_nothing_but_adjectives_takes_no_longer_than_others():
    def steps(words):
        started = perf_counter()
        level("black, " * words)
        return perf_counter() - started

    steps(10)
    assert steps(4_000) < 200 * max(steps(400), 1e-4)


def test_rows_that_changed_are_told():
    assert level_all(["a plain text", "the hoose"]) == (["a plain text", "the house"], [1])


@given(st.text(max_size=200))
def test_any_text_is_survived(text):
    assert isinstance(plain(text), str)
    level_all([text])
