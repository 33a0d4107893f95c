"""Mastodon's export: `actor.json` and `outbox.json`, in a zip, formerly in a gzipped tar.

What is in it, and in which order, is said by Mastodon's `app/services/backup_service.rb`; Pleroma
and Akkoma write the same two files (`Pleroma.User.Backup`). Each entry of the outbox is an activity
(https://www.w3.org/TR/activitystreams-vocabulary/): `Create` for a post, `Announce` for a boost.

Whom a post is for is said by its `to` and `cc` (https://docs.joinmastodon.org/spec/activitypub/):
public and unlisted posts name everybody in one of the two; what is for followers, or for the people
mentioned, does not, and is not read.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx

from app.connectors.archives.description import MASTODON
from app.connectors.archives.errors import UnknownArchive, damaged, several
from app.connectors.archives.jsonstream import JsonStream
from app.connectors.archives.recent import HERSELF, Recent, moment_of
from app.connectors.catalogue import Account
from app.connectors.exports import Export
from app.connectors.markup import plain_text
from context.post import Post, PostKind, Window

_FILE = re.compile(r"(?:[^/]{1,255}/)?(actor|outbox)\.json")
# ActivityPub, section 5.6, allows the two short names too.
_EVERYBODY = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
_NAME = re.compile(r"[\w.-]{1,64}")
_HOST = re.compile(r"[a-z0-9.-]{1,253}(?::\d{1,5})?")

Entity = dict[str, Any]


class MastodonArchive:
    """Reads exports of Mastodon and its relatives."""

    about = MASTODON

    def reader(self, now: datetime) -> "_Reader":
        """Begin to read an archive that may be one."""
        return _Reader(now)


class _Reader:
    def __init__(self, now: datetime) -> None:
        self._recent = Recent(now)
        self._actor: Entity | None = None
        self._has_outbox = False

    def take(self, name: str, content: Iterator[bytes]) -> bool:
        found = _FILE.fullmatch(name)
        if found is None:
            return False
        if found[1] == "actor":
            self._take_actor(content)
        else:
            self._take_outbox(content)
        return True

    def finish(self) -> Export | None:
        if self._actor is None and not self._has_outbox:
            return None
        if self._actor is None or not self._has_outbox:
            raise UnknownArchive(
                "A Mastodon export has both actor.json and outbox.json, and this has one of them."
                " Upload the file as you downloaded it."
            )
        account = _account(self._actor)
        return Export(account, Window(posts=self._recent.by(account.id)))

    def _take_actor(self, content: Iterator[bytes]) -> None:
        if self._actor is not None:
            raise several()
        actor = JsonStream(content).whole()
        if not isinstance(actor, dict):
            raise damaged()
        self._actor = actor

    def _take_outbox(self, content: Iterator[bytes]) -> None:
        if self._has_outbox:
            raise several()
        self._has_outbox = True
        for activity in JsonStream(content).array_in("orderedItems"):
            try:
                post = _post(activity, self._recent)
            except (KeyError, TypeError, ValueError, AttributeError):  # it may quote a post
                raise damaged() from None
            if post is not None:
                self._recent.add(post)


def _account(actor: Entity) -> Account:
    try:
        address, name = httpx.URL(actor["id"]), actor["preferredUsername"]
    except (KeyError, TypeError, ValueError, httpx.InvalidURL):
        raise damaged() from None
    host = address.netloc.decode("ascii")
    if not _HOST.fullmatch(host) or not isinstance(name, str) or not _NAME.fullmatch(name):
        raise damaged()
    return Account(str(address), f"@{name}@{host}")


def _post(activity: Entity, recent: Recent) -> Post | None:
    """Return an entry of the outbox as a post, or None if it is not to be read."""
    kind = activity["type"]
    if kind not in ("Create", "Announce"):
        return None
    at = moment_of(activity["published"])
    if not recent.covers(at) or not _is_public(activity):
        return None
    said = activity["object"]
    if kind == "Announce":
        return _boost(said, at)
    if not _is_public(said):
        return None
    answers = said.get("inReplyTo")
    return Post(
        author=HERSELF,
        created_at=at,
        text=_text(said),
        kind=PostKind.REPLY if answers else PostKind.ORIGINAL,
        language=_language(said),
        reply_to=_answered(answers, said),
    )


def _boost(said: str | Entity, at: datetime) -> Post | None:
    """Return a boost; of another's post the export has the address alone, and no words."""
    if isinstance(said, str):
        return Post(HERSELF, at, "", PostKind.BOOST)
    if not _is_public(said):
        return None
    return Post(HERSELF, at, _text(said), PostKind.BOOST, _language(said))


def _is_public(thing: Entity) -> bool:
    named = [thing.get("to") or [], thing.get("cc") or []]
    lists = [[one] if isinstance(one, str) else one for one in named]
    return any(
        one in _EVERYBODY for addressed in lists for one in addressed if isinstance(one, str)
    )


def _text(said: Entity) -> str:
    pieces = (said.get("summary") or "", said.get("content") or "")
    return "\n".join(filter(None, map(plain_text, pieces)))


def _language(said: Entity) -> str | None:
    stated = said.get("contentMap") or {}
    return next(iter(stated)) if len(stated) == 1 else None


def _answered(answers: object, said: Entity) -> str | None:
    """Return whom a post answers: the one person it mentions, or the author of an address."""
    if not isinstance(answers, str):
        return None
    mentioned = {
        str(tag.get("href"))
        for tag in said.get("tag") or []
        if isinstance(tag, dict) and tag.get("type") == "Mention"
    }
    if len(mentioned) == 1:
        return mentioned.pop()
    author, status, _ = answers.partition("/statuses/")
    return author if status else None
