"""Training from a folder of data, on a few sentences made up here."""

import random

import numpy as np
import pytest

from context.artefacts import CHECKSUMS
from context.engines.models import SENTIMENT, load_engine
from context.training.background import background
from context.training.evaluate import calibration_error, evaluate, net_errors
from context.training.fit import train
from context.training.labelled import DataError, read_labelled

SUBJECTS = ["train", "garden", "phone", "match", "dinner", "router", "film", "holiday"]
FRAMES = {
    "positive": [
        "I love the {}",
        "what a great {}",
        "so happy with this {}",
        "the {} is wonderful",
    ],
    "neutral": ["the {} is at nine", "a {} and a table", "there is the {} again", "we saw a {}"],
    "negative": ["I hate the {}", "what an awful {}", "so angry about this {}", "the {} is broken"],
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    rows = [
        f"{label}\t{frame.format(subject)} {word}"
        for label, frames in FRAMES.items()
        for frame in frames
        for subject in SUBJECTS
        for word in ("", "today", "here")
    ]
    random.Random(1).shuffle(rows)
    (folder / "sentiment").mkdir()
    (folder / "sentiment" / "train.tsv").write_text("\n".join(rows[60:]) + "\n", "utf-8")
    (folder / "sentiment" / "val.tsv").write_text("\n".join(rows[:60]), "utf-8")
    return folder


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("artefacts")
    steps = []
    figures = train(data, out, lambda step, part: steps.append((step, part)))
    return out, steps, figures


def test_training_learns_what_the_data_says(trained, data):
    out, _, figures = trained
    assert figures["macro_recall"] > 0.9
    assert figures == evaluate(data, out)
    found = load_engine("light", out).valence(["I love the garden", "I hate the garden"])
    assert found[0, 2] > 0.5
    assert found[1, 0] > 0.5


def test_progress_goes_from_start_to_end(trained):
    parts = [part for _, part in trained[1]]
    assert parts == sorted(parts)
    assert (parts[0], parts[-1]) == (0.0, 1.0)


def test_training_again_gives_the_same_bytes(trained, data, tmp_path):
    train(data, tmp_path, lambda *_: None)
    for name in (SENTIMENT, CHECKSUMS):
        assert (tmp_path / name).read_bytes() == (trained[0] / name).read_bytes()


def test_no_word_of_the_data_is_in_the_artefact(trained):
    arrays = np.load(trained[0] / SENTIMENT, allow_pickle=False)
    assert all(np.issubdtype(arrays[key].dtype, np.floating) for key in arrays.files)


def test_missing_data_is_told(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        train(tmp_path, tmp_path, lambda *_: None)


@pytest.mark.parametrize("line", ["happy\tsecret words", "positive secret words"])
def test_a_malformed_line_is_told_by_number_without_its_text(tmp_path, line):
    path = tmp_path / "x.tsv"
    path.write_text(f"neutral\tfine\n\n{line}\n", "utf-8")
    with pytest.raises(DataError, match=r"x\.tsv, line 3") as caught:
        read_labelled(path)
    assert "secret" not in str(caught.value)


def test_background_texts_are_those_the_folder_has(data, tmp_path):
    assert sum(1 for _ in background(data)) == 228
    with pytest.raises(DataError, match="no background"):
        next(background(tmp_path))


def test_a_perfect_reader_has_no_error():
    labels = np.array([0, 1, 2, 2, 1, 1] * 50)
    perfect = np.eye(3)[labels] * 0.9997 + 0.0001
    corrected, plain = net_errors(perfect, labels)
    assert corrected < 0.01
    assert plain == 0
    assert calibration_error(np.eye(3)[labels], labels) == pytest.approx(0)


def test_a_reader_who_is_too_sure_is_badly_calibrated():
    labels = np.array([0, 1] * 50)
    sure = np.tile([1.0, 0.0, 0.0], (100, 1))
    assert calibration_error(sure, labels) == pytest.approx(0.5)
