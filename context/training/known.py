"""What is known of each task that heads are fitted for."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from context.emotion import EMOTIONS
from context.intents import INTENTS, Intent
from context.subjects import SUBJECTS
from context.training import labels
from context.training.tasks import BY_NAME, Labelled, Task, read_task

Floats = NDArray[np.float32]

UNLABELLED = ("emoji", "offensive", "hate", "goemotions", "irony", "emotion", "sentiment")
"""Tasks whose texts the full engine labels for the light one."""


@dataclass(frozen=True, slots=True, repr=False)
class Posts:
    """Labelled posts.

    Attributes:
        texts: The posts.
        targets: Shape (posts, classes), zeros and ones.
        weights: Shape (posts, classes); 0 where a label is not known.
        about: What each is read with regard to, for targets.
    """

    texts: list[str]
    targets: Floats
    weights: Floats
    about: list[str] | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Known:
    """One task's posts.

    Attributes:
        classes: Its classes.
        exclusive: Whether a post is of exactly one of them.
        train: Posts to learn from.
        held_out: Posts to calibrate on, for tasks that the encoder was trained for; else None.
    """

    classes: tuple[str, ...]
    exclusive: bool
    train: Posts
    held_out: Posts | None


def known_tasks(data: Path) -> dict[str, Known]:
    """Return the tasks whose heads read hashed features and tone and meaning, by name.

    Args:
        data: Folder of the training data.

    Raises:
        DataError: If it lacks a file, or a line is malformed.
    """
    return {
        "sentiment": _exclusive(BY_NAME["sentiment"], data),
        "emotion": _exclusive(BY_NAME["emotion"], data),
        "emotions": _emotions(data),
        "irony": _irony(data),
        "intents": _intents(data),
        "sensitive": Known(
            ("sensitive",), exclusive=False, train=_posts(*labels.sensitive()), held_out=None
        ),
    }


def known_targets(data: Path) -> Known:
    """Return the posts with valence toward what they name."""
    return _exclusive(BY_NAME["targets"], data)


def known_subjects() -> Known:
    """Return the posts with their broad subject."""
    texts, targets = labels.subjects()
    return Known((*SUBJECTS, "none"), exclusive=True, train=_posts(texts, targets), held_out=None)


def unlabelled(data: Path) -> list[str]:
    """Return the distinct texts that the full engine labels for the light one, sorted."""
    return sorted({text for name in UNLABELLED for text in read_task(BY_NAME[name], data).texts})


def _posts(texts: list[str], targets: Floats, about: list[str] | None = None) -> Posts:
    return Posts(texts, targets, np.ones_like(targets), about)


def _exclusive(task: Task, data: Path) -> Known:
    train, held = read_task(task, data), read_task(task, data, task.validation)
    return Known(
        train.classes,
        exclusive=True,
        train=_posts(train.texts, train.targets, train.pairs),
        held_out=_posts(held.texts, _aligned(held, train.classes), held.pairs),
    )


def _emotions(data: Path) -> Known:
    goemotions, tweets = BY_NAME["goemotions"], BY_NAME["emotion"]
    train = [read_task(goemotions, data), read_task(tweets, data)]
    held = [
        read_task(goemotions, data, goemotions.validation),
        read_task(tweets, data, tweets.validation),
    ]
    return Known(tuple(EMOTIONS), exclusive=False, train=_merged(train), held_out=_merged(held))


def _merged(found: list[Labelled]) -> Posts:
    return _posts(
        [text for part in found for text in part.texts],
        np.vstack([labels.emotions(part) for part in found]),
    )


def _irony(data: Path) -> Known:
    task = BY_NAME["irony"]
    train, held = read_task(task, data), read_task(task, data, task.validation)
    place = train.classes.index("irony")
    return Known(
        ("irony",),
        exclusive=False,
        train=_posts(train.texts, train.targets[:, place : place + 1]),
        held_out=_posts(held.texts, held.targets[:, place : place + 1]),
    )


def _intents(data: Path) -> Known:
    texts, targets = labels.intents()
    bought, purchases = labels.purchases(data)
    known = np.zeros_like(purchases)
    known[:, INTENTS.index(Intent.WANTS_TO_BUY)] = 1
    return Known(
        tuple(INTENTS),
        exclusive=False,
        train=Posts(
            [*texts, *bought],
            np.vstack([targets, purchases]),
            np.vstack([np.ones_like(targets), known]),
        ),
        held_out=None,
    )


def _aligned(found: Labelled, classes: tuple[str, ...]) -> Floats:
    kept = np.zeros((len(found.texts), len(classes)), dtype=np.float32)
    for column, label in enumerate(found.classes):
        kept[:, classes.index(label)] = found.targets[:, column]
    return kept
