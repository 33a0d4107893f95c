"""Storylines and posts of our own: what agreement means, and the tables."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.engine.on_own_text import posts_table, storyline_tables
from benchmarks.engine.purchases import purchase_macro_f1
from benchmarks.engine.sentiment import engine_emotion
from benchmarks.engine.storylines import (
    NOW,
    Expected,
    Outcome,
    Storyline,
    agreement,
    follow,
    read_storylines,
)
from benchmarks.engine.table import Table, markdown
from context.post import Post

QUALITY = Path(__file__).parents[1] / "quality"
STORYLINES = read_storylines(QUALITY / "storylines")


def perfect(storyline):
    return Outcome(
        directions=tuple(topic.direction for topic in storyline.topics),
        trend=storyline.trend,
        intents=storyline.intents,
        subjects=frozenset(topic.subject for topic in storyline.topics),
        kept=1_000,
    )


def test_the_expert_agrees_with_herself():
    figures = agreement(STORYLINES, [perfect(storyline) for storyline in STORYLINES])
    assert set(figures.values()) == {1.0}


def test_telling_nothing_finds_nothing():
    nothing = Outcome((None,), "none", frozenset(), frozenset(), 0)
    outcomes = [replace(nothing, directions=(None,) * len(s.topics)) for s in STORYLINES]
    assert set(agreement(STORYLINES, outcomes).values()) == {0.0}


def test_intents_that_she_has_not_cost_precision():
    outcomes = [
        replace(perfect(s), intents=s.intents | {("praise", "nowhere")}) for s in STORYLINES
    ]
    figures = agreement(STORYLINES, outcomes)
    assert figures["intents"] == 1
    assert figures["intents_precision"] < 1


COMMUTER = Storyline(
    name="commuter",
    posts=tuple(
        Post("her", NOW - timedelta(days=day), f"the train was late at the {place} platform")
        for day, place in enumerate(("old", "north", "new", "south", "far", "near"))
    ),
    topics=(Expected("public_transport", frozenset({"bus"}), "steady"),),
    trend="unknown",
    intents=frozenset(),
)


@pytest.mark.parametrize(
    ("subject", "word", "found"),
    [
        ("public_transport", "bus", True),
        ("cars", "train", True),
        ("cars", "bus", False),
    ],
)
def test_a_topic_is_found_by_its_subject_or_by_a_word(engine, subject, word, found):
    expected = Expected(subject, frozenset({word}), "steady")
    outcome = follow(replace(COMMUTER, topics=(expected,)), engine)
    assert (outcome.directions[0] is not None) == found
    assert outcome.subjects == {"public_transport"}


def test_tables_hold_every_engine(engine):
    told, cost = storyline_tables({"plain": engine}, QUALITY)
    posts = posts_table({"plain": engine}, QUALITY)
    assert list(told.rows) == list(cost.rows) == list(posts.rows) == ["plain"]
    assert 0 < cost.rows["plain"]["kept_bytes"] <= cost.rows["plain"]["kept_bytes_at_most"] <= 8_000
    assert posts.rows["plain"]["complaint_macro_f1"] > 0.4


def test_a_folder_without_storylines_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="no storylines"):
        read_storylines(tmp_path)


def test_wishes_that_have_their_own_words_are_told_across_folds(data, engine):
    assert purchase_macro_f1(data, engine) > 0.9


def test_an_engine_of_other_emotions_is_refused(data, engine, monkeypatch):
    monkeypatch.setattr(type(engine), "score", lambda *_: (("awe",), None))
    with pytest.raises(ValueError, match="awe"):
        engine_emotion(data, engine)


def test_markdown_has_a_dash_where_a_figure_lacks():
    table = Table("T", "N", {"a": {"x_y": 0.5, "z": 12_345.6}, "b": {"z": "text"}})
    assert "| | x y | z |" in markdown([table])
    assert "| a | 0.500 | 12,346 |" in markdown([table])
    assert "| b | – | text |" in markdown([table])
