"""Building of the closed vocabulary from public word lists and background counts."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from context.artefacts import write_arrays
from context.firewall import covers
from context.text import clean, words
from context.training.labelled import DataError
from context.vocabulary import VOCABULARY

WORD_LISTS = (Path("/usr/share/dict/american-english"), Path("/usr/share/dict/british-english"))
"""Debian's SCOWL word lists (package wamerican and wbritish), permissively licensed."""
NAME_SHARE = 0.7
"""Words written with a capital within a sentence more often than this are taken for names."""
NAME_USES = 5
"""Uses within sentences from which on that share says something."""
RARITY = 5
"""Times a plural may be as frequent as the word it would be folded into."""
LONGEST = 16
"""Letters of the longest word in the vocabulary."""

_ENTRY = re.compile(rf"[a-z]{{3,{LONGEST}}}")
_WITHIN = re.compile(r"(?<=[a-z,] )([A-Za-z][a-z]{2,23})\b")
_HERE = Path(__file__).parent


def build_vocabulary(
    texts: Iterable[str],
    out: Path,
    progress: Callable[[str, float], None],
    lists: Iterable[Path] = WORD_LISTS,
) -> int:
    """Write the vocabulary's artefact and return the number of its words.

    Args:
        texts: Public background texts; only counts of dictionary words are taken from them.
        out: Folder for the artefact and its checksum.
        progress: Called with what is being done and the part done so far, 0 to 1.
        lists: Word lists, one entry a line.

    Raises:
        DataError: If a word list cannot be read.
    """
    progress("reading word lists", 0.0)
    entries = _entries(lists) | read_words("everyday.txt")
    progress("counting words in the background", 0.2)
    frequencies: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    within: Counter[str] = Counter()
    number = 0
    for text in texts:
        cleaned = clean(text)
        number += 1
        frequencies.update(set(words(cleaned)) & entries)
        for word in _WITHIN.findall(cleaned):
            within[word.lower()] += 1
            capital[word.lower()] += word[0].isupper()
    names = {w for w, n in within.items() if n >= NAME_USES and capital[w] / n > NAME_SHARE}
    removed = names | read_words("names.txt")
    kept = {word for word in entries - removed if not covers(word)}
    folded = {w: base for w in sorted(kept) if (base := _singular(w, kept, frequencies))}
    quiet = read_words("quiet.txt") | {word for word in kept if _is_past(word, kept)}
    for form, base in folded.items():
        frequencies[base] += frequencies[form]
    progress("writing", 0.9)
    terms = sorted(kept - folded.keys())
    write_arrays(
        out / VOCABULARY,
        {
            "words": _joined(terms),
            "frequencies": np.array([frequencies[w] for w in terms], dtype=np.int32),
            "forms": _joined(folded),
            "bases": _joined(folded.values()),
            "quiet": _joined(sorted(quiet)),
            "texts": np.array(number, dtype=np.int64),
        },
    )
    progress("done", 1.0)
    return len(terms)


def read_words(name: str) -> set[str]:
    """Return the words of a hand-kept list beside this file; ``#`` begins a comment."""
    lines = (_HERE / name).read_text("utf-8").splitlines()
    return {word for line in lines for word in line.partition("#")[0].split()}


def _entries(lists: Iterable[Path]) -> set[str]:
    entries: set[str] = set()
    for path in lists:
        try:
            lines = path.read_text("utf-8").splitlines()
        except OSError as error:
            raise DataError(f"{path} cannot be read: install wamerican and wbritish") from error
        entries.update(line for line in lines if _ENTRY.fullmatch(line))
    return entries


def _singular(word: str, kept: set[str], frequencies: Counter[str]) -> str | None:
    """Return the singular of a plural, where both are words and the singular no rarity."""
    if word.endswith(("ss", "us", "is", "ews")) or not word.endswith("s"):
        return None
    candidates = [word[:-1]]
    if word.endswith("ies"):
        candidates.append(word[:-3] + "y")
    if word.endswith(("ches", "shes", "xes", "sses", "zes", "oes")):
        candidates.insert(0, word[:-2])
    found = [c for c in candidates if c in kept and RARITY * frequencies[c] >= frequencies[word]]
    return found[0] if found else None


def _is_past(word: str, kept: set[str]) -> bool:
    """Return whether a word looks like a verb's past, which tells what happened, not of what."""
    if not word.endswith("ed"):
        return False
    doubled = word[:-3] if word[-3:-2] == word[-4:-3] else word
    return any(verb in kept for verb in (word[:-1], word[:-2], doubled) if verb != word)


def _joined(items: Iterable[str]) -> np.ndarray:
    return np.frombuffer("\n".join(items).encode("ascii"), dtype=np.uint8)
