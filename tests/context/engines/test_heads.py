"""Heads: linear models that share their features."""

import numpy as np
import pytest

from context.artefacts import ModelError
from context.engines.heads import Heads


def arrays(**changed):
    found = {
        "dense": np.array([[1.0, -1.0, 3.0], [0.0, 2.0, 0.0]]),
        "intercept": np.array([0.0, 0.0, -1.0]),
        "mood.classes": np.frombuffer(b"low\nhigh", np.uint8),
        "mood.first": np.array(0),
        "mood.exclusive": np.array(1),
        "irony.classes": np.frombuffer(b"irony", np.uint8),
        "irony.first": np.array(2),
        "irony.exclusive": np.array(0),
    }
    return found | changed


def test_each_task_has_its_own_columns():
    heads = Heads(arrays())
    assert heads.tasks["mood"].classes == ("low", "high")
    scores = heads.scores(["a", "b"], np.array([[1, 0], [0, 1]], dtype=np.float32))
    assert scores.tolist() == [[1, -1, 2], [0, 2, -1]]


def test_exclusive_classes_share_one_probability_and_others_have_their_own():
    heads = Heads(arrays())
    scores = np.array([[0.0, 0.0, 0.0], [50.0, -50.0, -900.0]])
    mood = heads.tasks["mood"].probabilities(scores)
    assert mood[0].tolist() == [0.5, 0.5]
    assert mood.sum(axis=1) == pytest.approx(1)
    irony = heads.tasks["irony"].probabilities(scores)
    assert irony[0, 0] == 0.5
    assert 0 <= irony[1, 0] < 1e-20


def test_heads_that_lack_a_part_say_what_to_do():
    broken = arrays()
    del broken["mood.first"]
    with pytest.raises(ModelError, match=r"mood\.first.*install"):
        Heads(broken)
