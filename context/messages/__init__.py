"""Message catalogues: what the brief says, in the reader's language.

One TOML file per language with the same keys; only this folder knows how a language puts things.
Sentences avoid words that would state the customer's gender, which nobody knows here.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DEFAULT_LANGUAGE = "en"
LANGUAGES = ("en", "de", "es", "fr")
"""Languages in which a brief can be written."""

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Messages of one language.

    Attributes:
        language: Its ISO 639-1 code.
        messages: Templates by dotted key, such as ``sentiment.seems``.
    """

    language: str
    messages: dict[str, str]

    def say(self, key: str, **values: str) -> str:
        """Return a message with its blanks filled in.

        Args:
            key: Which message.
            values: What to put into its blanks.

        Raises:
            KeyError: If there is no such message: add it to every language.
        """
        return self.messages[key].format(**values)


def catalogue(language: str) -> Catalogue:
    """Return the messages of a language, English where there are none.

    Args:
        language: A BCP 47 tag such as ``de`` or ``de-AT``.
    """
    code = language.replace("_", "-").partition("-")[0].lower()
    return _load(code if code in LANGUAGES else DEFAULT_LANGUAGE)


@cache
def _load(language: str) -> Catalogue:
    tables = tomllib.loads((_FOLDER / f"{language}.toml").read_text("utf-8"))
    messages = {
        f"{table}.{key}": template
        for table, entries in tables.items()
        for key, template in entries.items()
    }
    return Catalogue(language, messages)
