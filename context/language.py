"""Which language a post is in, as far as one post can tell."""

import re
import unicodedata

from context.text import SHORTEST, clean
from context.vocabulary import Vocabulary

READ = "en"
"""The language whose sentiment is read; posts in others count, but tell no feeling."""

_CODES = re.compile(
    r"aa|ab|af|ak|am|an|ar|as|av|ay|az|ba|be|bg|bi|bm|bn|bo|br|bs|ca|ce|ch|co|cr|cs|"
    r"cu|cv|cy|da|de|dv|dz|ee|el|en|eo|es|et|eu|fa|ff|fi|fj|fo|fr|fy|ga|gd|gl|gn|gu|"
    r"gv|ha|he|hi|ho|hr|ht|hu|hy|hz|ia|id|ie|ig|ii|ik|io|is|it|iu|ja|jv|ka|kg|ki|kj|"
    r"kk|kl|km|kn|ko|kr|ks|ku|kv|kw|ky|la|lb|lg|li|ln|lo|lt|lu|lv|mg|mh|mi|mk|ml|mn|"
    r"mr|ms|mt|my|na|nb|nd|ne|ng|nl|nn|no|nr|nv|ny|oc|oj|om|or|os|pa|pi|pl|ps|pt|qu|"
    r"rm|rn|ro|ru|rw|sa|sc|sd|se|sg|si|sk|sl|sm|sn|so|sq|sr|ss|st|su|sv|sw|ta|te|tg|"
    r"th|ti|tk|tl|tn|to|tr|ts|tt|tw|ty|ug|uk|ur|uz|ve|vi|vo|wa|wo|xh|yi|yo|za|zh|zu"
)
_LETTERS = re.compile(r"[^\W\d_]+")
_ENOUGH = 4
_KNOWN = 0.4


def language_of(text: str, stated: str | None, vocabulary: Vocabulary) -> str | None:
    """Return the ISO 639-1 code of a post's language, or None where it cannot be told.

    What the provider states is believed, unless it states English and the words say otherwise:
    clients state their own language for whatever is typed into them.

    Args:
        text: The post as its provider gave it.
        stated: The language tag its provider states, if any.
        vocabulary: Holds the words by which English is recognised.
    """
    code = (stated or "").lower().replace("_", "-").partition("-")[0]
    if _CODES.fullmatch(code) and code != READ:
        return code
    found = [w for w in _LETTERS.findall(clean(text).lower()) if w not in ("http", "user")]
    if any("LATIN" not in unicodedata.name(w[0], "LATIN") for w in found[:_ENOUGH]):
        return None
    if len(found) < _ENOUGH:
        return READ if code == READ else None
    known = sum(len(w) < SHORTEST or vocabulary.knows(w) for w in found)
    return READ if known >= _KNOWN * len(found) else None
