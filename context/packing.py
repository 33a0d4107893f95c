"""The form in which records of a digest are written: short lists of integers, and back.

Days are written as distances, so that a digest is as long as what it holds: of the day before in a
list of days, of the newest day elsewhere. Every reader here takes what anybody may have written and
raises ``DigestError`` where a part is out of range (``context.checked``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from context.checked import DigestError, count, day_before, rows, text, whole
from context.emotion import EMOTIONS, NO_EMOTIONS
from context.intents import INTENTS
from context.records import (
    AccountFacts,
    ConversationCounts,
    DayCounts,
    IntentRecord,
    NetworkDay,
    NetworkTopic,
    TopicRecord,
)
from context.subjects import SUBJECTS, Subject

_DAY_FIELDS = 5
_FELT = 100
_MISSING = -1


def pack_days(days: Iterable[DayCounts], newest: date) -> list[int]:
    """Return days one after the other, five numbers each.

    Distance to the day before (the first: to the newest), posts, negative, positive, and the
    hundredths that tell no feeling, from which neutral follows: mostly zero, and so short.
    """
    flat = []
    for d in days:
        silent = _FELT * d.posts - d.negative - d.neutral - d.positive
        flat += [(newest - d.day).days, d.posts, d.negative, d.positive, silent]
        newest = d.day
    return flat


def unpack_days(flat: object, newest: date) -> tuple[DayCounts, ...]:
    """Return the days that ``pack_days`` wrote."""
    days = []
    for offset, posts, negative, positive, silent in rows(flat, _DAY_FIELDS):
        newest = day_before(newest, offset)
        told = DayCounts(newest, count(posts), count(negative), 0, count(positive))
        neutral = _FELT * told.posts - told.negative - told.positive - whole(silent)
        days.append(replace(told, neutral=count(neutral)))
    return tuple(days)


def pack_emotions(days: Sequence[DayCounts]) -> list[int]:
    """Return the emotions of the days that have any: the day's place in the list, seven counts."""
    return [
        number for place, d in enumerate(days) if any(d.emotions) for number in (place, *d.emotions)
    ]


def unpack_emotions(flat: object, days: Sequence[DayCounts]) -> tuple[DayCounts, ...]:
    """Return the days with the emotions that ``pack_emotions`` wrote."""
    found = {count(place): row for place, *row in rows(flat, 1 + len(EMOTIONS))}
    if any(place >= len(days) for place in found):
        raise DigestError("emotions of no day: analyse the window afresh")
    return tuple(
        replace(d, emotions=_counts(found[place])) if place in found else d
        for place, d in enumerate(days)
    )


def pack_topic(topic: TopicRecord, newest: date) -> dict[str, object]:
    """Return a topic, without what is zero."""
    packed: dict[str, object] = {
        "i": topic.id,
        "w": list(topic.terms),
        "d": pack_days(topic.days, newest),
        "f": (newest - topic.first_seen).days,
        "l": (newest - topic.last_seen).days,
    }
    if topic.subject:
        packed["s"] = SUBJECTS.index(topic.subject)
    if any(topic.emotions):
        packed["m"] = list(topic.emotions)
    if topic.replies:
        packed["r"] = topic.replies
    return packed


def unpack_topic(packed: dict[str, object], newest: date) -> TopicRecord:
    """Return the topic that ``pack_topic`` wrote."""
    return TopicRecord(
        id=text(packed["i"]),
        terms=_terms(packed["w"]),
        days=unpack_days(packed["d"], newest),
        first_seen=day_before(newest, packed["f"]),
        last_seen=day_before(newest, packed["l"]),
        subject=_subject(packed.get("s", _MISSING)),
        emotions=_emotions(packed.get("m", list(NO_EMOTIONS))),
        replies=count(packed.get("r", 0)),
    )


def pack_intent(record: IntentRecord, newest: date) -> list[object]:
    """Return an intent: its place, its subject's place, the topic's id, days and hundredths."""
    shown = pack_shown(record.days, newest)
    return [INTENTS.index(record.intent), _place(record.subject), record.topic, *shown]


def unpack_intent(packed: list[object], newest: date) -> IntentRecord:
    """Return the intent that ``pack_intent`` wrote."""
    intent, subject, topic, *flat = packed
    days = unpack_shown(flat, newest)
    return IntentRecord(INTENTS[count(intent)], _subject(subject), text(topic), days)


def pack_shown(days: Iterable[tuple[date, int]], newest: date) -> list[int]:
    """Return days with hundredths, one after the other."""
    return [number for day, posts in days for number in ((newest - day).days, posts)]


def unpack_shown(flat: object, newest: date) -> tuple[tuple[date, int], ...]:
    """Return the days with hundredths that ``pack_shown`` wrote."""
    return tuple((day_before(newest, offset), count(posts)) for offset, posts in rows(flat, 2))


def pack_network(days: Iterable[NetworkDay], newest: date) -> list[list[int]]:
    """Return the network's moods by day."""
    return [[(newest - n.day).days, n.mood, n.people] for n in days]


def unpack_network(packed: list[list[object]], newest: date) -> tuple[NetworkDay, ...]:
    """Return the moods that ``pack_network`` wrote."""
    return tuple(
        NetworkDay(day_before(newest, offset), count(mood, low=-_FELT), count(people))
        for offset, mood, people in packed
    )


def pack_network_topics(topics: Iterable[NetworkTopic]) -> list[list[object]]:
    """Return the network's topics: people, the subject's place, terms."""
    return [[t.people, _place(t.subject), *t.terms] for t in topics]


def unpack_network_topics(packed: list[list[object]]) -> tuple[NetworkTopic, ...]:
    """Return the topics that ``pack_network_topics`` wrote."""
    return tuple(
        NetworkTopic(_terms(terms), _subject(subject), count(people))
        for people, subject, *terms in packed
    )


def pack_conversations(counts: ConversationCounts) -> list[int]:
    """Return the counts of conversations, nothing if all are zero."""
    numbers = [counts.tells, counts.asks, counts.answers, counts.shares, counts.partners]
    return numbers if any(numbers) else []


def unpack_conversations(numbers: list[object]) -> ConversationCounts:
    """Return the counts that ``pack_conversations`` wrote."""
    return ConversationCounts(*map(count, numbers))


def pack_account(facts: AccountFacts | None) -> list[int] | None:
    """Return an account's facts; -1 stands for what is not known."""
    if facts is None:
        return None
    known = (facts.followers, facts.following, facts.age_days)
    return [
        *(_MISSING if value is None else value for value in known),
        int(facts.automated),
        facts.repeated,
        facts.busiest_day,
    ]


def unpack_account(numbers: list[object] | None) -> AccountFacts | None:
    """Return the facts that ``pack_account`` wrote."""
    if numbers is None:
        return None
    followers, following, age, automated, repeated, busiest = numbers
    return AccountFacts(
        _known(followers),
        _known(following),
        _known(age),
        bool(count(automated)),
        count(repeated),
        count(busiest),
    )


def _terms(values: object) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise DigestError("a topic is malformed: analyse the window afresh")
    return tuple(text(value) for value in values)


def _emotions(values: object) -> tuple[int, ...]:
    if not isinstance(values, list) or len(values) != len(EMOTIONS):
        raise DigestError("emotions are malformed: analyse the window afresh")
    return _counts(values)


def _counts(values: Iterable[object]) -> tuple[int, ...]:
    return tuple(count(value) for value in values)


def _place(subject: Subject | None) -> int:
    return SUBJECTS.index(subject) if subject else _MISSING


def _subject(place: object) -> Subject | None:
    found = count(place, low=_MISSING)
    return None if found == _MISSING else SUBJECTS[found]


def _known(value: object) -> int | None:
    found = count(value, low=_MISSING)
    return None if found == _MISSING else found
