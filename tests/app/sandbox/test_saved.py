"""A restarted demo keeps its logins and what was posted."""

import json

import httpx
import pytest

from app.sandbox.network import create_sandbox
from app.sandbox.saved import SavedStateError
from tests.app.sandbox.conftest import MOVING, OPENED
from tests.app.sandbox.test_interface import HERE, bearer


def open_network(clock, path):
    return create_sandbox(
        clock=clock, anchor=OPENED, state_file=path, base_url=HERE, storylines=MOVING
    )


def client(app):
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HERE)


async def test_after_a_restart_tokens_and_posts_are_still_there(clock, tmp_path):
    path = tmp_path / "rookery.json"
    first = open_network(clock, path)
    async with client(first) as http:
        headers = await bearer(http, "read write")
        posted = await http.post("/api/v1/statuses", data={"status": "Kept."}, headers=headers)
        gone = first.state.controls.publish("mara", "Gone.")
        await http.delete(f"/api/v1/statuses/{gone.id}", headers=headers)
        before = (await http.get("/api/v1/timelines/home", headers=headers)).json()

    async with client(open_network(clock, path)) as http:
        after = (await http.get("/api/v1/timelines/home", headers=headers)).json()

    assert [status["id"] for status in after] == [status["id"] for status in before]
    assert posted.json()["id"] in {status["id"] for status in after}
    assert str(gone.id) not in {status["id"] for status in after}
    assert path.stat().st_mode & 0o077 == 0
    assert [file.name for file in tmp_path.iterdir()] == ["rookery.json"]


@pytest.mark.parametrize("damage", ["", "[]", "{}", '{"apps": [{"name": 1}], "tokens": []}'])
def test_a_damaged_file_is_named_and_not_overwritten(clock, tmp_path, damage):
    path = tmp_path / "rookery.json"
    path.write_text(damage)
    with pytest.raises(SavedStateError, match="delete it"):
        open_network(clock, path)
    assert path.read_text() == damage


def test_in_memory_nothing_is_written(clock, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    create_sandbox(clock=clock, anchor=OPENED).state.controls.publish("mara", "Hello.")
    assert list(tmp_path.iterdir()) == []


def test_what_strangers_wrote_before_is_left_out(clock, tmp_path):
    path = tmp_path / "rookery.json"
    open_network(clock, path).state.controls.publish("mara", "Hello.")
    saved = json.loads(path.read_text())
    saved["statuses"][0]["author"] = "moved_away"
    path.write_text(json.dumps(saved))

    world = open_network(clock, path).state.world

    assert world.published == []
