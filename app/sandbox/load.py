"""People's posts from a file, so that the network can speak with words nobody here wrote.

Two formats, both UTF-8, one post a line:

JSON lines (`load_posts`)
    {"author": "ada", "created_at": "2026-05-01T08:00:00Z", "text": "Good morning."}
    Optional: "visibility" (public, unlisted, private, direct), "id" (a name for this post),
    "in_reply_to" (such a name, from an earlier line), "follows" (handles the author follows).

Labelled posts (`load_labelled`)
    positive<TAB>Good morning.
    They are spread over a number of authors, who follow each other, and over the last days.

    LoadError
    └── LineError       a line cannot be read; says which, and what is wrong with it
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError

from app.sandbox.dice import Dice
from app.sandbox.people import HANDLE, Person
from app.sandbox.status import Status, Visibility
from app.sandbox.world import World


class LoadError(Exception):
    """A file of posts cannot be used."""


class LineError(LoadError):
    """A line cannot be read. The message holds no word of the post itself."""

    def __init__(self, path: Path, line: int, what: str) -> None:
        super().__init__(f"{path.name}, line {line}: {what}")
        self.line = line


Handle = Annotated[str, StringConstraints(pattern=f"^{HANDLE.pattern}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=5000)]


class _Line(BaseModel):
    """One JSON line."""

    model_config = ConfigDict(extra="forbid")

    author: Handle
    created_at: AwareDatetime
    text: Text
    visibility: Visibility = Visibility.PUBLIC
    id: str | None = None
    in_reply_to: str | None = None
    follows: list[Handle] = []


@dataclass(frozen=True, slots=True)
class Labelled:
    """A loaded status and the label its file gave it."""

    status: Status
    label: str


def load_posts(world: World, path: Path) -> list[Status]:
    """Load posts from JSON lines; authors move in as they appear.

    Args:
        world: The network they move into.
        path: The file; empty lines are skipped.

    Returns:
        The statuses, in the order of the file.

    Raises:
        LineError: A line is no JSON object of the form above. Nothing was loaded.
        LoadError: The file cannot be read.
    """
    lines = [(number, _parse(path, number, text)) for number, text in _lines(path)]
    _check_answers(path, lines)
    names: dict[str, int] = {}
    statuses = []
    for _, line in lines:
        _settle(world, line)
        answered = None if line.in_reply_to is None else names[line.in_reply_to]
        draft = Status(0, line.author, line.text, line.visibility, answered)
        status = world.enter(draft, line.created_at)
        if line.id is not None:
            names[line.id] = status.id
        statuses.append(status)
    return statuses


def load_labelled(
    world: World,
    path: Path,
    *,
    authors: int = 12,
    days: int = 30,
    limit: int | None = None,
    seed: int = 1,
) -> list[Labelled]:
    """Load labelled posts, spread over invented authors and over the last days.

    Args:
        world: The network the authors move into, as `author01`, `author02`, …
        path: The file: a label, a tab, the text.
        authors: How many authors there are, at least 1; all follow each other.
        days: Over how many days before now the posts are spread, at least 1.
        limit: How many lines to read; all unless given.
        seed: Another seed, other authors and times.

    Returns:
        The statuses with their labels, in the order of the file.

    Raises:
        LineError: A line has no tab, no label or no text. Nothing was loaded.
        LoadError: The file cannot be read.
        ValueError: `authors` or `days` is below 1.
    """
    if authors < 1 or days < 1:
        raise ValueError("There must be at least one author and one day.")
    rows = [_split(path, number, text) for number, text in _lines(path)][:limit]
    handles = _invent_authors(world, authors)
    dice, now = Dice("labelled", seed), world.clock()
    loaded = []
    for label, text in rows:
        at = now - timedelta(days=days) * (1 - dice.uniform())
        status = world.enter(Status(0, dice.choice(handles), text), at)
        loaded.append(Labelled(status, label))
    return loaded


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that hold something, with their numbers from 1."""
    try:
        with path.open(encoding="utf-8", newline="\n") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, line.rstrip("\r\n")
    except OSError as problem:
        raise LoadError(f"{path} cannot be read: {problem.strerror}.") from problem
    except UnicodeDecodeError:
        raise LoadError(f"{path} is not UTF-8 text.") from None


def _parse(path: Path, number: int, text: str) -> _Line:
    try:
        return _Line.model_validate_json(text)
    except ValidationError as problem:
        first = problem.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"])) or "the line"
        raise LineError(path, number, f"{where}: {first['msg']}") from None


def _check_answers(path: Path, lines: list[tuple[int, _Line]]) -> None:
    known: set[str] = set()
    for number, line in lines:
        if line.in_reply_to is not None and line.in_reply_to not in known:
            raise LineError(path, number, "in_reply_to: no earlier line has this id")
        if line.id is not None:
            known.add(line.id)


def _settle(world: World, line: _Line) -> None:
    for handle in (line.author, *line.follows):
        if handle not in world.people:
            name = handle.replace("_", " ").title()
            world.add_person(Person(handle, name, protagonist=handle == line.author))
    for followed in line.follows:
        world.follow(line.author, followed)


def _split(path: Path, number: int, row: str) -> tuple[str, str]:
    label, tab, text = row.partition("\t")
    if not tab:
        raise LineError(path, number, "no tab between label and text")
    if not label.strip() or not text.strip():
        raise LineError(path, number, "the label or the text is empty")
    return label.strip(), text.strip()


def _invent_authors(world: World, count: int) -> list[str]:
    handles = [f"author{number:02d}" for number in range(1, count + 1)]
    for handle in handles:
        name = f"Author {int(handle.removeprefix('author'))}"
        world.add_person(Person(handle, name, "Words from a file.", protagonist=True))
    for follower in handles:
        for followed in handles:
            if follower != followed:
                world.follow(follower, followed)
    return handles
