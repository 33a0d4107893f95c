import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.text import MAX_CHARACTERS, clean, common_words, shorten_elongation, tokens, words


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("<p>Hello<br>there</p><p>you</p>", "Hello there you"),
        ("a &amp; b", "a & b"),
        ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
        ("see https://example.org/a?b=c#d now", "see http now"),
        ("see www.example.org", "see http"),
        ("write to ada.b+c@mail.example.org please", "write to please"),
        ("hi @ada@example.org and @bob", "hi @user and @user"),
        ("call +49 (0)30 1234-5678 today", "call today"),
        ("card 4111 1111 1111 1111 gone", "card gone"),
        ("won 3-1 in 2019", "won 3-1 in 2019"),
        ("in\u200bvis\u00adible \u202eright", "invisible right"),
        ("\ud800lone", "lone"),
        ("ｆｕｌｌ width", "full width"),
    ],
)
def test_markup_and_personal_data_go(text, cleaned):
    assert clean(text) == cleaned


@given(st.text())
def test_any_text_is_survived_and_cleaning_again_changes_no_length_bound(text):
    cleaned = clean(text)
    assert len(cleaned) <= MAX_CHARACTERS
    assert "\u200b" not in cleaned
    assert cleaned == cleaned.strip()
    assert all(word.isascii() and word.islower() for word in words(cleaned))
    assert all(tokens(cleaned))


@pytest.mark.parametrize(
    "unit", ["a", "<", "<a", "@", "a@b.", "1 ", "&amp;", ":-", "😀", "\u0301", "not "]
)
def test_a_hundred_kilobytes_are_read_up_to_a_bound(unit):
    cleaned = clean(unit * (100_000 // len(unit)))
    assert len(cleaned) <= MAX_CHARACTERS
    assert sum(map(len, tokens(cleaned))) <= MAX_CHARACTERS


def test_lengthened_words_come_down_to_two():
    assert shorten_elongation("sooooo good!!! aa") == "soo good!!! aa"


def test_tokens_keep_what_carries_feeling():
    assert tokens("Soooo HAPPY :) it's #great!! 😀❤️ but...") == [
        "soo",
        "happy",
        ":)",
        "it's",
        "#great",
        "!!",
        "😀",
        "❤️",
        "but",
        "...",
    ]


def test_words_are_plain():
    assert words("The #Router's café is O2 at 3pm, naïve!") == ["the", "router"]


def test_the_stand_in_for_a_handle_is_no_word():
    cleaned = clean("@kim the user manual, ask @jo_b@social.example")
    assert "@user" in cleaned
    assert words(cleaned) == common_words(cleaned) == ["the", "user", "manual", "ask"]
