"""The README's story in curl, executed as it is written, beside the demo that `make run` starts."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.contracts.test_structure import ROOT
from tests.support.person import Person
from tests.support.servers import COMMAND, free_port, milieu

pytestmark = pytest.mark.browser

EMAIL = "mara@example.org"
TIMEOUT_S = 120


def blocks() -> tuple[str, str]:
    """The two blocks of commands: until she is asked, and after she has decided."""
    text = (ROOT / "README.md").read_text("utf-8")
    story = text.split("## The story in curl")[1].split("\n## ")[0]
    asking, reading = re.findall(r"```sh\n(.*?)```", story, re.DOTALL)
    return asking, reading


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that looks like a checkout in which Milieu is installed."""
    command = tmp_path / ".venv" / "bin" / "milieu"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -c "{COMMAND}" "$@"\n')
    command.chmod(0o755)
    return tmp_path


@pytest.fixture
def url(folder: Path) -> Iterator[str]:
    port = free_port()
    with milieu("demo", "--port", str(port), env={}, folder=folder) as demo:
        url = f"http://localhost:{port}"
        demo.wait_for(f"{url}/health/ready")
        demo.wait_for(f"http://localhost:{port + 1}/")
        yield url


def shell(script: str, folder: Path) -> list[str]:
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", script],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_the_story_in_curl(url: str, folder: Path):
    asking, reading = blocks()
    asked = f"{asking}\nset +u; declare -p VERIFIER client_id client_secret MILIEU > asked.env"
    address = shell(asked, folder)[-1]
    assert address.startswith(f"{url}/oauth/authorize?")

    with Person(url) as mara:
        mara.sign_in(EMAIL)
        mara.link(f"localhost:{urlsplit(url).port + 1}", "mara")
        back = mara.decide(address)
        code = parse_qs(urlsplit(back).query)["code"][0]
        script = f". ./asked.env\n{reading}".replace("paste-it-here", code)
        answers = "".join(shell(script, folder))
        assert answers.count('"subject":"') == 2
        assert '"code"' not in answers

        mara.submit(mara.get("/grants"), "/revoke")
        token = json.loads((folder / ".data" / "tokens.json").read_text())["access_token"]
        assert {file.name for file in folder.iterdir()} == {".venv", ".data", "asked.env"}
        again = shell(f'curl -s "{url}/v1/context" -H "Authorization: Bearer {token}"', folder)
        assert '"code":"grant_revoked"' in "".join(again)
        log = mara.get("/accesses").text
    assert "Fjord Energy" in log
    assert "Sam, desk 4" in log
