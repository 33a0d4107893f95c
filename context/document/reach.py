"""The reach section, as a reader gets it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


class AuthenticityLevel(StrEnum):
    """How likely it is that a person of her own writes there."""

    LIKELY = "likely"
    UNCLEAR = "unclear"
    DOUBTFUL = "doubtful"


class Doubt(StrEnum):
    """What speaks against, or keeps from telling, that a person writes there."""

    AUTOMATED = "automated"
    NEW_ACCOUNT = "new_account"
    UNKNOWN_AGE = "unknown_age"
    REPEATS_ITSELF = "repeats_itself"
    POSTS_TOO_OFTEN = "posts_too_often"
    FEW_POSTS = "few_posts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticity:
    """Whether what she posts can be taken for a person's own words.

    Attributes:
        level: Likely, unclear or doubtful.
        reasons: What keeps it from being likely; empty when it is.
        verified: Whether an account of hers and another account or page of hers name each other.
    """

    level: AuthenticityLevel
    reasons: list[Doubt]
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachSection:
    """How far she is heard, in coarse steps.

    Attributes:
        followers: Bucket of people who follow her, such as ``100-999``; null if unknown.
        following: Bucket of people she follows; null if unknown.
        account_age: Bucket of her account's age in days, such as ``365-1094``; null if unknown.
        authenticity: Whether the account seems to be a person's own.
    """

    status: Literal["available"] = "available"
    as_of: datetime
    sources: list[str]
    followers: str | None
    following: str | None
    account_age: str | None
    authenticity: Authenticity
