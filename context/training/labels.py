"""From the labels of public data sets to the ones that are kept."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from context.artefacts import DATA
from context.emotion import EMOTIONS, Emotion
from context.firewall import is_sensitive
from context.intents import INTENTS, Intent
from context.subjects import SUBJECTS, Subject
from context.training.labelled import DataError
from context.training.tasks import Labelled, Task, read_task

POSTS = Path(__file__).parent / "posts"
"""Folder of the posts that were written for training; how, its README says."""

_GOEMOTIONS = {
    Emotion.ANGER: "anger annoyance disapproval",
    Emotion.DISGUST: "disgust",
    Emotion.FEAR: "fear nervousness",
    Emotion.JOY: "joy amusement approval excitement gratitude love relief pride admiration desire"
    " caring",
    Emotion.OPTIMISM: "optimism",
    Emotion.SADNESS: "sadness disappointment embarrassment grief remorse",
    Emotion.SURPRISE: "surprise realization confusion curiosity",
}
"""Ekman's grouping as GoEmotions gives it (Demszky et al. 2020, appendix), optimism apart."""

INTENTS_TASK = Task("intents", 0, 1, ("intents.tsv",), (), several=True)
SUBJECTS_TASK = Task("subjects", 0, 1, ("subjects.tsv",), ())
SENSITIVE_TASK = Task("sensitive", 0, 1, ("sensitive.tsv",), ())
PURCHASES = Task("purchases", 0, 1, ("purchase_intent/train.tsv",), ())  # yes and no


def emotions(found: Labelled) -> NDArray[np.float32]:
    """Return which of ``EMOTIONS`` each text carries, given labels of GoEmotions or TweetEval."""
    groups = {
        label: place
        for place, emotion in enumerate(EMOTIONS)
        for label in _GOEMOTIONS[emotion].split()
    }
    kept = np.zeros((len(found.texts), len(EMOTIONS)), dtype=np.float32)
    for column, label in enumerate(found.classes):
        if label in groups:
            place = groups[label]
            kept[:, place] = np.maximum(kept[:, place], found.targets[:, column])
    return kept


def intents() -> tuple[list[str], NDArray[np.float32]]:
    """Return the texts written for intents, and which of ``INTENTS`` each carries.

    Raises:
        DataError: If a label is unknown.
    """
    found = read_task(INTENTS_TASK, POSTS)
    return found.texts, _columns(found, tuple(INTENTS))


def subjects() -> tuple[list[str], NDArray[np.float32]]:
    """Return texts about subjects, and which of ``SUBJECTS``, or none, each has.

    They are posts written for it, and the lines and words by which ``subjects.txt`` describes each.

    Raises:
        DataError: If a label is unknown.
    """
    found = read_task(SUBJECTS_TASK, POSTS)
    described, places = _descriptions()
    targets = np.eye(len(SUBJECTS) + 1, dtype=np.float32)[places]
    return [*found.texts, *described], np.vstack([_columns(found, (*SUBJECTS, "none")), targets])


def sensitive() -> tuple[list[str], NDArray[np.float32]]:
    """Return texts and whether each touches a sensitive category; one column.

    Beside the texts written for it, those written for intents and subjects are everyday ones; what
    of them the lexicon drops is left out.
    """
    found = read_task(SENSITIVE_TASK, POSTS)
    ordinary = [text for text in (*intents()[0], *subjects()[0]) if not is_sensitive(text)]
    yes = 1 - found.targets[:, found.classes.index("none")]
    return [*found.texts, *ordinary], np.append(yes, np.zeros(len(ordinary)))[:, None].astype(
        np.float32
    )


def purchases(data: Path) -> tuple[list[str], NDArray[np.float32]]:
    """Return tweets about a product, and whether each shows ``wants_to_buy``; other columns 0."""
    found = read_task(PURCHASES, data)
    kept = np.zeros((len(found.texts), len(INTENTS)), dtype=np.float32)
    kept[:, INTENTS.index(Intent.WANTS_TO_BUY)] = found.targets[:, found.classes.index("yes")]
    return found.texts, kept


def _descriptions() -> tuple[list[str], list[int]]:
    texts: list[str] = []
    places: list[int] = []
    lines = (DATA / "subjects.txt").read_text("utf-8").splitlines()
    place = 0
    for line in (line.strip() for line in lines if not line.startswith("//")):
        if line.startswith("["):
            place = SUBJECTS.index(Subject(line[1 : line.index("]")]))
            continue
        known = line.removeprefix("words:").split(",") if line.startswith("words:") else [line]
        texts += [text.strip() for text in known if text.strip()]
        places += [place] * (len(texts) - len(places))
    return texts, places


def _columns(found: Labelled, names: tuple[str, ...]) -> NDArray[np.float32]:
    unknown = set(found.classes) - set(names) - {"none"}
    if unknown:
        raise DataError(f"unknown labels: {', '.join(sorted(unknown))}")
    kept = np.zeros((len(found.texts), len(names)), dtype=np.float32)
    for place, name in enumerate(names):
        if name in found.classes:
            kept[:, place] = found.targets[:, found.classes.index(name)]
    return kept
