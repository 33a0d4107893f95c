"""Plain spelling: words that are written otherwise where people speak otherwise."""

import re
from functools import cache
from pathlib import Path

_SPELLINGS = Path(__file__).parent.parent / "data" / "spellings.txt"
_WORD = re.compile(r"(?<![\w@#'\u2019-])[\w'\u2019]+(?![\w'\u2019-])")
_DROPPED_G = re.compile(
    r"(?<![\w'\u2019])(?!(?:beg|sk|th|sp|w|tw|cab|bas|rob|marg|cous|mat|muff|napk|adm|log|plug)in)"
    r"([a-z]*[b-df-hj-np-tv-z])in['\u2019](?!\w)"
)
"""A dropped g as in "waitin'", and not the end of a quotation after "begin"."""


def plain(cleaned: str) -> str:
    """Return a post in plain spelling, as far as a list kept by hand knows it.

    Models of tone have read next to nothing in dialect; what they do not know sounds to them like
    anything (Blodgett et al. 2016).

    Args:
        cleaned: What ``context.text.clean`` returned.
    """
    return _WORD.sub(_plainer, _DROPPED_G.sub(r"\1ing", cleaned))


def _plainer(found: re.Match[str]) -> str:
    word = found[0]
    # with a capital it may be a name
    said = None if word.istitle() else _plain().get(word.lower().replace("\u2019", "'"))
    return word if said is None else said


@cache
def _plain() -> dict[str, str]:
    lines = (
        line for line in _SPELLINGS.read_text("utf-8").splitlines() if line[:1] not in ("", "#")
    )
    parted = (line.partition(":") for line in lines)
    return {word: said.strip() for said, _, words in parted for word in words.split()}
