"""Exports as Mastodon, X and Bluesky make them, built by standard tools."""

import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import libipld

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
MARA = "https://social.example/users/mara"
FOLLOWERS = f"{MARA}/followers"
DID = "did:plc:mara234567mara234567mara"
Files = Mapping[str, bytes]


def chunked(content: bytes, size: int = 65536) -> Iterator[bytes]:
    """Yield bytes as they come over the wire."""
    for at in range(0, len(content), size):
        yield content[at : at + size]


def zipped(files: Files, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack files into a zip, sizes in the headers."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


class _Pipe(io.RawIOBase):
    """What cannot seek, so that sizes come after each file, as where a zip is made on the fly."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self.written += content
        return len(content)


def zipped_on_the_fly(files: Files, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack files into a zip, sizes after each."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return bytes(pipe.written)


def tarred(files: Files, *others: tarfile.TarInfo) -> bytes:
    """Pack files into a gzipped tar, after members that are no files."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for other in others:
            archive.addfile(other)
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def untidily_gzipped(content: bytes) -> bytes:
    """Gzip in two members, which RFC 1952 allows."""
    half = len(content) // 2
    return gzip.compress(content[:half]) + gzip.compress(content[half:])


def note(words: str, at: datetime, **said: Any) -> dict[str, Any]:
    """Return a public post of hers as it stands in an outbox; `said` changes the object."""
    addressed = {"to": said.pop("to", [PUBLIC]), "cc": said.pop("cc", [FOLLOWERS])}
    about = {"id": f"{MARA}/statuses/1", "type": "Note", "content": f"<p>{words}</p>"}
    about |= {"summary": None, "inReplyTo": None, "contentMap": {"en": f"<p>{words}</p>"}}
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "id": f"{MARA}/statuses/1/activity",
        "type": "Create",
        "actor": MARA,
        "published": stamp,
        **addressed,
        "object": {**about, "published": stamp, **addressed, **said},
    }


def announce(said: Any, at: datetime, to: Any = (PUBLIC,)) -> dict[str, Any]:
    """Return a boost as it stands in an outbox."""
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"type": "Announce", "published": stamp, "to": list(to), "cc": [], "object": said}


def actor(**about: Any) -> bytes:
    """Return an actor.json."""
    said = {"id": MARA, "type": "Person", "preferredUsername": "mara"}
    return json.dumps(said | {"published": "2019-05-01T00:00:00Z"} | about).encode()


def outbox(*activities: Any) -> bytes:
    """Return an outbox.json."""
    return json.dumps(
        {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": "outbox.json",
            "type": "OrderedCollection",
            "totalItems": len(activities),
            "orderedItems": list(activities),
        }
    ).encode()


def mastodon_files(*activities: Any, **more: bytes) -> dict[str, bytes]:
    """Return the files of Mastodon's export, in its order."""
    return {
        "media_attachments/files/1/original/cat.png": b"\x89PNG" + bytes(2000),
        "outbox.json": outbox(*activities),
        "likes.json": b'{"orderedItems":["https://other.example/1"]}',
        "actor.json": actor(),
        **more,
    }


def mastodon_zip(*activities: Any) -> bytes:
    """Return Mastodon's export as it is now."""
    return zipped(mastodon_files(*activities))


def tweet(words: str, at: datetime, **said: Any) -> dict[str, Any]:
    """Return a tweet as it stands in tweets.js."""
    stamp = at.strftime("%a %b %d %H:%M:%S +0000 %Y")
    about = {"id_str": "1", "created_at": stamp, "full_text": words, "lang": "en"}
    return {"tweet": {**about, "retweeted": False, **said}}


def script(name: str, entries: Iterable[Any], part: int = 0) -> bytes:
    """Return a file of X's archive."""
    return f"window.YTD.{name}.part{part} = {json.dumps(list(entries), indent=2)}".encode()


def x_files(*tweets: Any, **more: bytes) -> dict[str, bytes]:
    """Return the files of X's archive, in the order of its names."""
    mara = {"email": "mara@example.org", "username": "mara", "accountId": "42"}
    account = {"account": mara | {"createdAt": "2012-03-04T05:06:07.000Z"}}
    files = {
        "Your archive.html": b"<!doctype html>",
        "data/account.js": script("account", [account]),
        "data/direct-messages.js": script("direct_messages", [{"dmConversation": {}}]),
        "data/protected-history.js": script("protected_history", []),
        "data/tweets.js": script("tweets", tweets),
        "data/tweets_media/1-cat.mp4": bytes(range(256)) * 40,
    }
    return files | {f"data/{name.replace('_', '-')}.js": text for name, text in more.items()}


def x_zip(*tweets: Any, **more: bytes) -> bytes:
    """Return X's archive."""
    return zipped(x_files(*tweets, **more))


def block(content: Any) -> tuple[bytes, bytes]:
    """Return a block's CID and bytes."""
    data = content if isinstance(content, bytes) else libipld.encode_dag_cbor(content)
    return b"\x01\x71\x12\x20" + hashlib.sha256(data).digest(), data


def framed(content: bytes) -> bytes:
    """Return bytes after their length as a varint."""
    size, head = len(content), bytearray()
    while size >= 0x80:
        head.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([*head, size]) + content


def car(root: bytes, blocks: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return a CAR file."""
    header = libipld.encode_dag_cbor({"roots": [root], "version": 1})
    return framed(header) + b"".join(framed(cid + data) for cid, data in blocks)


def said_on_bluesky(words: str, at: datetime, **more: Any) -> dict[str, Any]:
    """Return a post's record."""
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {
        "$type": "app.bsky.feed.post",
        "createdAt": stamp,
        "langs": ["en"],
        "text": words,
    } | more


def repository(records: Mapping[str, Any], *strays: Any, wide: int = 4, did: str = DID) -> bytes:
    """Return Bluesky's export of records by path, its nodes after them.

    Args:
        records: By their paths.
        strays: Further blocks that the tree does not hold, such as deleted records.
        wide: Entries of a node.
        did: Whose it is.
    """
    blocks = [block(stray) for stray in strays]
    leaves = []
    for path, record in sorted(records.items()):
        cid, data = block(record)
        blocks.append((cid, data))
        leaves.append((path.encode(), cid))
    root = _tree(leaves, wide, blocks)
    commit = {"did": did, "version": 3, "data": root, "rev": "3l", "prev": None, "sig": b"s"}
    first = block(commit)
    return car(first[0], [first, *blocks])


def _tree(leaves: list[tuple[bytes, bytes]], wide: int, blocks: list[tuple[bytes, bytes]]) -> bytes:
    entries, before = [], b""
    own = leaves[:wide]
    for place, (path, cid) in enumerate(own):
        shared = 0
        while shared < min(len(before), len(path)) and before[shared] == path[shared]:
            shared += 1
        is_last = place == len(own) - 1 and len(leaves) > wide
        below = _tree(leaves[wide:], wide, blocks) if is_last else None
        entries.append({"p": shared, "k": path[shared:], "v": cid, "t": below})
        before = path
    node = block({"l": None, "e": entries})
    blocks.append(node)
    return node[0]
