"""The firewall: posts that touch a sensitive category count for nothing, valence included.

Categories of GDPR article 9 and their like: health, sex life, religion, ethnicity, politics, trade
unions, crime, negative finances, minors. Recognised by a hand-kept lexicon; everyday idioms
("sick of waiting", "oh my god", "killing it") are set aside first. Where in doubt it drops: a
topic too few is better than one too many.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from context.text import clean

_LEXICON = Path(__file__).parent / "data" / "firewall.txt"
_IDIOMS = "idioms"
_WORDS = re.compile(r"[a-z]+(?:'[a-z]+)?|[\u2600-\u27bf\U0001f000-\U0001faff]")


def is_sensitive(text: str) -> bool:
    """Return whether a post touches a sensitive category and must count for nothing.

    Args:
        text: The post as its provider gave it.
    """
    plain = " ".join(_WORDS.findall(clean(text).lower().replace("\u2019", "'").replace("#", " ")))
    pattern, idioms = _patterns()
    return bool(pattern.search(idioms.sub(" ", plain)))


@cache
def lexicon() -> dict[str, tuple[str, ...]]:
    """Return the sensitive terms by category; ``*`` at a term's end stands for any ending."""
    categories: dict[str, list[str]] = {}
    current: list[str] = []
    for line in _LEXICON.read_text("utf-8").splitlines():
        entry = line.partition("//")[0].strip()
        if entry.startswith("["):
            current = categories.setdefault(entry.strip("[]"), [])
        elif entry:
            current.extend(term.strip() for term in entry.split(",") if term.strip())
    return {name: tuple(terms) for name, terms in categories.items()}


def covers(word: str) -> bool:
    """Return whether a single word is sensitive by itself, wildcards of the lexicon included."""
    return bool(_patterns()[0].fullmatch(word))


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    return _compiled(_sensitive_terms()), _compiled(lexicon()[_IDIOMS])


def _sensitive_terms() -> list[str]:
    return [term for name, terms in lexicon().items() if name != _IDIOMS for term in terms]


def _compiled(terms: Iterable[str]) -> re.Pattern[str]:
    # longest first, so that "heart attack*" is tried before a shorter term could end the match
    ordered = sorted(set(terms), key=lambda term: (-len(term), term))
    bodies = [
        re.escape(t[:-1]) + "[a-z']*" if t.endswith("*") else re.escape(t) + "(?:'s|s)?"
        for t in ordered
    ]
    return re.compile(rf"(?<![a-z'])(?:{'|'.join(bodies)})(?![a-z'])")
