"""The tables on labelled posts of others, each beside its peers."""

import json
import sys

import numpy as np
import pytest

for package in ("afinn", "bertopic", "matplotlib", "textblob", "vaderSentiment"):
    pytest.importorskip(package, reason="the dependency group benchmarks is not installed")

pytestmark = pytest.mark.filterwarnings("default")  # what the peers warn of is theirs

from benchmarks.engine import __main__ as command  # noqa: E402 - only where the peers are installed
from benchmarks.engine.lexicons import lexicons  # noqa: E402 - likewise
from benchmarks.engine.on_real_text import quoted_table, sentiment_table  # noqa: E402 - likewise
from benchmarks.engine.picture import Point, draw  # noqa: E402 - likewise


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr("benchmarks.engine.cost.ENOUGH", 0.01)
    monkeypatch.setattr("context.training.evaluate.GROUPS", 100)
    monkeypatch.setattr("benchmarks.engine.purchases.FOLDS", 3)


@pytest.mark.usefixtures("quick")
def test_an_engine_that_knows_the_words_is_beside_lexicons_in_one_table(data, engine):
    rows = sentiment_table({"plain": engine}, data).rows
    assert list(rows) == ["plain", "VADER", "TextBlob", "AFINN"]
    # of neutral posts it is not sure enough to hold out against equal base rates
    assert rows["plain"]["macro_recall"] == pytest.approx(2 / 3)
    assert rows["plain"]["emotion_macro_f1"] == 1
    assert all(row["posts_per_second"] > 0 for row in rows.values())


@pytest.mark.parametrize("lexicon", lexicons(), ids=lambda lexicon: lexicon.name)
def test_lexicons_read_as_they_come(lexicon):
    texts = ["this is awful, I hate it", "the bus leaves at nine", "I love it, great"]
    assert lexicon.verdicts(texts).tolist() == [0, 1, 2]


def test_figures_of_papers_are_marked_and_have_a_source():
    table = quoted_table()
    assert "not measured" in table.title
    assert all(row["source"] for row in table.rows.values())


@pytest.mark.usefixtures("quick")
def test_the_whole_run_writes_tables_figures_and_a_picture(
    data, engine, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(command, "load_engine", lambda _: engine)
    out, picture = tmp_path / "figures.json", tmp_path / "engine.svg"
    arguments = f"x {data} --engine light --people 1 --markdown --json {out} --picture {picture}"
    monkeypatch.setattr(sys, "argv", arguments.split())
    command.main()
    printed = capsys.readouterr().out
    for title in ("Sentiment and emotion", "Topics", "Wish to buy", "storylines", "Quoted"):
        assert title in printed
    figures = json.loads(out.read_text())
    assert {"light", "BERTopic on light", "TF-IDF + NMF"} <= set(figures["Topics"]["figures"])
    assert "light" in picture.read_text()


def test_a_picture_without_labelled_posts_is_refused(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(sys, "argv", ["x", "--picture", str(tmp_path / "x.svg")])
    with pytest.raises(SystemExit):
        command.main()
    assert "give DATA" in capsys.readouterr().err


def test_the_picture_follows_light_and_dark_and_is_the_same_again(tmp_path):
    points = [Point("ours", 500.0, 0.7, own=True), Point("theirs", 5_000.0, 0.6, own=False)]
    paths = tmp_path / "one.svg", tmp_path / "two.svg"
    for path in paths:
        draw(points, path)
    one, two = (path.read_bytes() for path in paths)
    assert one == two
    assert b"prefers-color-scheme: dark" in one
    draw(points, tmp_path / "one.png")
    assert (tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")
    assert np.all([name in one for name in (b"ours 0.700", b"theirs 0.600")])
