"""Labelled posts made up here, in the layout of the training data."""

import random
from itertools import product

import numpy as np
import pytest

from tests.support.engines import PlainEngine

PLACES = ("market", "station", "office", "kitchen", "library", "harbour", "village", "cinema")
MOODS = {"negative": "what an awful day", "neutral": "a day", "positive": "such a great day"}
FEELINGS = {"anger": "furious", "joy": "love", "optimism": "hope", "sadness": "miss"}
ENTITIES = ("garden", "bike", "train", "router")


class ScoringEngine(PlainEngine):
    """The plain engine, asked for TweetEval's four emotions too."""

    def score(self, task, texts):
        assert task == "emotion"
        classes = tuple(FEELINGS)
        rows = [[0.85 if FEELINGS[name] in text else 0.05 for name in classes] for text in texts]
        return classes, np.array(rows)


@pytest.fixture(scope="session")
def engine():
    return ScoringEngine()


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labelled")
    write(
        folder / "sentiment" / "val.tsv",
        [f"{m}\t{t} at the {p} {n}" for (m, t), p, n in product(MOODS.items(), PLACES, range(10))],
    )
    write(
        folder / "emotion" / "val.tsv",
        [f"{name}\tI {word} the {p}" for (name, word), p in product(FEELINGS.items(), PLACES)],
    )
    posts = [
        f"neutral\t{entity}\tthe {entity} {word} near the {place} {number}"
        for entity, word, place, number in product(
            ENTITIES, ("again", "today", "finally"), PLACES, range(2)
        )
    ]
    for name in ("2015train", "2015test", "2016train", "2016dev", "2016devtest"):
        write(folder / "targets" / f"{name}.tsv", posts)
    wishes = [("yes", "buying this one soon"), ("no", "it costs a fortune")]
    write(
        folder / "purchase_intent" / "train.tsv",
        [
            f"{label}\t{text} at the {p} {n}"
            for (label, text), p, n in product(wishes, PLACES, "ab")
        ],
    )
    return folder


def write(path, rows):
    path.parent.mkdir(exist_ok=True)
    random.Random(1).shuffle(rows)
    path.write_text("\n".join(rows) + "\n", "utf-8")
