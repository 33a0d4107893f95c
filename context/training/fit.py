"""Training of the light engine: deterministic, from labelled posts to arrays of numbers."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from context.artefacts import write_arrays
from context.engines.features import WORD_COLUMNS, features, weigh
from context.engines.models import SENTIMENT
from context.training.evaluate import evaluate
from context.training.labelled import read_labelled

Progress = Callable[[str, float], None]

REGULARISATION = 0.08
"""C of the linear support vector machine, chosen by validation."""
MIN_POSTS = 2
"""Training posts below which a feature is left out."""
FOLDS = 4
"""Folds of the cross-validation whose held-out scores fit the calibration."""
SEED = 20_141


def train(data: Path, out: Path, progress: Progress) -> dict[str, float]:
    """Train the light engine, write its artefact and return its figures on validation data.

    Args:
        data: Folder with ``sentiment/train.tsv`` and ``sentiment/val.tsv``.
        out: Folder for the artefact and its checksum.
        progress: Called with what is being done and the part done so far, 0 to 1.

    Returns:
        The figures of ``evaluate``.

    Raises:
        DataError: If the data is missing or malformed.
    """
    progress("reading posts", 0.0)
    texts, labels = read_labelled(data / "sentiment" / "train.tsv")
    words, characters = features(texts)
    word_weights, character_weights = rarity(words), rarity(characters)
    rows = hstack([weigh(words, word_weights), weigh(characters, character_weights)]).tocsr()
    held_out = _held_out_scores(rows, labels, progress)
    progress("fitting", 0.7)
    model = _classifier().fit(rows, labels)
    progress("calibrating", 0.85)
    scale, shift = calibrate(held_out, labels)
    write_arrays(
        out / SENTIMENT,
        {
            "word_weights": word_weights.astype(np.float16),
            "character_weights": character_weights.astype(np.float16),
            "word_coefficients": model.coef_[:, :WORD_COLUMNS].T.astype(np.float16),
            "character_coefficients": model.coef_[:, WORD_COLUMNS:].T.astype(np.float16),
            "intercept": model.intercept_.astype(np.float32),
            "scale": scale,
            "shift": shift,
        },
    )
    progress("evaluating", 0.9)
    figures = evaluate(data, out)
    progress("done", 1.0)
    return figures


def rarity(counts: csr_matrix) -> NDArray[np.float32]:
    """Return inverse document frequencies; 0 for columns met in fewer than two posts."""
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    weights = np.log((1 + counts.shape[0]) / (1 + frequency)) + 1
    return np.where(frequency < MIN_POSTS, 0.0, weights).astype(np.float32)


def calibrate(
    scores: NDArray[np.float64], labels: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the scale (3 x 3) and shift (3) that turn scores into log probabilities.

    A multinomial logistic regression on held-out scores (matrix scaling, Guo et al. 2017).
    """
    model = LogisticRegression(C=100.0, max_iter=1_000).fit(scores, labels)
    return model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32)


def _classifier() -> LinearSVC:
    return LinearSVC(C=REGULARISATION, class_weight="balanced", dual=True, random_state=SEED)


def _held_out_scores(
    rows: csr_matrix, labels: NDArray[np.int64], progress: Progress
) -> NDArray[np.float64]:
    scores = np.empty((len(labels), 3))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    for done, (fit, hold) in enumerate(folds.split(rows, labels)):
        progress("cross-validating", 0.1 + 0.6 * done / FOLDS)
        scores[hold] = _classifier().fit(rows[fit], labels[fit]).decision_function(rows[hold])
    return scores
