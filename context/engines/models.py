"""Loading of engines from the artefacts that ship with them."""

from functools import cache
from pathlib import Path

import numpy as np

from context.artefacts import DATA, ModelError, read_arrays, read_checked
from context.engines.encoder import Encoded, Encoder, EncoderError
from context.engines.engine import Engine
from context.engines.full import FullEngine
from context.engines.heads import Arrays, Heads
from context.engines.light import LightEngine
from context.engines.static import StaticEmbeddings

__all__ = ["EncoderError", "ModelError", "load_engine", "load_engine_that_works"]

ENCODER = "encoder.onnx"
"""File of the encoder's graph."""
TOKENIZER = "tokenizer.json"
"""File of the tokenizer that both engines cut texts with."""
FULL = "full.npz"
"""File of the full engine's heads."""
LIGHT = "light.npz"
"""File of the light engine's heads and static embeddings."""
CHECKED = (
    "My parcel came a day early, lovely!",
    "Third call this week and still no internet. I give up.",
    "Which of these two bikes would you take for the daily commute?",
    "The train leaves at nine from platform four.",
    "ok",
)
"""Texts that the encoder reads when it is loaded, to see that it reads them as it should."""


@cache
def load_engine(name: str = "full", folder: Path = DATA) -> Engine:
    """Return an engine, its artefacts checked; the same object for the same name and folder.

    Args:
        name: ``full`` or ``light``.
        folder: Folder with the artefacts and their checksums.

    Raises:
        ModelError: If there is no such engine, or its artefacts are missing or altered.
        EncoderError: If the encoder computes wrongly on this processor; ``light`` works there.
    """
    if name == "full":
        return _full(folder)
    if name == "light":
        return _light(folder)
    raise ModelError(f"no engine is called {name!r}: use 'full' or 'light'")


def load_engine_that_works(name: str, folder: Path = DATA) -> tuple[Engine, EncoderError | None]:
    """Return an engine, or the light one where the encoder computes wrongly, and why.

    Args:
        name: ``full`` or ``light``.
        folder: Folder with the artefacts and their checksums.

    Raises:
        ModelError: If there is no such engine, or its artefacts are missing or altered.
    """
    try:
        return load_engine(name, folder), None
    except EncoderError as error:
        return load_engine("light", folder), error


def _full(folder: Path) -> FullEngine:
    arrays = read_arrays(FULL, folder)
    encoder = Encoder(read_checked(ENCODER, folder), _tokenizer(folder))
    check = _part(arrays, "check")
    encoder.check(
        CHECKED, Encoded(check["tone"].astype(np.float32), check["meaning"].astype(np.float32))
    )
    return FullEngine(
        encoder,
        Heads(_part(arrays, "heads")),
        Heads(_part(arrays, "subjects")),
        Heads(_part(arrays, "targets")),
    )


def _light(folder: Path) -> LightEngine:
    arrays = read_arrays(LIGHT, folder)
    static = _part(arrays, "static")
    embeddings = StaticEmbeddings(
        _tokenizer(folder), static["vectors"].astype(np.int8), static["scales"].astype(np.float32)
    )
    return LightEngine(embeddings, Heads(_part(arrays, "heads")), Heads(_part(arrays, "subjects")))


def _tokenizer(folder: Path) -> str:
    return read_checked(TOKENIZER, folder).decode("utf-8")


def _part(arrays: Arrays, name: str) -> Arrays:
    found = {
        key.removeprefix(f"{name}/"): value
        for key, value in arrays.items()
        if key.startswith(f"{name}/")
    }
    if not found:
        raise ModelError(f"the artefacts lack {name}: install the package again")
    return found
