"""Stories told by scripts for Node, while the test plays the customer's browser."""

import json
import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.usecases.sections import OFFERED
from tests.support.require import NODE, NPM, path_of

FOLDER = Path(__file__).with_name("node")
BLUESKY = Path(__file__).with_name("bluesky")
# The one package of Bluesky's that is no JavaScript. Where no ready one is to be had, it is
# compiled: for tests that last seconds, without spending minutes on making it fast.
COMPILED = "better-sqlite3"
QUICKLY = {"JOBS": "max", "CFLAGS": "-O0", "CXXFLAGS": "-O0"}
PATIENCE_S = 60

Visit = Callable[[str], str]


def nobody(address: str) -> str:
    """Stand in for the customer of a story that takes none."""
    raise AssertionError(f"No customer was to be sent to {address}.")


class StoryFailed(Exception):
    """A script ended before its story did; the message is what it said."""


def install_libraries(folder: Path = FOLDER, compiled: str | None = None) -> None:
    """Put the libraries beside the scripts, exactly as the lock has them; no script of theirs runs.

    Args:
        folder: Where the scripts are.
        compiled: The one package whose own script is run, to fetch or compile it.
    """
    lock = folder / "package-lock.json"
    done = folder / "node_modules" / ".done"
    if done.exists() and done.stat().st_mtime >= lock.stat().st_mtime:
        return
    npm = path_of(NPM)
    subprocess.run([npm, "ci", "--no-progress"], cwd=folder, check=True)
    if compiled is not None:
        command = [npm, "rebuild", compiled, "--ignore-scripts=false"]
        subprocess.run(command, cwd=folder, check=True, env={**os.environ, **QUICKLY})
    done.touch()


def install_bluesky() -> None:
    """Put Bluesky's own software where it is run."""
    install_libraries(BLUESKY, COMPILED)


def story(script: str, visit: Visit = nobody, **given: Any) -> dict[str, Any]:
    """Let a script tell its story.

    Args:
        script: Its name in `tests/foreign/node`, without its ending.
        visit: What the customer's browser does: from the address a client sends her to, to the
            address she is sent back to.
        **given: What the script is given.

    Returns:
        What it tells at the end.

    Raises:
        StoryFailed: It did not come to its end, within a minute.
    """
    process = subprocess.Popen(
        [path_of(NODE), f"{script}.mjs"],
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    patience = threading.Timer(PATIENCE_S, process.kill)
    patience.start()
    with process:
        try:
            return _dialogue(process, visit, given)
        finally:
            patience.cancel()
            process.kill()


def granted_sections(context: dict[str, Any]) -> set[str]:
    """Tell which sections of a context were granted, whether or not there is anything in them."""
    withheld = {"status": "absent", "reason": "not_granted"}
    return {name for name in OFFERED if context["sections"][name] != withheld}


def _dialogue(
    process: "subprocess.Popen[str]", visit: Visit, given: dict[str, Any]
) -> dict[str, Any]:
    def say(value: Any) -> None:
        process.stdin.write(f"{json.dumps(value)}\n")
        process.stdin.flush()

    say(given)
    for line in process.stdout:
        said: dict[str, Any] = json.loads(line)
        if "result" in said:
            result: dict[str, Any] = said["result"]
            return result
        say(visit(said["visit"]))
    raise StoryFailed(process.stderr.read())
