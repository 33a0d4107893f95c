"""Runs one throw-away PostgreSQL server for as long as its standard input stays open.

Started by `postgres.py` as a process of its own: however the tests end, killed included, their end
of the pipe closes, and the server and its files go away.
"""

import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

SETTINGS = ("max_connections=200", "listen_addresses=")
# Nothing here outlives the tests, so nothing needs to reach the disk.
FAST = ("fsync=off", "full_page_writes=off")
START_TIMEOUT_S = 60


def keep(bin_folder: Path, user: str | None, *, copy_binaries: bool, durable: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="milieu-pg-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        if copy_binaries:
            # The wheel may lie where the unprivileged user cannot look.
            shutil.copytree(bin_folder.parent, home / "install", symlinks=True)
            bin_folder = home / "install" / "bin"
        if user:
            shutil.chown(home, user)
        _initialise(bin_folder, home, user)
        server = _start(bin_folder, home, user, SETTINGS if durable else SETTINGS + FAST)
        try:
            sys.stdout.write(f"{home}\n")
            sys.stdout.flush()
            sys.stdin.read()
        finally:
            server.send_signal(signal.SIGQUIT)  # an immediate shutdown: nothing is worth saving
            server.wait(timeout=START_TIMEOUT_S)


def _initialise(bin_folder: Path, home: Path, user: str | None) -> None:
    command = [f"{bin_folder}/initdb", "--pgdata", f"{home}/data", "--username", "milieu"]
    options = ["--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync"]
    subprocess.run(
        [*command, *options], check=True, user=user, cwd=home, env={}, stdout=subprocess.DEVNULL
    )


def _start(
    bin_folder: Path, home: Path, user: str | None, chosen: tuple[str, ...]
) -> subprocess.Popen[bytes]:
    settings = [part for setting in chosen for part in ("-c", setting)]
    command = [f"{bin_folder}/postgres", "-D", f"{home}/data", "-k", str(home), *settings]
    log = (home / "log").open("wb")
    return subprocess.Popen(command, user=user, cwd=home, env={}, stdout=log, stderr=log)


if __name__ == "__main__":
    # Ctrl-C reaches the whole group; the tests decide when the server goes, by closing the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep(
        Path(sys.argv[1]),
        sys.argv[2] or None,
        copy_binaries=sys.argv[3] == "copy",
        durable=sys.argv[4] == "durable",
    )
