"""The labelled tasks that the encoder learns together, and where their texts are."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from context.training.labelled import read_rows


@dataclass(frozen=True, slots=True)
class Task:
    """One labelled task of the training data.

    Attributes:
        name: Its folder, unless ``train`` and ``validation`` name others.
        epochs: How often its training texts are seen.
        until: Part of the training by which all of it was seen, above 0 to 1; helpers come early.
        train: Files of its training texts.
        validation: Files of its validation texts.
        several: Whether a text may carry several labels, separated by commas.
    """

    name: str
    epochs: float
    until: float
    train: tuple[str, ...]
    validation: tuple[str, ...]
    several: bool = False


def _task(name: str, epochs: float, until: float = 1.0) -> Task:
    return Task(name, epochs, until, (f"{name}/train.tsv",), (f"{name}/val.tsv",))


TASKS = (
    _task("sentiment", 3),
    _task("emotion", 6),
    Task(
        "goemotions", 2, 0.9, ("goemotions/train.tsv",), ("goemotions/dev.tsv",), several=True
    ),
    Task(
        "targets",
        3,
        1.0,
        ("targets/2015train.tsv", "targets/2016train.tsv", "targets/2016dev.tsv"),
        ("targets/2016devtest.tsv", "targets/2015test.tsv"),
    ),
    _task("irony", 3, 0.9),
    _task("offensive", 1, 0.6),
    _task("hate", 1, 0.6),
    _task("emoji", 1, 0.6),
)  # fmt: skip
"""The tasks, the ones that are served first; the last three only help the others."""

BY_NAME = {task.name: task for task in TASKS}
"""The tasks by name."""


@dataclass(frozen=True, slots=True, repr=False)
class Labelled:
    """Texts of a task with their labels.

    Attributes:
        texts: The texts.
        pairs: What each text is about, for the task ``targets``; None for the others.
        targets: Shape (texts, classes), zeros and ones.
        classes: Names of the classes, sorted.
    """

    texts: list[str]
    pairs: list[str] | None
    targets: NDArray[np.float32]
    classes: tuple[str, ...]


def read_task(task: Task, data: Path, files: tuple[str, ...] | None = None) -> Labelled:
    """Return the labelled texts of a task.

    Args:
        task: The task.
        data: Folder of the training data.
        files: Which of its files; those for training, unless told otherwise.

    Raises:
        DataError: If a file is missing, or a line is malformed (its number is told, never its
            text).
    """
    rows = [row for name in files or task.train for row in read_rows(data / name)]
    labels = [tuple(row[0].split(",")) if task.several else (row[0],) for row in rows]
    classes = tuple(sorted({label for found in labels for label in found}))
    targets = np.zeros((len(rows), len(classes)), dtype=np.float32)
    for number, found in enumerate(labels):
        targets[number, [classes.index(label) for label in found]] = 1
    pairs = [row[1] for row in rows] if len(rows[0]) > 2 else None  # noqa: PLR2004 - label, text
    return Labelled([row[-1] for row in rows], pairs, targets, classes)
