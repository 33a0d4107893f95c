"""The commands a newcomer meets are there, and say what they do."""

import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()


def make(*arguments: str) -> "subprocess.CompletedProcess[str]":
    program = shutil.which("make")
    assert program, "These tests run `make`: install it, for example with `apt-get install make`."
    return subprocess.run(
        [program, "--no-print-directory", *arguments],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )


def test_plain_make_lists_every_command_with_what_it_does():
    said = make().stdout
    listed = dict(re.findall(r"^  make (\S+) +(\S.*)$", said, re.MULTILINE))
    phony = set(re.findall(r"^\.PHONY: (\S+)$", MAKEFILE, re.MULTILINE))
    assert {"run", "test", "test-all", "lint", "lock", "bench", "clean", "help"} <= set(listed)
    assert set(listed) == phony - {"require"}  # a step of test-all, nobody calls it


def test_an_old_python_is_refused_with_what_to_do(tmp_path):
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    attempt = make("run", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}")
    assert attempt.returncode != 0
    assert "Python 3.11 or newer" in attempt.stderr
    assert "make PYTHON=" in attempt.stderr
    assert not (tmp_path / "venv").exists()


def test_all_tests_are_part_of_the_run_from_a_fresh_clone():
    script = (ROOT / ".ci" / "run").read_text()
    assert "test-all" in script
    assert re.search(r"^test-all:.*\btest\b", MAKEFILE, re.MULTILINE)
    assert re.search(r"^test: lint\b", MAKEFILE, re.MULTILINE)
