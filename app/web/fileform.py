"""A form with one file, read as it comes in: its small fields first, then the file, piece by piece.

Starlette and FastAPI write the files of a form to a disk once they are larger than a megabyte; here
no piece is held longer than it takes to pass it on. A form's fields come in the order in which they
stand on the page (https://html.spec.whatwg.org/#constructing-the-form-data-set), so whatever is to
be known before the file is read stands before it.
"""

import asyncio
from collections.abc import AsyncIterator

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from app.errors import Invalid

FIELDS_AT_MOST = 16 * 1024
"""Bytes of all fields before the file."""
PASS_OVER_AT_MOST = 16 * 1024 * 1024
"""Bytes that are let go by after a refusal: what browsers and what is between have in buffers."""
PASS_OVER_AT_MOST_S = 60
QUIET_AT_MOST_S = 10


class FileForm:
    """A form with one file (RFC 7578).

    Args:
        request: A request that nobody has read of.

    Raises:
        Invalid: It is no such form.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._has_more = True
        self._part = _Part()
        kind, options = parse_options_header(request.headers.get("content-type"))
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise _broken()
        try:
            self._parser = self._part.parser(boundary)
        except FormParserError:
            raise _broken() from None

    async def fields(self) -> dict[str, str]:
        """Return the fields that come before the file.

        Raises:
            Invalid: There is no file after them, or they are too large.
        """
        while not self._part.is_file:
            if self._part.size > FIELDS_AT_MOST or not await self._read():
                raise _broken()
        return {
            name.decode("utf-8", "replace"): value.decode("utf-8", "replace")
            for name, value in self._part.fields.items()
        }

    async def file(self) -> AsyncIterator[bytes]:
        """Yield the file, to be asked for after the fields.

        Raises:
            Invalid: It was cut off on the way.
        """
        while True:
            piece = self._part.taken()
            if piece:
                yield piece
            if self._part.is_whole:
                return
            if not await self._read():
                raise Invalid(
                    "The upload was cut off on its way. Upload the archive again.",
                    code="upload_cut_off",
                )

    async def pass_over(self) -> None:
        """Let what is on its way go by, so that a browser that is still sending sees the answer.

        Not all of it: nobody counts who is refused, and gigabytes of theirs would be read.
        """
        left = PASS_OVER_AT_MOST
        try:
            async with asyncio.timeout(PASS_OVER_AT_MOST_S):
                while self._has_more and left > 0:
                    async with asyncio.timeout(QUIET_AT_MOST_S):
                        left -= len(await self._receive())
        except TimeoutError:
            return

    async def _read(self) -> bool:
        """Read on; say whether there was more."""
        if not self._has_more:
            return False
        try:
            self._parser.write(await self._receive())
        except FormParserError:
            raise _broken() from None
        return True

    async def _receive(self) -> bytes:
        message = await self._request.receive()
        self._has_more = message["type"] == "http.request" and message.get("more_body", False)
        body: bytes = message.get("body", b"")
        return body


class _Part:
    """What the parser has told of the parts so far."""

    def __init__(self) -> None:
        self.fields: dict[bytes, bytes] = {}
        self.size = 0
        self.is_file = False
        self.is_whole = False
        self._file: list[bytes] = []
        self._headers: dict[bytes, bytes] = {}
        self._header = self._value = self._name = b""

    def parser(self, boundary: bytes) -> MultipartParser:
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
                "on_part_data": self._on_data,
                "on_part_end": self._on_end,
            },
        )

    def taken(self) -> bytes:
        """Return what came of the file since the last time."""
        piece = b"".join(self._file)
        self._file.clear()
        return piece

    def _begin(self) -> None:
        self._headers = {}
        self._header = self._value = self._name = b""

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        self.size += len(self._header) + len(self._value)
        self._headers[self._header.lower()] = self._value
        self._header = self._value = b""

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._name = options.get(b"name", b"")
        if b"filename" in options:
            self.is_file = True

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self.is_whole:
            return  # whatever follows the file is not read
        if self.is_file:
            self._file.append(data[start:end])
            return
        self.size += end - start
        if self.size <= FIELDS_AT_MOST:
            self.fields[self._name] = self.fields.get(self._name, b"") + data[start:end]

    def _on_end(self) -> None:
        self.is_whole = self.is_whole or self.is_file


def _broken() -> Invalid:
    return Invalid("Choose a file on the page of your connections, and upload it from there.")
