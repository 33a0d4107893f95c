"""What keeps things out: the firewall, and the recognition of personal data."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from context.engines import Engine
from context.firewall import is_sensitive
from context.pii import find_personal
from context.reading import is_harmless

Line = dict[str, str | list[dict[str, str]] | None]
Drops = Callable[[Sequence[str]], NDArray[np.bool_]]


def figures(folder: Path) -> dict[str, float]:
    """Of the lexicon alone, and of the recognition of personal data."""
    return {**firewall_figures(folder, by_lexicon), **pii_figures(folder / "pii.jsonl")}


def firewall_figures(folder: Path, drops: Drops) -> dict[str, float]:
    """Shares of sensitive posts that are dropped, of all and by category, and of others kept.

    The same of the firewall on the single posts, most of which are plain life.
    """
    lines = read_lines(folder / "firewall.jsonl")
    dropped = drops([str(line["text"]) for line in lines])
    categories = np.array([str(line["category"] or "") for line in lines])
    shares = {
        name: float(dropped[categories == name].mean()) for name in sorted({*categories} - {""})
    }
    posts = read_lines(folder / "posts.jsonl")
    of_posts = drops([str(line["text"]) for line in posts])
    sensitive = np.array([line["sensitive"] is not None for line in posts])
    return {
        "firewall_drops": float(np.mean(list(shares.values()))),
        "firewall_keeps": float(1 - dropped[categories == ""].mean()),
        **{f"firewall_drops_{name.replace(' ', '_')}": share for name, share in shares.items()},
        "firewall_drops_of_posts": float(of_posts[sensitive].mean()),
        "firewall_keeps_of_posts": float(1 - of_posts[~sensitive].mean()),
    }


def by_lexicon(texts: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([is_sensitive(text) for text in texts])


def by_both(engine: Engine) -> Drops:
    """As a post is dropped in earnest: by the lexicon, or by the engine."""
    return lambda texts: by_lexicon(texts) | ~is_harmless(texts, engine.read(texts))


def pii_figures(path: Path) -> dict[str, float]:
    """The share of personal data found whole and by kind, and of texts without any left alone."""
    found, alone = [], []
    for line in read_lines(path):
        spans = find_personal(str(line["text"]))
        expected = line["pii"]
        assert isinstance(expected, list)
        for item in expected:
            start = str(line["text"]).index(item["value"])
            end = start + len(item["value"])
            found.append(
                any(s.kind == item["kind"] and s.start <= start and end <= s.end for s in spans)
            )
        if not expected:
            alone.append(not spans)
    return {"pii_found": float(np.mean(found)), "pii_left_alone": float(np.mean(alone))}


def read_lines(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
