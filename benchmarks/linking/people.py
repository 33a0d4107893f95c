"""Made-up accounts, as an instance of Mastodon lists what they and their friends wrote."""

import random
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import cycle, islice
from typing import Any

from context.post import Post, PostKind
from tests.support.lives import live

Entity = dict[str, Any]

PEOPLE = 20
"""Different windows; many more accounts take turns with them."""
HER_POSTS, NETWORK_POSTS, FRIENDS = 100, 160, 40
HER_DAYS, NETWORK_DAYS = 29, 2.5


def her_statuses(person: int, now: datetime) -> list[Entity]:
    """List what somebody wrote in a month, newest first.

    Args:
        person: Who, from 0 to `PEOPLE` - 1.
        now: The present, aware.
    """
    posts = islice(cycle(live(person, now).posts), HER_POSTS)
    return _spread(list(posts), [account(person)], timedelta(days=HER_DAYS), now)


def home_statuses(person: int, now: datetime) -> list[Entity]:
    """List what somebody's friends wrote lately, newest first."""
    friends = [account(1000 + number) for number in range(FRIENDS)]
    posts = islice(cycle(live(PEOPLE + person, now).posts), NETWORK_POSTS)
    return _spread(list(posts), friends, timedelta(days=NETWORK_DAYS), now)


def account(number: int) -> Entity:
    """Describe an account."""
    return {
        "id": str(10_000 + number),
        "acct": f"person{number}",
        "note": "<p>Likes gardens, trains and the sea.</p>",
        "bot": False,
        "noindex": False,
        "fields": [],
        "followers_count": 120,
        "following_count": FRIENDS,
        "created_at": "2022-11-04T00:00:00.000Z",
    }


def _spread(
    posts: list[Post], authors: list[Entity], over: timedelta, now: datetime
) -> list[Entity]:
    chance = random.Random(len(posts))
    step = over / len(posts)
    return [
        _status(number, post, chance.choice(authors), now - number * step)
        for number, post in enumerate(posts)
    ]


def _status(number: int, post: Post, author: Entity, at: datetime) -> Entity:
    answers = post.kind is PostKind.REPLY
    return {
        "id": str(10**9 - number),
        "created_at": at.astimezone(UTC).isoformat(),
        "visibility": "public",
        "content": f"<p>{escape(post.text)}</p>",
        "spoiler_text": "",
        "language": "en",
        "in_reply_to_id": "7" if answers else None,
        "in_reply_to_account_id": "1001" if answers else None,
        "reblog": None,
        "account": author,
    }
