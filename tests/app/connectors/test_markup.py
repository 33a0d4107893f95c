"""A status's HTML as the text its author typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.mastodon.markup import plain_text
from app.sandbox.markup import to_html

LONG_LINK = (
    '<a href="https://a.example/very/long"><span class="invisible">https://</span>'
    '<span class="ellipsis">a.example/very</span><span class="invisible">/long</span></a>'
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hello</p><p>you</p>", "Hello\nyou"),
        ("<p>one<br>two<br />three</p>", "one\ntwo\nthree"),
        ("<p>I &lt;3 fish &amp; chips &#128031;</p>", "I <3 fish & chips \U0001f41f"),
        (
            LONG_LINK,
            "a.example/very",
        ),
        (
            '<p class="quote-inline">RE: <a href="https://x">https://x</a></p><p>mine</p>',
            "mine",
        ),
        ('<a class="mention hashtag" href="/tags/cat">#<span>cat</span></a>!', "#cat!"),
        ('<span class="invisible">a<br>b<img src=x>c</span>after', "after"),
        ("</p></span>stray ends", "stray ends"),
        ("", ""),
    ],
)
def test_markup_goes_and_words_stay(html, text):
    assert plain_text(html) == text


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_read_without_an_error(text):
    assert isinstance(plain_text(text), str)


@given(st.lists(st.text(alphabet="abc<>&'\" ", min_size=1), max_size=5))
def test_what_a_network_renders_comes_back_word_for_word(lines):
    typed = "\n".join(lines)
    assert plain_text(to_html(typed, "https://a.example", frozenset())).split() == typed.split()
