"""The conversations section, as a reader gets it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationTopic:
    """A topic that she talks about with others.

    Attributes:
        id: The topic's id.
        label: The topic's label.
        answers: Part of its posts that answer somebody, 0 to 1.
    """

    id: str
    label: str
    answers: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationsSection:
    """How she takes part in conversations; never with whom.

    Attributes:
        tells: Share of her posts that tell something, 0 to 1; the four shares sum to 1.
        asks: Share that put a question to others.
        answers: Share that answer somebody.
        shares: Share that pass on what others wrote.
        partners: Bucket of the number of people she answers, such as ``5-9``.
        topics: Topics that she answers others about, the most answered first; empty unless the
            topics section is granted too.
        confidence: 0 to 1.
        evidence: Number of posts behind it.
    """

    status: Literal["available"] = "available"
    as_of: datetime
    sources: list[str]
    tells: float
    asks: float
    answers: float
    shares: float
    partners: str
    topics: list[ConversationTopic]
    confidence: float
    evidence: int
