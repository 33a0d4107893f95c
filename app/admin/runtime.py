"""What the commands share: settings, and the database of this deployment."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.settings import Settings
from app.wiring import Runtime, build


@asynccontextmanager
async def runtime() -> AsyncIterator[Runtime]:
    """Wire everything up for one command, and close it afterwards."""
    built = build(Settings())
    try:
        yield built
    finally:
        await built.close()
