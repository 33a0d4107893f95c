"""What the simulations say, on a few people and posts read without error."""

import json
import sys

import numpy as np
import pytest

from benchmarks.engine import simulate as command
from benchmarks.engine.moods import (
    FAULTLESS,
    USUAL,
    Phase,
    engine_reader,
    live,
    shifted,
    theta,
)
from benchmarks.engine.simulations import change, coverage, network
from context.post import WINDOW_DAYS


def test_days_count_what_was_posted_and_keep_what_left_the_window():
    random = np.random.default_rng(1)
    life = live([Phase(60, USUAL)], 3, FAULTLESS, random)
    (_, early), (today, late) = life.looks([29, 59])
    assert sum(day.posts for day in early) == (life.days < WINDOW_DAYS).sum()
    assert late[: len(early)] == early
    assert sum(day.posts for day in late) == len(life.days)
    assert all(day.negative + day.neutral + day.positive == 100 * day.posts for day in late)
    assert today == max(day.day for day in late)


def test_moods_are_drawn_as_they_are_asked_for():
    life = live([Phase(2_000, USUAL)], 10, FAULTLESS, np.random.default_rng(2))
    assert life.rows[:, :3].mean(axis=0) == pytest.approx(USUAL, abs=0.02)


def test_a_shift_is_of_the_size_it_says_or_refused():
    assert theta(shifted(USUAL, -0.45)) == pytest.approx(theta(USUAL) - 0.45)
    with pytest.raises(ValueError, match="cannot move"):
        shifted(USUAL, 1.5)


def test_an_engine_errs_in_simulation_as_on_labelled_posts(data, engine):
    reader = engine_reader("by plain", engine, data)
    assert [pool.argmax(axis=1).tolist() for pool in reader.pools] == [[0] * 80, [1] * 80, [2] * 80]


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    rows = coverage(40, FAULTLESS).rows
    assert np.mean([row["coverage_lately"] for row in rows.values()]) == pytest.approx(
        0.9, abs=0.06
    )


def test_a_shift_is_found_by_more_people_who_post_more():
    rows = list(change(5, FAULTLESS).rows.values())
    assert rows[0]["found_within_14_days"] <= rows[-1]["found_within_14_days"]
    assert all(0 <= row["false_alarm_per_look"] <= row["false_alarm_in_ten_months"] for row in rows)


def test_no_friend_moves_the_networks_mood_beyond_the_bound():
    for row in network(200).rows.values():
        assert 0 < row["mean_moved"] <= row["bound_of_mean"] + 1e-9
        assert row["released_moved"] <= row["bound_of_released"] + 1e-9


def test_the_command_prints_and_writes_what_it_simulated(monkeypatch, capsys, tmp_path):
    out = tmp_path / "simulated.json"
    monkeypatch.setattr(sys, "argv", ["x", "--people", "2", "--markdown", "--json", str(out)])
    command.main()
    assert "### What one friend can move" in capsys.readouterr().out
    assert len(json.loads(out.read_text())) == 3
