"""Rich authorization requests (RFC 9396): what `customer_context` details may say.

One object of this type says what the scope cannot: for what purpose, for how long, what the
client wants to know about itself (its lens), and its own number for the customer.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from oauth.server.errors import InvalidAuthorizationDetails

TYPE = "customer_context"
FIELDS = ("type", "locations", "purpose", "sections", "duration", "lens", "external_id")
MAX_CHARACTERS = 8_192
MAX_EXTERNAL_ID = 128
"""In characters."""
SINGLE_CALL = "single_call"
UNTIL_REVOKED = "until_revoked"
SINGLE_CALL_SPAN = timedelta(minutes=30)
MAX_DAYS = 365
ROLES = ("brands", "rivals")
_DAYS = re.compile(r"P([1-9][0-9]{0,2})D")

Lens = Mapping[str, Sequence[str]]
"""Terms by role: a client's `brands` and its `rivals`."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a client may ask for.

    Args:
        purposes: W3C DPV terms it is registered for.
        sections: Sections it is registered for, in the order in which they are always named.
        lens: Its approved lens.
        locations: The resources at which contexts are read.
    """

    purposes: Collection[str]
    sections: Sequence[str]
    lens: Lens
    locations: Collection[str]


@dataclass(frozen=True, slots=True)
class Details:
    """Valid details; None where they leave something open."""

    purpose: str | None = None
    sections: tuple[str, ...] = ()
    duration: str | None = None
    lens: Lens = field(default_factory=dict)
    external_id: str | None = None


def requested_details(text: str | None, terms: Terms) -> Details | None:
    """Read the `authorization_details` of a request; None when there are none.

    Args:
        text: The parameter: a JSON array with one object.
        terms: What the client may ask for.

    Raises:
        InvalidAuthorizationDetails: A type, field or value is not known or not allowed.
    """
    if text is None:
        return None
    found = _only_object(text)
    unknown = set(found) - set(FIELDS)
    if found.get("type") != TYPE or unknown:
        raise InvalidAuthorizationDetails(
            f"The one type is {TYPE}, with the fields: {' '.join(FIELDS[1:])}"
        )
    _among(found.get("locations", []), terms.locations, "locations")
    purpose = found.get("purpose")
    if purpose is not None and (not isinstance(purpose, str) or purpose not in terms.purposes):
        raise InvalidAuthorizationDetails(
            f"This client is registered for the purposes: {' '.join(terms.purposes)}"
        )
    wanted = _among(found.get("sections", []), terms.sections, "sections")
    return Details(
        purpose,
        tuple(section for section in terms.sections if section in wanted),
        _duration(found.get("duration")),
        _lens(found.get("lens", {}), terms.lens),
        _external_id(found.get("external_id")),
    )


def span_of(duration: str | None) -> timedelta | None:
    """Return how long a duration lasts; None when it has no end, or nothing was said."""
    if duration == SINGLE_CALL:
        return SINGLE_CALL_SPAN
    days = _DAYS.fullmatch(duration or "")
    return timedelta(days=int(days[1])) if days else None


def written(details: Details) -> str:
    """Write details in their shortest form, as they are kept until she has decided."""
    named: dict[str, Any] = {
        "type": TYPE,
        "purpose": details.purpose,
        "sections": list(details.sections),
        "duration": details.duration,
        "lens": {role: list(terms) for role, terms in details.lens.items()},
        "external_id": details.external_id,
    }
    return json.dumps([{name: value for name, value in named.items() if value}])


def _only_object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if len(text) <= MAX_CHARACTERS else None
    except (ValueError, RecursionError) as error:
        raise InvalidAuthorizationDetails("The authorization_details are no JSON") from error
    if not isinstance(found, list) or len(found) != 1 or not isinstance(found[0], dict):
        raise InvalidAuthorizationDetails(
            f"Send a JSON array with one object of type {TYPE}, of reasonable size"
        )
    return found[0]


def _among(values: object, allowed: Collection[str], name: str) -> list[str]:
    fits = isinstance(values, list) and all(
        isinstance(value, str) and value in allowed for value in values
    )
    if not isinstance(values, list) or not fits:
        raise InvalidAuthorizationDetails(
            f"For {name}, send an array of: {' '.join(allowed) or 'nothing'}"
        )
    return values


def _duration(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        days = _DAYS.fullmatch(value)
        if value in {SINGLE_CALL, UNTIL_REVOKED} or (days and int(days[1]) <= MAX_DAYS):
            return value
    raise InvalidAuthorizationDetails(
        f"The duration is {SINGLE_CALL}, P1D to P{MAX_DAYS}D, or {UNTIL_REVOKED}"
    )


def _lens(value: object, approved: Lens) -> Lens:
    if not isinstance(value, dict) or not set(value) <= set(ROLES):
        raise InvalidAuthorizationDetails(f"A lens has the fields: {' '.join(ROLES)}")
    for role, terms in value.items():
        known = approved.get(role, ())
        if not isinstance(terms, list) or not all(
            isinstance(term, str) and term in known for term in terms
        ):
            # Approved terms may have characters that an error text may not.
            raise InvalidAuthorizationDetails(f"The {role} are not among the approved ones")
    return {role: tuple(dict.fromkeys(value[role])) for role in ROLES if value.get(role)}


def _external_id(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, str) and value.isprintable() and 0 < len(value) <= MAX_EXTERNAL_ID:
        return value
    raise InvalidAuthorizationDetails(
        f"An external_id has 1 to {MAX_EXTERNAL_ID} printable characters"
    )
