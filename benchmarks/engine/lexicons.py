"""What people install today to read sentiment: VADER, TextBlob and AFINN, as they come.

They are of the dependency group `benchmarks`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from afinn import Afinn
from numpy.typing import NDArray
from textblob import TextBlob
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A reader by word lists.

    Attributes:
        name: Its name.
        score: Gives a post's polarity, negative below zero.
        margin: Polarity from which on, to either side, a post is not neutral.
    """

    name: str
    score: Callable[[str], float]
    margin: float

    def verdicts(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return 0, 1 or 2 for each post: negative, neutral or positive."""
        scores = np.array([self.score(text) for text in texts])
        return 1 + (scores >= self.margin).astype(np.int64) - (scores <= -self.margin)


def lexicons() -> list[Lexicon]:
    """Return the three, each with the margin its authors recommend, or the least there is."""
    vader = SentimentIntensityAnalyzer()
    afinn = Afinn(emoticons=True)
    return [
        Lexicon("VADER", lambda text: float(vader.polarity_scores(text)["compound"]), 0.05),
        Lexicon("TextBlob", lambda text: float(TextBlob(text).sentiment.polarity), 1e-9),
        Lexicon("AFINN", lambda text: float(afinn.score(text)), 1.0),
    ]
