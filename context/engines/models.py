"""Loading of engines from the artefacts that ship with them."""

from functools import cache
from pathlib import Path

import numpy as np

from context.artefacts import DATA, ModelError, read_arrays
from context.engines.engine import Engine
from context.engines.light import LightEngine, LinearModel

__all__ = ["ModelError", "load_engine"]

SENTIMENT = "sentiment.npz"
"""File of the light engine's sentiment model."""


@cache
def load_engine(name: str = "light", folder: Path = DATA) -> Engine:
    """Return an engine, its artefacts checked; the same object for the same name and folder.

    Args:
        name: ``light``.
        folder: Folder with the artefacts and their checksums.

    Raises:
        ModelError: If there is no such engine, or its artefacts are missing or altered.
    """
    if name != "light":
        raise ModelError(f"no engine is called {name!r}: use 'light'")
    return LightEngine(read_linear(folder))


def read_linear(folder: Path) -> LinearModel:
    """Return the sentiment model that ``training.fit`` wrote.

    Raises:
        ModelError: If it is missing, altered or of another shape.
    """
    arrays = read_arrays(SENTIMENT, folder)
    try:
        return LinearModel(
            **{key: np.asarray(value, dtype=np.float32) for key, value in arrays.items()}
        )
    except TypeError:
        raise ModelError(f"{SENTIMENT} is of another version: install the package again") from None
