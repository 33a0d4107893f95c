import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.digest import (
    MAX_BYTES,
    AccountFacts,
    ConversationCounts,
    DayCounts,
    Digest,
    DigestError,
    IntentRecord,
    NetworkDay,
    NetworkTopic,
    TopicRecord,
)
from context.intents import Intent
from context.subjects import Subject

days = st.dates(date(2026, 1, 1), date(2026, 4, 1))
counts = st.integers(0, 20_000)
emotions = st.lists(counts, min_size=7, max_size=7).map(tuple) | st.just((0,) * 7)
day_counts = st.builds(DayCounts, days, counts, counts, counts, counts, emotions)
bare_counts = st.builds(DayCounts, days, counts, counts, counts, counts)
subjects = st.none() | st.sampled_from(Subject)
terms = st.lists(st.sampled_from(["phone", "garden", "train"]), max_size=5).map(tuple)
topics = st.builds(
    TopicRecord,
    id=st.from_regex(r"top_[0-9a-f]{8}", fullmatch=True),
    terms=terms,
    days=st.lists(bare_counts, max_size=5).map(tuple),
    first_seen=days,
    last_seen=days,
    subject=subjects,
    emotions=emotions,
    replies=counts,
)
intents = st.builds(
    IntentRecord,
    st.sampled_from(Intent),
    subjects,
    st.sampled_from(["", "top_0a1b2c3d"]),
    st.lists(st.tuples(days, counts), max_size=5).map(tuple),
)
facts = st.builds(
    AccountFacts,
    st.none() | counts,
    st.none() | counts,
    st.none() | counts,
    st.booleans(),
    counts,
    counts,
)
digests = st.builds(
    Digest,
    engine=st.sampled_from(["light/1", "full/3"]),
    days=st.lists(day_counts, max_size=20).map(tuple),
    topics=st.lists(topics, max_size=4).map(tuple),
    hours=st.lists(counts, min_size=24, max_size=24).map(tuple),
    languages=st.dictionaries(st.sampled_from(["en", "de"]), counts),
    network=st.lists(st.builds(NetworkDay, days, st.integers(-100, 100), counts), max_size=5).map(
        tuple
    ),
    intents=st.lists(intents, max_size=5).map(tuple),
    conversations=st.builds(ConversationCounts, counts, counts, counts, counts, counts),
    account=st.none() | facts,
    network_topics=st.lists(st.builds(NetworkTopic, terms, subjects, counts), max_size=3).map(
        tuple
    ),
)
VERSION_1 = (
    b'{"d":[[1,3,120,100,80],[0,2,0,100,0]],"e":"light/1","h":[0,0,0,0,0,0,0,0,0,0,0,0,5,0,0,0,0,0,'
    b'0,0,0,0,0,0],"l":{"en":5},"n":[[0,-40,10]],"o":"2026-11-20","t":[{"d":[[1,2,90,60,50],'
    b'[0,1,0,100,0]],"f":40,"i":"top_0a1b2c3d","l":0,"w":["broadband","outage"]}],"v":1}'
)
NEWEST = date(2026, 11, 20)
BEFORE = date(2026, 11, 19)


@given(digests)
def test_bytes_out_and_in_again_lose_nothing(digest):
    data = digest.to_bytes()
    assert data.isascii()
    assert Digest.from_bytes(data) == digest
    assert Digest.from_bytes(data).to_bytes() == data


def test_what_version_1_wrote_is_read_with_nothing_where_it_knew_nothing():
    assert Digest.from_bytes(VERSION_1) == Digest(
        "light/1",
        days=(DayCounts(BEFORE, 3, 120, 100, 80), DayCounts(NEWEST, 2, 0, 100, 0)),
        topics=(
            TopicRecord(
                "top_0a1b2c3d",
                ("broadband", "outage"),
                (DayCounts(BEFORE, 2, 90, 60, 50), DayCounts(NEWEST, 1, 0, 100, 0)),
                date(2026, 10, 11),
                NEWEST,
            ),
        ),
        hours=(0,) * 12 + (5,) + (0,) * 11,
        languages={"en": 5},
        network=(NetworkDay(NEWEST, -40, 10),),
    )


@given(
    st.binary(max_size=300)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from("veodthlnmicak"), inner, max_size=8)
        ),
        max_leaves=20,
    ).map(lambda value: json.dumps(value).encode())
)
def test_garbage_is_a_digest_error_and_nothing_else(data):
    with pytest.raises(DigestError):
        Digest.from_bytes(data)


@given(digests, st.data())
def test_a_changed_part_is_an_error_or_a_digest(digest, data):
    document = json.loads(digest.to_bytes())
    key = data.draw(st.sampled_from(sorted(document)))
    document[key] = data.draw(
        st.none()
        | st.integers()
        | st.text(max_size=3)
        | st.lists(st.lists(st.integers()))
        | st.just({})
    )
    try:
        found = Digest.from_bytes(json.dumps(document).encode())
    except DigestError:
        return
    assert isinstance(found, Digest)


def test_another_version_says_to_analyse_afresh():
    document = json.loads(Digest("light/1").to_bytes()) | {"v": 99}
    with pytest.raises(DigestError, match="another version"):
        Digest.from_bytes(json.dumps(document).encode())


def test_an_error_does_not_quote_the_bytes():
    with pytest.raises(DigestError) as caught:
        Digest.from_bytes(b'{"v": 2, "o": "a private sentence"}')
    assert "private" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_what_is_too_large_is_refused_unread():
    with pytest.raises(DigestError, match="too large"):
        Digest.from_bytes(b"[" * 70_000)


def test_deep_nesting_is_refused():
    with pytest.raises(DigestError):
        Digest.from_bytes(b"[" * 60_000)


def test_a_busy_digest_stays_small():
    today = date(2026, 11, 20)
    back = [today - timedelta(days=age) for age in range(120)]
    digest = Digest(
        "light/1",
        days=tuple(DayCounts(day, 12, 345, 432, 423) for day in back),
        topics=tuple(
            TopicRecord(
                f"top_{i:08x}",
                ("a" * 12,) * 5,
                tuple(DayCounts(day, 1, 33, 34, 33) for day in back[: 30 - i]),
                today,
                today,
            )
            for i in range(6)
        ),
    )
    assert len(digest.to_bytes()) < MAX_BYTES


@pytest.mark.parametrize(
    "change",
    [
        {"e": 5},
        {"h": [0] * 23},
        {"t": [{"i": "top_1", "w": "words", "d": [], "f": 0, "l": 0}]},
        {"n": [[0, -101, 5]]},
        {"d": [0, True, 0, 0, 0]},
        {"d": [0, -1, 0, 0, 0]},
        {"d": [9_999_999, 1, 0, 0, 0]},
        {"d": [0, 1, 0]},
        {"d": [0, 1, 90, 90, 0]},
        {"m": [0, 1, 1, 1, 1, 1, 1, 1]},
        {"d": [0, 1, 0, 0, 0], "m": [0, 1, 1]},
        {"t": [{"i": "top_1", "w": [], "d": [], "f": 0, "l": 0, "m": [1]}]},
        {"t": [{"i": "top_1", "w": [], "d": [], "f": 0, "l": 0, "s": 999}]},
        {"i": [[99, -1, ""]]},
        {"i": [[0, -2, ""]]},
        {"i": [[0, 0, "", 1]]},
        {"c": [1, 2, 3, 4, 5, 6]},
        {"a": [1, 2]},
        {"a": [-2, 0, 0, 0, 0, 0]},
        {"k": [[5]]},
        {"k": [[5, 0, 7]]},
        {"v": True},
    ],
    ids=[
        "engine",
        "hours",
        "terms",
        "mood",
        "a truth for a count",
        "a negative count",
        "a day before time",
        "a day cut short",
        "more feelings than posts",
        "emotions without a day",
        "emotions cut short",
        "a topic's emotions",
        "a topic's subject",
        "an intent unknown",
        "an intent's subject",
        "an intent's day cut short",
        "conversations",
        "an account cut short",
        "an account's followers",
        "a topic of the network cut short",
        "a topic of the network without words",
        "a truth for a version",
    ],
)
def test_a_part_out_of_range_is_refused(change):
    document = json.loads(Digest("light/1").to_bytes()) | change
    with pytest.raises(DigestError):
        Digest.from_bytes(json.dumps(document).encode())
