"""Whether a post names one of some names: by itself, by a hashtag or by a handle made of it."""

import re
from functools import lru_cache

from context.text import plain

_BETWEEN = r"[\s_\-]*"
_WORD = re.compile(r"[^\W_]+")


def mentions(text: str, names: tuple[str, ...]) -> tuple[str, str] | None:
    """Return the first name that stands in a post, and the post with it written plainly, or None.

    Args:
        text: The post as its provider gave it.
        names: Names, in any case.
    """
    if not names:
        return None
    words = plain(text)
    found = _pattern(names).search(words)
    if found is None:
        return None
    # every name is a group of its own: the number of the one that matched is its place
    name = names[int(str(found.lastgroup).removeprefix("name"))]
    return name, f"{words[: found.start()]}{name}{words[found.end() :]}"


def squeezed(name: str) -> str:
    """Return the letters and digits of a name alone, by which names are compared."""
    return "".join(_WORD.findall(plain(name))).casefold()


@lru_cache(maxsize=64)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    bodies = [(place, _WORD.findall(plain(name))) for place, name in enumerate(names)]
    # the longest first, so that of "acme mobile" and "acme" the whole name is taken
    ordered = sorted(bodies, key=lambda item: (-sum(map(len, item[1])), item[0]))
    groups = ((place, _BETWEEN.join(map(re.escape, body))) for place, body in ordered)
    joined = "|".join(f"(?P<name{place}>{body})" for place, body in groups)
    return re.compile(rf"[@#]?(?<![^\W_])(?:{joined})(?![^\W_])(?:@[\w.\-]+)?", re.IGNORECASE)
