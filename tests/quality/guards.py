"""What keeps things out whatever the engine: the firewall, and the recognition of personal data."""

import json
from pathlib import Path

import numpy as np

from context.firewall import is_sensitive
from context.pii import find_personal

Line = dict[str, str | list[dict[str, str]] | None]


def figures(folder: Path) -> dict[str, float]:
    return {
        **firewall_figures(folder / "firewall.jsonl"),
        **pii_figures(folder / "pii.jsonl"),
        **everyday_figures(folder / "posts.jsonl"),
    }


def firewall_figures(path: Path) -> dict[str, float]:
    """Shares of sensitive posts that are dropped, of all and by category, and of others kept."""
    lines = read_lines(path)
    categories = sorted({str(line["category"]) for line in lines if line["category"]})
    dropped = {
        category: np.mean(
            [is_sensitive(str(t["text"])) for t in lines if t["category"] == category]
        )
        for category in categories
    }
    return {
        "firewall_drops": float(np.mean(list(dropped.values()))),
        "firewall_keeps": float(
            np.mean([not is_sensitive(str(t["text"])) for t in lines if not t["category"]])
        ),
        **{f"firewall_drops_{name.replace(' ', '_')}": float(v) for name, v in dropped.items()},
    }


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


def everyday_figures(path: Path) -> dict[str, float]:
    """The same of the firewall on the single posts, most of which are plain life."""
    lines = read_lines(path)
    dropped = np.array([is_sensitive(str(line["text"])) for line in lines])
    sensitive = np.array([line["sensitive"] is not None for line in lines])
    return {
        "firewall_drops_of_posts": float(dropped[sensitive].mean()),
        "firewall_keeps_of_posts": float(1 - dropped[~sensitive].mean()),
    }


def read_lines(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
