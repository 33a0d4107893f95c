"""What the network says of her account: how far she is heard, since when, and whether a robot's.

`app.bsky.actor.defs#profileViewDetailed` describes the fields. Each may be missing.
"""

from datetime import date, datetime
from typing import Any

from app.connectors.bluesky.labels import is_automated
from context.post import Account


def profile(content: dict[str, Any]) -> Account:
    """Return what a profile says of itself; what it does not say well is unknown.

    Args:
        content: The profile.
    """
    return Account(
        followers=_people(content.get("followersCount")),
        following=_people(content.get("followsCount")),
        since=_day(content.get("createdAt")),
        automated=is_automated(content),
    )


def _people(count: object) -> int | None:
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
