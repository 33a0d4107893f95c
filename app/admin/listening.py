"""What the demo holds while it runs: its ports, and its folder. Whoever comes second is told."""

import asyncio
import errno
import fcntl
import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from app.errors import Conflict

HOST = "127.0.0.1"


@contextmanager
def held_ports(ports: Iterable[int]) -> Iterator[list[socket.socket]]:
    """Listen on ports of loopback, before anything else is begun.

    Args:
        ports: Each from 1 to 65535.

    Raises:
        Conflict: Somebody listens on one of them already, or it may not be used.
    """
    with ExitStack() as stack:
        yield [stack.enter_context(_listening(port)) for port in ports]


def _listening(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise Conflict(
                f"Something listens on port {port} already; if it is Milieu, stop it, "
                "or use --port and --data."
            ) from None
        raise Conflict(f"Port {port} cannot be used: {error.strerror}. Use --port.") from None
    return listener


@contextmanager
def held_folder(folder: Path) -> Iterator[None]:
    """Hold a folder of data, made if need be, against a second process that would write to it.

    The lock is the kernel's: it ends with the process, however that ends.

    Raises:
        Conflict: Another process holds it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                f"Milieu already runs here, on {folder}; stop it, or use --port and --data."
            ) from None
        yield


class Server(uvicorn.Server):
    """One of several servers in this process: signals are the demo's, not each server's."""

    def __init__(self, app: ASGIApp) -> None:
        options = uvicorn.Config(
            app, log_config=None, access_log=False, timeout_graceful_shutdown=5
        )
        super().__init__(options)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so."""
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield
