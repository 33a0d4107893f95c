"""Tables on posts that others wrote and labelled: engines beside what else could be used."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from benchmarks.engine.cost import posts_per_second
from benchmarks.engine.finders import Finder, bertopic, factorised, factorised_told, ours
from benchmarks.engine.lexicons import lexicons
from benchmarks.engine.people import ALL, Person, simulate_people
from benchmarks.engine.purchases import purchase_macro_f1
from benchmarks.engine.quoted import QUOTED
from benchmarks.engine.sentiment import (
    SENTIMENT,
    Scoring,
    engine_emotion,
    engine_sentiment,
    verdict_sentiment,
)
from benchmarks.engine.table import Figure, Table
from benchmarks.engine.topics import topic_figures
from context.training.labelled import read_labelled

_ON_TOPICS = (
    "real tweets about 3 to 8 things each, a quarter about nothing in particular. found: some "
    "topic's F1 is .5 or more. label hit: words of its label stand in more of other people's posts "
    "about that thing than about any other of hers; closed hit: the same without words that we may "
    "not keep, such as the thing's name. ms: without reading the posts."
)
_ON_OTHERS = "as above, with tweets that no engine was trained on."


def sentiment_table(engines: Mapping[str, Scoring], data: Path) -> Table:
    """Return sentiment, emotion and speed of the engines and of three lexicons.

    Args:
        engines: Engines by name.
        data: Folder of the labelled posts.
    """
    texts, labels = read_labelled(data / SENTIMENT)
    rows: dict[str, dict[str, Figure]] = {}
    for name, engine in engines.items():
        rows[name] = {
            **engine_sentiment(data, engine),
            "emotion_macro_f1": engine_emotion(data, engine),
            "posts_per_second": posts_per_second(engine.read, texts),
        }
    for lexicon in lexicons():
        rows[lexicon.name] = {
            **verdict_sentiment(labels, lexicon.verdicts(texts)),
            "posts_per_second": posts_per_second(lexicon.verdicts, texts),
        }
    return Table(
        "Sentiment and emotion",
        f"{len(texts):,} tweets that no engine was trained on (TweetEval's validation split), and "
        "its split for emotion. The heads of `full` and `light` are calibrated on them, some ten "
        "numbers per class. net error: mean absolute error of net sentiment over 100 posts.",
        rows,
    )


def topics_table(
    engines: Mapping[str, Scoring], data: Path, title: str, files: Sequence[str], number: int
) -> Table:
    """Return how each way finds and names the topics of simulated people.

    Args:
        engines: Engines by name.
        data: Folder of the labelled posts.
        title: Of the table.
        files: Those with posts about entities.
        number: How many people.
    """
    people = simulate_people(data, files, number)
    rows: dict[str, dict[str, Figure]] = {}
    with threadpool_limits(1):
        nothing = [np.zeros((len(person.texts), 1), dtype=np.float32) for person in people]
        rows["TF-IDF + NMF"] = _figures(people, nothing, factorised)
        rows["the same, told how many"] = _figures(people, nothing, factorised_told)
        for name, engine in engines.items():
            vectors = [engine.read(person.texts).vectors for person in people]
            rows[name] = _figures(people, vectors, ours(engine))
            rows[f"BERTopic on {name}"] = _figures(people, vectors, bertopic)
    return Table(
        title,
        f"{number} simulated people, {_ON_TOPICS if files is ALL else _ON_OTHERS}",
        rows,
    )


def purchases_table(engines: Mapping[str, Scoring], data: Path) -> Table:
    """Return whether a wish to buy is told.

    Args:
        engines: Engines by name.
        data: Folder of the labelled posts.
    """
    return Table(
        "Wish to buy",
        "Tweets about a telephone, ten-fold cross-validation.",
        {
            name: {"purchase_macro_f1": purchase_macro_f1(data, engine)}
            for name, engine in engines.items()
        },
    )


def quoted_table() -> Table:
    """Return what papers say of large models; nothing in it was measured here."""
    rows: dict[str, dict[str, Figure]] = {}
    for quoted in QUOTED:
        rows[quoted.name] = {"sentiment_macro_recall": quoted.sentiment}
        if quoted.emotion is not None:
            rows[quoted.name]["emotion_macro_f1"] = quoted.emotion
        rows[quoted.name]["source"] = quoted.source
    return Table(
        "Quoted from papers, not measured here",
        "On TweetEval's test splits, other tweets than above and harder ones: for sentiment by "
        "about .04, so that `full`'s .735 on validation does not stand level with BERTweet's .734. "
        "Models of some 500 MB, too slow for a refresh without a graphics card.",
        rows,
    )


def _figures(
    people: Sequence[Person], vectors: Sequence[NDArray[np.float32]], find: Finder
) -> dict[str, Figure]:
    find(people[0].texts, vectors[0], len(people[0].elsewhere))  # compiles what compiles lazily
    return {**topic_figures(people, vectors, find)}
