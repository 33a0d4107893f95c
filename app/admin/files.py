"""Files that a command writes: never the one it reads, and a failure says which."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


class FileError(ValueError):
    """A file cannot be written, or must not be."""


@contextmanager
def written(out: Path) -> Iterator[TextIO]:
    """Open a file to be written in UTF-8.

    Raises:
        FileError: It cannot be written to the end, such as where the disk is full.
    """
    try:
        with out.open("w", encoding="utf-8") as file:
            yield file
    except OSError as error:
        raise FileError(f"{out} could not be written: {error.strerror or error}.") from error


def refuse_same_file(given: Path, out: Path) -> None:
    """Make sure that writing one file leaves the other as it is.

    Raises:
        FileError: They are the same file, be it by a link.
    """
    if out.is_file() and given.exists() and out.samefile(given):
        raise FileError(f"{out} is the file to read: name another for what is written.")
