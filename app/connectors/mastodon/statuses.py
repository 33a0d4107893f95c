"""Which statuses are read, and what a post is made of.

Her own: public and unlisted ones; those for her followers if she ticked it; never those for the
people mentioned, nor what a software has beside these (`mutuals_only`, `local`, `list`). Of the
network: public ones, of authors who have not opted out; `noindex` is the account's own setting,
`#nobot` in the profile the older custom. `indexable` is none: it is false for whoever never said
anything. Automated accounts are nobody's mood. Of a quote, what was quoted is not read: that she
quotes it shows interest, but the words are not hers.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from app.connectors.markup import plain_text
from context.post import Post, PostKind

Entity = dict[str, Any]

HER_VISIBILITIES = frozenset({"public", "unlisted"})
HERS_IF_TICKED = HER_VISIBILITIES | {"private"}
NETWORK_VISIBILITIES = frozenset({"public"})
OPT_OUTS = ("#nobot", "#noindex")
# Numbered references have the sign in them.
WAYS_TO_WRITE_A_HASH = ("#", "&num")


def her_post(status: Entity, *, followers_only: bool) -> Post | None:
    """Return a status of hers as a post, or None if it is not to be read.

    Args:
        status: The entity.
        followers_only: Whether she ticked that what is for her followers is read too. What she
            boosts is somebody else's, and must be for everybody in any case.

    Raises:
        KeyError, TypeError, ValueError: It is no status.
    """
    return _post(status, HERS_IF_TICKED if followers_only else HER_VISIBILITIES, HER_VISIBILITIES)


def network_post(status: Entity, her_id: str) -> Post | None:
    """Return a status of her home timeline as a post, or None if it is not to be read.

    Raises:
        KeyError, TypeError, ValueError: It is no status.
    """
    author = status["account"]
    if author["id"] == her_id or author.get("bot") is True or _has_opted_out(author):
        return None
    return _post(status, NETWORK_VISIBILITIES, NETWORK_VISIBILITIES)


def written_at(status: Entity) -> datetime:
    """Return when a status was written or boosted.

    Raises:
        KeyError, TypeError, ValueError: It does not say.
    """
    moment = datetime.fromisoformat(status["created_at"])
    if moment.tzinfo is None:
        raise ValueError("A status is dated without a time zone.")
    return moment


def _post(
    status: Entity, visibilities: frozenset[str], visibilities_boosted: frozenset[str]
) -> Post | None:
    boosted = status.get("reblog")
    said = boosted or status
    if status["visibility"] not in visibilities:
        return None
    if boosted and boosted["visibility"] not in visibilities_boosted:
        return None
    if boosted and _has_opted_out(boosted["account"]):
        return None
    language = said.get("language")
    return Post(
        author=str(status["account"]["id"]),
        created_at=written_at(status),
        text="\n".join(_texts(said)),
        kind=_kind(status),
        language=language if isinstance(language, str) else None,
        reply_to=None if boosted else _answered(status),
    )


def _answered(status: Entity) -> str | None:
    author = status.get("in_reply_to_account_id")
    return None if author is None else str(author)


def _kind(status: Entity) -> PostKind:
    if status.get("reblog"):
        return PostKind.BOOST
    return PostKind.REPLY if status.get("in_reply_to_id") else PostKind.ORIGINAL


def _texts(status: Entity) -> Iterator[str]:
    if status.get("spoiler_text"):
        yield plain_text(status["spoiler_text"])
    yield plain_text(status["content"])


def _has_opted_out(account: Entity) -> bool:
    if account.get("noindex") is True:
        return True
    fields = account.get("fields") or []
    profile = " ".join([account.get("note") or "", *(field.get("value") or "" for field in fields)])
    # Markup is read for each post of the network: not where there cannot be a hashtag in it.
    if not any(sign in profile for sign in WAYS_TO_WRITE_A_HASH):
        return False
    told = plain_text(profile).casefold()
    return any(word in told for word in OPT_OUTS)
