"""An engine's answer for texts of anybody's own, one task at a time."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from context.engines.engine import Engine
from context.valence import verdicts

NONE = "none"
"""Label of a text that shows no intent."""
LIKELY = 0.5
"""Probability from which on an intent is taken to be there."""
_BATCH = 256


def score(engine: Engine, task: str, texts: Sequence[str]) -> Iterator[dict[str, object]]:
    """Yield each text's ``label`` and its ``probabilities`` by class.

    The label of ``sentiment`` is the class that is likeliest under equal base rates, as
    macro-averaged recall rewards it; of ``intents`` the likeliest if it has a probability of one
    half at least, else ``none``, and ``labels`` has all that have; of the others the likeliest.
    Of a text in which there is nothing to read, the label is null and no class has a probability.

    Args:
        engine: The engine.
        task: One of ``context.engines.scoring.TASKS``.
        texts: The texts.
    """
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        rows = _rows(engine, task, [text for text in batch if text.strip()])
        yield from (next(rows) if text.strip() else _unread(task) for text in batch)


def _rows(engine: Engine, task: str, texts: Sequence[str]) -> Iterator[dict[str, object]]:
    if not texts:
        return
    classes, found = engine.score(task, texts)
    for row, place in zip(found, _labels(task, found), strict=True):
        told = {name: round(float(p), 4) for name, p in zip(classes, row, strict=True)}
        if task != "intents":
            yield {"label": classes[place], "probabilities": told}
            continue
        likely = [name for name in told if told[name] >= LIKELY]
        label = classes[place] if likely else NONE
        yield {"label": label, "labels": likely, "probabilities": told}


def _unread(task: str) -> dict[str, object]:
    unread: dict[str, object] = {"label": None, "probabilities": {}}
    return unread | {"labels": []} if task == "intents" else unread


def _labels(task: str, found: NDArray[np.float64]) -> NDArray[np.int64]:
    return verdicts(found) if task == "sentiment" else np.asarray(found.argmax(axis=1))
