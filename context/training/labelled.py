"""Labelled texts as the training data has them."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

VALENCES = ("negative", "neutral", "positive")
"""Classes in the order of an engine's columns."""


class DataError(ValueError):
    """The training data is missing or malformed: see the folder layout in the model card."""


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file, the empty ones too; only line feeds end one.

    A mark that some editors set at the beginning, and carriage returns at the ends, are left out.

    Args:
        path: The file, in UTF-8.

    Raises:
        DataError: If it is not UTF-8; no part of it is told.
        OSError: If it cannot be opened.
    """
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{path} is not UTF-8 text: convert it, with iconv for one") from None
    return [line.removesuffix("\r") for line in content.split("\n")]


def read_rows(path: Path) -> list[list[str]]:
    """Return the rows of a file of labelled texts, by its columns; empty lines are left out.

    Args:
        path: The file, in UTF-8, each line with a label, perhaps more, and last a text.

    Raises:
        DataError: If it is missing or empty, or a line is malformed (its number is told, never its
            text).
    """
    try:
        lines = path.read_text("utf-8").split("\n")
    except FileNotFoundError as error:
        raise DataError(f"{path} does not exist: see the model card for the layout") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read as UTF-8 text") from error
    rows = []
    for number, line in enumerate(lines, start=1):
        row = line.split("\t")
        if not line.strip():
            continue
        if len(row) < 2 or not row[0]:  # noqa: PLR2004 - label, text
            raise DataError(f"{path.name}, line {number}: expected a label, a tab, a text")
        rows.append(row)
    if not rows:
        raise DataError(f"{path} is empty: see the model card for the layout")
    return rows


def read_labelled(path: Path) -> tuple[list[str], NDArray[np.int64]]:
    """Return texts and class indices of a file with ``label, tab, text`` lines.

    Args:
        path: The file; labels are negative, neutral and positive.

    Raises:
        DataError: If the file is not as ``read_rows`` has it, or a label is another.
    """
    rows = read_rows(path)
    other = next((label for label, *_ in rows if label not in VALENCES), None)
    if other is not None:
        raise DataError(f"{path.name}: a label is none of {', '.join(VALENCES)}")
    labels = [VALENCES.index(label) for label, *_ in rows]
    return ["\t".join(texts) for _, *texts in rows], np.array(labels, dtype=np.int64)
