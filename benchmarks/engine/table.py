"""Figures as tables: on a terminal, as Markdown and as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table as RichTable

Figure = float | str


@dataclass(frozen=True, slots=True)
class Table:
    """What was measured of one thing, a row per method.

    Attributes:
        title: What was measured.
        note: On what, and how to read it.
        rows: Figures by name, by method; a method may lack some.
    """

    title: str
    note: str
    rows: dict[str, dict[str, Figure]] = field(default_factory=dict)

    def columns(self) -> list[str]:
        """Return the names of the figures, in the order in which they first came."""
        return list(dict.fromkeys(name for row in self.rows.values() for name in row))

    def cells(self) -> list[list[str]]:
        """Return the rows as text, the method first; a dash where a figure lacks."""
        names = self.columns()
        return [
            [method, *(shown(row[name]) if name in row else "–" for name in names)]
            for method, row in self.rows.items()
        ]


def shown(value: Figure) -> str:
    """Return a figure as people read it: shares with three digits, larger ones with few."""
    if isinstance(value, str):
        return value
    if abs(value) < 10:
        return f"{value:.3f}"
    return f"{value:,.1f}" if abs(value) < 100 else f"{value:,.0f}"


def show(tables: Sequence[Table], console: Console) -> None:
    """Print tables on a terminal."""
    for table in tables:
        drawn = RichTable(title=table.title, caption=table.note, title_justify="left")
        drawn.add_column("")
        for name in table.columns():
            drawn.add_column(name.replace("_", " "), justify="right")
        for row in table.cells():
            drawn.add_row(*row)
        console.print(drawn)


def markdown(tables: Sequence[Table]) -> str:
    """Return tables as Markdown, for the documentation."""
    parts = []
    for table in tables:
        names = [name.replace("_", " ") for name in table.columns()]
        lines = [
            f"### {table.title}",
            "",
            f"| | {' | '.join(names)} |",
            f"|---|{'---:|' * len(names)}",
            *(f"| {' | '.join(row)} |" for row in table.cells()),
            "",
            table.note,
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def as_json(tables: Sequence[Table]) -> Mapping[str, object]:
    """Return tables as plain values: notes and figures by title."""
    return {table.title: {"note": table.note, "figures": table.rows} for table in tables}
