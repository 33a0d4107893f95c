"""Reading the characters of a post: markup and personal data out, tokens in.

Everything here works in memory on one post at a time and keeps nothing.
"""

import html
import re
import unicodedata

MAX_CHARACTERS = 4_000
"""Characters of one post that are read; what follows is ignored, so that no post is dear."""

SHORTEST = 3
"""Letters of the shortest word that can be a term."""

_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]{0,300}|!--[^<>]{0,300}--)>")
_BLOCK_END = re.compile(r"<(?:br|/p|/div|/li)\b[^<>]{0,100}>", re.IGNORECASE)
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\x00-\x08\x0b-\x1f]"
)
_URL = re.compile(r"(?:https?://|www\.)\S{0,500}|\bhttps?\b", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,4}")
_HANDLE = re.compile(r"(?<![\w.+\-])@[\w.\-]{1,60}(?:@[\w.\-]{1,100})?")
_NUMBER = re.compile(r"(?<![\w])[+(]?\d(?:[\d\s().\-/]{4,24})\d(?!\w)")
_SPACE = re.compile(r"\s+")

_EMOTICON = (
    r"[<>]?[:;=8x][\-o*'^]?(?:[)\](\[pd3*o/\\|@]+)(?!\w)|<3+|</3"
    r"|[(\[][\-o*']?[:;=](?!\w)|\^[_.]?\^|-_+-|t_+t"
)
_EMOJI = "[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff][\ufe0f\u200d\U0001f3fb-\U0001f3ff]*"
_WORD = r"[^\W_]+(?:['\u2019\-][^\W_]+)*"
_TOKEN = re.compile(rf"{_EMOTICON}|#\w+|@user|{_WORD}|[!?]+|\.{{2,}}|[.,;:]|\u2026|{_EMOJI}")
_PLAIN_WORD = re.compile(r"(?<![\w@])[a-z]{3,24}(?!\w)")  # @user stands for a handle
_COMMON = re.compile(
    r"(?:(?<=^)|(?<=[.!?:] )|(?<=^[\"'(\[]))[A-Z][a-z]{2,23}(?!\w)|(?<![\w@])[a-z]{3,24}(?!\w)"
)
_ELONGATED = re.compile(r"(\w)\1{2,}")


def plain(text: str) -> str:
    """Return the words of a post with markup taken out and links as ``http``; handles stay.

    Any Unicode is accepted, lone surrogates included.

    Args:
        text: The post as its provider gave it, HTML or plain.

    Returns:
        At most ``MAX_CHARACTERS`` characters in NFKC form.
    """
    text = text[:MAX_CHARACTERS].encode("utf-8", "ignore").decode("utf-8")
    if "<" in text:
        text = _TAG.sub("", _BLOCK_END.sub(" ", text))
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)[:MAX_CHARACTERS]
    text = _INVISIBLE.sub("", text)
    if "/" in text or "." in text or "http" in text:
        text = _URL.sub("http", text)
    return text


def clean(text: str) -> str:
    """Return the readable words of a post with markup, addresses, handles and numbers taken out.

    Links become ``http`` and handles ``@user``, since that *something* was there carries meaning;
    e-mail addresses and runs of digits long enough to be a telephone, card or account number
    vanish.

    Args:
        text: The post as its provider gave it, HTML or plain.

    Returns:
        At most ``MAX_CHARACTERS`` characters in NFKC form, white space single.
    """
    text = plain(text)
    if "@" in text:
        text = _EMAIL.sub(" ", _HANDLE.sub("@user", text))
    text = _NUMBER.sub(" ", text)
    return _SPACE.sub(" ", text).strip()


def shorten_elongation(text: str) -> str:
    """Return ``text`` with letters repeated three times or more written twice ("sooo" → "soo")."""
    return _ELONGATED.sub(r"\1\1", text)


def tokens(cleaned: str) -> list[str]:
    """Return words, hashtags, emoticons, emoji and stops of a cleaned post, lower-cased."""
    return _TOKEN.findall(shorten_elongation(cleaned.lower()))


def common_words(cleaned: str) -> list[str]:
    """Return the words of ``words`` that are not written as names.

    Within a sentence a capital marks a name, of a person, a street, a firm; in a post that is all
    capitals it marks nothing.

    Args:
        cleaned: What ``clean`` returned.
    """
    if cleaned.isupper():
        return words(cleaned)
    return [word.lower() for word in _COMMON.findall(cleaned.replace("\u2019", "'"))]


def words(cleaned: str) -> list[str]:
    """Return the plain a-z words of a cleaned post, three to 24 letters, hashtags' included."""
    return _PLAIN_WORD.findall(cleaned.lower().replace("\u2019", "'"))
