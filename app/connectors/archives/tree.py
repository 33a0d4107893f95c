"""The tree of a repository: which records it holds now, by their paths.

https://atproto.com/specs/repository#mst-structure: each node has a link to the subtree before its
entries (`l`), and entries (`e`) of a path that shares its beginning with the one before it (`p`,
`k`), a record (`v`) and the subtree after it (`t`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.connectors.archives.car import decoded
from app.connectors.archives.errors import damaged

_PATH_AT_MOST = 1024


def is_node(block: object) -> bool:
    """Say whether a block may be a node of a tree."""
    return isinstance(block, dict) and block.keys() == {"e", "l"}


def records(nodes: Mapping[bytes, bytes], root: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the path and the CID of every record that a tree holds.

    Args:
        nodes: Its nodes by CID, encoded.
        root: CID of its uppermost node.

    Raises:
        BrokenArchive: A node is missing, twice in the tree, or none.
    """
    waiting, seen = [root], set[bytes]()
    while waiting:
        cid = waiting.pop()
        if cid in seen or cid not in nodes:
            raise damaged()
        seen.add(cid)
        node = decoded(nodes[cid])
        if not isinstance(node, dict):
            raise damaged()
        try:
            found = list(_entries(node))
            below = [node["l"], *(entry["t"] for entry in node["e"])]
        except (KeyError, TypeError, IndexError):
            raise damaged() from None
        yield from found
        waiting += [link for link in below if link is not None]


def _entries(node: dict[str, Any]) -> Iterator[tuple[bytes, bytes]]:
    before = b""
    for entry in node["e"]:
        shared, rest, record = entry["p"], entry["k"], entry["v"]
        if not isinstance(rest, bytes) or not 0 <= shared <= len(before):
            raise damaged()
        before = before[:shared] + rest
        if len(before) > _PATH_AT_MOST:
            raise damaged()
        yield before, record
