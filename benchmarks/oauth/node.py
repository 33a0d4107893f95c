"""The peer, node-oidc-provider: installed on first use, then served by Node in memory."""

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.usecases.sections import OFFERED
from benchmarks.oauth.cases import Company, Seeds
from oauth.server.scopes import LOOKUP_SCOPE, scope_of

FOLDER = Path(__file__).with_name("peer")
LOCK = FOLDER / "package-lock.json"
# npm writes this file when it has installed everything.
INSTALLED = FOLDER / "node_modules" / ".package-lock.json"
ADVICE = """\
The peer runs on Node, and {program} is not in PATH: install Node 22 or newer with npm, for example
by `apt-get install nodejs npm` or from https://nodejs.org/."""


class NodeMissing(Exception):
    """There is no Node here; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The peer as it runs."""

    port: int
    company: Company
    process: subprocess.Popen[str]

    def seed(self, count: int) -> Seeds:
        """Make grants with a refresh token and an access token each."""
        tokens = _ask(self.process, {"seed": count})
        return Seeds(tuple(tokens["refresh"]), tuple(tokens["access"]))


def install() -> None:
    """Install what `package-lock.json` says, unless it is there already.

    Raises:
        NodeMissing: There is no npm.
    """
    if INSTALLED.exists() and INSTALLED.stat().st_mtime >= LOCK.stat().st_mtime:
        return
    options = ["--ignore-scripts", "--no-audit", "--no-fund"]
    command = [_program("npm"), "ci", *options]
    subprocess.run(command, cwd=FOLDER, check=True)  # noqa: S603 - ours, of fixed words


def version() -> str:
    """Return the peer's version and Node's."""
    manifest = FOLDER / "node_modules" / "oidc-provider" / "package.json"
    peer = json.loads(manifest.read_text("utf-8"))["version"]
    command = [_program("node"), "--version"]
    node = subprocess.check_output(command, text=True).strip()  # noqa: S603 - ours, of fixed words
    return f"oidc-provider {peer}, Node {node}"


@contextmanager
def served() -> Iterator[Peer]:
    """Serve it, with one client, for as long as the context lasts.

    Raises:
        NodeMissing: There is no Node.
    """
    company = Company(
        "cli_" + secrets.token_hex(16),
        secrets.token_urlsafe(32),
        "https://bench.example/cb",
        scope_of(OFFERED),
        LOOKUP_SCOPE,
    )
    with subprocess.Popen(  # noqa: S603 - ours, of fixed words
        [_program("node"), "server.mjs"],
        cwd=FOLDER,
        env={**os.environ, "NODE_ENV": "production"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        port: int = _ask(process, {"company": asdict(company)})["port"]
        yield Peer(port, company, process)
        # Leaving the `with` closes the pipe, which ends the server, and waits for it.


def _ask(process: subprocess.Popen[str], wanted: dict[str, Any]) -> dict[str, Any]:
    assert process.stdin is not None  # noqa: S101 - a pipe, as asked for
    assert process.stdout is not None  # noqa: S101 - as above
    process.stdin.write(json.dumps(wanted) + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"The peer ended; see why: node {FOLDER / 'server.mjs'}")
    answer: dict[str, Any] = json.loads(line)
    return answer


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise NodeMissing(ADVICE.format(program=name))
    return path
