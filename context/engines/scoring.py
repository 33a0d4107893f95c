"""From heads' scores to readings: what both engines do alike."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from context.engines.engine import Readings
from context.engines.heads import Heads

TASKS = ("sentiment", "emotion", "intents", "subjects")
"""Tasks of which a post's probabilities can be asked for one by one."""


def readings(
    heads: Heads,
    texts: Sequence[str],
    dense: NDArray[np.float32],
    vectors: NDArray[np.float32],
) -> Readings:
    """Return posts as numbers.

    Args:
        heads: Of the tasks ``sentiment``, ``emotions``, ``irony``, ``sensitive`` and ``intents``.
        texts: Posts as their provider gave them.
        dense: What an encoder made of them, for the heads.
        vectors: What they mean.
    """
    scores = heads.scores(texts, dense)
    found = {
        task: heads.tasks[task].probabilities(scores)
        for task in ("sentiment", "emotions", "irony", "sensitive", "intents")
    }
    return Readings(
        valence=found["sentiment"],
        emotions=found["emotions"],
        irony=found["irony"][:, 0],
        sensitive=found["sensitive"][:, 0],
        intents=found["intents"],
        vectors=vectors,
    )


def sensitive_as_it_stands(
    found: Readings,
    heads: Heads,
    texts: Sequence[str],
    dense: NDArray[np.float32],
    changed: Sequence[int],
) -> Readings:
    """Return readings that are as sensitive as the posts were before they were levelled.

    Levelling takes out of a post the very words that can make it sensitive.

    Args:
        found: The readings of the posts levelled.
        heads: Of the task ``sensitive``.
        texts: The posts as they stand.
        dense: What an encoder made of them so.
        changed: Rows that levelling changed.
    """
    if not changed:
        return found
    before = heads.probabilities("sensitive", [texts[row] for row in changed], dense[changed])
    sensitive = found.sensitive.copy()
    sensitive[changed] = np.maximum(sensitive[changed], before[:, 0])
    return replace(found, sensitive=sensitive)


def scored(
    task: str,
    texts: Sequence[str],
    dense: NDArray[np.float32],
    vectors: NDArray[np.float32],
    heads: Heads,
    subjects: Heads,
) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Return one task's classes and their probabilities, one row per post.

    ``emotion`` is the emotion a post with one shows, of TweetEval's four; what a digest counts is
    whether each of seven is there at all.

    Args:
        task: One of ``TASKS``.
        texts: Posts as their provider gave them.
        dense: What an encoder made of them, for the heads.
        vectors: What they mean.
        heads: Of the other tasks.
        subjects: Of the task ``subjects``.
    """
    if task == "subjects":
        return subjects.tasks[task].classes, subjects.probabilities(task, texts, vectors)
    return heads.tasks[task].classes, heads.probabilities(task, texts, dense)
