"""Values of options; of one that does not fit it is said what would."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

import typer

Name = TypeVar("Name", bound=StrEnum)

TIMES = "write 2026-03-02, 2026-03-02T09:00:00 or 2026-03-02T09:00:00+01:00"


def one_of(names: type[Name]) -> Callable[[str], Name]:
    """Return a parser of an option that takes one of some names."""

    def parse(value: str) -> Name:
        try:
            return names(value)
        except ValueError:
            known = ", ".join(names)
            raise typer.BadParameter(f"there is no '{value}': choose one of {known}") from None

    return parse


def metavar(names: type[StrEnum]) -> str:
    """Return how a command's help writes an option that takes one of some names."""
    return "|".join(names)


def moment(value: str) -> datetime:
    """Read a day or a time in ISO 8601, aware only if it states a time zone."""
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise typer.BadParameter(f"'{value}' is no time: {TIMES}") from None
