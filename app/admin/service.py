"""`milieu serve`, `milieu work`."""

import asyncio
import signal
from typing import Annotated

import typer
import uvicorn

from app.admin.runtime import runtime
from app.main import create_app
from app.observe import configure_logging
from app.settings import Settings
from app.wiring import build, check_master_key

LogLevel = Annotated[str, typer.Option(help="debug, info, warning or error.")]


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    log_level: LogLevel = "info",
) -> None:
    """Serve the API and the customer's pages.

    Does the refreshes that are due too, unless MILIEU_EMBEDDED_WORKER is false; then run
    `milieu work` beside it.
    """
    configure_logging(log_level)
    asyncio.run(check_master_key(Settings()))
    app = create_app(build(Settings()))
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=20,
    )


def work(log_level: LogLevel = "info") -> None:
    """Refresh the connections that are due, until stopped. Any number may run side by side."""
    configure_logging(log_level)
    asyncio.run(_work())


async def _work() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    async with runtime() as built:
        await built.services.reencryption.check()
        await built.worker.run(stop)
