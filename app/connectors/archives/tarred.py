"""A gzipped tar as a stream of files, by zlib and tarfile of the standard library.

https://docs.python.org/3/library/tarfile.html describes mode `r|`, which never looks back.
"""

import io
import tarfile
import zlib
from collections.abc import Iterator
from typing import Self

from app.connectors.archives.errors import BrokenArchive, damaged
from app.connectors.archives.meter import Meter

GZIP = b"\x1f\x8b"
PIECE = 64 * 1024
# tarfile reads names and attributes of any claimed length whole into memory. What it may take for
# one header ends here: blocks that it has asked for ahead, and a few kilobytes that a header needs.
HEADER_AT_MOST = 2 * PIECE
# Exports need some hundred bytes for the attributes of a file. tarfile searches them in the square
# of their length, holding every thread, before Python 3.11.10 and 3.12.6 (CVE-2024-6232).
ATTRIBUTES_AT_MOST = 2048
_ATTRIBUTES = frozenset({tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE})
_WITH_GZIP_HEADER = 31  # zlib's manual, inflateInit2


def tar_members(chunks: Iterator[bytes], meter: Meter) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield the files of a gzipped tar: name and content. What is no plain file is passed over.

    Args:
        chunks: The archive.
        meter: Counts.

    Raises:
        BrokenArchive: It is cut off or damaged, or holds what no export does.
        ArchiveTooLarge: It is too much.
        Exception: tarfile's and zlib's own, for what is damaged in other ways.
    """
    source = _Source(meter.unpacking(_unzipped(chunks)))
    source.allow(HEADER_AT_MOST)
    with tarfile.open(fileobj=source, mode="r|", bufsize=PIECE, tarinfo=_Entry) as archive:
        while (entry := archive.next()) is not None:
            archive.members.clear()  # type: ignore[attr-defined]  # typeshed lacks it
            # What a header says of all files after it; of one file, the entry has it already.
            archive.pax_headers = {}
            meter.member()
            source.allow(HEADER_AT_MOST)
            if entry.issparse():
                raise BrokenArchive("This archive holds files with gaps, which no export does.")
            if not entry.isreg():
                continue
            content = _Content(archive, entry, source)
            yield entry.name, content
            content.pass_over()
    source.allow(HEADER_AT_MOST)
    source.finish()


class _Entry(tarfile.TarInfo):
    """A header, looked at before tarfile reads what follows it as attributes."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        entry = super().frombuf(buf, encoding, errors)
        if entry.type in _ATTRIBUTES and entry.size > ATTRIBUTES_AT_MOST:
            raise _unusual()
        return entry


class _Content:
    """The bytes of a file in a tar, once."""

    def __init__(self, archive: tarfile.TarFile, entry: tarfile.TarInfo, source: "_Source") -> None:
        self._archive, self._entry, self._source = archive, entry, source
        self._pieces: Iterator[bytes] | None = None

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._pieces is None:
            self._pieces = self._read()
        return next(self._pieces)

    def pass_over(self) -> None:
        """Let the source be read to where the next header begins, and for that header."""
        if self._pieces is None:
            self._source.allow(self._entry.size + HEADER_AT_MOST)
        else:
            for _ in self._pieces:
                pass
            self._source.allow(HEADER_AT_MOST)

    def _read(self) -> Iterator[bytes]:
        file = self._archive.extractfile(self._entry)
        while file is not None:
            self._source.allow(HEADER_AT_MOST)
            piece = file.read(PIECE)
            if not piece:
                break
            yield piece


def _unzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what is in a gzip file, in pieces (RFC 1952); one or several members of it."""
    unzip = zlib.decompressobj(_WITH_GZIP_HEADER)
    for chunk in chunks:
        rest = chunk
        while rest:
            if unzip.eof:
                unzip = zlib.decompressobj(_WITH_GZIP_HEADER)
            yield unzip.decompress(rest, PIECE)
            rest = unzip.unconsumed_tail or unzip.unused_data
    if not unzip.eof:
        raise damaged()


def _unusual() -> BrokenArchive:
    return BrokenArchive("This archive names its files in a way that no export does.")


class _Source(io.RawIOBase):
    """A file for tarfile to read forward, no further at a time than it is allowed to."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._allowed = 0

    def allow(self, size: int) -> None:
        self._allowed = size

    def read(self, _size: int = -1) -> bytes:
        """Return the next piece, of whatever size; tarfile keeps what it does not need yet."""
        piece = next(filter(None, self._pieces), b"")
        self._allowed -= len(piece)
        if self._allowed < 0:
            raise _unusual()
        return piece

    def finish(self) -> None:
        """Pass the end over, whose checksum tells whether it is whole."""
        while self.read(PIECE):
            self.allow(HEADER_AT_MOST)
