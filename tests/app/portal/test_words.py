"""Wording that has cases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.portal import phrases, words
from app.portal.render import letter, moment
from context.document import AbsenceReason, Trend, TrendDirection
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
        (Section.NETWORK, "mixed, from 10–24 people"),
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
