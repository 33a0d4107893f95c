"""An archive that she uploads touches no disk, and no post of it survives (checks 55 and 74)."""

import logging
import os
import random
import sys
import tempfile
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from app.main import create_app
from app.wiring import build
from tests.app.portal.conftest import Browser, Portal, settings_for
from tests.flows.test_canary import MARKER, SONG, heard
from tests.support.exports import (
    chunked,
    mastodon_files,
    note,
    repository,
    said_on_bluesky,
    tarred,
    tweet,
    x_files,
    zipped,
)
from tests.support.pages import Page

MiB = 1024 * 1024
MEDIA = random.Random(7).randbytes(8 * MiB)
_watching: list[list[str]] = []


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    """Note what is opened to be written, made, or renamed; a hook cannot be taken out again."""
    if not _watching:
        return
    writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
    if event == "open":
        path, _mode, flags = arguments
        if isinstance(flags, int) and flags & writes:
            _watching[-1].append(f"open {path}")
    elif event in {"os.mkdir", "os.rename", "os.link", "os.symlink", "tempfile.mkstemp"}:
        _watching[-1].append(f"{event} {arguments}")


sys.addaudithook(_watch)


@contextmanager
def watched():
    """Yield a list of the files that this process opens to write meanwhile."""
    _watching.append([])
    try:
        yield _watching[-1]
    finally:
        _watching.pop()


def written() -> int:
    """Return how many bytes this process has handed to the system to write, by whatever code.

    https://www.kernel.org/doc/html/latest/filesystems/proc.html#proc-pid-io-display-the-io-accounting-fields
    """
    told = Path("/proc/self/io").read_text(encoding="ascii")
    return int(told.split("wchar: ")[1].split()[0])


@pytest.fixture
async def portal(tmp_path, sqlite_template, clock):
    folder = tmp_path / "deployment"
    folder.mkdir()
    (folder / "milieu.db").write_bytes(sqlite_template)
    runtime = build(settings_for(folder / "milieu.db"), clock)
    yield Portal(create_app(runtime), clock)
    await runtime.close()


@pytest.fixture
def songs(clock):
    return {
        "mastodon": [note(SONG, clock() - timedelta(hours=at)) for at in range(12)],
        "x": [tweet(SONG, clock() - timedelta(hours=at)) for at in range(12)],
        "bluesky": {
            f"app.bsky.feed.post/{at:03}": said_on_bluesky(SONG, clock() - timedelta(hours=at))
            for at in range(12)
        },
    }


@pytest.fixture(params=["zip", "tar", "x", "bluesky"])
def archive(request, songs):
    if request.param == "zip":
        return zipped({"media/cat.mp4": MEDIA, **mastodon_files(*songs["mastodon"])})
    if request.param == "tar":
        return tarred({"media/cat.mp4": MEDIA, **mastodon_files(*songs["mastodon"])})
    if request.param == "x":
        return zipped(x_files(*songs["x"]) | {"data/tweets_media/1-cat.mp4": MEDIA})
    strays = [{"n": at, "blob": MEDIA[at * MiB : (at + 1) * MiB]} for at in range(8)]
    return repository(songs["bluesky"], *strays)


async def upload(browser: Browser, content: bytes) -> Page:
    """Send the form, its body in pieces as over a wire."""
    form = (await browser.get("/connections")).form("/connections/archives")
    shape = httpx.Request("POST", "http://x", data=form.filled(public="yes"), files={"a": content})
    body = b"".join(shape.stream)

    async def pieces():
        for piece in chunked(body):
            yield piece

    headers = {"content-type": shape.headers["content-type"]}
    return Page(await browser.http.post(form.action, content=pieces(), headers=headers))


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="the kernel counts on Linux alone")
@pytest.mark.parametrize("whole", [True, False], ids=["whole", "cut off"])
async def test_an_upload_writes_no_file_whatever_comes_of_it(portal, archive, whole, monkeypatch):
    # Mutations: the route takes `UploadFile`; `FileForm` collects pieces in a SpooledTemporaryFile.
    mira = await portal.signed_in()
    await upload(mira, zipped({"a": b"b"}))  # whatever is made once is made
    monkeypatch.setattr(tempfile, "tempdir", "/nonexistent")
    before = written()
    with watched() as opened:
        answer = await upload(mira, archive if whole else archive[: len(archive) * 9 // 10])
    assert answer.status == (303 if whole else 422)
    assert opened == []
    # What is written at all is the database: kilobytes, where the archive has megabytes.
    assert written() - before < 2 * MiB
    assert len(archive) > 6 * MiB


def test_the_watch_sees_a_file_that_is_written(tmp_path):
    before = written()
    with watched() as opened, tempfile.TemporaryFile(dir=tmp_path) as file:
        file.write(bytes(4 * MiB))
        file.flush()
    assert any(str(tmp_path) in one for one in opened)
    assert written() - before >= 4 * MiB


async def test_nothing_that_the_service_writes_or_says_holds_a_post_of_it(
    portal, archive, tmp_path, caplog
):
    caplog.set_level(logging.DEBUG)
    mira = await portal.signed_in()
    done = await upload(mira, archive)
    answers = [done, await mira.follow(done)]
    answers += [await upload(mira, archive[: len(archive) * share // 10]) for share in (5, 9)]
    answers += [await upload(mira, archive[:-1])]
    answers += [await mira.get(path) for path in ("/context", "/connections")]
    assert [answer.status for answer in answers[:2]] == [303, 200]
    assert {answer.status for answer in answers[2:5]} == {422}
    files = {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert any(name.endswith("milieu.db") for name in files)
    said = {f"answer {at}": answer.html.encode() for at, answer in enumerate(answers)}
    assert "read an archive for con_" in caplog.text
    assert heard(files | said | {"log": caplog.text.encode()}) == []


async def test_nor_does_what_is_kept_sealed_hold_one(portal, songs):
    mira = await portal.signed_in()
    assert MARKER in str(songs)
    await upload(mira, zipped(mastodon_files(*songs["mastodon"])))
    preview = await portal.services.contexts.preview(mira.customer_id)
    assert preview.sections.rhythm.evidence == 12
    assert heard({"context": repr(preview).encode()}) == []
