"""Where PostgreSQL's programs are: on the machine, or in the wheel `pgserver`."""

import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ADVICE = """\
The tests run on PostgreSQL as well as on SQLite, and none was found. Do one of:
  - set MILIEU_TEST_POSTGRESQL to postgresql://user:password@host/database, a server on which that
    user may create databases;
  - install it: `apt-get install postgresql`, `brew install postgresql@17`, …;
  - use Python 3.11 or 3.12, for which `pip install pgserver` brings one."""


class PostgresqlMissing(Exception):
    """There is no PostgreSQL to test on; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `initdb` and `postgres`, and what kind of place it is."""

    folder: Path
    bundled: bool

    def version(self) -> str:
        """Return for example `postgres (PostgreSQL) 17.2`."""
        command = [str(self.folder / "postgres"), "--version"]
        return subprocess.check_output(command, text=True).strip()


def find_binaries() -> Binaries:
    """Find PostgreSQL on this machine, the newest first, then in the wheel.

    Raises:
        PostgresqlMissing: Neither has it.
    """
    for folder in (*_debian(), *_on_path()):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return Binaries(folder, bundled=False)
    wheel = importlib.util.find_spec("pgserver")
    if wheel is not None and wheel.origin:
        return Binaries(Path(wheel.origin).parent / "pginstall" / "bin", bundled=True)
    raise PostgresqlMissing(ADVICE)


def _debian() -> list[Path]:
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    return sorted(folders, key=lambda folder: float(folder.parent.name), reverse=True)


def _on_path() -> list[Path]:
    initdb = shutil.which("initdb")
    return [Path(initdb).resolve().parent] if initdb else []


def unprivileged_user() -> str | None:
    """Return whom to run PostgreSQL as: it refuses to run as root. None: as who we are."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in known:
            return name
    raise PostgresqlMissing("PostgreSQL does not run as root, and there is no user `nobody`.")
