"""Levelling: who somebody is must not change how a post sounds.

Before tone is read, words for who a person is become "person", so that posts which differ in no
more are equal to the model (counterfactual fairness by blindness; Garg et al. 2019). What a post
is about is read from it as it stands.
"""

import re
from functools import cache

_PEOPLE = {
    "person": "man woman guy girl boy lady bloke lad lass gentleman dude chap gal feller fella",
    "people": "men women guys girls boys ladies blokes lads lasses gentlemen dudes chaps gals",
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


def level(cleaned: str) -> str:
    """Return a post with the people in it made equal.

    Args:
        cleaned: What ``context.text.clean`` returned.
    """
    plain = _people().sub(lambda found: _plain()[found[0].lower()], cleaned)
    return _who().sub(r"\1", plain)


@cache
def _plain() -> dict[str, str]:
    return {word: plain for plain, words in _PEOPLE.items() for word in words.split()}


@cache
def _people() -> re.Pattern[str]:
    words = "|".join(sorted(_plain(), key=len, reverse=True))
    return re.compile(rf"(?<![\w@#'\u2019-])(?:{words})(?![\w'\u2019-])", re.IGNORECASE)


@cache
def _who() -> re.Pattern[str]:
    """Return the pattern of words for who somebody is, before the noun that is left standing."""
    who, nouns = "|".join(sorted(_WHO.split(), key=len, reverse=True)), "|".join(_NOUNS.split())
    return re.compile(rf"(?<![\w@#-])(?:(?:{who})[\s,]+)+((?:{nouns})\b)", re.IGNORECASE)
