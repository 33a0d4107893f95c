"""A client's lens: what she and the people she follows say of its brands and its rivals.

A lens is approved by the operator, shown where she consents, and a change needs her consent anew:
otherwise it would be a way to search people's posts. Its terms are matched while a post is in
memory; counts are what is left.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from context.around import read_harmless, tellable
from context.counts import count_by_day
from context.digest import NetworkDay
from context.emotion import NO_EMOTIONS
from context.engines.engine import Engine
from context.firewall import is_sensitive
from context.intents import INTENTS, Intent
from context.language import READ
from context.mentions import mentions, squeezed
from context.named import tell_subjects
from context.network import mood_by_author, noise_key, release
from context.pii import find_personal
from context.post import (
    MAX_POSTS,
    NETWORK_DAYS,
    WINDOW_DAYS,
    Post,
    PostKind,
    Window,
)
from context.reading import Reading, admit, discount, hundredths, read, recent, stack
from context.relationship import Relationship, Shown, add_shown, rank_subjects
from context.signals import SHOWN, SURE_OF_POST
from context.subjects import Subject

MAX_TERMS = 20
"""Brands of a lens at most, and rivals at most."""
MAX_CHARACTERS = 40
"""Characters of a term at most."""

LEAVING = (Intent.ABOUT_TO_LEAVE, Intent.COMPARES_SUPPLIERS)
SPEAKING_UP = (Intent.PRAISE,)


@dataclass(frozen=True, slots=True)
class Lens:
    """The names a client may be told about.

    Attributes:
        brands: Its own names.
        rivals: Names of its rivals.

    Raises:
        ValueError: If there are too many terms, or one is empty, too long, sensitive or personal,
            or is a brand and a rival at once.
    """

    brands: tuple[str, ...]
    rivals: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if max(len(self.brands), len(self.rivals)) > MAX_TERMS:
            raise ValueError(f"a lens has at most {MAX_TERMS} brands and {MAX_TERMS} rivals")
        for term in (*self.brands, *self.rivals):
            _require_term(term)
        if {squeezed(term) for term in self.brands} & {squeezed(term) for term in self.rivals}:
            raise ValueError("a brand of a lens cannot be its rival too: leave one of them out")


def read_lens(
    window: Window,
    lens: Lens,
    engine: Engine,
    now: datetime,
    *,
    past: Relationship | None = None,
    noise_secret: bytes = b"",
) -> Relationship:
    """Return what is kept of a lens, replacing what was kept before.

    Equal windows give equal relationships, in whatever order and however often their posts come.

    Args:
        window: All that could be read now of one connection.
        lens: The client's lens, as she consented to it.
        engine: Reads the posts.
        now: The time of the refresh, aware.
        past: What was kept before; what it released today of the network stays as it is.
        noise_secret: Secret of the service, for the noise on the network's number.
    """
    readings = _own(window.posts, engine, now)
    brands = _toward(readings, lens.brands, engine)
    return Relationship(
        engine=engine.name,
        brands=count_by_day(brands),
        rivals=count_by_day(_toward(readings, lens.rivals, engine)),
        switching=_showing(brands, LEAVING),
        advocacy=_showing(brands, SPEAKING_UP),
        subjects=_subjects(brands, engine),
        network=_network(window.network, lens, engine, now, past, noise_secret),
    )


def _own(posts: Iterable[Post], engine: Engine, now: datetime) -> list[Reading]:
    readings = read(admit(recent(posts, now, WINDOW_DAYS, MAX_POSTS)), engine)
    return [r for r in readings if r.language == READ and r.post.kind is not PostKind.BOOST]


def _toward(readings: Sequence[Reading], terms: tuple[str, ...], engine: Engine) -> list[Reading]:
    """Return the posts that name a term, with their valence toward it and no emotions."""
    named = [(r, found) for r in readings if (found := mentions(r.post.text, terms))]
    valence = engine.toward([text for _, (_, text) in named], [term for _, (term, _) in named])
    irony = np.array([reading.irony for reading, _ in named])
    return [
        replace(reading, valence=told, emotions=NO_EMOTIONS)
        for (reading, _), told in zip(named, hundredths(discount(valence, irony)), strict=True)
    ]


def _showing(readings: Sequence[Reading], intents: Sequence[Intent]) -> Shown:
    places = [INTENTS.index(intent) for intent in intents]
    strongest = ((r.day, max(r.intents[place] for place in places)) for r in readings)
    return add_shown((day, shown) for day, shown in strongest if shown >= SHOWN)


def _subjects(readings: Sequence[Reading], engine: Engine) -> tuple[tuple[Subject, int], ...]:
    told = tell_subjects(stack(readings), engine, SURE_OF_POST)
    return rank_subjects(Counter(subject for subject in told if subject))


def _network(
    posts: Iterable[Post],
    lens: Lens,
    engine: Engine,
    now: datetime,
    past: Relationship | None,
    secret: bytes,
) -> NetworkDay | None:
    today = now.astimezone(UTC).date()
    if past and past.network and past.network.day == today:
        return past.network
    told, _ = read_harmless(tellable(recent(posts, now, NETWORK_DAYS)), engine)
    named = [(post, found) for post in told if (found := mentions(post.text, lens.brands))]
    moods = mood_by_author([post.author for post, _ in named], _net_toward(named, engine))
    cohort = [f"{post.author}\x1e{post.text}" for post, _ in named]
    return release(today, moods, noise_key(secret, today, ["lens", *sorted(lens.brands), *cohort]))


def _net_toward(
    named: Sequence[tuple[Post, tuple[str, str]]], engine: Engine
) -> NDArray[np.float64]:
    valence = engine.toward([text for _, (_, text) in named], [term for _, (term, _) in named])
    return np.asarray(valence[:, 2] - valence[:, 0])


def _require_term(term: str) -> None:
    if not squeezed(term) or len(term) > MAX_CHARACTERS:
        raise ValueError(f"a term of a lens has letters, and {MAX_CHARACTERS} characters at most")
    if is_sensitive(term):
        raise ValueError("a term of a lens is sensitive: leave it out")
    if find_personal(term):
        raise ValueError("a term of a lens identifies a person: leave it out")
