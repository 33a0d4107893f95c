"""The files in an archive, one after the other as it streams by: of a zip, of a tar, or the file.

Nothing is looked up in an archive, so nothing of it has to be kept: no directory of a zip, no file
of it on a disk. Names in it are compared and never used as paths.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from app.connectors.archives.meter import Meter
from app.connectors.archives.tarred import GZIP, tar_members
from app.connectors.archives.zipped import ZIP, zip_members

ITSELF = ""
"""The name of a file that is no archive of files."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive.

    Attributes:
        name: Its path there, or `ITSELF`.
        content: Its bytes; to be read before the next member is asked for, or not at all.
    """

    name: str
    content: Iterator[bytes]


def members(chunks: Iterator[bytes], meter: Meter) -> Iterator[Member]:
    """Yield what is in an archive, by what it looks like.

    Args:
        chunks: The archive.
        meter: Counts its files and what they unpack to.

    Raises:
        BrokenArchive: It is cut off or damaged.
        ArchiveTooLarge: It is too much.
    """
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= len(ZIP):
            break
    whole = chain([head] if head else [], chunks)
    if head.startswith(ZIP):
        found = zip_members(whole, meter)
    elif head.startswith(GZIP):
        found = tar_members(whole, meter)
    else:
        found = iter([(ITSELF, whole)])
    for name, content in found:
        yield Member(name.removeprefix("./"), content)
