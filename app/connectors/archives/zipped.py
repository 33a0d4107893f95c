"""A zip as a stream of files, by stream-unzip: each is told from the header before it.

https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3.7 to 4.3.16.
"""

from collections.abc import Iterator

from stream_unzip import MissingPasswordError, NotStreamUnzippable, stream_unzip

from app.connectors.archives.errors import BrokenArchive, damaged
from app.connectors.archives.meter import Meter

ZIP = b"PK"
# The end record (4.3.16) has 22 bytes, and a comment of at most 65,535 after it.
_END = b"PK\x05\x06"
_END_SIZE = 22
_TAIL = _END_SIZE + 0xFFFF


def zip_members(chunks: Iterator[bytes], meter: Meter) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield the files of a zip: name and content.

    What is left of a content is passed over when the next file is asked for. Checksums are compared
    when a content has been read to its end.

    Args:
        chunks: The zip.
        meter: Counts.

    Raises:
        BrokenArchive: It is cut off, damaged, locked, or not made to be read as a stream.
        ArchiveTooLarge: It is too much.
        Exception: stream-unzip's own, for what is damaged in other ways.
    """
    end = _End(chunks)
    files = iter(stream_unzip(end))
    while True:
        try:
            raw_name, _, unpacked = next(files)
        except StopIteration:
            break
        except MissingPasswordError:
            raise BrokenArchive(
                "This zip is locked by a password. Upload the file as you downloaded it."
            ) from None
        except NotStreamUnzippable:
            raise BrokenArchive(
                "This zip is of a kind that cannot be read while it is uploaded. Unpack it, pack it"
                " again, and upload that."
            ) from None
        meter.member()
        content = meter.unpacking(unpacked)
        yield raw_name.decode("utf-8", "replace"), content
        for _ in content:
            pass
    if not end.is_whole():
        raise damaged()


class _End:
    """Passes a zip on, and knows by its last bytes whether it came to its end."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._tail = b""

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._tail = (self._tail + chunk)[-_TAIL:]
            yield chunk

    def is_whole(self) -> bool:
        at = self._tail.rfind(_END)
        return 0 <= at <= len(self._tail) - _END_SIZE
