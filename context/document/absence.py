"""Sections that are not there, each for a reason."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class AbsenceReason(StrEnum):
    """Why a section is not there."""

    NOT_GRANTED = "not_granted"
    NOTHING_LINKED = "nothing_linked"
    INSUFFICIENT_DATA = "insufficient_data"
    STALE = "stale"
    LINK_BROKEN = "link_broken"
    PENDING = "pending"
    NO_LENS = "no_lens"


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A section that is not there, and why."""

    status: Literal["absent"] = "absent"
    reason: AbsenceReason
