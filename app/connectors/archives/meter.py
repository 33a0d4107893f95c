"""How much of an archive may pass by, and the count of it while it does.

An archive is written by whoever uploads it. What it says of its own sizes is not relied on: the
bytes are counted as they come in and as they come out of the decompressor.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.connectors.archives.errors import ArchiveTooLarge

MiB = 1024 * 1024
GiB = 1024 * MiB


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is read of one archive; all in bytes but the last two.

    Attributes:
        received: The file itself, media included, which only passes by.
        unpacked: All files in it, unpacked.
        files_read: The files of it that are read, unpacked: not the media.
        allowance: What may be unpacked whatever the ratio.
        ratio: How many times its size an archive may unpack to, beyond the allowance. Text like an
            export's deflates to a tenth or a twentieth; deflate can reach a thousandth.
        members: Files in it.
    """

    received: int = 4 * GiB
    unpacked: int = 16 * GiB
    files_read: int = 1 * GiB
    allowance: int = 64 * MiB
    ratio: int = 100
    members: int = 200_000


class Meter:
    """Counts what passes by, and stops what is too much.

    Args:
        limits: The most of each.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._received = self._unpacked = self._read = self._members = 0

    def receiving(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Pass on what comes in.

        Raises:
            ArchiveTooLarge: It is too much.
        """
        for chunk in chunks:
            self._received += len(chunk)
            if self._received > self._limits.received:
                raise ArchiveTooLarge(
                    f"An archive may have {self._limits.received // GiB} GiB. Ask for an export"
                    " without media, or leave the media out of it."
                )
            if chunk:
                yield chunk

    def unpacking(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Pass on what was unpacked.

        Raises:
            ArchiveTooLarge: It is too much, or too much for what came in.
        """
        for chunk in chunks:
            self._unpacked += len(chunk)
            if self._unpacked > self._limits.allowance + self._limits.ratio * self._received:
                raise ArchiveTooLarge(
                    "This archive unpacks to far more than it holds; no export does. Upload the"
                    " file as you downloaded it."
                )
            if self._unpacked > self._limits.unpacked:
                raise ArchiveTooLarge(
                    f"Unpacked, an archive may have {self._limits.unpacked // GiB} GiB. Leave the"
                    " media out of it."
                )
            yield chunk

    def reading(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Pass on what is read of a file.

        Raises:
            ArchiveTooLarge: It is too much.
        """
        for chunk in chunks:
            self._read += len(chunk)
            if self._read > self._limits.files_read:
                raise ArchiveTooLarge(
                    "The posts in this archive are more than"
                    f" {self._limits.files_read // MiB} MiB, which is the most that is read."
                )
            yield chunk

    def member(self) -> None:
        """Count a file in the archive.

        Raises:
            ArchiveTooLarge: There are too many.
        """
        self._members += 1
        if self._members > self._limits.members:
            raise ArchiveTooLarge(
                f"An archive may have {self._limits.members:,} files. Leave the media out of it."
            )
