"""Sentiment and emotion on posts that people wrote and others labelled."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score, recall_score

from context.engines import Engine
from context.training.evaluate import net_errors
from context.training.labelled import read_labelled
from context.training.tasks import Task, read_task
from context.valence import verdicts

SENTIMENT = Path("sentiment") / "val.tsv"
EMOTION = Task("emotion", 0, 1, ("emotion/val.tsv",), ())


class Scoring(Engine, Protocol):
    """An engine that can be asked for one task's probabilities."""

    def score(self, task: str, texts: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.float64]]:
        """Return the task's classes and a row of probabilities per post."""


def engine_sentiment(data: Path, engine: Engine) -> dict[str, float]:
    """Return an engine's figures on the validation posts.

    Args:
        data: Folder of the labelled posts.
        engine: The engine.

    Returns:
        ``macro_recall`` as TweetEval defines it, and ``net_error``: mean absolute error of net
        sentiment over 100 posts of simulated people whose moods differ.

    Raises:
        DataError: If the data is missing or malformed.
    """
    texts, labels = read_labelled(data / SENTIMENT)
    probabilities = engine.read(texts).valence
    return {
        "macro_recall": _macro_recall(labels, verdicts(probabilities)),
        "net_error": net_errors(probabilities, labels)[0],
    }


def verdict_sentiment(labels: NDArray[np.int64], found: NDArray[np.int64]) -> dict[str, float]:
    """Return the same figures of a reader that gives verdicts, not probabilities.

    Args:
        labels: True classes: 0, 1, 2 for negative, neutral, positive.
        found: Its verdicts; over 100 posts they are counted.
    """
    # a verdict as a certain probability is counted as the verdict that it is
    certain = np.eye(3)[found]
    return {
        "macro_recall": _macro_recall(labels, found),
        "net_error": net_errors(certain, labels)[1],
    }


def engine_emotion(data: Path, engine: Scoring) -> float:
    """Return macro-averaged F1 over TweetEval's four emotions, as TweetEval defines it.

    Args:
        data: Folder of the labelled posts.
        engine: The engine.

    Raises:
        DataError: If the data is missing or malformed.
        ValueError: If the engine tells other emotions than the data.
    """
    found = read_task(EMOTION, data)
    classes, probabilities = engine.score("emotion", found.texts)
    if set(classes) != set(found.classes):
        raise ValueError(f"{engine.name} tells {', '.join(classes)}: not what the data has")
    told = np.array(classes)[probabilities.argmax(axis=1)]
    true = np.array(found.classes)[found.targets.argmax(axis=1)]
    return float(f1_score(true, told, average="macro"))


def _macro_recall(labels: NDArray[np.int64], found: NDArray[np.int64]) -> float:
    return float(recall_score(labels, found, average="macro"))
