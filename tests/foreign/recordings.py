"""What real Mastodon servers answered: the exchanges that Mastodon.py's own tests are made of.

They are in its source distribution on PyPI (MIT), recorded from Mastodon 2.4 to 4.8. pip fetches
the pinned one, by its hash, into a folder that git ignores; none of it is kept here.
"""

import gzip
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

PINNED = Path(__file__).with_name("recordings.txt")
KEPT = Path(__file__).parents[2] / ".recordings"
PATIENCE_S = 300


class RecordingsMissing(Exception):
    """The recordings cannot be had; the message is what pip said."""


@dataclass(frozen=True)
class Exchange:
    """One request that was made to a server, and what it answered."""

    cassette: str
    method: str
    url: str
    form: dict[str, str]
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def query(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.url).query).items()}

    def json(self) -> Any:
        """Return the answer, or None if it is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def exchanges() -> list[Exchange]:
    """Read every exchange, in the order of the cassettes; fetch them first where that is needed.

    Raises:
        RecordingsMissing: They cannot be had.
    """
    with tarfile.open(_archive()) as archive:
        cassettes = sorted(
            (member for member in archive.getmembers() if _is_cassette(member.name)),
            key=lambda member: member.name,
        )
        return [
            exchange
            for member in cassettes
            for exchange in _read(_name(member.name), archive.extractfile(member).read())
        ]


def _archive() -> Path:
    found = sorted(KEPT.glob("*.tar.gz"))
    if not found or KEPT.stat().st_mtime < PINNED.stat().st_mtime:
        for old in found:
            old.unlink()
        _fetch()
        found = sorted(KEPT.glob("*.tar.gz"))
    return found[-1]


def _fetch() -> None:
    options = ["--no-deps", "--require-hashes", "--no-binary", "mastodon.py"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(KEPT)]
    done = subprocess.run(
        [*command, "--requirement", str(PINNED)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    if done.returncode:
        raise RecordingsMissing(f"pip cannot fetch the recordings: {done.stdout}{done.stderr}")
    KEPT.touch()


def _is_cassette(name: str) -> bool:
    return "/tests/cassettes" in name and name.endswith((".yaml", ".yml"))


def _name(path: str) -> str:
    return "/".join(Path(path).parts[-2:])


def _read(cassette: str, content: bytes) -> Iterator[Exchange]:
    recorded = yaml.load(content, yaml.CSafeLoader)
    # Streams over WebSocket are kept in another form.
    for one in recorded.get("interactions", ()):
        asked, answered = one["request"], one["response"]
        yield Exchange(
            cassette,
            asked["method"],
            asked["uri"],
            _form(asked["body"]),
            answered["status"]["code"],
            {name.lower(): values[0] for name, values in answered["headers"].items()},
            _plain(answered["body"].get("string") or b""),
        )


def _form(body: object) -> dict[str, str]:
    text = body.decode("latin-1") if isinstance(body, bytes) else body
    fields = parse_qs(text) if isinstance(text, str) else {}
    return {name: values[-1] for name, values in fields.items()}


def _plain(body: bytes | str) -> bytes:
    raw = body.encode() if isinstance(body, str) else body
    return gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
