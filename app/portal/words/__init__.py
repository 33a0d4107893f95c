"""What the pages say: plain words for sections, states, reasons, tones, numbers and times."""

from app.portal.words.absences import ABSENCES, REMEDIES, absence_words, withheld_words
from app.portal.words.lists import listed, percent_words, signed_words, span_words
from app.portal.words.names import (
    ARROWS,
    EMOTION_TONES,
    MOODS,
    PEAK_MARKS,
    age_words,
    authenticity_words,
    emotion_words,
    in_order,
    intent_words,
    partners_words,
    provider_words,
    section_name,
)
from app.portal.words.times import day_words, days_words, hours_words, moment_words
from app.portal.words.tones import Tone, difference_words, tone_of, tone_words

__all__ = [
    "ABSENCES",
    "ARROWS",
    "EMOTION_TONES",
    "MOODS",
    "PEAK_MARKS",
    "REMEDIES",
    "Tone",
    "absence_words",
    "age_words",
    "authenticity_words",
    "day_words",
    "days_words",
    "difference_words",
    "emotion_words",
    "hours_words",
    "in_order",
    "intent_words",
    "listed",
    "moment_words",
    "partners_words",
    "percent_words",
    "provider_words",
    "section_name",
    "signed_words",
    "span_words",
    "tone_of",
    "tone_words",
    "withheld_words",
]
