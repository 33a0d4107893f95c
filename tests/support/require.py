"""See that what `make test-all` needs besides Python is on the machine.

Each program is looked for where an environment variable says, then by its names in PATH. What is
missing is installed when that is possible without asking (root on Debian), else named together
with how to get it; then the run fails, since tests that do not run have not passed.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Program:
    """One program: where to look for it and what brings it.

    Args:
        name: What people call it.
        variable: The environment variable that may name its path.
        commands: Its names in PATH, or whole paths.
        debian_package: What brings it on Debian.
        since: The oldest major version that will do; 0 for any.
        runs: Whether it is a program, and not a file that another one loads.
    """

    name: str
    variable: str
    commands: tuple[str, ...]
    debian_package: str
    since: int = 0
    runs: bool = True

    def find(self) -> str | None:
        """Return its path, or None when it is not on this machine."""
        named = os.environ.get(self.variable)
        mode = os.F_OK | os.X_OK if self.runs else os.F_OK
        for command in (named,) if named else self.commands:
            path = shutil.which(command, mode)
            if path and self._is_new_enough(path):
                return path
        return None

    def advice(self) -> str:
        """Say how to get it."""
        wanted = f"{self.name} {self.since} or newer" if self.since else self.name
        return (
            f"{wanted} is missing: install it (`apt-get install {self.debian_package}`, if that "
            f"is new enough), or set {self.variable} to the path of one."
        )

    def _is_new_enough(self, path: str) -> bool:
        if not self.since:
            return True
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
        version = re.search(r"\d+", said.stdout)
        return version is not None and int(version[0]) >= self.since


CHROMIUM = Program(
    name="Chromium",
    variable="MILIEU_TEST_CHROMIUM",
    commands=("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    debian_package="chromium",
)
# The README's story is run as it is written.
CURL = Program("curl", "MILIEU_TEST_CURL", ("curl",), "curl")
OPENSSL = Program("OpenSSL", "MILIEU_TEST_OPENSSL", ("openssl",), "openssl")
# Clients that we did not write: two libraries for Node, and a module of Apache.
NODE = Program("Node", "MILIEU_TEST_NODE", ("node", "nodejs"), "nodejs", since=20)
NPM = Program("npm", "MILIEU_TEST_NPM", ("npm",), "npm")
# One library of Bluesky's network is compiled when it is installed.
CXX = Program("a C++ compiler", "MILIEU_TEST_CXX", ("g++", "c++"), "g++")
APACHE = Program(
    name="Apache",
    variable="MILIEU_TEST_APACHE",
    commands=("apache2", "/usr/sbin/apache2", "httpd", "/usr/sbin/httpd"),
    debian_package="apache2-bin",
)
MOD_AUTH_OPENIDC = Program(
    name="mod_auth_openidc",
    variable="MILIEU_TEST_MOD_AUTH_OPENIDC",
    commands=(
        "/usr/lib/apache2/modules/mod_auth_openidc.so",
        "/usr/lib64/httpd/modules/mod_auth_openidc.so",
    ),
    debian_package="libapache2-mod-auth-openidc",
    runs=False,
)
# An OpenID provider that we did not write.
GLEWLWYD = Program("Glewlwyd", "MILIEU_TEST_GLEWLWYD", ("glewlwyd",), "glewlwyd")
PROGRAMS = (
    *(CHROMIUM, CURL, OPENSSL, NODE, NPM, CXX),
    *(APACHE, MOD_AUTH_OPENIDC, GLEWLWYD),
)


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
