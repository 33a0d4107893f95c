"""What an instance says of her account: how far she is heard, since when, and whether a robot's.

https://docs.joinmastodon.org/entities/Account/ describes the fields. Each may be missing or hidden.
"""

from datetime import date, datetime
from typing import Any

from context.post import Account


def profile(content: dict[str, Any]) -> Account:
    """Return what an account entity says of itself; what it does not say well is unknown.

    Args:
        content: The entity.
    """
    return Account(
        followers=_people(content.get("followers_count")),
        following=_people(content.get("following_count")),
        since=_day(content.get("created_at")),
        automated=content.get("bot") is True,
    )


def _people(count: object) -> int | None:
    # A number below zero stands for one that is hidden.
    if not isinstance(count, int) or isinstance(count, bool):
        return None
    return count if count >= 0 else None


def _day(moment: object) -> date | None:
    if not isinstance(moment, str):
        return None
    try:
        return datetime.fromisoformat(moment).date()
    except ValueError:
        return None
