"""A status's HTML as the text its author typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.markup import plain_text
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
        ("<!-- not <b>said</b> --><p>said<!-- nor this", "said"),
        ("<script>if (a<b && c<d) x('<p>')</script><style>p{}</style>said", "said"),
        ("<h2>A title</h2>and<div>more</div>", "A title\nand\nmore"),
        ("<![if !IE]>said<![endif]><![x[>, <!y>too", "said, too"),
        ("1 < 2 <b>bold</b> <3", "1 < 2 bold <3"),
        ("", ""),
    ],
)
def test_markup_goes_and_words_stay(html, text):
    assert plain_text(html) == text


def test_a_tag_without_an_end_is_looked_for_once():
    # Mutation tried: without `tamed`, html.parser needs more than an hour for this.
    for pattern in ("<a ", "<a b='", "<!--", "</", "<?", "<"):
        plain_text(pattern * 100_000)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_read_without_an_error(text):
    assert isinstance(plain_text(text), str)


@given(st.lists(st.text(alphabet="abc<>&'\" ", min_size=1), max_size=5))
def test_what_a_network_renders_comes_back_word_for_word(lines):
    typed = "\n".join(lines)
    assert plain_text(to_html(typed, "https://a.example", frozenset())).split() == typed.split()
