"""Storylines from the data files that ship with the sandbox."""

import tomllib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from pydantic import TypeAdapter

from app.sandbox.storylines.model import Storyline

_DATA = files("app.sandbox").joinpath("data")
_STORYLINE = TypeAdapter(Storyline)
_EVERYDAY = TypeAdapter(dict[str, tuple[str, ...]])


@cache
def read_storylines() -> tuple[Storyline, ...]:
    """Return the storylines in `data/storylines/`, in the order of their file names.

    Raises:
        pydantic.ValidationError: A file does not describe a storyline.
    """
    found = sorted(_DATA.joinpath("storylines").iterdir(), key=_name)
    return tuple(
        _STORYLINE.validate_python(tomllib.loads(source.read_text("utf-8"))) for source in found
    )


@cache
def read_everyday() -> dict[str, tuple[str, ...]]:
    """Return what people write about on any day: lines by topic.

    Raises:
        pydantic.ValidationError: The file does not hold lists of lines.
    """
    text = _DATA.joinpath("everyday.toml").read_text("utf-8")
    return _EVERYDAY.validate_python(tomllib.loads(text))


def _name(source: Traversable) -> str:
    return source.name
