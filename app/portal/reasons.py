"""What is behind each claim, found by the claim that a page shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from context.document import IntentClaim
from context.emotion import Emotion
from context.explain import Claim, ClaimKind, Explanation


@dataclass(frozen=True, slots=True)
class Reasons:
    """The claims of an explanation, by what they are about; without any, none is found."""

    topics: Mapping[str, Claim] = field(default_factory=dict)
    valence: Claim | None = None
    trend: Claim | None = None
    emotions: Mapping[str, Claim] = field(default_factory=dict)
    intents: Sequence[Claim] = ()

    @classmethod
    def of(cls, explanation: Explanation) -> Self:
        """Sort an explanation's claims."""
        of_kind = {
            kind: [claim for claim in explanation.claims if claim.kind is kind]
            for kind in ClaimKind
        }
        return cls(
            topics={claim.topic: claim for claim in of_kind[ClaimKind.TOPIC]},
            valence=next(iter(of_kind[ClaimKind.VALENCE]), None),
            trend=next(iter(of_kind[ClaimKind.TREND]), None),
            emotions={claim.name: claim for claim in of_kind[ClaimKind.EMOTION]},
            intents=of_kind[ClaimKind.INTENT],
        )

    def topic(self, topic_id: str) -> Claim | None:
        """Return what is behind a topic."""
        return self.topics.get(topic_id)

    def emotion(self, emotion: Emotion) -> Claim | None:
        """Return what is behind an emotion."""
        return self.emotions.get(emotion.value)

    def intent(self, place: int, shown: IntentClaim) -> Claim | None:
        """Return what is behind an intent.

        Args:
            place: Its place among the section's intents: those without a topic have no other name.
            shown: The intent; a claim of another is none, such as after a refresh in between.
        """
        claim = self.intents[place] if place < len(self.intents) else None
        topic = shown.topic.id if shown.topic else ""
        is_same = claim is not None and (claim.name, claim.topic) == (shown.intent.value, topic)
        return claim if is_same else None
