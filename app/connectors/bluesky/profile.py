"""What the network says of her account: how far she is heard, since when, and whether a robot's.

`app.bsky.actor.defs#profileViewDetailed` describes the fields. Each may be missing.
"""

from typing import Any

from app.connectors.bluesky.labels import is_automated
from app.connectors.stated import day, people
from context.post import Account


def profile(content: dict[str, Any]) -> Account:
    """Return what a profile says of itself; what it does not say well is unknown.

    Args:
        content: The profile.
    """
    return Account(
        followers=people(content.get("followersCount")),
        following=people(content.get("followsCount")),
        since=day(content.get("createdAt")),
        automated=is_automated(content),
    )
