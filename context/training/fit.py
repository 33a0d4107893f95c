"""Fitting of both engines' heads from labelled posts, given an encoder."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from tokenizers import Tokenizer

from context.artefacts import read_arrays, read_checked, write_arrays
from context.engines.encoder import Encoder
from context.engines.features import CHARACTER_COLUMNS, WORD_COLUMNS
from context.engines.full import dense
from context.engines.heads import Heads
from context.engines.models import CHECKED, ENCODER, FULL, LIGHT, TOKENIZER
from context.engines.static import StaticEmbeddings
from context.training.corpus import Corpus, Hashing
from context.training.heads import Block, Fitted, HeadFitter, Rows
from context.training.known import (
    Known,
    Posts,
    known_subjects,
    known_targets,
    known_tasks,
    unlabelled,
)
from context.training.static import learn_static

Progress = Callable[[str, float], None]
Floats = NDArray[np.float32]
Arrays = dict[str, NDArray[np.generic]]

SURE = 0.6
"""Probability from which on what the full engine says is taught to the light one."""
TAUGHT = 0.3
"""How much a post labelled by the full engine counts beside one of the data."""
TAUGHT_POSTS = 40_000
"""Posts, about, that the full engine labels for the light one."""
UNTAUGHT = ("sensitive",)
"""Tasks that the light engine learns from the data alone."""
STATIC_C = 1.0
"""C over static embeddings."""
DENSE_C = {"intents": 0.05}
"""C over tone and meaning where it is not the usual one."""
IRONY_RATE = 0.08
"""Part of everyday posts that is ironic; half of the labelled ones are."""
SUBJECTS_C = 5.0
"""C of the subjects' logistic regression over meaning, chosen by cross-validation."""

_HASHED = WORD_COLUMNS + CHARACTER_COLUMNS


class Fitting:
    """One run over the data: what both engines need is computed once.

    Args:
        data: Folder of the training data.
        out: Folder with ``encoder.onnx`` and ``tokenizer.json``, for the artefacts.
        work: Folder for what was computed on the way.
        progress: Called with what is being done and the part done so far, 0 to 1.

    Raises:
        DataError: If the data is missing or malformed.
    """

    def __init__(self, data: Path, out: Path, work: Path, progress: Progress) -> None:
        self._data, self._out, self._progress, self._part = data, out, progress, 0.0
        graph = read_checked(ENCODER, out)
        self._tokenizer = read_checked(TOKENIZER, out).decode("utf-8")
        self._encoder = Encoder(graph, self._tokenizer)
        self._corpus = Corpus(
            self._encoder,
            sha256(graph).hexdigest(),
            work,
            report=lambda part: progress(f"reading texts: {part:.0%}", self._part),
        )
        self._known = known_tasks(data)
        self._hashing = Hashing.of([t for known in self._known.values() for t in known.train.texts])

    def fit_full(self) -> None:
        """Fit the full engine's heads and write them."""
        fitted = {}
        for place, (name, known) in enumerate(self._known.items()):
            self._tell(f"full engine: {name}", 0.5 * place / len(self._known))
            fitter = HeadFitter(known.exclusive, **_c(name))
            held_out = self._full_rows(known.held_out) if known.held_out else None
            fitted[name] = _at_rate(name, fitter.fit(self._full_rows(known.train), held_out), known)
        targets, subjects = known_targets(self._data), known_subjects()
        toward = HeadFitter(exclusive=True).fit(
            self._dense_rows(targets.train),
            self._dense_rows(targets.held_out) if targets.held_out else None,
        )
        about = _fit_subjects(self._corpus.encode(subjects.train.texts).meaning, subjects)
        check = self._encoder.encode(CHECKED)
        write_arrays(
            self._out / FULL,
            _packed("heads", self._known, fitted, self._hashing)
            | _packed("targets", {"targets": targets}, {"targets": toward})
            | _packed("subjects", {"subjects": subjects}, {"subjects": about})
            | {"check/tone": check.tone, "check/meaning": check.meaning},
        )

    def fit_light(self) -> None:
        """Learn static embeddings; fit the light engine's heads with the full one as teacher."""
        texts = unlabelled(self._data)
        self._tell("light engine: static embeddings", 0.5)
        cutter = Tokenizer.from_str(self._tokenizer)
        words = [cutter.id_to_token(place) or "" for place in range(cutter.get_vocab_size())]
        vectors, scales = learn_static(
            cutter,
            self._corpus.encode([word.removeprefix("##") for word in words]).meaning,
            texts,
            self._corpus.encode(texts).meaning,
        )
        embeddings = StaticEmbeddings(self._tokenizer, vectors, scales)
        taught = texts[:: max(1, len(texts) // TAUGHT_POSTS)]
        taught_blocks = self._light_blocks(taught, embeddings)
        said = self._said_by_full(taught)
        fitted = {}
        for place, (name, known) in enumerate(self._known.items()):
            self._tell(f"light engine: {name}", 0.6 + 0.4 * place / len(self._known))
            rows = self._light_rows(known.train, embeddings)
            held_out = self._light_rows(known.held_out, embeddings) if known.held_out else None
            extra = (
                None
                if name in UNTAUGHT
                else _taught(said[name], taught_blocks, exclusive=known.exclusive)
            )
            fitter = HeadFitter(known.exclusive, dense_c=STATIC_C)
            fitted[name] = _at_rate(name, fitter.fit(rows, held_out, extra), known)
        subjects = known_subjects()
        about = _fit_subjects(embeddings.encode(subjects.train.texts), subjects)
        write_arrays(
            self._out / LIGHT,
            _packed("heads", self._known, fitted, self._hashing)
            | _packed("subjects", {"subjects": subjects}, {"subjects": about})
            | {"static/vectors": vectors, "static/scales": scales},
        )

    def _tell(self, step: str, part: float) -> None:
        self._part = part
        self._progress(step, part)

    def _said_by_full(self, texts: list[str]) -> dict[str, NDArray[np.float64]]:
        """Return the probabilities of each task, by the full engine's heads as written."""
        arrays = {
            key.removeprefix("heads/"): value
            for key, value in read_arrays(FULL, self._out).items()
            if key.startswith("heads/")
        }
        heads = Heads(arrays)
        scores = heads.scores(texts, dense(self._corpus.encode(texts)))
        return {name: head.probabilities(scores) for name, head in heads.tasks.items()}

    def _full_rows(self, posts: Posts) -> Rows:
        encoded = self._corpus.encode(posts.texts)
        return Rows(
            [self._hashing.block(posts.texts), dense(encoded)], posts.targets, posts.weights
        )

    def _dense_rows(self, posts: Posts) -> Rows:
        return Rows(
            [dense(self._corpus.encode(posts.texts, posts.about))], posts.targets, posts.weights
        )

    def _light_rows(self, posts: Posts, embeddings: StaticEmbeddings) -> Rows:
        return Rows(self._light_blocks(posts.texts, embeddings), posts.targets, posts.weights)

    def _light_blocks(self, texts: list[str], embeddings: StaticEmbeddings) -> list[Block]:
        return [self._hashing.block(texts), embeddings.encode(texts)]


def _taught(found: NDArray[np.float64], blocks: list[Block], *, exclusive: bool) -> Rows:
    """Return posts labelled by the full engine where it is sure.

    Args:
        found: Its probabilities of one task.
        blocks: The posts' features for the light engine.
        exclusive: Whether each post is of exactly one class.
    """
    if exclusive:
        sure = found.max(axis=1) >= SURE
        targets = (found == found.max(axis=1, keepdims=True)).astype(np.float32)
        return Rows(blocks, targets, np.full(targets.shape, TAUGHT, dtype=np.float32))[
            np.flatnonzero(sure)
        ]
    targets = (found >= SURE).astype(np.float32)
    sure = (found >= SURE) | (found <= 1 - SURE)
    return Rows(blocks, targets, np.where(sure, TAUGHT, 0.0).astype(np.float32))


def _c(name: str) -> dict[str, float]:
    return {"dense_c": DENSE_C[name]} if name in DENSE_C else {}


def _at_rate(name: str, fitted: Fitted, known: Known) -> Fitted:
    """Return irony's head with its log odds at the rate of everyday posts; others as they are."""
    if name != "irony":
        return fitted
    labelled = float((known.held_out or known.train).targets.mean())
    shift = np.log(IRONY_RATE / (1 - IRONY_RATE)) - np.log(labelled / (1 - labelled))
    return Fitted(fitted.coefficients, fitted.intercept + shift)


def _fit_subjects(vectors: Floats, known: Known) -> Fitted:
    # nothing is stacked: with so many classes that learns more noise than it mends
    model = LogisticRegression(C=SUBJECTS_C, max_iter=1_000)
    model.fit(vectors, known.train.targets.argmax(axis=1))
    return Fitted([model.coef_.T], model.intercept_)


def _packed(
    part: str,
    known: Mapping[str, Known],
    fitted: Mapping[str, Fitted],
    hashing: Hashing | None = None,
) -> Arrays:
    """Return heads as the arrays that ``context.engines.heads.Heads`` reads.

    Args:
        part: Prefix of the arrays' names.
        known: The tasks in the order of their columns.
        fitted: Their heads.
        hashing: The hashing of the first block, if it is hashed features.
    """
    arrays: Arrays = {}
    first = 0
    for name, found in known.items():
        arrays[f"{name}.classes"] = np.frombuffer("\n".join(found.classes).encode(), np.uint8)
        arrays[f"{name}.first"] = np.array(first)
        arrays[f"{name}.exclusive"] = np.array(found.exclusive)
        first += len(found.classes)
    coefficients = [
        np.vstack([np.asarray(block, dtype=np.float64) for block in fitted[name].coefficients])
        for name in known
    ]
    joined = np.hstack(coefficients)
    arrays["intercept"] = np.concatenate([fitted[name].intercept for name in known])
    if hashing:
        arrays["words"] = _short(joined[:WORD_COLUMNS])
        arrays["characters"] = _short(joined[WORD_COLUMNS:_HASHED])
        arrays["word_weights"] = hashing.word_weights.astype(np.float16)
        arrays["character_weights"] = hashing.character_weights.astype(np.float16)
        joined = joined[_HASHED:]
    arrays["dense"] = joined.astype(np.float32)
    return {f"{part}/{key}": value for key, value in arrays.items()}


def _short(coefficients: NDArray[np.float64]) -> NDArray[np.float16]:
    """Return coefficients with a mantissa of four bits: a third of the bytes once compressed."""
    bits = coefficients.astype(np.float16).view(np.uint16)
    return ((bits + np.uint16(0x20)) & np.uint16(0xFFC0)).view(np.float16)
