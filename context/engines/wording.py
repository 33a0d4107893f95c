"""How a post is worded for the encoder: what its tokenizer cannot read is said in words."""

import re
import unicodedata
from functools import lru_cache

from context.text import clean, shorten_elongation

_HASHTAG = re.compile(r"#(\w+)")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)")
_HANDLES = re.compile(r"(?:@user[\s,]*){2,}")
_EMOJI = re.compile(
    "[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff][\ufe0f\u200d\U0001f3fb-\U0001f3ff]*"
)
_NOISE = ("WITH ", "SIGN", "SYMBOL", "BLACK ", "WHITE ")


def word(text: str) -> str:
    """Return a post as the encoder reads it: cleaned, hashtags split, emoji named.

    Args:
        text: The post as its provider gave it.
    """
    plain = shorten_elongation(clean(text))
    if "#" in plain:
        plain = _HASHTAG.sub(lambda tag: "# " + _HUMP.sub(" ", tag[1]).replace("_", " "), plain)
    if "@" in plain:
        plain = _HANDLES.sub("@user ", plain)
    return plain if plain.isascii() else _EMOJI.sub(lambda found: _name(found[0]), plain)


@lru_cache(maxsize=4_096)
def _name(emoji: str) -> str:
    name = unicodedata.name(emoji[0], "")
    for noise in _NOISE:
        name = name.replace(noise, "")
    return f" {name.lower()} "
