"""The life of a key, told by the clock alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import import_key

from oauth.server.jwk import MIN_RSA_BITS
from oauth.server.keys import (
    PUBLISHED_AHEAD,
    Algorithm,
    KeyState,
    has_signed,
    is_published,
    new_signing_key,
    none_upcoming,
    none_yet,
    older_than,
    signing_key,
    state_of,
)
from oauth.server.signing import KEY_TYPES
from tests.support.clock import START

DAY = timedelta(days=1)


@dataclass
class Life:
    signs_from: datetime
    retires_at: datetime | None = None
    algorithm: str = Algorithm.ES256


def test_a_key_is_published_then_signs_then_retires():
    old = Life(START, retires_at=START + 11 * DAY)
    new = Life(START + 10 * DAY)
    lives = [old, new]

    def states(day: float) -> tuple[KeyState, KeyState]:
        now = START + day * DAY
        return state_of(old, lives, now), state_of(new, lives, now)

    assert states(9) == (KeyState.SIGNING, KeyState.UPCOMING)
    assert states(10) == (KeyState.RETIRING, KeyState.SIGNING)
    assert states(11) == (KeyState.RETIRED, KeyState.SIGNING)
    assert is_published(old, START + 10.9 * DAY)
    assert not is_published(old, START + 11 * DAY)


def test_a_key_of_another_algorithm_takes_nobodys_place():
    es256, rs256 = Life(START), Life(START + DAY, algorithm=Algorithm.RS256)
    assert signing_key([es256, rs256], Algorithm.ES256, START + 2 * DAY) is es256
    assert signing_key([es256, rs256], Algorithm.RS256, START + 2 * DAY) is rs256
    with pytest.raises(ValueError, match="empty"):
        signing_key([es256], Algorithm.RS256, START)


def test_a_first_key_made_where_the_clock_is_ahead_signs_here_too():
    first, second = Life(START + timedelta(seconds=1)), Life(START + DAY)
    assert signing_key([second, first], Algorithm.ES256, START) is first
    assert state_of(first, [second, first], START) is KeyState.SIGNING


def test_a_key_withdrawn_before_its_time_never_signed():
    withdrawn = Life(START + DAY, retires_at=START)
    assert not has_signed(withdrawn, START + 2 * DAY)
    assert not has_signed(Life(START + DAY), START)
    assert has_signed(Life(START, retires_at=START + DAY), START + 9 * DAY)


def test_a_new_key_is_wanted_when_there_is_none_and_when_none_is_on_its_way():
    retired, signing, upcoming = Life(START - DAY, START), Life(START), Life(START + DAY)
    assert none_yet([], START)
    assert none_yet([retired], START)
    assert not none_yet([retired, signing], START)
    assert none_upcoming([signing], START)
    assert not none_upcoming([signing, upcoming], START)
    assert none_upcoming([signing, Life(START + DAY, retires_at=START)], START)


def test_by_schedule_a_successor_is_published_in_time_to_take_over():
    wanted = older_than(90 * DAY)
    due = START + 90 * DAY - PUBLISHED_AHEAD
    assert not wanted([], due)
    assert not wanted([Life(START)], due - timedelta(seconds=1))
    assert wanted([Life(START)], due)
    assert not wanted([Life(START), Life(due + PUBLISHED_AHEAD)], due)


moments = st.integers(-50, 50).map(lambda hours: START + timedelta(hours=hours))
lives = st.builds(Life, moments, st.none() | moments)


@given(st.lists(lives, min_size=1), moments)
def test_of_the_published_keys_exactly_one_signs(keys, now):
    states = [state_of(key, keys, now) for key in keys]
    assert states.count(KeyState.SIGNING) == any(is_published(key, now) for key in keys)
    for key, state in zip(keys, states, strict=True):
        assert (state is KeyState.RETIRED) == (not is_published(key, now))


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_key_is_named_by_its_thumbprint_and_its_private_half_is_not_shown(algorithm):
    pair = new_signing_key(algorithm)
    public = import_key(pair.public_jwk)
    assert pair.kid == public.thumbprint() == pair.public_jwk["kid"]
    assert not public.is_private
    assert pair.public_jwk["alg"] == pair.algorithm == algorithm
    assert isinstance(public, KEY_TYPES[algorithm])
    assert pair.private_jwk["d"] not in repr(pair)
    assert algorithm is Algorithm.ES256 or public.public_key.key_size >= MIN_RSA_BITS


def test_every_algorithm_can_be_signed_with():
    assert set(KEY_TYPES) == set(Algorithm)
