"""Servers for tests: an ASGI app in a thread, or `milieu` as a process that can be killed."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn

START_TIMEOUT_S = 120
COMMAND = "import sys; from app.admin.main import main; sys.argv[0] = 'milieu'; main()"


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def serving(app: Any, port: int = 0, certificate: Path | None = None) -> Iterator[str]:
    """Serve an ASGI app on a real socket, in a thread; yields its base address.

    Args:
        app: The app.
        port: Of 127.0.0.1; any that is free when omitted.
        certificate: A file with a certificate and its key, to serve by https.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        scheme = "http" if certificate is None else "https"
        address = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(app, log_level="warning", lifespan="auto", ssl_certfile=certificate)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            _wait_until(lambda: server.started or not thread.is_alive(), "the server's start")
            if not server.started:
                raise RuntimeError("The app did not start; its own words are in the log.")
            yield address
        finally:
            server.should_exit = True
            thread.join(START_TIMEOUT_S)


class Process:
    """One run of the command `milieu`, in a folder of its own."""

    def __init__(self, *arguments: str, env: Mapping[str, str], folder: Path) -> None:
        self.arguments = arguments
        # A file, not a pipe: a process that says much never waits for its reader.
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *arguments],
            env={**_neutral_environment(), **env},
            cwd=folder,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    @property
    def pid(self) -> int:
        """Its number, by which the system counts what it uses."""
        return self._process.pid

    @property
    def log(self) -> str:
        """What it wrote so far, on standard output and standard error."""
        self._log.seek(0)
        return self._log.read().decode()

    def wait_for(self, address: str) -> None:
        """Wait until it answers at `address` with anything but a server error."""

        def answers() -> bool:
            if self._process.poll() is not None:
                raise RuntimeError(f"milieu {self.arguments} ended: {self.log}")
            try:
                return httpx.get(address, timeout=5).status_code < httpx.codes.INTERNAL_SERVER_ERROR
            except httpx.TransportError:
                return False

        _wait_until(answers, f"an answer at {address}")

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""
        self._process.kill()
        self._process.wait(START_TIMEOUT_S)

    def stop(self) -> int:
        """Ask it to end (SIGTERM), and return its exit status."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(START_TIMEOUT_S)
        finally:
            self._process.kill()

    def wait(self) -> int:
        """Wait until it ends by itself, and return its exit status."""
        return self._process.wait(START_TIMEOUT_S)

    def close(self) -> None:
        """End it, however far it got."""
        self.stop()
        self._log.close()


@contextmanager
def milieu(*arguments: str, env: Mapping[str, str], folder: Path) -> Iterator[Process]:
    """Run `milieu ARGUMENTS` with only `env` of its settings, for as long as the context lasts."""
    process = Process(*arguments, env=env, folder=folder)
    try:
        yield process
    finally:
        process.close()


def _neutral_environment() -> dict[str, str]:
    """Our environment without settings of Milieu that happen to be on this machine."""
    root = str(Path(__file__).parents[2])
    ours = {name: value for name, value in os.environ.items() if not name.startswith("MILIEU_")}
    return {**ours, "PYTHONPATH": root}


def _wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {START_TIMEOUT_S} s in vain for {what}.")
        time.sleep(0.02)
