"""A CAR file as a stream of blocks, each with its checksum compared.

https://ipld.io/specs/transport/car/carv1/: a header and blocks, each after its length as a varint.
What is in a block (DAG-CBOR) is decoded by libipld; the file around it is never held whole.
"""

import hashlib
from collections.abc import Iterator

import libipld

from app.connectors.archives.errors import damaged

_HEADER_AT_MOST = 1024
# The AT Protocol allows records of 1 MiB (https://atproto.com/specs/data-model#limits).
_BLOCK_AT_MOST = 2 * 1024 * 1024
# CID version 1; DAG-CBOR or raw bytes; SHA-256 of 32 bytes: the two kinds that repositories have
# (https://atproto.com/specs/data-model#link-and-cid-formats).
_CID_HEADS = frozenset({b"\x01\x71\x12\x20", b"\x01\x55\x12\x20"})
_CID_SIZE = 36
_VARINT_AT_MOST = 5


class Car:
    """A CAR file, read forward.

    Args:
        content: Its bytes.

    Raises:
        BrokenArchive: It is none.
    """

    def __init__(self, content: Iterator[bytes]) -> None:
        self._content = content
        self._buffer = b""
        self._at = 0
        self.root = self._root()

    @staticmethod
    def begins(head: bytes) -> bool:
        """Say whether a file looks like one: a short map that begins with `roots`."""
        return head[1:8] == b"\xa2\x65roots"

    def blocks(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield each block: its CID, and its bytes.

        Raises:
            BrokenArchive: One is cut off, too large, or not what its CID says.
        """
        while self._more(1):
            size = self._varint()
            if not _CID_SIZE <= size <= _BLOCK_AT_MOST:
                raise damaged()
            block = self._take(size)
            cid, data = block[:_CID_SIZE], block[_CID_SIZE:]
            if cid[:4] not in _CID_HEADS or hashlib.sha256(data).digest() != cid[4:]:
                raise damaged()
            yield cid, data

    def _root(self) -> bytes:
        size = self._varint()
        if size > _HEADER_AT_MOST:
            raise damaged()
        header = decoded(self._take(size))
        match header:
            case {"version": 1, "roots": [bytes(root), *_]}:
                return root
        raise damaged()

    def _varint(self) -> int:
        value = 0
        for place in range(_VARINT_AT_MOST):
            byte = self._take(1)[0]
            value |= (byte & 0x7F) << 7 * place
            if byte < 0x80:  # noqa: PLR2004 - the bit that says that more follow
                return value
        raise damaged()

    def _take(self, size: int) -> bytes:
        if not self._more(size):
            raise damaged()
        found = self._buffer[self._at : self._at + size]
        self._at += size
        return found

    def _more(self, size: int) -> bool:
        """Say whether so many bytes follow, and have them at hand."""
        if len(self._buffer) - self._at >= size:
            return True
        pieces = [self._buffer[self._at :]]
        held = len(pieces[0])
        while held < size and (piece := next(self._content, None)) is not None:
            pieces.append(piece)
            held += len(piece)
        self._buffer, self._at = b"".join(pieces), 0
        return held >= size


def decoded(data: bytes) -> object:
    """Return what DAG-CBOR says.

    Raises:
        BrokenArchive: It is none, or is nested too deeply.
    """
    try:
        return libipld.decode_dag_cbor(data)
    except (ValueError, RecursionError):  # the cause may quote it
        raise damaged() from None
