"""Fitting of the heads over the encoder that ships, on a few sentences made up here."""

import json
import random
import shutil

import numpy as np
import pytest

from context.artefacts import CHECKSUMS, DATA, write_checked
from context.engines.models import ENCODER, FULL, LIGHT, TOKENIZER, load_engine
from context.subjects import SUBJECTS
from context.training import labels
from context.training.background import background
from context.training.evaluate import calibration_error, evaluate, net_errors
from context.training.heads import HeadFitter, Rows
from context.training.labelled import DataError, read_labelled
from context.training.tasks import Task, read_task
from context.training.train import train

TOKENS = 2_400
"""Tokens that the tokenizer keeps here, the commonest: the encoder reads each by itself."""
THINGS = ["house", "book", "game", "film"]
WORDS = ["", "today", "here"]
GLAD = ["I love the {}", "what a great {}", "so happy with this {}", "the {} is wonderful"]
PLAIN = ["the {} is at nine", "a {} and a table", "there is the {} again", "we saw a {}"]
CROSS = ["I hate the {}", "what an awful {}", "so angry about this {}", "the {} is broken"]
SAD = ["I miss the {} so much", "crying about the {}", "so sad about the {}", "the {} is gone"]
HOPEFUL = ["the {} will get better", "hopeful about the {}", "looking up for the {}"]
TASKS = {
    "sentiment": {"positive": GLAD, "neutral": PLAIN, "negative": CROSS},
    "emotion": {"anger": CROSS, "joy": GLAD, "optimism": HOPEFUL, "sadness": SAD},
    "goemotions": {"anger": CROSS, "joy,love": GLAD, "sadness": SAD, "neutral": PLAIN,
                   "optimism": HOPEFUL, "disgust": ["the {} is disgusting"],
                   "fear": ["scared of the {}"], "surprise": ["wow, a {}"]},
    "irony": {"irony": ["oh great, the {} again"], "non_irony": PLAIN},
    "purchase_intent": {"yes": ["I want to buy a {}"], "no": PLAIN},
    "emoji": {"x": ["the {} on the hill"]},
    "offensive": {"y": ["a {} in the rain"]},
    "hate": {"z": ["my {} and yours"]},
}  # fmt: skip


def rows(frames, words=WORDS):
    made = [
        f"{label}\t{frame.format(thing)} {word}".rstrip()
        for label, ones in frames.items()
        for frame in ones
        for thing in THINGS
        for word in words
    ]
    random.Random(1).shuffle(made)
    return made


def write(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", "utf-8")


def shortened(tokenizer):
    told = json.loads(tokenizer)
    known = told["model"]["vocab"]
    told["model"]["vocab"] = {token: place for token, place in known.items() if place < TOKENS}
    return json.dumps(told).encode()


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    for task, frames in TASKS.items():
        made = rows(frames)
        held = "dev" if task == "goemotions" else "val"
        write(folder / task / "train.tsv", made[len(made) // 4 :])
        write(folder / task / f"{held}.tsv", made[: len(made) // 4])
    toward = [
        f"{label}\t{thing}\t{frame.format(thing)}"
        for label, frames in TASKS["sentiment"].items()
        for frame in frames
        for thing in THINGS
    ]
    for name in ("2015train", "2015test", "2016train", "2016dev", "2016devtest"):
        write(folder / "targets" / f"{name}.tsv", toward)
    return folder


@pytest.fixture(scope="module")
def posts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("posts")
    intents = {"complaint": CROSS, "praise": GLAD, "none": PLAIN,
               "wants_to_buy,asks_advice": ["which {} should I buy"],
               "needs_help": ["help, my {} does not work"],
               "compares_suppliers": ["their {} or the one of the other firm"],
               "about_to_leave": ["cancelling the {} for good"],
               "idea_for_product": ["wish the {} had a dark mode"]}  # fmt: skip
    subjects = {name: [f"my {{}} is all {name}"] for name in (*SUBJECTS, "none")}
    write(folder / "intents.tsv", rows(intents))
    write(folder / "subjects.tsv", rows(subjects, words=[""]))
    write(folder / "sensitive.tsv", rows({"health": ["the scan of my {}"], "none": GLAD}))
    described = [line for name in SUBJECTS for line in (f"[{name}]", f"posts about {name}")]
    write(folder / "subjects.txt", ["// described here", *described])
    return folder


@pytest.fixture(autouse=True)
def few_people(monkeypatch):
    monkeypatch.setattr("context.training.evaluate.GROUPS", 200)


@pytest.fixture(scope="module")
def trained(data, posts, tmp_path_factory):
    out, work = tmp_path_factory.mktemp("artefacts"), tmp_path_factory.mktemp("work")
    write_checked(out / ENCODER, (DATA / ENCODER).read_bytes())
    write_checked(out / TOKENIZER, shortened((DATA / TOKENIZER).read_bytes()))
    steps = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(labels, "POSTS", posts)
        patch.setattr(labels, "DATA", posts)
        train(data, out, work, lambda *step: steps.append(step), keep_encoder=True)
    return out, work, steps


@pytest.mark.parametrize("name", ["full", "light"])
def test_training_learns_what_the_data_says(trained, data, name):
    out, *_ = trained
    assert evaluate(data, out, name)["macro_recall"] > 0.9
    found = load_engine(name, out).read(["I love the book", "I hate the book"])
    assert found.valence[0, 2] > 0.5
    assert found.valence[1, 0] > 0.5


def test_progress_goes_from_start_to_end(trained):
    parts = [part for _, part in trained[2]]
    assert parts == sorted(parts)
    assert (parts[0], parts[-1]) == (0.0, 1.0)


def test_training_again_gives_the_same_bytes(trained, data, posts, tmp_path, monkeypatch):
    out, work, _ = trained
    monkeypatch.setattr(labels, "POSTS", posts)
    monkeypatch.setattr(labels, "DATA", posts)
    for name in (ENCODER, TOKENIZER, CHECKSUMS):
        shutil.copy(out / name, tmp_path / name)
    train(data, tmp_path, work, lambda *_: None, keep_encoder=True)
    for name in (FULL, LIGHT, CHECKSUMS):
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()


@pytest.mark.parametrize("name", [FULL, LIGHT])
def test_no_word_of_the_data_is_in_an_artefact(trained, name):
    arrays = np.load(trained[0] / name, allow_pickle=False)
    words = {key for key in arrays.files if arrays[key].dtype == np.uint8}
    assert all(key.endswith(".classes") for key in words)
    assert not any(arrays[key].dtype.kind in "OSU" for key in arrays.files)


def test_a_class_without_examples_is_told():
    known = Rows([np.eye(4, dtype=np.float32)], np.zeros((4, 1)), np.ones((4, 1)))
    for exclusive in (True, False):
        with pytest.raises(DataError, match="class 1 has no"):
            HeadFitter(exclusive).fit(known)


def test_an_empty_split_is_told(tmp_path):
    write(tmp_path / "irony" / "train.tsv", [])
    with pytest.raises(DataError, match="is empty"):
        read_task(Task("irony", 1, 1, ("irony/train.tsv",), ()), tmp_path)


def test_missing_data_is_told(trained, tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        train(tmp_path, trained[0], tmp_path, lambda *_: None, keep_encoder=True)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("happy\tsecret words", "none of negative, neutral, positive"),
        ("positive secret words", r"x\.tsv, line 3"),
        ("\tsecret words", r"x\.tsv, line 3"),
    ],
)
def test_a_malformed_line_is_told_without_its_text(tmp_path, line, told):
    path = tmp_path / "x.tsv"
    path.write_text(f"neutral\tfine\n\n{line}\n", "utf-8")
    with pytest.raises(DataError, match=told) as caught:
        read_labelled(path)
    assert "secret" not in str(caught.value)


def test_background_texts_are_those_the_folder_has(data, tmp_path):
    read = ("sentiment", "emoji", "offensive", "goemotions", "purchase_intent")
    written = [(data / name / "train.tsv").read_text("utf-8").splitlines() for name in read]
    texts = [line.split("\t")[1] for lines in written for line in lines]
    assert list(background(data)) == texts
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
