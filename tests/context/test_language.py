import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from context.language import languages_of

GARDEN = "The garden looks lovely this morning"
GARTEN = "Der Garten sieht heute morgen wunderbar aus"


@pytest.mark.parametrize(
    ("text", "stated", "language"),
    [
        (GARDEN, None, "en"),
        (GARDEN, "en-GB", "en"),
        (GARDEN, "de", "en"),
        (GARTEN, "de", "de"),
        (GARTEN, None, "de"),
        (GARTEN, "en", "de"),
        ("мама мыла раму вчера", "en", "ru"),
        ("Great garden", "EN_us", "en"),
        ("https://example.org @someone", "en", None),
        (GARDEN, "not a language", "en"),
        (GARDEN, "xx", "en"),
        ("qq", "zz", None),
        ("\ud800\u200b", None, None),
    ],
)
def test_a_single_post(text, stated, language):
    assert languages_of([text], [stated]) == [language]


def test_what_its_author_usually_writes_in_tells_of_a_post_that_does_not():
    unclear = "super tram"
    assert languages_of([unclear, *[GARDEN] * 5], [None] * 6)[0] == "en"
    assert languages_of([unclear, *[GARTEN] * 5], [None] * 6)[0] == "de"


def test_a_post_without_words_is_in_the_usual_language():
    assert languages_of(["😀", GARDEN, GARDEN], [None] * 3) == ["en"] * 3


def test_two_languages_of_one_person_are_told_apart():
    assert languages_of([GARDEN, GARTEN] * 4, [None] * 8) == ["en", "de"] * 4


def test_nothing_is_fetched(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("the network was called")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert languages_of([GARDEN], [None]) == ["en"]


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=80), st.none() | st.text(max_size=6)), max_size=6))
def test_any_text_is_survived_and_order_does_not_matter(posts):
    texts, stated = [text for text, _ in posts], [tag for _, tag in posts]
    found = languages_of(texts, stated)
    assert languages_of(texts[::-1], stated[::-1])[::-1] == found
    assert all(code is None or (len(code) == 2 and code.isascii()) for code in found)


def test_nobody_writes_nothing():
    assert languages_of([], []) == []
