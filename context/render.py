"""Rendering: digests → context, section by section, for what was granted and as of now.

Decay is applied here and not when digests are made, so that a context is always of its own time.
Nothing of a section that was not granted shows in another: topics name the drivers of sentiment,
and her own valence is compared with her network's, only where the reader may see both.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from context.brief import compose
from context.document import Absence, AbsenceReason, Context, Sections, SentimentSection
from context.joined import Joined, Source, join
from context.section import Section
from context.views.network import network_section
from context.views.rhythm import rhythm_section
from context.views.sentiment import sentiment_section
from context.views.topics import topics_section

__all__ = ["Source", "render"]

NOT_GRANTED = Absence(reason=AbsenceReason.NOT_GRANTED)


def render(sources: Sequence[Source], sections: Collection[Section], now: datetime) -> Context:
    """Return the context of one customer for one reader.

    Args:
        sources: Her connections; without any, every section says that nothing is linked.
        sections: What the reader was granted; all else comes out as not granted.
        now: The time of rendering, aware.
    """
    today = now.astimezone(UTC).date()
    joined = join(sources, now) if sources else AbsenceReason.NOTHING_LINKED

    if isinstance(joined, Joined):
        rendered = _render(joined, sections, today)
    else:
        absent = Absence(reason=joined)
        rendered = Sections(topics=absent, sentiment=absent, network=absent, rhythm=absent)
    withheld = {name.value: NOT_GRANTED for name in Section if name not in sections}
    rendered = replace(rendered, **withheld)
    return Context(as_of=now, brief=compose(rendered), sections=rendered)


def _render(joined: Joined, sections: Collection[Section], today: date) -> Sections:
    named = joined.topics if Section.TOPICS in sections else ()
    sentiment = sentiment_section(joined, today, named)
    own = sentiment.valence if isinstance(sentiment, SentimentSection) else None
    if Section.SENTIMENT not in sections:
        own = None
    return Sections(
        topics=topics_section(joined, today),
        sentiment=sentiment,
        network=network_section(joined, today, own),
        rhythm=rhythm_section(joined, today),
    )
