"""No post survives: what a canary sings is in nothing the service writes or says (check 55)."""

import base64
import logging
from datetime import UTC, datetime

import pytest
from starlette.responses import JSONResponse

from app.store.connections import ConnectionState
from context.document import Absence
from tests.support.stage import Stage, network_at
from tests.support.workshop import Workshop

MARKER = "xq7canary9zt"
SONG = (
    f"{MARKER} my broadband is down again, says Thessaly Quillfeather of 14 Marrowbone Crescent, "
    "call me at +44 20 7946 0958 or thessaly@quillfeather.example"
)
NOTES = ("xq7canary9zt", "thessaly", "quillfeather", "marrowbone", "7946 0958", "79460958")


@pytest.fixture
def network(clock):
    with network_at(clock) as network:
        network.add("mara", "ben", "ida", "kai", "lou", "sam")
        network.friends("mara", "ben", "ida", "kai", "lou", "sam")
        yield network


def sing(network):
    """Let her and her friends post the canary, more than once, so that it is worth a topic."""
    for hours in range(1, 13):
        network.said("mara", f"{SONG} #{MARKER}", hours=hours)
    for friend in ("ben", "ida", "kai", "lou", "sam"):
        network.said(friend, SONG, hours=3)


def in_base64(note: bytes) -> list[bytes]:
    """Return what of a note stands in base64 wherever it begins: at one of three alignments.

    Characters that its neighbours have a part in cannot be known, and are left out.
    """
    parts = []
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + note)
        known_from = (8 * before + 5) // 6
        known_to = 8 * (before + len(note)) // 6
        parts.append(encoded[known_from:known_to])
    return parts


def heard(written: dict[str, bytes]) -> list[tuple[str, str]]:
    """Return where a note of the canary is found, and which."""
    found = []
    for place, content in written.items():
        lowered = content.lower()
        for note in NOTES:
            spellings = (note.encode(), note.encode("utf-16-le"), note.encode("utf-16-be"))
            encoded = [
                part
                for way in (str, str.title, str.upper)
                for part in in_base64(way(note).encode())
            ]
            if any(one in lowered for one in spellings) or any(one in content for one in encoded):
                found.append((place, note))
    return found


def test_the_ear_hears_a_canary_where_there_is_one():
    assert heard({"a log": f"INFO post={SONG!r}".encode()})
    assert not heard({"a log": b"INFO refreshed con_1"})


@pytest.mark.parametrize("before", range(6))
@pytest.mark.parametrize("note", [MARKER, "Thessaly", "Marrowbone"])
def test_the_ear_hears_it_in_base64_wherever_it_begins(before, note):
    content = base64.b64encode(b"x" * before + note.encode() + b" and so on")
    assert heard({"a file": content})


async def test_killed_in_the_middle_and_refreshed_again_the_canary_is_nowhere(
    tmp_path, sqlite_template, network, clock
):
    workshop = Workshop(tmp_path / "deployment", sqlite_template, network)
    clock.set(datetime.now(UTC))
    sing(network)
    async with workshop.stage() as stage:
        mara = await stage.customer()
        connection_id = await stage.link(mara, network.url, "mara")
        # Her posts are in memory, the network's are asked for: this is the middle.
        workshop.kill_in_the_middle(after=1)
        assert "milieu.db-wal" in workshop.written()
        assert heard(workshop.written()) == []

        workshop.let_the_lease_run_out(connection_id)
        workshop.work_until_refreshed(connection_id)
        assert heard(workshop.written()) == []
        digest = await stage.digest(mara, connection_id)
        assert sum(day.posts for day in digest.days) == 12
        assert heard({"digest": digest.to_bytes()}) == []
        assert heard({"context": await rendered(stage, mara)}) == []


async def test_nor_is_it_in_the_most_talkative_log_or_any_table(
    database, vault, network, clock, caplog
):
    caplog.set_level(logging.DEBUG)
    sing(network)
    stage = Stage(database, vault, clock, frozenset({network.host}))
    mara = await stage.customer()
    connection_id = await stage.link(mara, network.url, "mara")
    await stage.refresh.refresh(connection_id)
    clock.set(await stage.refresh.request_refresh(mara, connection_id))
    network.faults.answer(broken_page)
    assert await stage.refresh.refresh(connection_id) is ConnectionState.DEGRADED
    preview = await stage.contexts.preview(mara)
    assert not isinstance(preview.sections.sentiment, Absence)
    assert not isinstance(preview.sections.rhythm, Absence)
    assert connection_id in caplog.text
    context = repr(preview).encode()
    assert heard({"log": caplog.text.encode(), "context": context}) == []


def broken_page(request):
    return JSONResponse([{"content": SONG, "id": "1"}])


async def rendered(stage: Stage, customer_id: str) -> bytes:
    return repr(await stage.contexts.preview(customer_id)).encode()
