"""Tables on posts and people that were written for this project."""

from collections.abc import Mapping
from pathlib import Path

from benchmarks.engine.cost import kept_bytes, refresh_ms
from benchmarks.engine.own import own_figures, read_own
from benchmarks.engine.storylines import agreement, follow, read_storylines
from benchmarks.engine.table import Table
from context.engines import Engine


def posts_table(engines: Mapping[str, Engine], quality: Path) -> Table:
    """Return figures on single posts.

    Args:
        engines: Engines by name.
        quality: Folder of the posts and storylines.
    """
    posts = read_own(quality / "posts.jsonl")
    return Table(
        "Text of our own: single posts",
        f"{len(posts.texts)} posts written for this project, which do not stand in for real ones.",
        {name: {**own_figures(posts, engine)} for name, engine in engines.items()},
    )


def storyline_tables(engines: Mapping[str, Engine], quality: Path) -> list[Table]:
    """Return agreement on whole people, and what reading and keeping one costs.

    Args:
        engines: Engines by name.
        quality: Folder of the posts and storylines.
    """
    storylines = read_storylines(quality / "storylines")
    texts = read_own(quality / "posts.jsonl").texts
    told = Table(
        "Text of our own: storylines",
        f"{len(storylines)} synthetic people with the context an expert wrote. directions: of "
        "topics found; subject macro F1: of a customer's top three.",
    )
    cost = Table(
        "Cost of a customer",
        "Processor time of one thread to analyse 100 posts; bytes kept on the storylines.",
    )
    for name, engine in engines.items():
        outcomes = [follow(storyline, engine) for storyline in storylines]
        median, largest = kept_bytes(outcomes)
        told.rows[name] = {**agreement(storylines, outcomes)}
        cost.rows[name] = {
            "refresh_ms": refresh_ms(engine, texts),
            "kept_bytes": median,
            "kept_bytes_at_most": largest,
        }
    return [told, cost]
