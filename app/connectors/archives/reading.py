"""An archive read as it streams by: whose it is, and her recent posts; the rest is not held."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime

from app.connectors.archives.errors import damaged, several, unknown
from app.connectors.archives.members import members
from app.connectors.archives.meter import Limits, Meter
from app.connectors.exports import ArchiveConnector, Export
from app.errors import MilieuError

logger = logging.getLogger(__name__)

LIMITS = Limits()


class Archives:
    """Reads archives of every format that is offered.

    Args:
        connectors: One for each format.
        limits: The most that is read of one archive.
    """

    def __init__(self, connectors: Sequence[ArchiveConnector], limits: Limits = LIMITS) -> None:
        self._connectors = connectors
        self._limits = limits

    def read(self, chunks: Iterator[bytes], now: datetime) -> tuple[str, Export]:
        """Read an archive, of whichever format it is.

        Blocks for as long as the chunks take to come, so it is to be called in a thread.

        Args:
            chunks: Its bytes as they come; what they raise of our own errors is passed on.
            now: The present.

        Returns:
            The connector's name, and what the archive says.

        Raises:
            Invalid: It cannot be read; the text says what to do, and quotes nothing.
        """
        try:
            return self._read(chunks, now)
        except MilieuError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is may quote a post: only its name goes on
            logger.info("an archive could not be read: %s", type(error).__name__)
            raise damaged() from None

    def _read(self, chunks: Iterator[bytes], now: datetime) -> tuple[str, Export]:
        meter = Meter(self._limits)
        readers = [(one.about.name, one.reader(now)) for one in self._connectors]
        for member in members(meter.receiving(chunks), meter):
            content = meter.reading(member.content)
            for _, reader in readers:
                if reader.take(member.name, content):
                    break
        exports = [(name, export) for name, one in readers if (export := one.finish())]
        with suppress(ValueError):
            (found,) = exports
            return found
        if exports:
            raise several()
        raise unknown()
