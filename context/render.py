"""Rendering: digests → context, section by section, for what was granted and as of now.

Decay is applied here and not when digests are made, so that a context is always of its own time.
Every section is rendered in full and in the same way for everybody; what a reader may not see is
taken out afterwards, in one place (``withhold``), and the brief is made of what is left.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from context.brief import compose
from context.corrections import Correction, correct, hidden_subjects
from context.document import (
    Absence,
    AbsenceReason,
    Context,
    RelationshipSection,
    Sections,
    SentimentSection,
)
from context.joined import Joined, Source, join
from context.messages import DEFAULT_LANGUAGE
from context.relationship import Relationship
from context.section import Section
from context.views.conversations import conversations_section
from context.views.emotions import emotions_section
from context.views.intents import intents_section
from context.views.network import network_section
from context.views.reach import reach_section
from context.views.relationship import relationship_section
from context.views.rhythm import rhythm_section
from context.views.sentiment import sentiment_section
from context.views.topics import topics_section
from context.withhold import withhold

__all__ = ["Source", "render"]

NO_LENS = Absence(reason=AbsenceReason.NO_LENS)


def render(
    sources: Sequence[Source],
    sections: Collection[Section],
    now: datetime,
    *,
    corrections: Sequence[Correction] = (),
    relationship: Relationship | AbsenceReason | None = None,
    language: str = DEFAULT_LANGUAGE,
) -> Context:
    """Return the context of one customer for one reader.

    Args:
        sources: Her connections; without any, every section says that nothing is linked.
        sections: What the reader was granted; all else comes out as not granted.
        now: The time of rendering, aware.
        corrections: What she hid, muted or said is not her.
        relationship: What was counted for the reader's lens, or why there is nothing yet, such as
            ``pending``; None where the reader has no lens.
        language: The reader's language, for the brief (BCP 47); English where it is not known.
    """
    today = now.astimezone(UTC).date()
    joined = join(sources, now) if sources else AbsenceReason.NOTHING_LINKED
    if isinstance(joined, Joined):
        whole = _render(correct(joined, corrections), today)
        company = _relationship(joined, relationship, corrections, today)
        whole = replace(whole, relationship=company)
    else:
        whole = Sections.absent(Absence(reason=joined))
    shown = withhold(whole, sections)
    return Context(as_of=now, brief=compose(shown, today, language), sections=shown)


def _render(joined: Joined, today: date) -> Sections:
    sentiment = sentiment_section(joined, today)
    own = sentiment.valence if isinstance(sentiment, SentimentSection) else None
    return Sections(
        topics=topics_section(joined, today),
        sentiment=sentiment,
        emotions=emotions_section(joined, today),
        intents=intents_section(joined, today),
        conversations=conversations_section(joined),
        network=network_section(joined, today, own),
        relationship=NO_LENS,
        rhythm=rhythm_section(joined, today),
        reach=reach_section(joined, today),
    )


def _relationship(
    joined: Joined,
    found: Relationship | AbsenceReason | None,
    corrections: Sequence[Correction],
    today: date,
) -> RelationshipSection | Absence:
    if isinstance(found, Relationship):
        return relationship_section(joined, found, hidden_subjects(corrections), today)
    return Absence(reason=found) if found is not None else NO_LENS
