"""Making a digest as small as it must be, whatever was read."""

from dataclasses import replace

from context.digest import MAX_BYTES, Digest
from context.signals import join_intents

FEW_TOPICS = 3
"""Topics that stay until every intent had to go."""


def fit(digest: Digest) -> Digest:
    """Return the digest without what is least, as far as ``MAX_BYTES`` asks for it.

    First the smallest topics go, down to a few; then the weakest intents; then the other topics.
    The intents of a topic that goes stay with its subject.
    """
    while len(digest.to_bytes()) > MAX_BYTES and (digest.topics or digest.intents):
        if len(digest.topics) > FEW_TOPICS or not digest.intents:
            digest = _without_topic(digest)
        else:
            digest = replace(digest, intents=digest.intents[:-1])
    return digest


def _without_topic(digest: Digest) -> Digest:
    *others, last = digest.topics
    intents = join_intents(
        replace(record, topic="") if record.topic == last.id else record
        for record in digest.intents
    )
    return replace(digest, topics=tuple(others), intents=intents)
