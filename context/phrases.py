"""Phrases: a hand-kept list of terms, found in plain words fast however long the list is."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

_KEY = 3
_TOKEN = re.compile(r"\S+")
_GAP = "(?:[^ |]+ ){0,2}"
_SET_ASIDE = "|"
_SHORTEST_JOINED = 8


class Phrases:
    """A list of terms to be found in text of lower-case words parted by single spaces.

    A plain term also matches its plural; ``*`` at its end stands for any ending, ``_`` between two
    words for up to two more; a term of several words is found as a hashtag too, words joined.

    Args:
        terms: Lower-case terms without apostrophes.
    """

    def __init__(self, terms: Iterable[str]) -> None:
        bodies: defaultdict[str, set[str]] = defaultdict(set)
        for term in terms:
            for form in _forms(term):
                bodies[form.partition(" ")[0].rstrip("*")[:_KEY]].add(_pattern(form))
        self._bodies = dict(bodies)
        self._patterns: dict[str, re.Pattern[str]] = {}

    def found_in(self, text: str) -> bool:
        """Return whether any term stands in ``text``."""
        return next(self._spans(text), None) is not None

    def set_aside(self, text: str) -> str:
        """Return ``text`` with all terms taken out, so that no other phrase reaches across."""
        kept, end = [], 0
        for start, stop in self._spans(text):
            if start >= end:
                kept += [text[end:start], _SET_ASIDE]
                end = stop
        return "".join([*kept, text[end:]])

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        for token in _TOKEN.finditer(text):
            pattern = self._starting(token[0][:_KEY])
            if pattern and (match := pattern.match(text, token.start())):
                yield match.span()

    def _starting(self, key: str) -> re.Pattern[str] | None:
        # compiled when first met: thousands of terms would hold up every start of the program
        if key not in self._patterns and key in self._bodies:
            # longest first, so that a phrase is tried before a shorter one could end the match
            bodies = sorted(self._bodies[key], key=lambda body: (-len(body), body))
            self._patterns[key] = re.compile(f"(?:{'|'.join(bodies)})(?!\\S)")
        return self._patterns.get(key)


def _forms(term: str) -> Iterator[str]:
    yield term
    if not term.endswith("*"):
        yield f"{term}s"
    joined = term.replace(" ", "")
    if joined != term and "_" not in term and len(joined) >= _SHORTEST_JOINED:
        yield joined


def _pattern(form: str) -> str:
    body = re.escape(form.rstrip("*")).replace(r"\ _\ ", f" {_GAP}")
    return body + "[a-z]*" * form.endswith("*")
