"""Simulated people who post about a few things, made of real posts about known entities."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from context.training.labelled import read_labelled
from context.training.tasks import Task, read_task

SEED = 20_141
FEWEST_POSTS = 40
"""Posts below which an entity is left out: some are shown and the others tell labels apart."""
ENTITIES = (3, 8)
POSTS = (6, 18)
NOISE = 0.25
"""Part of a person's posts that are about none of her entities."""

UNSEEN = ("targets/2016devtest.tsv",)
"""Files whose posts no part of an engine was trained on."""
ALL = (
    "targets/2015train.tsv",
    "targets/2015test.tsv",
    "targets/2016train.tsv",
    "targets/2016dev.tsv",
    *UNSEEN,
)


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """A simulated person.

    Attributes:
        texts: What she posted.
        about: The entity of each post; empty where it is about none.
        elsewhere: Posts of others about each of her entities, which she is not seen to write.
    """

    texts: tuple[str, ...]
    about: tuple[str, ...]
    elsewhere: Mapping[str, Sequence[str]]


def simulate_people(
    data: Path, files: Sequence[str], number: int, seed: int = SEED
) -> list[Person]:
    """Return simulated people, the same for the same arguments.

    Args:
        data: Folder of the labelled posts.
        files: Those with posts about entities.
        number: How many people.
        seed: Of all that is drawn.

    Raises:
        DataError: If the data is missing or malformed.
        ValueError: If too few entities have posts enough.
    """
    found = read_task(Task("targets", 0, 1, tuple(files), ()), data)
    posts: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for entity, text in zip(found.pairs or (), found.texts, strict=True):
        posts[entity][text] = None
    known = {name: list(texts) for name, texts in posts.items() if len(texts) >= FEWEST_POSTS}
    if len(known) < ENTITIES[0]:
        raise ValueError(f"fewer than {ENTITIES[0]} entities have {FEWEST_POSTS} posts")
    noise, _ = read_labelled(data / "sentiment" / "val.tsv")
    random = np.random.default_rng(seed)
    return [_person(known, noise, random) for _ in range(number)]


def _person(
    known: Mapping[str, Sequence[str]], noise: Sequence[str], random: np.random.Generator
) -> Person:
    number = min(len(known), int(random.integers(ENTITIES[0], ENTITIES[1] + 1)))
    shown: list[tuple[str, str]] = []
    elsewhere = {}
    for entity in random.choice(sorted(known), number, replace=False).tolist():
        count = int(random.integers(POSTS[0], POSTS[1] + 1))
        order = random.permutation(len(known[entity]))
        shown += [(known[entity][row], entity) for row in order[:count]]
        elsewhere[entity] = [known[entity][row] for row in order[count:]]
    others = min(len(noise), round(len(shown) * NOISE / (1 - NOISE)))
    shown += [(noise[row], "") for row in random.choice(len(noise), others, replace=False)]
    mixed = [shown[row] for row in random.permutation(len(shown))]
    return Person(tuple(text for text, _ in mixed), tuple(about for _, about in mixed), elsewhere)
