"""A form with a file, as it comes in: fields first, whatever the pieces; nothing is held."""

import asyncio

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid
from app.web.fileform import FIELDS_AT_MOST, PASS_OVER_AT_MOST, FileForm

MIB = 1024 * 1024
BOUNDARY = "----x7"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def part(name: str, content: bytes, filename: str = "") -> bytes:
    file = f'; filename="{filename}"\r\nContent-Type: application/zip' if filename else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def coming(body: bytes, size: int = 7, kind: str = TYPE, *, cut: bool = False) -> Request:
    """A request whose body comes in pieces; cut: the browser leaves before the end."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)] or [b""]

    async def receive():
        if not pieces:
            return {"type": "http.disconnect"}
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces) or cut}

    request = Request(
        {"type": "http", "method": "POST", "headers": [(b"content-type", kind.encode())]}, receive
    )
    request.state.left = pieces
    return request


async def read(request: Request) -> tuple[dict[str, str], bytes]:
    found = FileForm(request)
    fields = await found.fields()
    return fields, b"".join([piece async for piece in found.file()])


@pytest.mark.parametrize("size", [1, 7, 100, 100_000])
async def test_fields_come_first_and_then_the_file_in_whatever_pieces(size):
    content = bytes(range(256)) * 30 + f"\r\n--{BOUNDARY[:-1]}".encode()
    body = form(part("csrf", b"abc"), part("public", b"yes"), part("archive", content, "a.zip"))
    assert await read(coming(body, size)) == ({"csrf": "abc", "public": "yes"}, content)


@given(st.binary(max_size=2000), st.integers(1, 300))
async def test_whatever_the_file_holds_it_is_what_was_sent(content, size):
    if f"--{BOUNDARY}".encode() in content:
        return
    body = form(part("csrf", b"abc"), part("archive", content, "a.zip"))
    assert await read(coming(body, size)) == ({"csrf": "abc"}, content)


async def test_what_comes_after_the_file_is_not_read():
    body = form(part("archive", b"a", "a.zip"), part("csrf", b"abc"), part("more", b"b", "b.zip"))
    assert await read(coming(body)) == ({}, b"a")


async def test_fields_are_known_before_the_file_is_read():
    body = form(part("csrf", b"abc"), part("archive", b"x" * 10_000, "a.zip"))
    request = coming(body, 100)
    await FileForm(request).fields()
    assert len(request.state.left) > 90


async def test_the_rest_may_be_let_go_by():
    request = coming(form(part("csrf", b"abc"), part("archive", b"x" * 10_000, "a.zip")), 100)
    found = FileForm(request)
    await found.fields()
    await found.pass_over()
    assert request.state.left == []
    await found.pass_over()


async def test_but_not_gigabytes_of_it():
    # Mutation: `left` not compared.
    taken = 0

    async def endless():
        nonlocal taken
        taken += MIB
        if taken > 2 * PASS_OVER_AT_MOST:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": bytes(MIB), "more_body": True}

    request = Request(
        {"type": "http", "method": "POST", "headers": [(b"content-type", TYPE.encode())]}, endless
    )
    await FileForm(request).pass_over()
    assert taken == PASS_OVER_AT_MOST


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (form(part("csrf", b"abc")), TYPE),
        (b"", TYPE),
        (b"nothing of the kind", TYPE),
        (form(part("csrf", b"x" * (FIELDS_AT_MOST + 1)), part("a", b"a", "a.zip")), TYPE),
        (form(*[part(f"n{n}", b"x" * 100) for n in range(400)], part("a", b"a", "a.zip")), TYPE),
        (form(part("n" * 20_000, b"x"), part("a", b"a", "a.zip")), TYPE),
        (form(part("a", b"a", "a.zip")), "multipart/form-data"),
        (form(part("a", b"a", "a.zip")), "application/x-www-form-urlencoded"),
        (form(part("a", b"a", "a.zip")), f"multipart/form-data; boundary={'x' * 500}"),
    ],
)
async def test_what_is_no_form_with_a_file_is_refused(body, kind):
    with pytest.raises(Invalid, match="Choose a file"):
        await read(coming(body, 500, kind))


@pytest.mark.parametrize("cut", [True, False])
async def test_a_file_that_is_cut_off_on_its_way_is_told_from_a_whole_one(cut):
    body = form(part("csrf", b"abc"), part("archive", b"x" * 1000, "a.zip"))
    for length in (400, 1000, len(body) - len(BOUNDARY) - 7):
        with pytest.raises(Invalid) as caught:
            await read(coming(body[:length], 100, cut=cut))
        assert caught.value.code == "upload_cut_off"


@given(st.binary(max_size=300), st.booleans())
async def test_any_bytes_are_a_form_or_refused(body, begins):
    whole = (part("csrf", b"abc") if begins else b"") + body
    with pytest.raises(Invalid):
        await read(coming(whole, 50))


async def test_a_browser_that_stops_sending_is_not_waited_for(monkeypatch):
    async def silent():
        await asyncio.Event().wait()

    monkeypatch.setattr("app.web.fileform.QUIET_AT_MOST_S", 0.01)
    request = Request(
        {"type": "http", "method": "POST", "headers": [(b"content-type", TYPE.encode())]}, silent
    )
    await FileForm(request).pass_over()
