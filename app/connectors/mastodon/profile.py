"""What an instance says of her account: how far she is heard, since when, and whether a robot's.

https://docs.joinmastodon.org/entities/Account/ describes the fields. Each may be missing or hidden.
"""

from typing import Any

from app.connectors.stated import day, people
from context.post import Account


def profile(content: dict[str, Any]) -> Account:
    """Return what an account entity says of itself; what it does not say well is unknown.

    Args:
        content: The entity.
    """
    return Account(
        followers=people(content.get("followers_count")),
        following=people(content.get("following_count")),
        since=day(content.get("created_at")),
        automated=content.get("bot") is True,
    )
