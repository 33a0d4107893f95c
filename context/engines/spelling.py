"""Plain spelling: words that are written otherwise where people speak otherwise."""

import re
from functools import cache
from pathlib import Path

_SPELLINGS = Path(__file__).parent.parent / "data" / "spellings.txt"
_WORD = re.compile(r"(?<![\w@#'\u2019-])[\w'\u2019]+(?![\w'\u2019-])")
_DROPPED_G = re.compile(r"(?<=[a-z]{2})in['\u2019](?!\w)", re.IGNORECASE)


def plain(cleaned: str) -> str:
    """Return a post in plain spelling, as far as a list kept by hand knows it.

    Models of tone have read next to nothing in dialect; what they do not know sounds to them like
    anything (Blodgett et al. 2016).

    Args:
        cleaned: What ``context.text.clean`` returned.
    """
    return _WORD.sub(_plainer, _DROPPED_G.sub("ing", cleaned))


def _plainer(found: re.Match[str]) -> str:
    word = found[0]
    said = _plain().get(word.lower().replace("\u2019", "'"))
    if said is None or (word.istitle() and _is_within_sentence(found.string, found.start())):
        return word
    return said


def _is_within_sentence(text: str, place: int) -> bool:
    """Return whether a word with a capital there is no beginning, and so a name."""
    before = text[max(0, place - 2) : place].rstrip()
    return bool(before) and before[-1] not in ".!?:"


@cache
def _plain() -> dict[str, str]:
    lines = (
        line for line in _SPELLINGS.read_text("utf-8").splitlines() if line[:1] not in ("", "#")
    )
    parted = (line.partition(":") for line in lines)
    return {word: said.strip() for said, _, words in parted for word in words.split()}
