"""Public texts whose words are counted, to know which words are everyday ones."""

from collections.abc import Iterator
from pathlib import Path

from context.training.labelled import DataError

FILES = (
    "sentiment/train.tsv",
    "emoji/train.tsv",
    "offensive/train.tsv",
    "goemotions/train.tsv",
    "clinc150/train.tsv",
    "banking77/train.tsv",
    "purchase_intent/train.tsv",
)
"""Files of the data folder whose texts stand for what people write in general."""


def background(data: Path) -> Iterator[str]:
    """Yield the texts of the background files that the data folder has.

    Args:
        data: Folder of the training data.

    Raises:
        DataError: If it has none of them.
    """
    present = [data / name for name in FILES if (data / name).is_file()]
    if not present:
        raise DataError(f"{data} holds no background texts, such as {FILES[0]}")
    for path in present:
        for line in path.read_text("utf-8").split("\n"):
            if line.strip():
                yield line.rpartition("\t")[2]
