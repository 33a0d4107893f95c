"""What is kept of a connection: counts, topics and nothing else. Bytes in and out.

Replaced as a whole at each refresh. Holds no text, no ids of posts or people, no embedding;
the only words in it are topics' terms, which come from a closed public vocabulary.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from context import packing
from context.checked import DigestError, count, refusing, text
from context.records import (
    AccountFacts,
    ConversationCounts,
    DayCounts,
    IntentRecord,
    NetworkDay,
    NetworkTopic,
    TopicRecord,
)
from context.upgrades import Document, upgrade

__all__ = [
    "KEPT_DAYS",
    "MAX_BYTES",
    "VERSION",
    "AccountFacts",
    "ConversationCounts",
    "DayCounts",
    "Digest",
    "DigestError",
    "IntentRecord",
    "NetworkDay",
    "NetworkTopic",
    "TopicRecord",
]

VERSION = 2
"""Version of the serialised form; raised when an older reader could not read it."""
MAX_BYTES = 8_000
"""Size that no digest exceeds, whatever was read."""
KEPT_DAYS = 90
"""Days for which a day's bare counts are kept after it left the window."""

_MAX_INPUT = 64_000
_HOURS = 24


@dataclass(frozen=True, slots=True)
class Digest:
    """All that is kept of one connection.

    Attributes:
        engine: Name and version of the engine that read the window, such as ``full/1``.
        days: Counts by UTC day, oldest first: the window and the bare counts of older days.
        topics: Topics of the window, the largest first.
        hours: Her posts of the window by hour of the day in UTC; 24 counts.
        languages: Posts of the window by language (ISO 639-1).
        network: The network's mood by day, oldest first.
        intents: What she wants, the strongest first.
        conversations: How she takes part.
        account: What tells whether the account is her own; None before it was looked at.
        network_topics: What the people she follows post about, the widest first.
        version: Version of the serialised form.
    """

    engine: str
    days: tuple[DayCounts, ...] = ()
    topics: tuple[TopicRecord, ...] = ()
    hours: tuple[int, ...] = (0,) * _HOURS
    languages: Mapping[str, int] = field(default_factory=dict)
    network: tuple[NetworkDay, ...] = ()
    intents: tuple[IntentRecord, ...] = ()
    conversations: ConversationCounts = field(default_factory=ConversationCounts)
    account: AccountFacts | None = None
    network_topics: tuple[NetworkTopic, ...] = ()
    version: int = VERSION

    def to_bytes(self) -> bytes:
        """Return the canonical serialised form: equal digests give equal bytes."""
        known = [*(d.day for d in self.days), *(n.day for n in self.network)]
        newest = max(known, default=date(1970, 1, 1))
        document = {
            "v": self.version,
            "e": self.engine,
            "o": newest.isoformat(),
            "d": packing.pack_days(self.days, newest),
            "m": packing.pack_emotions(self.days),
            "t": [packing.pack_topic(topic, newest) for topic in self.topics],
            "h": list(self.hours),
            "l": dict(self.languages),
            "n": packing.pack_network(self.network, newest),
            "i": [packing.pack_intent(record, newest) for record in self.intents],
            "c": packing.pack_conversations(self.conversations),
            "a": packing.pack_account(self.account),
            "k": packing.pack_network_topics(self.network_topics),
        }
        return json.dumps(
            document, sort_keys=True, separators=(",", ":"), ensure_ascii=True
        ).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Digest":
        """Return the digest that ``to_bytes`` wrote, in this version or an earlier one.

        Raises:
            DigestError: If the bytes are no digest or of a version unknown here.
        """
        if len(data) > _MAX_INPUT:
            raise DigestError("too large for a digest: analyse the window afresh")
        with refusing("not a digest: analyse the window afresh"):
            return cls._unpack(upgrade(json.loads(data), VERSION))

    @classmethod
    def _unpack(cls, document: Document) -> "Digest":
        newest = date.fromisoformat(document["o"])
        days = packing.unpack_days(document["d"], newest)
        return cls(
            engine=text(document["e"]),
            days=packing.unpack_emotions(document["m"], days),
            topics=tuple(packing.unpack_topic(topic, newest) for topic in document["t"]),
            hours=_hours(document["h"]),
            languages={text(k): count(v) for k, v in document["l"].items()},
            network=packing.unpack_network(document["n"], newest),
            intents=tuple(packing.unpack_intent(row, newest) for row in document["i"]),
            conversations=packing.unpack_conversations(document["c"]),
            account=packing.unpack_account(document["a"]),
            network_topics=packing.unpack_network_topics(document["k"]),
        )


def _hours(values: list[object]) -> tuple[int, ...]:
    if len(values) != _HOURS:
        raise DigestError("a day has 24 hours: analyse the window afresh")
    return tuple(count(value) for value in values)
