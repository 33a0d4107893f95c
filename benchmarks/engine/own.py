"""Figures on posts written for this project, each labelled by hand; never mixed with others'."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score, recall_score

from context.emotion import EMOTIONS
from context.engines import Engine
from context.intents import INTENTS, Intent
from context.subjects import SUBJECTS
from context.training.labelled import VALENCES
from context.valence import verdicts

SHOWN = 0.5
"""Probability from which on an emotion or an intent counts as told."""


@dataclass(frozen=True, slots=True, repr=False)
class OwnPosts:
    """Posts with their labels; row i of each is post i.

    Attributes:
        texts: The posts.
        valence: 0, 1, 2 for negative, neutral, positive.
        emotions: Which of ``EMOTIONS`` each carries.
        intents: Which of ``INTENTS`` each shows.
        subjects: Place in ``SUBJECTS``, or one beyond the last for none.
    """

    texts: list[str]
    valence: NDArray[np.int64]
    emotions: NDArray[np.bool_]
    intents: NDArray[np.bool_]
    subjects: NDArray[np.int64]


def read_own(path: Path) -> OwnPosts:
    """Return the posts of a file with one JSON object per line.

    Posts of a sensitive category are left out: they are never read.
    """
    lines = path.read_text("utf-8").splitlines()
    posts = [post for post in map(json.loads, lines) if post["sensitive"] is None]
    names = [subject.value for subject in SUBJECTS]
    return OwnPosts(
        texts=[post["text"] for post in posts],
        valence=np.array([VALENCES.index(post["sentiment"]) for post in posts]),
        emotions=np.array([[e.value in post["emotions"] for e in EMOTIONS] for post in posts]),
        intents=np.array([[i.value in post["intents"] for i in INTENTS] for post in posts]),
        subjects=np.array(
            [names.index(post["subject"]) if post["subject"] else len(names) for post in posts]
        ),
    )


def own_figures(posts: OwnPosts, engine: Engine) -> dict[str, float]:
    """Return an engine's figures on posts of our own.

    Returns:
        ``sentiment_macro_recall``; ``emotions_macro_f1`` over the seven; ``intents_macro_f1`` over
        the eight; ``complaint_macro_f1`` and ``purchase_macro_f1``, means over yes and no;
        ``subject_macro_f1`` over the subjects and none.
    """
    read = engine.read(posts.texts)
    intents = read.intents >= SHOWN
    subjects = engine.subjects(read.vectors).argmax(axis=1)
    return {
        "sentiment_macro_recall": float(
            recall_score(posts.valence, verdicts(read.valence), average="macro")
        ),
        "emotions_macro_f1": _macro_f1(posts.emotions, read.emotions >= SHOWN),
        "intents_macro_f1": _macro_f1(posts.intents, intents),
        "complaint_macro_f1": _yes_or_no(posts.intents, intents, Intent.COMPLAINT),
        "purchase_macro_f1": _yes_or_no(posts.intents, intents, Intent.WANTS_TO_BUY),
        "subject_macro_f1": _macro_f1(posts.subjects, subjects),
    }


def _yes_or_no(true: NDArray[np.bool_], told: NDArray[np.bool_], intent: Intent) -> float:
    column = INTENTS.index(intent)
    return _macro_f1(true[:, column], told[:, column])


def _macro_f1(
    true: NDArray[np.bool_] | NDArray[np.int64], told: Sequence[int] | NDArray[np.generic]
) -> float:
    return float(f1_score(true, told, average="macro", zero_division=0))
