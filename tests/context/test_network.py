from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.network import (
    EPSILON,
    HIGH_ABOVE,
    LOW_BELOW,
    STEPS,
    mood_by_author,
    noise_key,
    people_bucket,
    release,
    step,
)

DAY = date(2026, 11, 20)
moods = st.lists(st.floats(-1, 1), min_size=5, max_size=49)


def test_each_person_counts_once_and_is_clipped():
    found = mood_by_author(["a", "b", "a", "c"], np.array([1.0, 5.0, 0.0, -7.0]))
    assert found == [0.5, 1.0, -1.0]


@given(st.lists(st.floats(-1, 1), max_size=4))
def test_fewer_than_five_people_release_nothing(few):
    assert release(DAY, few, b"key" * 9) is None


@given(moods)
def test_below_fifty_people_only_a_step_is_kept(some):
    released = release(DAY, some, b"key" * 9)
    assert released is not None
    assert released.mood in STEPS
    assert released.people <= len(some)


def with_one_changed(some, other, data):
    place = data.draw(st.integers(0, len(some) - 1))
    return [*some[:place], other, *some[place + 1 :]]


@given(moods, st.floats(-1, 1), st.data())
def test_below_fifty_people_no_one_person_moves_it_by_more_than_a_step(some, other, data):
    before = release(DAY, some, b"key" * 9)
    after = release(DAY, with_one_changed(some, other, data), b"key" * 9)
    assert before is not None
    assert after is not None
    assert abs(STEPS.index(before.mood) - STEPS.index(after.mood)) <= 1


@given(st.lists(st.floats(-1, 1), min_size=50, max_size=90), st.floats(-1, 1), st.data())
def test_from_fifty_people_on_no_one_person_moves_it_by_more_than_two_over_m(some, other, data):
    before = release(DAY, some, b"key" * 9)
    after = release(DAY, with_one_changed(some, other, data), b"key" * 9)
    assert before is not None
    assert after is not None
    # in hundredths, of which rounding may add one
    assert abs(before.mood - after.mood) <= 200 / len(some) + 1


def test_a_large_network_gets_noise_of_the_stated_scale():
    many = [0.2] * 100
    released = [release(DAY, many, noise_key(str(i).encode(), DAY, [])) for i in range(2_000)]
    values = np.array([found.mood / 100 for found in released if found])
    scale = 2 / (100 * EPSILON)
    assert values.mean() == pytest.approx(0.2, abs=0.003)
    assert np.abs(values - 0.2).mean() == pytest.approx(scale, rel=0.15)


def test_equal_keys_give_equal_noise_and_the_secret_changes_it():
    key = noise_key(b"secret", DAY, ["a", "b"])
    assert release(DAY, [0.1] * 60, key) == release(DAY, [0.1] * 60, key)
    assert key != noise_key(b"other", DAY, ["a", "b"])
    assert key != noise_key(b"secret", DAY, ["a", "c"])
    assert key != noise_key(b"secret", date(2026, 11, 21), ["a", "b"])


def test_steps():
    assert [step(m) for m in (-1, LOW_BELOW - 0.01, LOW_BELOW, HIGH_ABOVE, HIGH_ABOVE + 0.01)] == [
        0,
        0,
        1,
        1,
        2,
    ]
    assert [step(value / 100) for value in STEPS] == [0, 1, 2]


def test_buckets_are_read_out():
    assert [people_bucket(n) for n in (5, 10, 25, 50, 100, 250)] == [
        "5-9",
        "10-24",
        "25-49",
        "50-99",
        "100-249",
        "250+",
    ]
