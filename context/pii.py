"""What identifies a person in the words of a post: found and taken out before any word is read.

Not what keeps names and numbers out of a digest, for its closed vocabulary does that by itself:
this is the rail before it, so that no model and no count ever sees them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from phonenumbers import Leniency, PhoneNumberMatcher

from context.text import MAX_CHARACTERS

REGIONS = ("GB", "US", "DE", "FR", "ES", "IN", "AU")
"""Regions whose national way of writing telephone numbers is recognised; the international way
is everywhere."""

# a handle of the Fediverse, @name@host, is none
_EMAIL = re.compile(r"(?<![\w.+\-@])[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,4}")
_CARD = re.compile(r"(?<!\d)\d(?:[ \-]?\d){11,18}(?!\d)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{1,4}){3,8}\b")
_IP = re.compile(
    r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])"
    r"|(?<![\w:])(?:[0-9a-fA-F]{1,4}::?){4,7}[0-9a-fA-F]{1,4}(?![\w:])"
)
_STREET = re.compile(
    r"\b\d{1,5}[a-z]?,? (?:[NESW]\.? )?(?:[A-Z][\w'\-]{1,20} ){1,3}"
    r"(?:Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Drive|Dr|Close|Court|Ct|Way|Place|Pl|Square|Terrace|"
    r"Gardens|Crescent|Boulevard|Blvd|Row|Yard|Mews|Hill|Grove|Walk)\b"
    r"|\b[A-ZÄÖÜ][\w\-]{2,25}(?:straße|strasse|str\.|weg|platz|allee|gasse) \d{1,4}[a-z]?\b"
)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b")
_NATIONAL = re.compile(r"\b\d{3}-\d{2}-\d{4}\b|\b[A-CEGHJ-PR-TW-Z]{2}(?: ?\d{2}){3} ?[A-D]\b")
_PLATE = re.compile(r"\b[A-Z]{2}\d{2} ?[A-Z]{3}\b")
# also numbers that nobody has (yet): whoever writes the sign means a telephone
_INTERNATIONAL = re.compile(r"(?<![\w+])\+\d(?:[ ().\-]{0,2}\d){7,14}(?!\d)")
_DIGIT = re.compile(r"\d")
_DIGITS_FOR_A_PHONE = re.compile(r"(?:\d\D{0,3}){7}")

_DECIMAL = (".", ",")

_PHONES_TRIED = 20
_GAP = " "


class PersonalKind(StrEnum):
    """What a piece of a post gives away."""

    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"
    IBAN = "iban"
    ADDRESS = "address"
    NATIONAL_ID = "national_id"
    IP = "ip"
    PLATE = "plate"


@dataclass(frozen=True, slots=True)
class Span:
    """Where something personal stands in a text.

    Attributes:
        kind: What it is.
        start: Its first character.
        end: The character after its last.
    """

    kind: PersonalKind
    start: int
    end: int


def find_personal(text: str) -> list[Span]:
    """Return what is personal in a text, in the order of its places; spans may overlap.

    E-mail and IP addresses, telephone numbers that could be dialled, card numbers whose check
    digit is right (Luhn, ISO/IEC 7812-1), account numbers whose check digits are right (IBAN,
    ISO 13616), street addresses and postcodes, national insurance and social security numbers,
    number plates of Britain.

    Args:
        text: Any text; what follows after ``MAX_CHARACTERS`` is not looked at.
    """
    found = list(_spans(text[:MAX_CHARACTERS]))
    return sorted(found, key=lambda span: (span.start, span.end, span.kind))


def without_personal(text: str) -> str:
    """Return a text with a space in place of everything personal, cut to what was looked at."""
    kept, place = [], 0
    for span in find_personal(text):
        if span.start >= place:
            kept.append(text[place : span.start])
        place = max(place, span.end)
    return _GAP.join([*kept, text[place:MAX_CHARACTERS]]) if kept else text[:MAX_CHARACTERS]


def _spans(text: str) -> Iterator[Span]:
    if "@" in text:
        yield from _matches(PersonalKind.EMAIL, _EMAIL, text)
    if not _DIGIT.search(text):
        return
    for kind, pattern in (
        (PersonalKind.IP, _IP),
        (PersonalKind.ADDRESS, _STREET),
        (PersonalKind.ADDRESS, _POSTCODE),
        (PersonalKind.NATIONAL_ID, _NATIONAL),
        (PersonalKind.PLATE, _PLATE),
        (PersonalKind.PHONE, _INTERNATIONAL),
    ):
        yield from _matches(kind, pattern, text)
    yield from (s for s in _matches(PersonalKind.CARD, _CARD, text) if _luhn(text[s.start : s.end]))
    yield from (s for s in _matches(PersonalKind.IBAN, _IBAN, text) if _iban(text[s.start : s.end]))
    if _DIGITS_FOR_A_PHONE.search(text):
        yield from _phones(text)


def _matches(kind: PersonalKind, pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    return (Span(kind, found.start(), found.end()) for found in pattern.finditer(text))


def _phones(text: str) -> Iterator[Span]:
    for region in REGIONS:
        for found in PhoneNumberMatcher(text, region, Leniency.VALID, _PHONES_TRIED):
            if text[: found.start][-1:] not in _DECIMAL:
                yield Span(PersonalKind.PHONE, found.start, found.end)


def _luhn(number: str) -> bool:
    digits = [int(c) for c in number if c.isdigit()]
    doubled = (d * 2 - 9 * (d > 4) for d in digits[-2::-2])  # noqa: PLR2004 - 9 is the largest digit
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _iban(number: str) -> bool:
    plain = number.replace(" ", "")
    # the country and the check digits go to the end, letters count from 10 (ISO 13616)
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1
