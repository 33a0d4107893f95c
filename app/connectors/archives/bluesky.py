"""Bluesky's export: the repository of an account of the AT Protocol, as one CAR file.

https://atproto.com/specs/repository: the first root of the file is a commit, which names the
account and the tree of its records; the forms of a post and a repost are `app.bsky.feed.post` and
`app.bsky.feed.repost` (https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky/feed).
Records of a repository are public; messages are not among them. A file may hold blocks that the
tree does not, such as deleted records: what the tree does not hold is not read.

Who signed the commit is not asked: the archive claims no account.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from app.connectors.archives.car import Car, decoded
from app.connectors.archives.description import BLUESKY
from app.connectors.archives.errors import ArchiveTooLarge, damaged, several, unknown
from app.connectors.archives.members import ITSELF
from app.connectors.archives.meter import MiB
from app.connectors.archives.recent import HERSELF, Recent, moment_of
from app.connectors.archives.tree import is_node, records
from app.connectors.catalogue import Account
from app.connectors.exports import Export
from context.post import Post, PostKind, Window

KEPT_AT_MOST = 64 * MiB
"""Bytes of the tree and of recent posts that are held until the tree is known: that of a million
records, and more."""
_POST, _REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"
_DID = re.compile(
    r"did:[a-z]{1,32}:[A-Za-z0-9._:%-]{1,256}"
)  # https://www.w3.org/TR/did-core/#did-syntax
_VERSIONS = frozenset({2, 3})

Record = dict[str, Any]


class BlueskyArchive:
    """Reads exports of Bluesky.

    Args:
        kept_at_most: Bytes that are held of one archive.
    """

    about = BLUESKY

    def __init__(self, kept_at_most: int = KEPT_AT_MOST) -> None:
        self._kept_at_most = kept_at_most

    def reader(self, now: datetime) -> "_Reader":
        """Begin to read an archive that may be one."""
        return _Reader(now, self._kept_at_most)


class _Reader:
    def __init__(self, now: datetime, kept_at_most: int) -> None:
        self._now = now
        self._kept_at_most = kept_at_most
        self._export: Export | None = None

    def take(self, name: str, content: Iterator[bytes]) -> bool:
        if name != ITSELF and not name.endswith(".car"):
            return False
        if self._export is not None:
            raise several()
        self._export = _Repository(self._now, self._kept_at_most).read(content)
        return True

    def finish(self) -> Export | None:
        return self._export


class _Repository:
    """What is held of a repository until its tree is known."""

    def __init__(self, now: datetime, kept_at_most: int) -> None:
        self._recent = Recent(now)
        self._room = kept_at_most
        self._nodes: dict[bytes, bytes] = {}
        self._posts: dict[bytes, tuple[str, Post]] = {}
        self._commit: Record | None = None

    def read(self, content: Iterator[bytes]) -> Export:
        car = Car(_checked(content))
        for cid, data in car.blocks():
            block = decoded(data)
            if not isinstance(block, dict):
                continue
            if cid == car.root:
                self._commit = block
            elif is_node(block):
                self._make_room(data)
                self._nodes[cid] = data
            elif block.get("$type") in (_POST, _REPOST):
                self._keep(cid, data, block)
        return self._told()

    def _keep(self, cid: bytes, data: bytes, record: Record) -> None:
        try:
            at = moment_of(record["createdAt"])
            if self._recent.covers(at):
                self._make_room(data)
                self._posts[cid] = (record["$type"], _post(record, at))
        except (KeyError, TypeError, ValueError, AttributeError):
            # Anybody may write any record into her own repository: this is no post.
            return

    def _make_room(self, data: bytes) -> None:
        self._room -= len(data)
        if self._room < 0:
            raise ArchiveTooLarge("This repository has more records than are read here.")

    def _told(self) -> Export:
        match self._commit:
            case {"did": str(did), "version": version, "data": bytes(root)}:
                if not _DID.fullmatch(did) or version not in _VERSIONS:
                    raise damaged()
            case _:
                raise damaged()
        for path, cid in records(self._nodes, root):
            kind, post = self._posts.get(cid, ("", None))
            if post is not None and path.startswith(kind.encode() + b"/"):
                self._recent.add(post)
        return Export(Account(did, did), Window(posts=self._recent.by(did)))


def _checked(content: Iterator[bytes]) -> Iterator[bytes]:
    """Pass a file on if it looks like a CAR file.

    Raises:
        UnknownArchive: It does not.
    """
    head = b""
    for chunk in content:
        head += chunk
        if len(head) >= 8:  # noqa: PLR2004 - what `begins` looks at
            break
    if not Car.begins(head):
        raise unknown()
    yield head
    yield from content


def _post(record: Record, at: datetime) -> Post:
    if record["$type"] == _REPOST:  # it has the address of what is passed on, and no words
        return Post(HERSELF, at, "", PostKind.BOOST)
    answers = record.get("reply")
    text = record["text"]
    if not isinstance(text, str):
        raise TypeError("A post's text is none.")
    return Post(
        author=HERSELF,
        created_at=at,
        text=text,
        kind=PostKind.REPLY if answers else PostKind.ORIGINAL,
        language=_language(record.get("langs")),
        reply_to=_author(answers["parent"]["uri"]) if answers else None,
    )


def _language(stated: object) -> str | None:
    match stated:
        case [str(one)]:
            return one.partition("-")[0]
    return None


def _author(address: str) -> str | None:
    """Return whose record an address is of (https://atproto.com/specs/at-uri-scheme)."""
    return address.removeprefix("at://").partition("/")[0] or None
