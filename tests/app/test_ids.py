"""Ids sort by time; secrets do not repeat and are kept as hashes."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.ids import new_id, new_secret, secret_hash, uuid7

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis wants naive bounds


@given(MOMENTS, st.integers(1, 10**9))
def test_a_later_id_sorts_after_an_earlier_one(now: datetime, milliseconds: int):
    earlier = new_id("acc", now)
    later = new_id("acc", now + timedelta(milliseconds=milliseconds))
    assert earlier < later


@given(MOMENTS)
def test_an_id_is_a_uuid_of_version_7(now: datetime):
    made = uuid7(now)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == int(now.timestamp() * 1000)


def test_secrets_are_long_prefixed_and_never_the_same():
    made = {new_secret("mil_at_") for _ in range(1000)}
    assert len(made) == 1000
    assert all(secret.startswith("mil_at_") and len(secret) >= 50 for secret in made)


@given(st.text())
def test_any_text_can_be_hashed_even_what_no_secret_looks_like(text: str):
    assert len(secret_hash(text)) == 64


def test_even_an_unpaired_surrogate_is_hashed():
    assert len(secret_hash("\ud800")) == 64
