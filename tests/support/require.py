"""See that what `make test-all` needs besides Python is on the machine.

Each program is looked for where an environment variable says, then by its names in PATH. What is
missing is installed when that is possible without asking (root on Debian), else named together
with how to get it; then the run fails, since tests that do not run have not passed.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Program:
    """One program: where to look for it and what brings it."""

    name: str
    variable: str
    commands: tuple[str, ...]
    debian_package: str

    def find(self) -> str | None:
        """Return its path, or None when it is not on this machine."""
        named = os.environ.get(self.variable)
        for command in (named,) if named else self.commands:
            path = shutil.which(command)
            if path:
                return path
        return None

    def advice(self) -> str:
        """Say how to get it."""
        return (
            f"{self.name} is missing: install it (`apt-get install {self.debian_package}`), "
            f"or set {self.variable} to the path of one."
        )


CHROMIUM = Program(
    name="Chromium",
    variable="MILIEU_TEST_CHROMIUM",
    commands=("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    debian_package="chromium",
)
# The README's story is run as it is written.
CURL = Program("curl", "MILIEU_TEST_CURL", ("curl",), "curl")
OPENSSL = Program("OpenSSL", "MILIEU_TEST_OPENSSL", ("openssl",), "openssl")
PROGRAMS = (CHROMIUM, CURL, OPENSSL)


class ProgramMissing(Exception):
    """A program is not on the machine; the message says how to get it."""


def path_of(program: Program) -> str:
    """Return where a program is.

    Raises:
        ProgramMissing: It is not on this machine.
    """
    path = program.find()
    if path is None:
        raise ProgramMissing(program.advice())
    return path


def may_install() -> bool:
    """Tell whether Debian packages can be installed without asking anyone."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: list[str]) -> None:
    """Install Debian packages."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", "--quiet", *arguments], check=True, env=environment)


def main() -> int:
    missing = [program for program in PROGRAMS if program.find() is None]
    if missing and may_install():
        install([program.debian_package for program in missing])
        missing = [program for program in missing if program.find() is None]
    for program in PROGRAMS:
        sys.stdout.write(f"{program.name}: {program.find() or program.advice()}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
