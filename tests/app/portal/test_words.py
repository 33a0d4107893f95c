"""Wording that has cases."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from app.portal import phrases, words
from app.portal.render import letter, moment
from context.document import (
    AbsenceReason,
    Authenticity,
    AuthenticityLevel,
    Doubt,
    Trend,
    TrendDirection,
)
from context.emotion import Emotion
from context.intents import Intent
from context.section import Section
from tests.app.portal.samples import CONTEXT, SINCE, absent


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ([], "no hour stands out"),
        ([7], "07:00 to 08:00 (UTC)"),
        ([8, 7, 21], "07:00 to 09:00 and 21:00 to 22:00 (UTC)"),
        ([1, 3, 5], "01:00 to 02:00, 03:00 to 04:00 and 05:00 to 06:00 (UTC)"),
        ([22, 23], "22:00 to 24:00 (UTC)"),
        ([0, 1, 22, 23], "22:00 to 02:00 (UTC)"),
        (list(range(24)), "00:00 to 24:00 (UTC)"),
    ],
)
def test_hours_are_joined_into_ranges(hours: list[int], said: str):
    assert words.hours_words(hours) == said


@pytest.mark.parametrize(
    ("valence", "said", "tone"),
    [
        (None, "too little to say", "even"),
        (0.1, "mixed", "even"),
        (-0.1, "mixed", "even"),
        (0.11, "rather happy", "well"),
        (-0.39, "rather unhappy", "badly"),
        (0.4, "happy", "well"),
        (-1, "unhappy", "badly"),
    ],
)
def test_a_valence_has_words_and_a_tone(valence: float | None, said: str, tone: str):
    assert words.tone_words(valence) == said
    assert words.tone_of(valence) == tone


@pytest.mark.parametrize("section", list(Section))
@pytest.mark.parametrize("reason", list(AbsenceReason))
def test_every_absence_has_a_reason_and_a_remedy(section: Section, reason: AbsenceReason):
    said = words.absence_words(section, reason)
    assert said.count(".") == 2
    assert phrases.glimpse(section, absent(reason).sections[section]).endswith(said)


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (
            Section.TOPICS,
            (
                "broadband outage (rising); moving house (steady);"
                " team play-offs (fading); garden (steady)"
            ),
        ),
        (Section.SENTIMENT, "rather unhappy, worse since 20 February"),
        (Section.EMOTIONS, "frustration, joy, sadness, surprise"),
        (
            Section.INTENTS,
            (
                "needs help (broadband outage); thinks of leaving a supplier (broadband outage);"
                " would like to buy (home)"
            ),
        ),
        (Section.CONVERSATIONS, "23 % of your posts answer others"),
        (Section.NETWORK, "mixed, from 10–24 people"),
        (Section.REACH, "100–999 people follow you"),
        (
            Section.RHYTHM,
            "11–30 posts a week; most active: 07:00 to 09:00 and 18:00 to 22:00 (UTC)",
        ),
    ],
)
def test_a_glimpse_says_what_a_reader_would_see(section: Section, said: str):
    assert phrases.glimpse(section, CONTEXT.sections[section]) == said


@pytest.mark.parametrize(
    ("direction", "since", "said"),
    [
        (TrendDirection.RISING, SINCE, ", better since 20 February"),
        (TrendDirection.FALLING, SINCE, ", worse since 20 February"),
        (TrendDirection.STEADY, None, ", and steady"),
        (TrendDirection.UNKNOWN, None, ""),
    ],
)
def test_a_trend_is_said_when_it_is_known(direction: TrendDirection, since: object, said: str):
    assert (
        phrases.trend_words(Trend(direction=direction, change=0.0, interval=None, since=since))
        == said
    )


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([], ""),
        ([26], "26 January"),
        ([26, 25, 26], "25 to 26 January"),
        ([31, 32, 35], "31 January to 1 February and 4 February"),
    ],
)
def test_days_are_joined_into_ranges(days: list[int], said: str):
    start = date(2025, 12, 31)
    assert words.days_words([start + timedelta(days=day) for day in days]) == said


@pytest.mark.parametrize(
    ("bucket", "said"),
    [("5-9", "5–9"), ("1000-9999", "1,000–9,999"), ("100000+", "100,000 or more")],
)
def test_a_bucket_is_written_for_people(bucket: str, said: str):
    assert words.span_words(bucket) == said


def test_a_valence_is_written_with_its_sign():
    assert [words.signed_words(value) for value in (-0.625, 0, 0.3)] == ["−0.62", "+0.00", "+0.30"]


@pytest.mark.parametrize("level", list(AuthenticityLevel))
def test_authenticity_says_its_reasons(level: AuthenticityLevel):
    said = words.authenticity_words(Authenticity(level=level, reasons=list(Doubt), verified=False))
    assert said.count(",") == len(Doubt) - 2
    assert words.authenticity_words(Authenticity(level=level, reasons=[], verified=False)).endswith(
        "account."
    ) or (level is AuthenticityLevel.DOUBTFUL)


def test_every_emotion_and_intent_has_a_name_and_every_emotion_a_tone():
    assert len({words.emotion_words(emotion) for emotion in Emotion}) == len(Emotion)
    assert len({words.intent_words(intent) for intent in Intent}) == len(Intent)
    assert set(words.EMOTION_TONES) == set(Emotion)


@pytest.mark.parametrize(
    ("difference", "said"), [(0, "much like"), (0.25, "happier than"), (-0.25, "less happy than")]
)
def test_her_mood_is_compared_with_her_networks(difference: float, said: str):
    assert said in words.difference_words(difference)


def test_names_that_are_unknown_stand_for_themselves():
    assert words.section_name("identity") == "identity"
    assert words.in_order(["identity", "rhythm", "topics"]) == ["topics", "rhythm", "identity"]
    assert words.withheld_words("some_new_reason") == "some new reason"


def test_a_moment_is_written_in_utc_and_readable_by_machines():
    at = datetime(2026, 3, 2, 10, 5, 7, tzinfo=timezone(timedelta(hours=1)))
    written = moment(at)
    assert ">2 Mar 2026, 09:05 UTC<" in written
    assert datetime.fromisoformat(written.split('"')[1]) == at.astimezone(UTC)


def test_a_letter_has_paragraphs_and_links_and_no_markup_of_its_own():
    written = letter("Hi <b>,\n\nhttp://a.example/x?y=1&z=2.\n\nBye")
    assert written == (
        "<p>Hi &lt;b&gt;,</p>"
        '<p><a href="http://a.example/x?y=1&amp;z=2">http://a.example/x?y=1&amp;z=2</a>.</p>'
        "<p>Bye</p>"
    )


def test_a_letter_links_nothing_but_the_web():
    assert "<a" not in letter("javascript:alert(1) ftp://x.example")
