"""The intents section: what she seems to need or to plan, while it is live."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from context.digest import IntentRecord
from context.document import Absence, AbsenceReason, IntentClaim, IntentsSection, IntentTopic
from context.intents import INTENTS, Intent
from context.joined import Joined
from context.trend import decay
from context.views.evidence import either, window_days
from context.views.naming import label

LIFE: Final = {
    Intent.NEEDS_HELP: 7,
    Intent.COMPLAINT: 14,
    Intent.WANTS_TO_BUY: 21,
    Intent.ASKS_ADVICE: 14,
    Intent.COMPARES_SUPPLIERS: 21,
    Intent.ABOUT_TO_LEAVE: 30,
    Intent.PRAISE: 14,
    Intent.IDEA_FOR_PRODUCT: 30,
}
"""Days after the latest post for which an intent is told; it weighs half after half of them."""
CLEAR = 0.5
"""Probability from which on a day's posts show an intent by themselves."""
MAX_CLAIMS = 5
"""Claims that are told: of more, the weaker ones are mostly wrong."""
MAX_OF_A_KIND = 2
"""Claims of one intent that are told, so that much praise leaves room for one wish."""


def intents_section(joined: Joined, today: date) -> IntentsSection | Absence:
    """Return her live intents, the strongest few.

    An intent is told only if one day's posts show it more likely than not, so that a single post
    that might mean anything is no claim, and several of them on different days are none either.

    Args:
        joined: Her digests as one.
        today: The UTC day of rendering.
    """
    if not window_days(joined.days, today):
        return Absence(reason=AbsenceReason.INSUFFICIENT_DATA)
    names = {topic.id: label(topic.terms, topic.subject) for topic in joined.topics}
    claims = [
        claim for record in joined.intents if (claim := _claim(record, names, today)) is not None
    ]
    return IntentsSection(as_of=joined.as_of, sources=joined.sources, intents=_strongest(claims))


def _strongest(claims: Iterable[IntentClaim]) -> list[IntentClaim]:
    told: list[IntentClaim] = []
    for claim in ranked(claims):
        if sum(other.intent is claim.intent for other in told) < MAX_OF_A_KIND:
            told.append(claim)
    return told[:MAX_CLAIMS]


def ranked(claims: Iterable[IntentClaim]) -> list[IntentClaim]:
    """Return claims the strongest first, those about nothing known after all others."""
    return sorted(
        claims,
        key=lambda c: (
            c.subject is None and c.topic is None,
            -c.strength,
            INTENTS.index(c.intent),
            c.topic.id if c.topic else "",
            c.subject or "",
        ),
    )


def _claim(record: IntentRecord, names: dict[str, str], today: date) -> IntentClaim | None:
    life = LIFE[record.intent]
    posts = [(day, hundredths / 100) for day, hundredths in record.days if day <= today]
    shown = [(day, min(1.0, expected)) for day, expected in posts]
    clear = [day for day, probability in shown if probability >= CLEAR]
    if not clear or today >= max(clear) + timedelta(days=life):
        return None
    known = record.topic in names
    return IntentClaim(
        intent=record.intent,
        subject=record.subject,
        topic=IntentTopic(id=record.topic, label=names[record.topic]) if known else None,
        strength=round(either(p * decay(d, today, life / 2) for d, p in shown), 2),
        confidence=round(either(probability for _, probability in shown), 2),
        evidence=max(1, round(sum(expected for _, expected in posts))),
        first_seen=min(clear),
        last_seen=max(clear),
        expires=max(clear) + timedelta(days=life),
    )
