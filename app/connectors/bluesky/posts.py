"""Which items of a feed are read, and what a post is made of.

`app.bsky.feed.defs#feedViewPost` describes an item: a post, and perhaps who passed it on. Every
post is public. Of the network nothing is read by or of authors who have opted out; automated
accounts are nobody's mood. Somebody's quotation is two things: her own words, and another's, which
count as what interests her.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from app.connectors.bluesky.labels import has_opted_out, is_automated
from app.connectors.languages import language_of
from context.post import Post, PostKind

Entity = dict[str, Any]

REPOSTED = "app.bsky.feed.defs#reasonRepost"
QUOTED = "app.bsky.embed.record#viewRecord"
POST = "app.bsky.feed.post"
_REPOSITORY = re.compile(r"at://(did:[^/]+)/")


def her_posts(item: Entity, did: str) -> list[Post]:
    """Return what an item of her own feed says as posts; none if it is not hers.

    Args:
        item: The item.
        did: Hers.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: It is no item of a feed.
    """
    return list(_posts(item)) if _actor(item)["did"] == did else []


def network_posts(item: Entity, did: str) -> list[Post]:
    """Return what an item of her timeline says as posts; none if it is not to be read.

    Args:
        item: The item.
        did: Hers.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: It is no item of a feed.
    """
    actor = _actor(item)
    if actor["did"] == did or has_opted_out(actor) or is_automated(actor):
        return []
    return list(_posts(item))


def written_at(item: Entity) -> datetime:
    """Return when an item was written or passed on; feeds are in this order, newest first.

    Writers say themselves when they wrote: it counts where it is before the moment at which the
    network saw it (`sortAt` of its own software).

    Raises:
        KeyError, TypeError, ValueError, AttributeError: It does not say.
    """
    if _is_repost(item):
        return _moment(item["reason"]["indexedAt"])
    post = item["post"]
    seen = _moment(post["indexedAt"])
    try:
        return min(seen, _moment(post["record"]["createdAt"]))
    except (KeyError, TypeError, ValueError):  # what any program wrote there
        return seen


def _posts(item: Entity) -> Iterator[Post]:
    post, author, at = item["post"], _actor(item)["did"], written_at(item)
    if _is_repost(item):
        if not has_opted_out(post["author"]):
            yield _passed_on(post["record"], author, at)
        return
    record = post["record"]
    answered = _answered(record)
    yield Post(
        author=author,
        created_at=at,
        text=_text(record),
        kind=PostKind.REPLY if answered is not None else PostKind.ORIGINAL,
        language=_language(record),
        reply_to=answered or None,
    )
    quoted = _quoted(post)
    if quoted is not None and not has_opted_out(quoted["author"]):
        yield _passed_on(quoted["value"], author, at)


def _passed_on(record: Entity, author: str, at: datetime) -> Post:
    return Post(
        author=author,
        created_at=at,
        text=_text(record),
        kind=PostKind.BOOST,
        language=_language(record),
    )


def _actor(item: Entity) -> Entity:
    actor = item["reason"]["by"] if _is_repost(item) else item["post"]["author"]
    if not isinstance(actor["did"], str):
        raise TypeError("An author has no name.")
    return dict(actor)


def _is_repost(item: Entity) -> bool:
    return (item.get("reason") or {}).get("$type") == REPOSTED


def _answered(record: Entity) -> str | None:
    """Return whom a post answers, None if nobody, empty if that cannot be told."""
    reply = record.get("reply")
    if not reply:
        return None
    found = _REPOSITORY.match(reply["parent"]["uri"])
    return "" if found is None else found[1]


def _quoted(post: Entity) -> Entity | None:
    view = (post.get("embed") or {}).get("record")
    # With pictures beside it, the quotation is one step further in.
    inner = view.get("record") if isinstance(view, dict) else None
    for record in (view, inner):
        if isinstance(record, dict) and record.get("$type") == QUOTED:
            return record if record["value"].get("$type") == POST else None
    return None


def _text(record: Entity) -> str:
    text = record["text"]
    if not isinstance(text, str):
        raise TypeError("A post has no text.")
    return text


def _language(record: Entity) -> str | None:
    languages = record.get("langs")
    return language_of(languages[0]) if isinstance(languages, list) and languages else None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone.")
    return moment
