"""Valence of one person's posts: from probabilities of single posts to unbiased aggregates."""

import numpy as np
from numpy.typing import NDArray

BASE_RATES = (0.156, 0.448, 0.396)
"""Negative, neutral, positive in the training data, to which the probabilities are calibrated."""
PRIOR_STRENGTH = 20.0
"""Posts that the base rates count for when a person's own rates are estimated."""

_ROUNDS = 50


def adapt(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probabilities of one person's posts, adapted to her own base rates.

    Somebody who mostly complains is read as neutral too often by a model that expects an average
    person. Her rates are found by expectation maximisation (Saerens et al. 2002) under a Dirichlet
    prior about the average person's, so that a few posts change little. Row order does not matter.

    Args:
        probabilities: Shape (posts, 3), calibrated to ``BASE_RATES``.
    """
    base = np.array(BASE_RATES)
    rates = base
    adapted = probabilities
    for _ in range(_ROUNDS):
        weighed = probabilities * (rates / base)
        adapted = weighed / weighed.sum(axis=1, keepdims=True)
        rates = (adapted.sum(axis=0) + PRIOR_STRENGTH * base) / (len(adapted) + PRIOR_STRENGTH)
    return adapted


def verdicts(probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the class of each post under equal base rates, as macro-averaged recall rewards it."""
    return np.asarray((probabilities / np.array(BASE_RATES)).argmax(axis=1))
