import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.valence import BASE_RATES, adapt, verdicts

rows = st.lists(
    st.tuples(*[st.floats(0.01, 1)] * 3).map(lambda r: [v / sum(r) for v in r]), max_size=30
).map(lambda found: np.array(found).reshape(-1, 3))


@given(rows)
def test_adapted_rows_are_probabilities(probabilities):
    adapted = adapt(probabilities)
    assert adapted.shape == probabilities.shape
    assert np.allclose(adapted.sum(axis=1), 1)
    assert ((adapted >= 0) & (adapted <= 1)).all()


@given(rows)
def test_row_order_does_not_matter(probabilities):
    assert np.allclose(adapt(probabilities[::-1])[::-1], adapt(probabilities))


def test_somebody_who_mostly_complains_is_read_as_one_who_does():
    unsure = np.tile([0.45, 0.35, 0.2], (100, 1))
    assert adapt(unsure)[0, 0] > 0.6


def test_one_post_changes_little():
    one = np.array([[0.45, 0.35, 0.2]])
    assert adapt(one) == pytest.approx(one, abs=0.05)


def test_a_verdict_is_what_is_likelier_than_usual():
    assert verdicts(np.array([BASE_RATES])).tolist() == [0]
    assert verdicts(np.array([[0.3, 0.45, 0.25], [0.1, 0.5, 0.4], [0.1, 0.3, 0.6]])).tolist() == [
        0,
        1,
        2,
    ]
