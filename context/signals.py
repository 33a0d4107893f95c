"""Her intents: which showed in the window, about what, on which days."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from context.digest import IntentRecord
from context.engines.engine import Engine
from context.intents import INTENTS, Intent
from context.named import tell_subjects
from context.reading import Reading, stack
from context.subjects import Subject
from context.tracked import Tracked

MAX_INTENTS = 16
SHOWN = 50
"""Hundredths from which on a post counts as showing an intent; below, it is a model's murmur, and
many murmurs are no claim."""
SURE_OF_POST = 0.5
"""Probability from which on a single post is said to be of a subject."""

_Key = tuple[Intent, Subject | None, str]


def count_intents(
    readings: Sequence[Reading], topics: Sequence[Tracked], engine: Engine
) -> tuple[IntentRecord, ...]:
    """Return the intents of the window, the strongest first.

    A post of a topic gives the topic and its subject; any other no more than its own subject,
    which is of a closed list: never words of a single post.

    Args:
        readings: Her posts of the window.
        topics: Her topics of the window, found in the same readings.
        engine: Tells subjects.
    """
    showing = [reading for reading in readings if max(reading.intents) >= SHOWN]
    places = {id(r): (t.record.subject, t.record.id) for t in topics for r in t.members}
    alone = [reading for reading in showing if id(reading) not in places]
    subjects = tell_subjects(stack(alone), engine, SURE_OF_POST)
    places |= {id(r): (subject, "") for r, subject in zip(alone, subjects, strict=True)}
    shown = (
        IntentRecord(intent, *places[id(reading)], ((reading.day, hundredths),))
        for reading in showing
        for intent, hundredths in zip(INTENTS, reading.intents, strict=True)
        if hundredths >= SHOWN
    )
    return join_intents(shown)[:MAX_INTENTS]


def join_intents(records: Iterable[IntentRecord]) -> tuple[IntentRecord, ...]:
    """Return intents, those about the same joined into one, the strongest first."""
    days: defaultdict[_Key, Counter[date]] = defaultdict(Counter)
    for record in records:
        for day, hundredths in record.days:
            days[record.intent, record.subject, record.topic][day] += hundredths
    joined = [IntentRecord(*key, tuple(sorted(found.items()))) for key, found in days.items()]
    return tuple(sorted(joined, key=_strength))


def _strength(record: IntentRecord) -> tuple[int, int, str, tuple[tuple[date, int], ...], str]:
    total = sum(hundredths for _, hundredths in record.days)
    # the topic's id last, for it is inherited: what is kept must not depend on it
    place = INTENTS.index(record.intent)
    return -total, place, record.subject or "", record.days, record.topic
