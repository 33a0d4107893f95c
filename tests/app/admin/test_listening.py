"""The demo started twice: the second is told, and the first goes on undisturbed."""

import socket
from pathlib import Path

import pytest

from app.admin.listening import held_folder, held_ports
from app.errors import Conflict
from tests.support.servers import free_port, milieu


def test_a_port_that_is_taken_is_said_and_the_others_are_let_go():
    free, taken = free_port(), free_port()
    with held_ports([taken]):
        with pytest.raises(Conflict, match=f"port {taken} already"), held_ports([free, taken]):
            pass
        with held_ports([free]):
            pass


def test_a_port_that_may_not_be_used_is_another_matter(monkeypatch: pytest.MonkeyPatch):
    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", forbidden)
    with (
        pytest.raises(Conflict, match="Port 80 cannot be used: Permission denied"),
        held_ports([80]),
    ):
        pass


def test_a_folder_is_held_by_one_until_it_ends(tmp_path: Path):
    folder = tmp_path / "made"
    with held_folder(folder):
        assert folder.stat().st_mode & 0o077 == 0
        with pytest.raises(Conflict, match="already runs here"), held_folder(folder):
            pass
    with held_folder(folder):
        pass


def test_a_second_demo_ends_in_one_sentence_and_touches_nothing(tmp_path: Path):
    port, other = free_port(), free_port()
    with held_ports([port]), held_folder(tmp_path / ".data"):
        before = sorted((tmp_path / ".data").iterdir())
        for chosen, said in ((port, "listens on port"), (other, "already runs here")):
            with milieu("demo", "--port", str(chosen), env={}, folder=tmp_path) as second:
                assert second.wait() == 2
                assert said in second.log
                assert second.log.count("\n") == 1
        assert sorted((tmp_path / ".data").iterdir()) == before
