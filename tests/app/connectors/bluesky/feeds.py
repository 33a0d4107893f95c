"""Items of feeds, in the shape in which the network's own software answers them."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

NUMBERS = count(1)


def author(did: str, *labels: str, src: str | None = None) -> dict[str, Any]:
    """Who wrote something; labels are the author's own unless `src` says otherwise."""
    return {
        "did": did,
        "handle": f"{did[-4:]}.test",
        "labels": [{"src": src or did, "val": label, "uri": did} for label in labels],
    }


def stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def post(by: str | dict[str, Any], text: str, at: datetime, **changes: Any) -> dict[str, Any]:
    """A post as a feed has it; `record` and other members may be changed."""
    who = author(by) if isinstance(by, str) else by
    record = {
        "$type": "app.bsky.feed.post",
        "text": text,
        "createdAt": stamp(at),
        "langs": ["en"],
    } | changes.pop("record", {})
    uri = f"at://{who['did']}/app.bsky.feed.post/{next(NUMBERS)}"
    view = {"uri": uri, "cid": "bafy", "author": who, "record": record, "indexedAt": stamp(at)}
    return {"post": view | changes}


def answer_to(did: str) -> dict[str, Any]:
    there = {"uri": f"at://{did}/app.bsky.feed.post/1", "cid": "bafy"}
    return {"reply": {"root": there, "parent": there}}


def repost(item: dict[str, Any], by: str | dict[str, Any], at: datetime) -> dict[str, Any]:
    who = author(by) if isinstance(by, str) else by
    kind = "app.bsky.feed.defs#reasonRepost"
    return {**item, "reason": {"$type": kind, "by": who, "indexedAt": stamp(at)}}


def quotation(of: dict[str, Any], *, beside_pictures: bool = False) -> dict[str, Any]:
    """The embed by which a post shows another one."""
    view = of["post"]
    record = {
        "$type": "app.bsky.embed.record#viewRecord",
        "uri": view["uri"],
        "author": view["author"],
        "value": view["record"],
    }
    if not beside_pictures:
        return {"$type": "app.bsky.embed.record#view", "record": record}
    inner = {"$type": "app.bsky.embed.record#view", "record": record}
    return {"$type": "app.bsky.embed.recordWithMedia#view", "record": inner, "media": {}}


def ago(now: datetime, **some: float) -> datetime:
    return now - timedelta(**some)
