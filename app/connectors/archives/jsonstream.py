"""JSON as it streams by: the entries of a long array one by one, by the standard library's decoder.

An outbox or a list of tweets may have hundreds of megabytes, of which the newest two hundred posts
are read: so neither the text nor what it means is ever held whole. The decoder of C in `json` is
given one entry at a time; it refuses what is nested too deeply, or numbers of too many digits.
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

from app.connectors.archives.errors import BrokenArchive, damaged

ENTRY_AT_MOST = 1024 * 1024
"""Characters of one entry, or of a small file."""
_SPACE = re.compile(r"[ \t\n\r]*")
# X's files are scripts: `window.YTD.tweets.part0 = [ … ]`.
_ASSIGNMENT = re.compile(r"(?:window\.)?YTD\.[\w.]{1,100}\s{0,9}=")
_DECODER = json.JSONDecoder()


class JsonStream:
    """A JSON document, read forward.

    Args:
        content: Its bytes, in UTF-8.
        entry_at_most: Characters of one entry.
    """

    def __init__(self, content: Iterator[bytes], entry_at_most: int = ENTRY_AT_MOST) -> None:
        decode = codecs.getincrementaldecoder("utf-8-sig")()
        self._pieces = _decoded(content, decode)
        self._entry_at_most = entry_at_most
        self._text = ""
        self._at = 0
        self._ended = False

    def whole(self) -> object:
        """Return a small document.

        Raises:
            BrokenArchive: It is none.
        """
        found = self._value()
        self._end()
        return found

    def assigned(self) -> "JsonStream":
        """Pass over the name of the variable that the document is assigned to, as X writes it.

        Raises:
            BrokenArchive: There is none.
        """
        self._peek()
        match = _ASSIGNMENT.match(self._text, self._at)
        if match is None:
            raise damaged()
        self._at = match.end()
        return self

    def array(self) -> Iterator[Any]:
        """Yield the entries of a document that is an array.

        Raises:
            BrokenArchive: It is none.
        """
        yield from self._entries()
        self._end()

    def array_in(self, name: str) -> Iterator[Any]:
        """Yield the entries of the arrays of this name in a document that is an object.

        Raises:
            BrokenArchive: It is none.
        """
        self._take("{")
        while self._peek() != "}":
            key = self._value()
            self._take(":")
            if key == name and self._peek() == "[":
                yield from self._entries()
            else:
                self._value()
            self._comma("}")
        self._take("}")
        self._end()

    def _entries(self) -> Iterator[Any]:
        self._take("[")
        while self._peek() != "]":
            yield self._value()
            self._comma("]")
        self._take("]")

    def _value(self) -> object:
        self._peek()
        try:
            found, end = _DECODER.raw_decode(self._text, self._at)
        except (ValueError, RecursionError):  # the cause would quote it
            if not self._ended:
                raise BrokenArchive(
                    f"An entry of this archive has more than {self._entry_at_most:,} characters, or"
                    " is damaged."
                ) from None
            raise damaged() from None
        self._at = end
        return found

    def _comma(self, end: str) -> None:
        following = self._peek()
        if following == ",":
            self._at += 1
            if self._peek() != end:
                return
        elif following == end:
            return
        raise damaged()

    def _take(self, mark: str) -> None:
        if self._peek() != mark:
            raise damaged()
        self._at += 1

    def _end(self) -> None:
        if self._peek():
            raise damaged()

    def _peek(self) -> str:
        """Return the next character that is no space, a whole entry after it; empty at the end."""
        while True:
            self._fill()
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text) or self._ended:
                break
        self._fill()
        return self._text[self._at : self._at + 1]

    def _fill(self) -> None:
        if self._ended or len(self._text) - self._at >= self._entry_at_most:
            return
        pieces, size = [self._text[self._at :]], len(self._text) - self._at
        while size < 2 * self._entry_at_most:
            piece = next(self._pieces, None)
            if piece is None:
                self._ended = True
                break
            pieces.append(piece)
            size += len(piece)
        self._text, self._at = "".join(pieces), 0


def _decoded(content: Iterator[bytes], decode: codecs.IncrementalDecoder) -> Iterator[str]:
    try:
        for chunk in content:
            yield decode.decode(chunk)
        yield decode.decode(b"", final=True)
    except UnicodeDecodeError:  # it holds what was to be decoded
        raise damaged() from None
