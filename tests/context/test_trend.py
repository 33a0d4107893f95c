from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.digest import DayCounts
from context.trend import (
    Tally,
    can_tell_change,
    estimate,
    find_change,
    growth,
    tally,
    weigh,
)

TODAY = date(2026, 11, 20)


def day(age, negative, neutral, positive):
    counts = (negative, neutral, positive)
    return DayCounts(TODAY - timedelta(days=age), sum(counts), *(100 * n for n in counts))


def test_a_post_weighs_half_after_a_half_life():
    found = tally([day(3, 0, 0, 1)], TODAY, 3)
    assert found == Tally(0, 0, 0.5, 0.25)
    assert weigh([day(3, 0, 0, 4), day(0, 1, 0, 0)], TODAY, 3) == 3


def test_equal_weights_count_each_post_as_one():
    assert tally([day(9, 1, 2, 3)], TODAY, None).effective == pytest.approx(6)
    assert Tally().effective == 0


def test_a_day_ahead_of_today_counts_as_today():
    assert tally([day(-1, 1, 0, 0)], TODAY, 3).negative == 1


def test_evidence_grows_old():
    effective = [tally([day(age, 1, 1, 1)], TODAY, 3).effective for age in (0, 3, 9, 30)]
    assert effective[0] == pytest.approx(3)
    assert effective == sorted(effective, reverse=True)
    assert effective[-1] < 0.01


def test_without_evidence_nothing_is_known():
    nothing = estimate(Tally())
    assert nothing.valence == 0
    assert nothing.low < -0.8
    assert nothing.high > 0.8


@given(*[st.integers(0, 500)] * 3)
def test_an_interval_holds_its_estimate_and_stays_in_range(negative, neutral, positive):
    found = estimate(tally([day(0, negative, neutral, positive)], TODAY, 3))
    assert -1 <= found.low <= found.valence <= found.high <= 1
    swapped = estimate(tally([day(0, positive, neutral, negative)], TODAY, 3))
    assert swapped.valence == pytest.approx(-found.valence)


def test_more_evidence_narrows_the_interval():
    widths = [
        found.high - found.low
        for n in (1, 10, 100)
        if (found := estimate(tally([day(0, n, n, n)], TODAY, 3)))
    ]
    assert widths == sorted(widths, reverse=True)


def test_a_marked_change_is_called_on_its_day():
    days = [day(age, 0, 1, 3) for age in range(29, 4, -1)] + [
        day(age, 3, 1, 0) for age in range(4, -1, -1)
    ]
    change = find_change(days, TODAY)
    assert change is not None
    assert change.since == TODAY - timedelta(days=4)
    assert change.size < -0.9
    rise = find_change(
        [DayCounts(d.day, d.posts, d.positive, d.neutral, d.negative) for d in days], TODAY
    )
    assert rise is not None
    assert rise.size == pytest.approx(-change.size)


def test_a_change_comes_with_its_interval():
    days = [day(age, 0, 1, 3) for age in range(29, 4, -1)] + [
        day(age, 3, 1, 0) for age in range(4, -1, -1)
    ]
    change = find_change(days, TODAY)
    assert change is not None
    assert -2 <= change.low < change.size < change.high < 0


def unsure(age, positive):
    """Two posts of a day, each read as anything but a little more likely positive or negative."""
    return DayCounts(TODAY - timedelta(days=age), 2, 130 - positive, 70, positive)


def test_a_reader_unsure_of_every_post_can_still_be_sure_of_a_change():
    days = [unsure(age, 85) for age in range(29, 6, -1)] + [
        unsure(age, 60) for age in range(6, -1, -1)
    ]
    change = find_change(days, TODAY)
    assert change is not None
    assert change.since == TODAY - timedelta(days=6)


def test_the_same_difference_is_chance_among_days_that_differ_as_much_anyway():
    swing = [125 if age % 2 else 45 for age in range(30)]
    days = [unsure(age, swing[age]) for age in range(29, 6, -1)] + [
        unsure(age, swing[age] - 25) for age in range(6, -1, -1)
    ]
    assert find_change(days, TODAY) is None


def test_an_even_mood_has_no_change():
    assert find_change([day(age, 1, 1, 1) for age in range(30)], TODAY) is None


def test_few_posts_call_no_change():
    days = [day(9, 0, 0, 5), day(0, 5, 0, 0)]
    assert find_change(days, TODAY) is None
    assert not can_tell_change(days, TODAY)


def test_whether_change_can_be_told_takes_posts_early_and_late():
    late = [day(age, 1, 1, 1) for age in range(5)]
    early = [day(age, 1, 1, 1) for age in range(15, 20)]
    assert can_tell_change([*early, *late], TODAY)
    assert not can_tell_change(late, TODAY)
    assert not can_tell_change(early, TODAY)


def test_growth_has_the_sign_of_the_change_in_share():
    assert growth(8, 10, 2, 30) > 1.28
    assert growth(1, 30, 9, 12) < -1.28
    assert growth(2, 10, 4, 20) == pytest.approx(0, abs=0.3)
    assert growth(3, 0, 0, 0) > growth(0, 3, 0, 0)
