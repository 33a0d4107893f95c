"""What is to be known of a consent event, for a receipt to be written of it."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from context.section import Section

_DPV_TERM = re.compile(r"dpv:[A-Z][A-Za-z]*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_JURISDICTION = re.compile(r"[A-Z]{2}")


class Event(StrEnum):
    """What happened to the consent."""

    GRANTED = "granted"
    WIDENED = "widened"
    """She gave more, on top of what she had given."""
    CHANGED = "changed"
    """What it covers was given anew, in place of what it covered before."""
    RECONFIRMED = "reconfirmed"
    REPLACED = "replaced"
    """It ended, because another consent took its place."""
    REVOKED = "revoked"
    EXPIRED = "expired"


ENDS = frozenset({Event.REPLACED, Event.REVOKED, Event.EXPIRED})
"""After these the consent holds no longer."""


class Actor(StrEnum):
    """Who made it happen."""

    CUSTOMER = "customer"
    CLIENT = "client"
    SYSTEM = "system"


class Means(StrEnum):
    """How it was decided."""

    PAGE = "page"
    API = "api"
    TERM = "term"
    """By itself, when its time was over."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who is named on a receipt besides the customer: the client, or who runs this deployment.

    Args:
        id: The client's id; of a deployment its issuer (an address without a slash at the end).
        name: What it calls itself.
        uri: Its address on the web.
        email: Whom to write to; None where nobody said.
        address: Its postal address, in one line; None where nobody said.
    """

    id: str
    name: str
    uri: str
    email: str | None = None
    address: str | None = None

    def __post_init__(self) -> None:
        _check_filled(self.id, self.name, self.uri)
        _check_filled(*(text for text in (self.email, self.address) if text is not None))


@dataclass(frozen=True, slots=True)
class Notice:
    """What she was shown when she decided.

    Args:
        language: Of its text: a BCP 47 tag.
        sha256: Of its text in UTF-8, in lower-case hexadecimal digits.
    """

    language: str
    sha256: str

    def __post_init__(self) -> None:
        if not _LANGUAGE.fullmatch(self.language) or not _SHA256.fullmatch(self.sha256):
            raise ValueError("A notice has a BCP 47 language and a SHA-256 in hexadecimal digits.")


@dataclass(frozen=True, slots=True)
class ConsentFacts:
    """All that a receipt says of one consent event.

    Args:
        event_id: Names the event, and with it the receipt.
        event: What happened.
        at: When; aware.
        grant_id: Names the consent that it happened to.
        subject: The customer, under the name by which this client knows her.
        client: Whom she consented to.
        operator: Who runs this deployment, and records the consent for her.
        purpose: A term of DPV, such as `dpv:CustomerCare`.
        purpose_label: The purpose in the words that she read.
        given: The sections that the consent covers after the event; what it covered until then,
            if the event ended it. None at all, where it is for signing in alone.
        asked: The sections that were asked for; empty where that is not known.
        brands: The client's own names in its lens, where she consented to one.
        rivals: Its rivals' names in that lens.
        external_id_bound: Whether the client's own number for her is bound to the consent.
        signs_in: Whether the client may sign her in.
        starts: When the consent began to hold.
        ends: When it ends by itself; None for never.
        single_call: Whether it holds for one call alone.
        retention: How long the client may use what it reads, from each read on.
        gpc: Whether the request with her decision carried `Sec-GPC: 1`.
        despite_gpc: Whether she said that the decision counts in spite of that signal.
        means: How it was decided.
        actor: Who decided.
        notice: What she was shown; None where that was not recorded.
        replaced_by: The grant that took its place, if one did.
        jurisdiction: Whose law the operator says applies: an ISO 3166-1 alpha-2 code, or EU; None
            where it says nothing.

    Raises:
        ValueError: One of them is empty or not of its form.
    """

    event_id: str
    event: Event
    at: datetime
    grant_id: str
    subject: str
    client: Party
    operator: Party
    purpose: str
    purpose_label: str
    given: tuple[Section, ...]
    asked: tuple[Section, ...]
    external_id_bound: bool
    starts: datetime
    ends: datetime | None
    retention: timedelta
    gpc: bool
    means: Means
    actor: Actor
    notice: Notice | None
    despite_gpc: bool = False
    signs_in: bool = False
    single_call: bool = False
    brands: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()
    replaced_by: str | None = None
    jurisdiction: str | None = None

    def __post_init__(self) -> None:
        _check_filled(self.event_id, self.grant_id, self.subject, self.purpose_label)
        _check_filled(*self.brands, *self.rivals)
        _check_issuer(self.operator.id)
        _check_aware(self.at, self.starts, *([self.ends] if self.ends else []))
        if not self.given and not self.signs_in:
            raise ValueError("A consent covers a section, or signing in.")
        if self.despite_gpc and not self.gpc:
            raise ValueError("Nothing is decided despite a signal that was not sent.")
        if not _DPV_TERM.fullmatch(self.purpose):
            raise ValueError("A purpose is a term of DPV: dpv: and a name.")
        if self.jurisdiction is not None and not _JURISDICTION.fullmatch(self.jurisdiction):
            raise ValueError("A jurisdiction is an ISO 3166-1 alpha-2 code, or EU.")
        if self.retention < timedelta(seconds=1):
            raise ValueError("What is read may be used for a second at least.")

    @property
    def holds(self) -> bool:
        """Whether the consent holds after the event."""
        return self.event not in ENDS

    @property
    def withheld(self) -> tuple[Section, ...]:
        """What was asked for and not given."""
        return tuple(section for section in self.asked if section not in self.given)


def _check_filled(*texts: str) -> None:
    if not all(text.strip() for text in texts):
        raise ValueError("Nothing on a receipt is empty.")


def _check_issuer(issuer: str) -> None:
    parts = urlsplit(issuer)
    if parts.scheme not in {"http", "https"} or not parts.netloc or not _is_address(issuer):
        raise ValueError("An issuer is a web address without a slash, a query or a fragment.")


def _is_address(issuer: str) -> bool:
    # It becomes part of IRIs, which have no room for these (RFC 3987, section 2.2).
    return not issuer.endswith("/") and not re.search(r'[\s<>"{}|\\^`?#\x00-\x1f]', issuer)


def _check_aware(*moments: datetime) -> None:
    if any(moment.tzinfo is None for moment in moments):
        raise ValueError("A moment says its time zone.")
