"""The brief: two or three plain sentences an agent takes in while saying hello.

Composed from numbers of the sections the reader may see, never from anybody's words; a topic is
named by terms of the public vocabulary, which stand after a colon, for no article or ending that
would fit them can be known. Not cruel, and no surer than the numbers.
"""

from collections.abc import Iterator
from datetime import date

from context.brief.around import conversing, hours, peak, surroundings, toward_company
from context.brief.feeling import feeling
from context.brief.mind import mind
from context.brief.needs import needs
from context.brief.voice import Said, Voice
from context.document import Sections
from context.messages import DEFAULT_LANGUAGE, catalogue

MAX_SENTENCES = 3


def compose(sections: Sections, today: date, language: str = DEFAULT_LANGUAGE) -> str:
    """Return the brief of what is available among the sections.

    Args:
        sections: The rendered sections; absent ones are passed over in silence.
        today: The UTC day of rendering.
        language: The reader's language (BCP 47); topics are named in English all the same.
    """
    voice = Voice(catalogue(language), today)
    told = [said.sentence for said in _sentences(sections, voice)][:MAX_SENTENCES]
    return " ".join(told) or voice.catalogue.say("brief.nothing")


def _sentences(sections: Sections, voice: Voice) -> Iterator[Said]:
    """Yield what there is to say, the most useful at the beginning of a call first."""
    felt = feeling(sections, voice)
    needed = needs(sections, voice, felt.words if felt is not None else frozenset())
    first = (felt, toward_company(sections, voice), needed)
    yield from (said for said in first if said is not None)
    known = frozenset().union(*(said.topics for said in first if said is not None))
    words = frozenset().union(*(said.words for said in first if said is not None))
    later = (
        mind(sections, voice, known, words),
        peak(sections, voice),
        surroundings(sections, voice),
        conversing(sections, voice),
        hours(sections, voice),
    )
    yield from (said for said in later if said is not None)
