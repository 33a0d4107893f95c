"""The firewall: posts that touch a sensitive category count for nothing, valence included.

Categories of GDPR article 9 and their like: health, sex life, religion, ethnicity, politics, trade
unions, crime, negative finances, minors. Recognised by a hand-kept lexicon; everyday idioms
("sick of waiting", "oh my god", "killing it") are set aside first. Where in doubt it drops: a
topic too few is better than one too many.
"""

import re
from functools import cache
from pathlib import Path

from context.phrases import Phrases
from context.text import clean

_LEXICON = Path(__file__).parent / "data" / "firewall.txt"
_IDIOMS = "idioms"
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc]")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HASHTAG = re.compile(r"#\w+")
_MINOR = re.compile(
    r"(?<![\w.,:/\u00a3$\u20ac-])(?:[1-9]|1[0-7])(?=\b|yo\b|yrs?\b|th\b|s\b)(?![.,:/-]\d|%)"
)
_MINOR_AGE = " <age> "
_WORDS = re.compile(r"[a-z]+|<age>|[\u2600-\u27bf\U0001f000-\U0001faff]")


def is_sensitive(text: str) -> bool:
    """Return whether a post touches a sensitive category and must count for nothing.

    Args:
        text: The post as its provider gave it.
    """
    words = _words(text)
    sensitive, idioms = _phrases()
    return sensitive.found_in(words) and sensitive.found_in(idioms.set_aside(words))


def covers(word: str) -> bool:
    """Return whether a single word is sensitive by itself, wildcards of the lexicon included."""
    return _single_words().found_in(_plain(word))


@cache
def lexicon() -> dict[str, tuple[str, ...]]:
    """Return the sensitive terms by category, and the idioms that are none.

    How terms are written is told at ``context.phrases.Phrases``; besides, ``<age>`` stands for a
    number from 1 to 17.
    """
    categories: dict[str, list[str]] = {}
    current: list[str] = []
    for line in _LEXICON.read_text("utf-8").splitlines():
        entry = line.partition("//")[0].strip()
        if entry.startswith("["):
            current = categories.setdefault(entry.strip("[]"), [])
        elif entry:
            current.extend(term.strip() for term in entry.split(",") if term.strip())
    return {name: tuple(terms) for name, terms in categories.items()}


def _words(text: str) -> str:
    split = _HASHTAG.sub(lambda tag: _HUMP.sub(" ", tag[0]), clean(text))
    return " ".join(_WORDS.findall(_MINOR.sub(_MINOR_AGE, _plain(split))))


@cache
def _phrases() -> tuple[Phrases, Phrases]:
    return Phrases(_sensitive_terms()), Phrases(map(_plain, lexicon()[_IDIOMS]))


@cache
def _single_words() -> Phrases:
    return Phrases(term for term in _sensitive_terms() if " " not in term)


def _sensitive_terms() -> list[str]:
    return [_plain(term) for name, terms in lexicon().items() if name != _IDIOMS for term in terms]


def _plain(text: str) -> str:
    return _APOSTROPHES.sub("", text.lower())
