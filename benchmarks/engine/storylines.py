"""Synthetic people whose context an expert has written, and how far an engine agrees."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sklearn.metrics import f1_score
from sklearn.preprocessing import MultiLabelBinarizer

from context.analyse import analyse
from context.document import IntentsSection, Sections, SentimentSection, Topic, TopicsSection
from context.engines import Engine
from context.post import Post, PostKind, Window
from context.render import Source, render
from context.section import Section
from context.vocabulary import load_vocabulary

NOW = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)
"""When the storylines are read; their posts are dated backwards from here."""
TOP = 3
"""Subjects of a customer that are compared."""

Intents = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Expected:
    """A topic as the expert wrote it.

    Attributes:
        subject: Its broad subject.
        words: Words of which a good name has one, folded as terms are.
        direction: ``rising``, ``steady`` or ``fading``.
    """

    subject: str
    words: frozenset[str]
    direction: str


@dataclass(frozen=True, slots=True, repr=False)
class Storyline:
    """A synthetic person.

    Attributes:
        name: Her name.
        posts: What she posted.
        topics: What is on her mind.
        trend: ``rising``, ``steady``, ``falling`` or ``unknown``.
        intents: What she wants, each with its subject.
    """

    name: str
    posts: tuple[Post, ...]
    topics: tuple[Expected, ...]
    trend: str
    intents: Intents


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an engine made of one storyline.

    Attributes:
        directions: For each expected topic the direction that was told; None where the topic was
            not found.
        trend: The trend that was told.
        intents: The intents that were told.
        subjects: The subjects of her most present topics, ``TOP`` at most.
        kept: Bytes of the digest.
    """

    directions: tuple[str | None, ...]
    trend: str
    intents: Intents
    subjects: frozenset[str]
    kept: int


def read_storylines(folder: Path) -> list[Storyline]:
    """Return the storylines of a folder, by the names of their files.

    Args:
        folder: With one JSON file per storyline.

    Raises:
        FileNotFoundError: If there are none.
    """
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise FileNotFoundError(f"{folder} has no storylines")
    return [_storyline(path) for path in paths]


def follow(storyline: Storyline, engine: Engine) -> Outcome:
    """Return what an engine makes of a storyline, by the way that a connection goes.

    Args:
        storyline: The storyline.
        engine: The engine.
    """
    digest = analyse(Window(storyline.posts), None, engine, NOW)
    sections = render([Source("synthetic", digest, NOW)], set(Section), NOW).sections
    topics = sections.topics.topics if isinstance(sections.topics, TopicsSection) else []
    return Outcome(
        directions=tuple(_direction(expected, topics) for expected in storyline.topics),
        trend=_trend(sections),
        intents=_intents(sections),
        subjects=top_subjects(topics),
        kept=len(digest.to_bytes()),
    )


def top_subjects(topics: Sequence[Topic]) -> frozenset[str]:
    """Return the subjects of the most present topics, ``TOP`` at most."""
    ranked = dict.fromkeys(topic.subject.value for topic in topics if topic.subject)
    return frozenset(list(ranked)[:TOP])


def agreement(storylines: Sequence[Storyline], outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return how far outcomes agree with what the expert wrote.

    Returns:
        ``topics`` found, ``directions`` right of those found, ``trends`` right, ``intents`` found
        and ``intents_precision`` (intent and subject both right), and ``subject_macro_f1`` of the
        top three subjects.
    """
    pairs = list(zip(storylines, outcomes, strict=True))
    asked = [
        (expected.direction, told)
        for storyline, outcome in pairs
        for expected, told in zip(storyline.topics, outcome.directions, strict=True)
    ]
    found = [(expected, told) for expected, told in asked if told]
    wanted = sum(len(storyline.intents) for storyline in storylines)
    told = sum(len(outcome.intents) for outcome in outcomes)
    right = sum(len(storyline.intents & outcome.intents) for storyline, outcome in pairs)
    return {
        "topics": len(found) / len(asked),
        "directions": sum(expected == told for expected, told in found) / max(1, len(found)),
        "trends": sum(s.trend == o.trend for s, o in pairs) / len(pairs),
        "intents": right / max(1, wanted),
        "intents_precision": right / max(1, told),
        "subject_macro_f1": _subject_f1(pairs),
    }


def _subject_f1(pairs: Sequence[tuple[Storyline, Outcome]]) -> float:
    expected = [{topic.subject for topic in storyline.topics} for storyline, _ in pairs]
    names = sorted(set().union(*expected))
    columns = MultiLabelBinarizer(classes=names)
    told = [outcome.subjects & set(names) for _, outcome in pairs]
    return float(
        f1_score(
            columns.fit_transform(expected),
            columns.transform(told),
            average="macro",
            zero_division=0,
        )
    )


def _direction(expected: Expected, topics: Sequence[Topic]) -> str | None:
    """Return the direction of the topic that is the expected one: by subject, else by words."""
    same = [topic for topic in topics if topic.subject == expected.subject]
    akin = [topic for topic in topics if expected.words & set(topic.terms)]
    both = [topic for topic in same if topic in akin]
    matches = both or same or akin
    return matches[0].direction.value if matches else None


def _trend(sections: Sections) -> str:
    found = sections.sentiment
    return found.trend.direction.value if isinstance(found, SentimentSection) else "unknown"


def _intents(sections: Sections) -> Intents:
    found = sections.intents
    claims = found.intents if isinstance(found, IntentsSection) else []
    return frozenset((c.intent.value, c.subject.value) for c in claims if c.subject)


def _storyline(path: Path) -> Storyline:
    told = json.loads(path.read_text("utf-8"))
    expected = told["expected"]
    return Storyline(
        name=told["name"],
        posts=tuple(_post(post) for post in told["posts"]),
        topics=tuple(
            Expected(t["subject"], frozenset(_folded(t["words"])), t["direction"])
            for t in expected["topics"]
        ),
        trend=expected["trend"],
        intents=frozenset((i["intent"], i["subject"]) for i in expected["intents"]),
    )


def _post(told: dict[str, str | int]) -> Post:
    day = NOW - timedelta(days=int(told["days_ago"]))
    created_at = day.replace(hour=int(told["hour"]), minute=0)
    return Post("her", created_at, str(told["text"]), PostKind(str(told["kind"])))


def _folded(words: Sequence[str]) -> set[str]:
    forms = load_vocabulary().folded
    return {forms.get(word.lower(), word.lower()) for word in words}
