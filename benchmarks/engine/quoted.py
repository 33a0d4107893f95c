"""Figures of large models as their papers give them: on test splits, with graphics processors."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quoted:
    """A published figure.

    Attributes:
        name: The model.
        sentiment: Macro-averaged recall over SemEval-2017 task 4A's test tweets.
        emotion: Macro-averaged F1 over four emotions, where given.
        source: Where it stands.
    """

    name: str
    sentiment: float
    emotion: float | None
    source: str


QUOTED = (
    Quoted("best entry of 2017", 0.681, None, "Rosenthal et al. 2017, SemEval-2017 task 4"),
    Quoted("RoBERTa-base", 0.713, 0.761, "Barbieri et al. 2020, TweetEval"),
    Quoted("Twitter-RoBERTa", 0.728, 0.785, "Barbieri et al. 2020, TweetEval"),
    Quoted("BERTweet", 0.734, 0.793, "Nguyen et al. 2020, as TweetEval's board has it"),
    Quoted("TimeLMs-2021", 0.737, 0.802, "Loureiro et al. 2022, TimeLMs"),
)
