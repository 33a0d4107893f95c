"""Figures of an engine on labelled posts it was not trained on."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score, recall_score

from context.engines.engine import Engine
from context.engines.models import load_engine
from context.training.labelled import VALENCES, read_labelled
from context.training.tasks import BY_NAME, read_task
from context.valence import adapt, verdicts

GROUP = 100
"""Posts of a simulated person, over which net sentiment is compared."""
GROUPS = 2_000
SEED = 20_141
BINS = 10


def evaluate(data: Path, artefacts: Path, engine: str = "full") -> dict[str, float]:
    """Return the figures of an engine on the validation splits.

    Args:
        data: Folder with the labelled posts.
        artefacts: Folder with the engine's artefacts.
        engine: Name of the engine.

    Returns:
        Of sentiment: ``macro_recall`` (as TweetEval defines it), ``net_error`` and
        ``net_error_verdicts`` (mean absolute error of net sentiment over 100 posts with and
        without the correction of ``context.valence``), ``calibration_error`` (mean gap of
        confidence and accuracy in ten bins). ``emotion_macro_f1`` of TweetEval's four.
        ``targets_macro_recall`` of valence toward what is named. The last two where the folder
        has their splits.

    Raises:
        DataError: If the data is missing or malformed.
        ModelError: If the artefacts are missing or altered.
    """
    reader = load_engine(engine, artefacts)
    texts, labels = read_labelled(data / "sentiment" / "val.tsv")
    probabilities = reader.read(texts).valence
    error, plain = net_errors(probabilities, labels)
    figures = {
        "macro_recall": float(recall_score(labels, verdicts(probabilities), average="macro")),
        "net_error": error,
        "net_error_verdicts": plain,
        "calibration_error": calibration_error(probabilities, labels),
    }
    if (data / BY_NAME["emotion"].validation[0]).exists():
        figures["emotion_macro_f1"] = _emotion(reader, data)
    if (data / BY_NAME["targets"].validation[0]).exists():
        figures["targets_macro_recall"] = _targets(reader, data)
    return figures


def _emotion(reader: Engine, data: Path) -> float:
    held = read_task(BY_NAME["emotion"], data, BY_NAME["emotion"].validation)
    classes, probabilities = reader.score("emotion", held.texts)
    said = [classes[place] for place in probabilities.argmax(axis=1)]
    truth = [held.classes[place] for place in held.targets.argmax(axis=1)]
    return float(f1_score(truth, said, average="macro"))


def _targets(reader: Engine, data: Path) -> float:
    # the first file alone: the encoder that ships has seen the second
    held = read_task(BY_NAME["targets"], data, BY_NAME["targets"].validation[:1])
    said = reader.toward(held.texts, held.pairs or []).argmax(axis=1)
    truth = [VALENCES.index(held.classes[place]) for place in held.targets.argmax(axis=1)]
    return float(recall_score(truth, said, average="macro", labels=[0, 2]))


def net_errors(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64]
) -> tuple[float, float]:
    """Return the mean absolute error of net sentiment over simulated people, corrected and plain.

    Each simulated person has 100 posts, her mix of classes drawn from a Dirichlet distribution
    about the mix of the data: people differ, and that is what a correction must cope with.
    """
    random = np.random.default_rng(SEED)
    pools = [np.flatnonzero(labels == k) for k in range(3)]
    mix = np.bincount(labels, minlength=3) / len(labels)
    corrected, plain = [], []
    for _ in range(GROUPS):
        sizes = random.multinomial(GROUP, random.dirichlet(8 * mix))
        chosen = np.concatenate(
            [random.choice(pool, size) for pool, size in zip(pools, sizes, strict=True)]
        )
        truth = (sizes[2] - sizes[0]) / GROUP
        net = adapt(probabilities[chosen])
        corrected.append(abs(float((net[:, 2] - net[:, 0]).mean()) - truth))
        counts = np.bincount(verdicts(probabilities[chosen]), minlength=3)
        plain.append(abs(float(counts[2] - counts[0]) / GROUP - truth))
    return float(np.mean(corrected)), float(np.mean(plain))


def calibration_error(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Return the expected calibration error over ten bins (Guo et al. 2017)."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [
        abs(confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).sum()
        for b in np.unique(bins)
    ]
    return float(np.sum(gaps) / len(labels))
