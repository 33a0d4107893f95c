"""What may ever be kept as a word: a closed vocabulary that ships with the engine.

A term enters a digest only through ``Vocabulary.term``. The vocabulary is made of dictionary
words in lower case (no proper names), less first names that are also words, less sensitive words.
So names, numbers, addresses and unique strings cannot enter, whatever was posted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path

from context.artefacts import DATA, ModelError, read_arrays
from context.firewall import covers

VOCABULARY = "vocabulary.npz"
"""File of the shipped vocabulary."""

_UNSAID = DATA / "unsaid.txt"


@dataclass(frozen=True, slots=True, repr=False)
class Vocabulary:
    """Words that may be kept, with the number of public background texts that hold each.

    Attributes:
        frequencies: Background texts that hold the word, by word.
        folded: The word under which another form is kept, such as a plural's singular.
        texts: Number of background texts.
        quiet: Words that may count as content but make no label, such as "today" or "really".
    """

    frequencies: Mapping[str, int]
    folded: Mapping[str, str]
    texts: int
    quiet: frozenset[str] = frozenset()

    def term(self, word: str) -> str | None:
        """Return the term a word is kept under, or None where it may not be kept.

        Args:
            word: A word in lower case.
        """
        word = self.folded.get(word, word)
        return word if word in self.frequencies and word not in self.quiet else None

    def knows(self, word: str) -> bool:
        """Return whether a word in lower case is an English one, whether it may be kept or not."""
        return word in self.frequencies or word in self.folded or word in self.quiet

    def rarity(self, term: str) -> float:
        """Return the term's inverse document frequency in the background: ln((1+N)/(1+n))."""
        return log((1 + self.texts) / (1 + self.frequencies.get(term, 0)))


@cache
def load_vocabulary(folder: Path = DATA) -> Vocabulary:
    """Return the shipped vocabulary, its checksum verified.

    Args:
        folder: Folder with the artefact and its checksum.

    Raises:
        ModelError: If the artefact is missing, altered or of another version.
    """
    arrays = read_arrays(VOCABULARY, folder)
    try:
        words = _split(arrays["words"].tobytes())
        frequencies = dict(zip(words, arrays["frequencies"].tolist(), strict=True))
        folded = dict(
            zip(_split(arrays["forms"].tobytes()), _split(arrays["bases"].tobytes()), strict=True)
        )
        # what is kept by hand may have grown since the vocabulary was made
        quiet = {*_split(arrays["quiet"].tobytes()), *filter(covers, words), *_unsaid()}
        return Vocabulary(frequencies, folded, int(arrays["texts"].item()), frozenset(quiet))
    except (KeyError, ValueError) as error:
        raise ModelError(f"{VOCABULARY} is of another version: install again") from error


def _unsaid() -> list[str]:
    lines = _UNSAID.read_text("utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


def _split(joined: bytes) -> list[str]:
    return joined.decode("ascii").split("\n") if joined else []
