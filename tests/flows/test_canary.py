"""No post survives: what a canary sings is in nothing the service writes or says (check 55)."""

import base64
import logging
from datetime import UTC, datetime

import pytest
from starlette.responses import JSONResponse

from app.usecases.contexts import Contexts
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


def heard(written: dict[str, bytes]) -> list[tuple[str, str]]:
    """Return where a note of the canary is found, and which."""
    found = []
    for place, content in written.items():
        lowered = content.lower()
        for note in NOTES:
            spellings = (note.encode(), note.encode("utf-16-le"), note.encode("utf-16-be"))
            encoded = base64.b64encode(note.encode()).rstrip(b"=")[:-1]
            if any(one in lowered for one in spellings) or encoded in content:
                found.append((place, note))
    return found


def test_the_ear_hears_a_canary_where_there_is_one():
    assert heard({"a log": f"INFO post={SONG!r}".encode()})
    assert heard({"a file": base64.b64encode(MARKER.encode())})
    assert not heard({"a log": b"INFO refreshed con_1"})


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
    network.faults.answer(broken_page)
    await stage.refresh.request_refresh(mara, connection_id)
    await stage.refresh.refresh(connection_id)
    context = await rendered(stage, mara)
    assert b"posts" in context or b"Sentiment" in context
    assert heard({"log": caplog.text.encode(), "context": context}) == []


def broken_page(request):
    return JSONResponse([{"content": SONG, "id": "1"}])


async def rendered(stage: Stage, customer_id: str) -> bytes:
    contexts = Contexts(stage.database, stage.vault, stage.clock)
    return repr(await contexts.preview(customer_id)).encode()
