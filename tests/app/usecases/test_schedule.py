"""When a connection is refreshed next: properties of the two decisions."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.usecases.schedule import FIRST_RETRY, back_off, rest

every = st.timedeltas(min_value=timedelta(minutes=2), max_value=timedelta(days=2))
chances = st.floats(0, 1)
waits = st.none() | st.timedeltas(min_value=timedelta(), max_value=timedelta(days=1))


@given(every, chances)
def test_rests_are_spread_by_a_tenth(every, chance):
    assert every * 0.89 < rest(every, chance) < every * 1.11


@given(st.integers(1, 10_000), waits, every, chances)
def test_a_provider_is_never_called_before_it_wants(failures, asked, every, chance):
    delay = back_off(failures, asked, every, chance)
    assert delay >= (asked or timedelta())
    assert delay >= FIRST_RETRY / 2


@given(st.integers(1, 10_000), every, chances)
def test_our_own_patience_ends_at_the_usual_rest(failures, every, chance):
    assert back_off(failures, None, every, chance) <= every


@given(st.integers(1, 8), chances)
def test_it_doubles(failures, chance):
    every = timedelta(days=30)
    first, second = (back_off(failures + more, None, every, chance) for more in (0, 1))
    assert abs(second - 2 * first) <= timedelta(microseconds=2)
