"""Fitting of heads: linear models over blocks of features, stacked and calibrated.

Each block of features (hashed words and characters; the encoder's numbers) gets a linear model of
its own; a logistic regression on their scores over posts they were not fitted on says how much each
counts and turns scores into log probabilities (stacked generalisation, Wolpert 1992; matrix
scaling, Guo et al. 2017). Since all of it is linear, it is folded into one matrix.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, issparse, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.svm import LinearSVC

from context.training.labelled import DataError

Floats = NDArray[np.float64]
Block: TypeAlias = Any  # a scipy sparse matrix, which has no types, or an array of float32

FOLDS = 4
SEED = 20_141
HASHED_C = 0.08
"""C of the support vector machine over hashed features, chosen by validation."""
DENSE_C = 0.02
"""C of the logistic regression over the encoder's numbers, chosen by validation."""
STACK_C = 10.0


@dataclass(frozen=True, slots=True, repr=False)
class Rows:
    """Labelled posts as the fitting sees them.

    Attributes:
        blocks: Their features, one row per post in each block.
        targets: Shape (posts, classes), zeros and ones.
        weights: Shape (posts, classes), how much a post counts for a class; 0 where its label is
            not known.
    """

    blocks: list[Block]
    targets: NDArray[np.float32]
    weights: NDArray[np.float32]

    def __getitem__(self, rows: NDArray[np.int64]) -> "Rows":
        """Return some of the rows."""
        return Rows([b[rows] for b in self.blocks], self.targets[rows], self.weights[rows])


@dataclass(frozen=True, slots=True, repr=False)
class Fitted:
    """A linear model over blocks.

    Attributes:
        coefficients: For each block, shape (its columns, classes).
        intercept: Shape (classes,).
    """

    coefficients: list[Floats]
    intercept: Floats

    def scores(self, blocks: Sequence[Block]) -> Floats:
        """Return log probabilities (exclusive classes) or log odds, up to a constant per row."""
        parts = [block @ own for block, own in zip(blocks, self.coefficients, strict=True)]
        return np.asarray(sum(parts) + self.intercept)


@dataclass(frozen=True, slots=True)
class HeadFitter:
    """Fits one task's head.

    Attributes:
        exclusive: Whether each post is of exactly one class.
        dense_c: C over dense blocks.
        hashed_c: C over sparse blocks.
    """

    exclusive: bool
    dense_c: float = DENSE_C
    hashed_c: float = HASHED_C

    def fit(self, known: Rows, held_out: Rows | None = None, extra: Rows | None = None) -> Fitted:
        """Return the head.

        Args:
            known: Posts whose labels are known.
            held_out: Posts whose labels no block has seen, to stack and calibrate on; None where
                folds of ``known`` can serve.
            extra: Posts labelled by another model, to be learned from but not calibrated on.

        Raises:
            DataError: If a class has no example.
        """
        numbers = range(len(known.blocks))
        whole = [self._fit(_joined(known, extra), number) for number in numbers]
        if held_out:
            scores = [whole[n].scores([held_out.blocks[n]]) for n in numbers]
        else:
            held_out, scores = known, [self._out_of_fold(known, extra, n) for n in numbers]
        mixes, shift = self._stack(scores, held_out)
        pairs = list(zip(whole, mixes, strict=True))
        return Fitted(
            [model.coefficients[0] @ mix for model, mix in pairs],
            np.asarray(sum((model.intercept @ mix for model, mix in pairs), start=shift)),
        )

    def _out_of_fold(self, known: Rows, extra: Rows | None, number: int) -> Floats:
        scores = np.empty(known.targets.shape, dtype=np.float64)
        folds = KFold(FOLDS, shuffle=True, random_state=SEED)
        for fit, hold in folds.split(known.targets):
            model = self._fit(_joined(known[fit], extra), number)
            scores[hold] = model.scores([known.blocks[number][hold]])
        return scores

    def _fit(self, rows: Rows, number: int) -> Fitted:
        """Return one block's own model."""
        _require_examples(rows)
        block = rows.blocks[number]
        if self.exclusive and not issparse(block):
            model = LogisticRegression(C=self.dense_c, max_iter=400, class_weight="balanced")
            model.fit(block, rows.targets.argmax(1), sample_weight=rows.weights[:, 0])
            return Fitted([model.coef_.T], model.intercept_)
        columns = [self._binary(block, rows, column) for column in range(rows.targets.shape[1])]
        coefficients, intercepts = zip(*columns, strict=True)
        return Fitted([np.array(coefficients).T], np.array(intercepts))

    def _binary(self, block: Block, rows: Rows, column: int) -> tuple[Floats, float]:
        used = np.flatnonzero(rows.weights[:, column])
        model = (
            LinearSVC(C=self.hashed_c, class_weight="balanced", random_state=SEED)
            if issparse(block)
            else LogisticRegression(C=self.dense_c, max_iter=400, class_weight="balanced")
        )
        yes = rows.targets[used, column] == 1
        model.fit(block[used], yes, sample_weight=rows.weights[used, column])
        return model.coef_[0], float(model.intercept_[0])

    def _stack(self, scores: Sequence[Floats], rows: Rows) -> tuple[list[Floats], Floats]:
        """Return for each block how its scores are mixed into log probabilities, and the shift."""
        _require_examples(rows)
        classes = rows.targets.shape[1]
        if self.exclusive:
            model = LogisticRegression(C=STACK_C, max_iter=1_000)
            model.fit(np.hstack(scores), rows.targets.argmax(1))
            return np.split(model.coef_.T, len(scores)), model.intercept_
        mixes = [np.zeros((classes, classes)) for _ in scores]
        shift = np.zeros(classes)
        for column in range(classes):
            used = np.flatnonzero(rows.weights[:, column])
            own = np.column_stack([part[used, column] for part in scores])
            model = LogisticRegression(C=STACK_C, max_iter=1_000)
            yes = rows.targets[used, column] == 1
            model.fit(own, yes, sample_weight=rows.weights[used, column])
            for mix, weight in zip(mixes, model.coef_[0], strict=True):
                mix[column, column] = weight
            shift[column] = model.intercept_[0]
        return mixes, shift


def _require_examples(rows: Rows) -> None:
    told = rows.weights > 0
    for column in range(rows.targets.shape[1]):
        if len(np.unique(rows.targets[told[:, column], column])) < 2:  # noqa: PLR2004 - yes, no
            raise DataError(f"class {column + 1} has no example, or nothing else: label some")


def _joined(known: Rows, extra: Rows | None) -> Rows:
    if extra is None:
        return known
    return Rows(
        [_stacked(one, other) for one, other in zip(known.blocks, extra.blocks, strict=True)],
        np.vstack([known.targets, extra.targets]),
        np.vstack([known.weights, extra.weights]),
    )


def _stacked(one: Block, other: Block) -> Block:
    if issparse(one):
        return csr_matrix(vstack([one, other]))
    return np.vstack([one, other])
