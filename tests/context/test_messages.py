"""The catalogues: every language says everything, with the same blanks."""

from string import Formatter

import pytest

from context.brief.feeling import LOWS
from context.document import MoodStep, PeakDirection, TopicDirection
from context.emotion import Emotion
from context.intents import Intent
from context.messages import LANGUAGES, catalogue
from context.subjects import Subject

ENGLISH = catalogue("en").messages


def blanks(template):
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything(language):
    messages = catalogue(language).messages
    assert messages.keys() == ENGLISH.keys()
    assert all(message.strip() == message and message for message in messages.values())
    # a day of the month alone needs an article in some languages, and a title in none
    assert {key: blanks(text) for key, text in messages.items()} == {
        key: blanks(text) for key, text in ENGLISH.items()
    }


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_no_language_was_forgotten_half_way(language):
    messages = catalogue(language).messages
    sentences = [key for key in ENGLISH if len(ENGLISH[key].split()) > 2]
    assert not [key for key in sentences if messages[key] == ENGLISH[key]]


def test_everything_that_can_be_named_has_a_name():
    named = [
        *(f"emotion.{emotion}" for emotion in Emotion),
        *(f"feeling.{emotion}" for emotion in LOWS),
        *(f"intent.{intent}" for intent in Intent),
        *(f"subject.{subject}" for subject in Subject),
        *(f"topics.{direction}" for direction in TopicDirection),
        *(f"network.{mood}" for mood in MoodStep),
        *(f"emotions.{direction}" for direction in PeakDirection),
        *(f"emotions.{direction}_about" for direction in PeakDirection),
        *(f"weekday.{number}" for number in range(1, 8)),
        *(f"month.{number}" for number in range(1, 13)),
    ]
    assert set(named) <= ENGLISH.keys()


def test_in_english_subjects_have_the_names_that_sections_show():
    assert {s: ENGLISH[f"subject.{s}"] for s in Subject} == {s: s.label for s in Subject}


@pytest.mark.parametrize(
    ("tag", "language"),
    [("de", "de"), ("de-AT", "de"), ("FR_ca", "fr"), ("nl", "en"), ("", "en")],
)
def test_a_language_is_found_by_its_tag_and_else_it_is_english(tag, language):
    assert catalogue(tag).language == language


def test_a_message_that_nobody_wrote_is_an_error():
    with pytest.raises(KeyError):
        catalogue("en").say("mood.exuberant")
