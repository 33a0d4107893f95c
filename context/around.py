"""The people she follows, as read: their mood and what several of them post about.

Released once a day and then frozen, both together: comparing two releases of a day tells nothing
about who was added in between.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from context.digest import Digest, NetworkDay, NetworkTopic
from context.engines.engine import Engine, Readings
from context.language import READ, languages_of
from context.named import named_topics
from context.network import KEPT, MIN_PEOPLE, mood_by_author, noise_key, people_step, release
from context.post import Post, PostKind
from context.reading import admit, discount, is_harmless
from context.topics import Texts
from context.vocabulary import Vocabulary

PER_PERSON = 8
"""Newest posts that are read of each person, so that nobody who writes much crowds out others."""
MAX_PEOPLE = 250
"""People who are read at most, chosen by their names' hashes: one more or less moves one place."""
MAX_TOPICS = 5
MAX_TERMS = 3


@dataclass(frozen=True, slots=True, repr=False)
class Around:
    """The people around her, as far as several of them can be told of.

    Attributes:
        days: Their mood by day, oldest first.
        topics: What at least five of them post about, the widest first.
    """

    days: tuple[NetworkDay, ...]
    topics: tuple[NetworkTopic, ...]


def read_around(
    posts: Sequence[Post],
    past: Digest | None,
    engine: Engine,
    today: date,
    vocabulary: Vocabulary,
    secret: bytes,
) -> Around:
    """Return what may be kept of the people she follows.

    Args:
        posts: Their recent posts.
        past: The digest kept so far, if any; what it released today stays as it is.
        engine: Reads the posts.
        today: The UTC day of the refresh.
        vocabulary: The words that may be kept.
        secret: Secret of the service, for the noise on moods.
    """
    kept = tuple(n for n in (past.network if past else ()) if 0 <= (today - n.day).days < KEPT)
    if past and any(n.day == today for n in kept):
        return Around(kept, past.network_topics)
    told, found = read_harmless(tellable(posts), engine)
    moods = moods_of(told, found)
    key = noise_key(secret, today, [f"{post.author}\x1e{post.text}" for post in told])
    released = release(today, moods, key)
    if released is None:
        return Around(kept, ())
    return Around((*kept, released), _topics(told, found.vectors, engine, vocabulary))


def tellable(posts: Sequence[Post]) -> list[Post]:
    """Return the posts that count: own words in a language that is read, nothing sensitive.

    Whether a post counts depends on its author's posts alone, and whether an author counts changes
    with at most one other author: so whatever one person does, one person's mood changes.

    Args:
        posts: Recent posts, oldest first.
    """
    by_author: defaultdict[str, list[Post]] = defaultdict(list)
    for post in posts:
        if post.kind is not PostKind.BOOST:
            by_author[post.author].append(post)
    legible = {author: _legible(found[-PER_PERSON:]) for author, found in by_author.items()}
    heard = sorted((author for author, found in legible.items() if found), key=_place)
    chosen = set(heard[:MAX_PEOPLE])
    return [post for author in by_author if author in chosen for post in legible[author]]


def read_harmless(posts: Sequence[Post], engine: Engine) -> tuple[list[Post], Readings]:
    """Return the posts that are not sensitive, and them as numbers.

    Args:
        posts: What ``tellable`` returned.
        engine: Reads the posts.
    """
    texts = [post.text for post in posts]
    found = engine.read(texts)
    harmless = is_harmless(texts, found)
    return [post for post, kept in zip(posts, harmless, strict=True) if kept], found[harmless]


def moods_of(posts: Sequence[Post], found: Readings) -> list[float]:
    """Return one value in [-1, 1] per author: positive less negative, irony discounted.

    Read as they are: adapting to the group's base rates would let one friend sway the others.

    Args:
        posts: What ``tellable`` returned.
        found: What ``read_harmless`` returned.
    """
    valence = discount(found.valence, found.irony)
    return mood_by_author([post.author for post in posts], valence[:, 2] - valence[:, 0])


def _legible(posts: Sequence[Post]) -> list[Post]:
    own = admit(posts)
    # each person's language by her own posts alone: nobody sways how another is read
    languages = languages_of([post.text for post in own], [post.language for post in own])
    return [post for post, code in zip(own, languages, strict=True) if code == READ]


def _place(author: str) -> bytes:
    return sha256(author.encode("utf-8", "surrogatepass")).digest()


def _topics(
    posts: Sequence[Post], vectors: NDArray[np.float32], engine: Engine, vocabulary: Vocabulary
) -> tuple[NetworkTopic, ...]:
    texts = Texts([p.text for p in posts], vectors, [p.author for p in posts])
    clusters = named_topics(
        texts,
        engine,
        vocabulary,
        min_voices=MIN_PEOPLE,
        min_voices_per_term=MIN_PEOPLE,
    )
    found = [
        NetworkTopic(
            cluster.terms[:MAX_TERMS],
            cluster.subject,
            people_step(len({posts[row].author for row in cluster.members})),
        )
        for cluster in clusters
    ]
    return tuple(sorted(found, key=lambda topic: (-topic.people, topic.named_by))[:MAX_TOPICS])
