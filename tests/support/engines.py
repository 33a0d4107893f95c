"""An engine for tests: reads by short word lists; fast, foreseeable, the same everywhere."""

import re
from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from context.emotion import EMOTIONS, Emotion
from context.engines.engine import Readings
from context.intents import INTENTS, Intent
from context.subjects import SUBJECTS, Subject

GOOD = ("good", "great", "love", "happy")
BAD = ("bad", "awful", "hate", "broken")
EMOTION_WORDS = {
    Emotion.ANGER: ("hate", "furious", "awful"),
    Emotion.DISGUST: ("disgusting",),
    Emotion.FEAR: ("afraid", "worried"),
    Emotion.JOY: ("love", "happy", "great"),
    Emotion.OPTIMISM: ("hope", "soon"),
    Emotion.SADNESS: ("sad", "miss"),
    Emotion.SURPRISE: ("suddenly", "wow"),
}
INTENT_WORDS = {
    Intent.NEEDS_HELP: ("help", "stuck"),
    Intent.COMPLAINT: ("awful", "outage", "refund"),
    Intent.WANTS_TO_BUY: ("buy", "buying"),
    Intent.ASKS_ADVICE: ("recommend", "which"),
    Intent.COMPARES_SUPPLIERS: ("versus", "compare"),
    Intent.ABOUT_TO_LEAVE: ("switching", "cancel"),
    Intent.PRAISE: ("thanks", "brilliant"),
    Intent.IDEA_FOR_PRODUCT: ("wish", "feature"),
}
SUBJECT_WORDS = {
    Subject.TELECOMS: ("broadband", "outage", "internet", "router", "phone"),
    Subject.GARDENING: ("garden", "tomatoes", "basil", "planted", "tomato"),
    Subject.PUBLIC_TRANSPORT: ("train", "platform", "commuters", "late"),
    Subject.CYCLING: ("bike", "cycling", "pedals", "saddle"),
}

_DIMENSIONS = 64
_WORDS = re.compile(r"[^\W_]+|/s\b")


class PlainEngine:
    """Reads by the word lists above; texts that share words mean alike, ``/s`` marks irony,
    ``discreet`` what is sensitive."""

    name = "plain/1"
    near = 0.82
    blend = 0.25

    def read(self, texts: Sequence[str]) -> Readings:
        """Return posts as numbers."""
        bags = [_WORDS.findall(text.lower()) for text in texts]
        return Readings(
            valence=_valence(texts),
            emotions=_has(bags, [EMOTION_WORDS[emotion] for emotion in EMOTIONS]),
            irony=np.array([0.9 if "/s" in bag else 0.0 for bag in bags]),
            sensitive=np.array([0.99 if "discreet" in bag else 0.0 for bag in bags]),
            intents=_has(bags, [INTENT_WORDS[intent] for intent in INTENTS]),
            vectors=np.array([_meaning(bag) for bag in bags], dtype=np.float32).reshape(
                -1, _DIMENSIONS
            ),
        )

    def toward(self, texts: Sequence[str], targets: Sequence[str]) -> NDArray[np.float64]:
        """Return the valence of the clause that names the target."""
        clauses = [
            next((c for c in re.split(r"[,.;]", text) if target.lower() in c.lower()), text)
            for text, target in zip(texts, targets, strict=True)
        ]
        return _valence(clauses)

    def subjects(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return softmax over likeness to the subjects' words, ``none`` at a likeness of .35."""
        known = np.array([_meaning(SUBJECT_WORDS.get(s, ())) for s in SUBJECTS])
        likeness = np.column_stack([vectors @ known.T, np.full(len(vectors), 0.35)])
        likeness[:, [i for i, s in enumerate(SUBJECTS) if s not in SUBJECT_WORDS]] = -1
        exponents = np.exp(20 * likeness)
        return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))


def _valence(texts: Sequence[str]) -> NDArray[np.float64]:
    scores = np.array(
        [[sum(w in text for w in BAD), 0.5, sum(w in text for w in GOOD)] for text in texts],
        dtype=float,
    ).reshape(-1, 3)
    exponents = np.exp(2 * scores)
    return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))


def _has(bags: Sequence[Sequence[str]], lists: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    rows = [[0.8 if set(bag) & set(words) else 0.02 for words in lists] for bag in bags]
    return np.array(rows, dtype=float).reshape(-1, len(lists))


def _meaning(words: Sequence[str]) -> NDArray[np.float64]:
    """Return a unit vector: the sum of one random direction per distinct word, zeros for none."""
    total = np.zeros(_DIMENSIONS)
    for word in sorted(set(words)):
        seed = int.from_bytes(sha256(word.encode("utf-8", "replace")).digest()[:4], "big")
        total += np.random.default_rng(seed).standard_normal(_DIMENSIONS)
    norm = float(np.linalg.norm(total))
    return total / norm if norm else total
