"""Levelling: who somebody is, or who writes, must not change how a post sounds.

Before tone is read, words for who a person is become "person" and spellings of dialects become
plain, so that posts which differ in no more are equal to the model (counterfactual fairness by
blindness; Garg et al. 2019). What a post is about is read from it as it stands.
"""

import re
from collections.abc import Sequence
from functools import cache

from context.engines.spelling import plain
from context.text import clean

_WORD = re.compile(r"(?<![\w@#'\u2019-])\w+(?![\w'\u2019-])")
_PEOPLE = {
    "person": "man woman guy girl boy lady bloke lad lass gentleman chap gal feller fella",
    "people": "men women girls boys ladies blokes lads lasses gentlemen chaps gals",
    "parent": "mother father mum mom dad mam mama papa",
    "partner": "husband wife boyfriend girlfriend fiance fiancee",
    "sibling": "brother sister",
    "they": "he she",
    "their": "his",
    "them": "him",
    "themselves": "himself herself",
}
_WHO = (
    "gay lesbian bisexual bi queer trans transgender straight nonbinary muslim jewish christian "
    "catholic protestant hindu sikh buddhist atheist mormon black white brown asian arab african "
    "latino latina hispanic indigenous native european american british english scottish welsh "
    "irish polish romanian german french italian spanish portuguese greek turkish russian "
    "ukrainian indian pakistani bangladeshi chinese japanese korean vietnamese filipino thai "
    "nigerian ghanaian kenyan somali ethiopian egyptian moroccan syrian iraqi iranian afghan "
    "mexican brazilian cuban jamaican immigrant migrant refugee deaf blind disabled autistic "
    "elderly old young older younger middle-aged teenage retired fat thin tall short "
    "working-class middle-class"
)
_NOUNS = (
    "person people parent parents partner partners sibling siblings couple family families friend "
    "friends neighbour neighbours neighbor neighbors colleague colleagues coworker coworkers "
    "uncle aunt cousin boss manager teacher driver doctor nurse student students customer "
    "customers owner owners community folks author artist singer actor comedian barista waiter"
)


def level_all(texts: Sequence[str]) -> tuple[list[str], list[int]]:
    """Return posts cleaned and levelled, and the rows in which levelling changed anything.

    Args:
        texts: Posts as their provider gave them.
    """
    cleaned = [clean(text) for text in texts]
    levelled = [level(text) for text in cleaned]
    return levelled, [row for row, text in enumerate(cleaned) if levelled[row] != text]


def level(cleaned: str) -> str:
    """Return a post in plain spelling, with the people in it made equal.

    Args:
        cleaned: What ``context.text.clean`` returned.
    """
    equal = _WORD.sub(lambda found: _equals().get(found[0].lower(), found[0]), plain(cleaned))
    # the pattern is slow and mostly finds nothing, which its first words tell fast
    if _whos().isdisjoint(equal.lower().replace(",", " ").split()):
        return equal
    return _who().sub(r"\1", equal)


@cache
def _whos() -> frozenset[str]:
    return frozenset(_WHO.split())


@cache
def _equals() -> dict[str, str]:
    return {word: equal for equal, words in _PEOPLE.items() for word in words.split()}


@cache
def _who() -> re.Pattern[str]:
    """Return the pattern of words for who somebody is, before the noun that is left standing."""
    who, nouns = "|".join(sorted(_WHO.split(), key=len, reverse=True)), "|".join(_NOUNS.split())
    return re.compile(rf"(?<![\w@#-])(?:(?:{who})[\s,]+){{1,4}}((?:{nouns})\b)", re.IGNORECASE)
