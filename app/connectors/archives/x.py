"""X's export, and Twitter's before it: scripts in the folder `data` of a zip full of media.

The README.txt in every such archive lists its files and their fields. Read are `account.js`,
`tweets.js` and its parts (formerly `tweet.js`), and `protected-history.js`, which says whether the
account was protected within the last six months; whether it was before that, no file says. Direct
messages, deleted posts, those for a circle, likes, and whom she follows are in other files, which
only pass by.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from typing import Any

from app.connectors.archives.description import X
from app.connectors.archives.errors import NotPublic, UnknownArchive, damaged, several
from app.connectors.archives.jsonstream import JsonStream
from app.connectors.archives.recent import HERSELF, Recent, moment_of
from app.connectors.catalogue import Account
from app.connectors.exports import Export
from context.post import Post, PostKind, Window

_FILE = re.compile(
    r"(?:[^/]{1,255}/)?data/(account|tweets?(?:-part\d{1,4})?|protected-history)\.js"
)
_NUMBER = re.compile(r"\d{1,20}")
_NAME = re.compile(r"\w{1,50}")
_RETWEET = "RT @"

Entity = dict[str, Any]


class XArchive:
    """Reads exports of X."""

    about = X

    def reader(self, now: datetime) -> "_Reader":
        """Begin to read an archive that may be one."""
        return _Reader(now)


class _Reader:
    def __init__(self, now: datetime) -> None:
        self._recent = Recent(now)
        self._account: Entity | None = None
        self._taken: set[str] = set()

    def take(self, name: str, content: Iterator[bytes]) -> bool:
        found = _FILE.fullmatch(name)
        if found is None:
            return False
        if found[1] in self._taken:
            raise several()
        self._taken.add(found[1])
        entries = JsonStream(content).assigned().array()
        try:
            self._take_entries(found[1], entries)
        except (KeyError, TypeError, ValueError, AttributeError):  # it may quote a post
            raise damaged() from None
        return True

    def finish(self) -> Export | None:
        if not self._taken:
            return None
        if self._account is None or not any(name.startswith("tweet") for name in self._taken):
            raise UnknownArchive(
                "An X archive has account.js and tweets.js in its folder data, and this has not"
                " both. Upload the file as you downloaded it."
            )
        account = _account(self._account)
        return Export(account, Window(posts=self._recent.by(account.id)))

    def _take_entries(self, name: str, entries: Iterator[Any]) -> None:
        if name == "account":
            for entry in entries:
                self._account = entry["account"]
        elif name == "protected-history":
            _check_public(entries)
        else:
            for entry in entries:
                self._take_tweet(entry.get("tweet", entry))

    def _take_tweet(self, tweet: Entity) -> None:
        at = datetime.strptime(tweet["created_at"], "%a %b %d %H:%M:%S %z %Y")
        if self._recent.covers(at):
            self._recent.add(_post(tweet, at))


def _check_public(entries: Iterator[Any]) -> None:
    """Refuse an account that was protected when the archive was made.

    Raises:
        NotPublic: It was.
    """
    changes = [entry["protectedHistory"] for entry in entries]
    if not changes:
        return
    last = max(changes, key=lambda change: moment_of(change["protectedAt"]))
    if str(last["action"]).casefold() != "unprotect":
        raise NotPublic(
            "The posts of this account are protected: they are for your followers, and are not"
            " read here."
        )


def _account(account: Entity) -> Account:
    try:
        number, name = str(account["accountId"]), str(account["username"])
    except (KeyError, TypeError):
        raise damaged() from None
    if not _NUMBER.fullmatch(number) or not _NAME.fullmatch(name):
        raise damaged()
    return Account(number, f"@{name}")


def _post(tweet: Entity, at: datetime) -> Post:
    text = tweet.get("full_text") or tweet["text"]
    language, answered = tweet.get("lang"), tweet.get("in_reply_to_user_id_str")
    return Post(
        author=HERSELF,
        created_at=at,
        text=unescape(text),
        kind=_kind(tweet, text),
        language=language if isinstance(language, str) else None,
        reply_to=answered if isinstance(answered, str) else None,
    )


def _kind(tweet: Entity, text: str) -> PostKind:
    # `retweeted` is false in all archives: what is passed on is known by how it begins.
    if text.startswith(_RETWEET):
        return PostKind.BOOST
    answers = tweet.get("in_reply_to_status_id_str") or tweet.get("in_reply_to_user_id_str")
    return PostKind.REPLY if answers else PostKind.ORIGINAL
