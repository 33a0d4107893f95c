"""When a connection is refreshed next: properties of the decisions."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.usecases.schedule import AGAIN_AFTER, FIRST_RETRY, after_success, back_off, on_demand, rest

every = st.timedeltas(min_value=timedelta(minutes=2), max_value=timedelta(days=2))
chances = st.floats(0, 1)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
moments = st.datetimes(datetime(2026, 2, 1), datetime(2026, 4, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
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


@given(st.none() | moments, every, chances)
def test_another_refresh_asked_for_in_the_middle_comes_soon_but_not_at_once(asked, every, chance):
    due_at = after_success(NOW, asked, every, chance)
    assert NOW + AGAIN_AFTER <= due_at <= NOW + rest(every, chance)
    if asked is not None and asked <= NOW:
        assert due_at == NOW + AGAIN_AFTER


@given(st.none() | moments, st.none() | moments)
def test_on_demand_is_at_once_unless_the_instance_was_just_called(refreshed_at, not_before):
    due_at = on_demand(NOW, refreshed_at, not_before)
    bounds = [NOW, not_before or NOW, refreshed_at + AGAIN_AFTER if refreshed_at else NOW]
    assert due_at in bounds
    assert due_at >= max(bounds)
