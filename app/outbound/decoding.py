"""Undoing the one layer of compression that is asked for, and making no more of it than is read."""

import zlib

from app.outbound.errors import OutboundFailed

# One layer only: nested encodings multiply, and a few kilobytes could unfold to gigabytes.
PLAIN = frozenset({"", "identity"})
COMPRESSED = frozenset({"gzip", "deflate"})
# A gzip or zlib header, whichever is there (zlib's manual, inflateInit2).
EITHER_HEADER = 32 + zlib.MAX_WBITS


class Decoder:
    """Decodes an answer's body piece by piece.

    A piece of 64 kB can unfold to 64 MB, so each says how much of it is wanted at most.

    Args:
        encoding: `Content-Encoding` (RFC 9110, section 8.4).
        host: Who answers, for errors.

    Raises:
        OutboundFailed: It is none that was asked for.
    """

    def __init__(self, encoding: str, host: str) -> None:
        name = encoding.strip().lower()
        if name not in PLAIN | COMPRESSED:
            raise OutboundFailed(f"{host} answers in an encoding that was not asked for.")
        self._host = host
        self._inflater = None if name in PLAIN else zlib.decompressobj(EITHER_HEADER)
        self._is_empty = True

    def feed(self, piece: bytes, at_most: int) -> bytes:
        """Return what a piece unfolds to.

        Args:
            piece: As it came.
            at_most: Bytes to make of it; what is beyond is lost.

        Raises:
            OutboundFailed: It is not compressed as it says.
        """
        if self._inflater is None:
            return piece[:at_most]
        self._is_empty = self._is_empty and not piece
        try:
            return self._inflater.decompress(piece, at_most)
        except zlib.error:
            raise OutboundFailed(f"{self._host} answers with what cannot be read.") from None

    def end(self) -> None:
        """Say that no more comes; an empty body needs no end, whatever its headers say.

        Raises:
            OutboundFailed: The end is missing.
        """
        if self._inflater is not None and not (self._is_empty or self._inflater.eof):
            raise OutboundFailed(f"{self._host} answers by half.")
