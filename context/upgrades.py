"""Digests of earlier versions, brought to the present form before they are read."""

from typing import Any

from context.checked import DigestError, whole

Document = dict[str, Any]


def upgrade(document: Document, version: int) -> Document:
    """Return a document in the form of the present version.

    Args:
        document: What was written, of any version.
        version: The present version.

    Raises:
        DigestError: If it was written by a version unknown here.
    """
    while (written := whole(document["v"])) != version:
        if written not in _STEPS:
            raise DigestError("written by another version: analyse the window afresh")
        document = _STEPS[written](document)
    return document


def _from_1(document: Document) -> Document:
    """Version 1 knew no emotions, intents, conversations, account or topics of the network."""
    topics = [{**topic, "d": _days_from_1(topic["d"])} for topic in document["t"]]
    empty: Document = {"m": [], "i": [], "c": [], "a": None, "k": []}
    return {**document, **empty, "d": _days_from_1(document["d"]), "t": topics, "v": 2}


def _days_from_1(rows: list[list[int]]) -> list[int]:
    """Version 1 wrote each day's distance to the newest, and neutral posts as such."""
    flat, before = [], 0
    for offset, posts, negative, neutral, positive in rows:
        silent = 100 * posts - negative - neutral - positive
        flat += [offset - before, posts, negative, positive, silent]
        before = offset
    return flat


_STEPS = {1: _from_1}
