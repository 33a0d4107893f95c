"""Logins and published statuses in one small file, so that a restarted demo keeps them."""

import json
import os
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.sandbox.registry import App, Registry, Token
from app.sandbox.status import Status
from app.sandbox.world import World

_APPS = TypeAdapter(list[App])
_TOKENS = TypeAdapter(list[Token])
_STATUSES = TypeAdapter(list[Status])
_IDS = TypeAdapter(list[int])


class SavedStateError(Exception):
    """The file cannot be read; delete it to begin afresh."""


class Saved:
    """Keeps apps, tokens, published statuses and deletions; without a path, nothing."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    def write(self, registry: Registry, world: World) -> None:
        """Replace the file in one step: a crash leaves the old one or the new one, whole."""
        if self._path is None:
            return
        content = {
            "apps": [asdict(app) for app in registry.apps.values()],
            "tokens": [asdict(token) for token in registry.tokens.values()],
            "statuses": [asdict(status) for status in world.published],
            "deleted": sorted(world.deleted),
        }
        beside = self._path.with_suffix(".new")
        with beside.open("w", encoding="utf-8") as file:
            json.dump(content, file, default=_as_text)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(0o600)
        beside.replace(self._path)

    def read(self, registry: Registry, world: World) -> None:
        """Put back what the file holds; no file, nothing to put back.

        Raises:
            SavedStateError: The file is damaged.
        """
        if self._path is None or not self._path.exists():
            return
        try:
            content: dict[str, Any] = json.loads(self._path.read_text("utf-8"))
            apps = _APPS.validate_python(content["apps"])
            tokens = _TOKENS.validate_python(content["tokens"])
            statuses = _STATUSES.validate_python(content["statuses"])
            deleted = _IDS.validate_python(content["deleted"])
        except (ValueError, KeyError, TypeError, ValidationError) as damage:
            raise SavedStateError(
                f"{self._path} is damaged; delete it to begin without logins."
            ) from damage
        registry.apps.update((app.client_id, app) for app in apps)
        registry.tokens.update((token.value, token) for token in tokens)
        world.restore(statuses, deleted)


def _as_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in the saved state.")
