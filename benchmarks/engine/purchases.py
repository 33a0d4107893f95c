"""Whether a tweet shows that somebody wants to buy: cross-validated, on public data.

The head that ships has seen all of these tweets, so it cannot be asked. A head is fitted as the
shipped ones are, over what the engine makes of a post, on nine tenths at a time.
"""

from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

from context.engines import Engine
from context.intents import INTENTS, Intent
from context.training.corpus import Hashing
from context.training.heads import Block, HeadFitter, Rows
from context.training.labels import purchases

FOLDS = 10
SEED = 20_141
_CERTAIN = 1e-4


def purchase_macro_f1(data: Path, engine: Engine) -> float:
    """Return macro-averaged F1 of yes and no, pooled over ten folds.

    Args:
        data: Folder of the labelled posts.
        engine: The engine.

    Raises:
        DataError: If the data is missing or malformed.
    """
    texts, targets = purchases(data)
    wanted = targets[:, INTENTS.index(Intent.WANTS_TO_BUY)].astype(int)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    read = engine.read(texts)
    moods = np.clip(np.hstack([read.valence, read.emotions]), _CERTAIN, 1 - _CERTAIN)
    dense = np.hstack([read.vectors, np.log(moods / (1 - moods)) / 10]).astype(np.float32)
    told = np.empty(len(texts), dtype=bool)
    for known, asked in folds.split(dense, wanted):
        hashing = Hashing.of([texts[row] for row in known])
        blocks: list[Block] = [hashing.block(texts), dense]
        rows = Rows(
            blocks, wanted[:, None].astype(np.float32), np.ones((len(texts), 1), dtype=np.float32)
        )
        head = HeadFitter(exclusive=False).fit(rows[known])
        told[asked] = head.scores([block[asked] for block in blocks])[:, 0] > 0
    return float(f1_score(wanted, told, average="macro"))
