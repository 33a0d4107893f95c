"""What connectors share that read what she had her provider export; they fetch nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.connectors.catalogue import Account, Described
from context.post import Window


@dataclass(frozen=True, slots=True)
class Export:
    """What an archive says.

    Attributes:
        account: Whose it is, as far as an archive can say: whoever uploads it may have written it.
        window: Her recent posts, and nothing else: what a file says of the account, such as its
            age, is not her provider's word, and may not speak for its being a person's own.
    """

    account: Account
    window: Window


class ExportReader(Protocol):
    """Reads one archive, file after file as they pass by."""

    def take(self, name: str, content: Iterator[bytes]) -> bool:
        """Read a file of the archive, if it is one that is read; say whether it was.

        Args:
            name: Its path in the archive; empty if the archive is one file.
            content: Its bytes, once.

        Raises:
            Invalid: It cannot be read.
        """
        ...

    def finish(self) -> Export | None:
        """Return what the archive says, or None if it is of another format.

        Raises:
            Invalid: A part of it is missing.
        """
        ...


class ArchiveConnector(Described, Protocol):
    """Reads what she had her provider export, and uploads herself; it calls nobody."""

    def reader(self, now: datetime) -> ExportReader:
        """Begin to read an archive that may be of this format.

        Args:
            now: The present.
        """
        ...
