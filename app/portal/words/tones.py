"""How something stands: valences as tones and words."""

from typing import Literal

Tone = Literal["well", "even", "badly"]
"""How something stands: a colour, and always a word or a shape beside it."""

EVEN_WITHIN = 0.1
"""A valence this near to zero is called neither happy nor unhappy."""
STRONG_FROM = 0.4
"""A valence this far from zero is called so without reserve."""


def tone_of(valence: float | None, even_within: float = EVEN_WITHIN) -> Tone:
    """Sort a valence (-1 to 1) into well, even or badly; an unknown one is even."""
    if valence is None or abs(valence) <= even_within:
        return "even"
    return "well" if valence > 0 else "badly"


def tone_words(valence: float | None) -> str:
    """Say a valence (-1 to 1) in a word or two."""
    if valence is None:
        return "too little to say"
    if abs(valence) <= EVEN_WITHIN:
        return "mixed"
    word = "happy" if valence > 0 else "unhappy"
    return word if abs(valence) >= STRONG_FROM else f"rather {word}"


def difference_words(difference: float) -> str:
    """Compare her own valence with her network's; `difference` is hers less theirs."""
    if difference == 0:
        return "You seem to feel much like the people around you."
    side = "happier" if difference > 0 else "less happy"
    return f"You seem {side} than the people around you."
