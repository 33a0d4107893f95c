"""Statements written once with SQLAlchemy and run by the driver itself.

SQLAlchemy compiles each of them once for each dialect; what is left per call is to hand the driver
a text and values. An ORM session costs ten times as much as the statement it runs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Executable, Text, cast
from sqlalchemy.orm import Mapped
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from app.store.types import UtcDateTime

Convert = Callable[[Any], Any]
Row = list[Any]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement in one dialect's words.

    Args:
        sql: Its text.
        takes: Names of its values in order.
        made: Positions of values, each with what makes a driver's value of ours.
        read: Positions of columns, each with what makes our value of a driver's.
    """

    sql: str
    takes: tuple[str, ...]
    made: tuple[tuple[int, Convert], ...]
    read: tuple[tuple[int, Convert], ...]

    def values(self, named: Mapping[str, Any]) -> list[Any]:
        """Put named values in the statement's order, as the driver wants them."""
        values = [named[name] for name in self.takes]
        for position, convert in self.made:
            values[position] = convert(values[position])
        return values

    def row(self, found: Sequence[Any]) -> Row:
        """Return a driver's row with our values."""
        values = list(found)
        for position, convert in self.read:
            values[position] = convert(values[position])
        return values


class Statement:
    """A statement in any dialect.

    Args:
        core: A SQLAlchemy statement with a named parameter for each value.
    """

    def __init__(self, core: Executable) -> None:
        self._core = core
        self._prepared: dict[str, Prepared] = {}

    def prepared(self, dialect: Dialect) -> Prepared:
        """Return it in a dialect's words."""
        found = self._prepared.get(dialect.name)
        if found is None:
            found = self._prepared[dialect.name] = _prepare(self._core, dialect)
        return found


def _prepare(core: Executable, dialect: Dialect) -> Prepared:
    compiled = core.compile(dialect=dialect)  # type: ignore[attr-defined]  # every statement has it
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - what a dialect makes of a statement
    takes = tuple(compiled.positiontup or ())
    columns = getattr(core, "exported_columns", ())
    return Prepared(
        str(compiled),
        takes,
        _needed(_taking(compiled.binds[name].type, dialect) for name in takes),
        _needed(_giving(column.type, dialect) for column in columns),
    )


def _needed(converts: Iterable[Convert | None]) -> tuple[tuple[int, Convert], ...]:
    return tuple(
        (position, convert) for position, convert in enumerate(converts) if convert is not None
    )


def _taking(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    # What SQLAlchemy writes for SQLite, made in one call.
    if isinstance(kind, UtcDateTime) and dialect.name == "sqlite":
        return _written
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _giving(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    # Asyncpg gives aware moments in UTC by itself; of SQLite's text Python makes them in one call.
    if isinstance(kind, UtcDateTime):
        return _moment if dialect.name == "sqlite" else None
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _written(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError("A stored moment must be aware: give it a time zone.")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def json_text(column: Mapped[Any]) -> ColumnElement[str]:
    """Select a JSON column as its text: connections differ in what they make of JSON."""
    return cast(column, Text)
