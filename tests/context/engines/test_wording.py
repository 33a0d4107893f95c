"""Wording: what the tokenizer cannot read is said in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.engines.wording import word


@pytest.mark.parametrize(
    ("post", "worded"),
    [
        ("what a day \U0001f602", "what a day face tears of joy"),
        ("#NotMyDay at #work2024", "# Not My Day at # work 2024"),
        ("@ann @bob @cat thanks", "@user thanks"),
        ("sooooo good", "soo good"),
        ("<p>Hello<br>there</p>", "Hello there"),
        ("", ""),
    ],
)
def test_hashtags_emoji_and_handles_become_words(post, worded):
    assert " ".join(word(post).split()) == worded


@given(st.text(max_size=300))
def test_any_text_can_be_worded(text):
    assert isinstance(word(text), str)
