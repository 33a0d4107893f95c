"""A program that is missing or too old is told, together with how to get it."""

from pathlib import Path

import pytest

from tests.support.require import NODE, Program, ProgramMissing, path_of


def a_program(folder: Path, version: str) -> str:
    path = folder / "node"
    path.write_text(f"#!/bin/sh\necho {version}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("version", ["v20.0.0", "v22.11.0"])
def test_a_program_that_is_new_enough_is_found(version, tmp_path, monkeypatch):
    path = a_program(tmp_path, version)
    monkeypatch.setenv(NODE.variable, path)
    assert path_of(NODE) == path


@pytest.mark.parametrize("version", ["v18.20.4", ""])
def test_one_that_is_too_old_is_as_good_as_none(version, tmp_path, monkeypatch):
    monkeypatch.setenv(NODE.variable, a_program(tmp_path, version))
    with pytest.raises(ProgramMissing, match=r"Node 20 or newer is missing: .*MILIEU_TEST_NODE"):
        path_of(NODE)


def test_a_file_that_another_program_loads_need_not_run(tmp_path, monkeypatch):
    module = Program("a module", "MILIEU_TEST_MODULE", ("/nowhere/mod.so",), "mod", runs=False)
    with pytest.raises(ProgramMissing, match="apt-get install mod"):
        path_of(module)
    path = tmp_path / "mod.so"
    path.write_bytes(b"")
    monkeypatch.setenv(module.variable, str(path))
    assert path_of(module) == str(path)
