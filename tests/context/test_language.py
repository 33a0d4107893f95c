import pytest

from context.language import language_of
from context.vocabulary import load_vocabulary


@pytest.mark.parametrize(
    ("text", "stated", "language"),
    [
        ("The garden looks lovely this morning", None, "en"),
        ("The garden looks lovely this morning", "en-GB", "en"),
        ("Der Garten sieht heute morgen wunderbar aus", "de", "de"),
        ("Der Garten sieht heute morgen wunderbar aus", None, None),
        ("Der Garten sieht heute morgen wunderbar aus", "en", None),
        ("мама мыла раму вчера", "en", None),
        ("great stuff", "en", "en"),
        ("great stuff", None, None),
        ("Great garden", "EN_us", "en"),
        ("https://example.org @someone", "en", "en"),
        ("The garden looks lovely this morning", "not a language", "en"),
        ("The garden looks lovely this morning", "xx", "en"),
    ],
)
def test_languages(text, stated, language):
    assert language_of(text, stated, load_vocabulary()) == language
