"""All figures on text of our own, for one engine or for what does not depend on one."""

from functools import cache
from pathlib import Path

from benchmarks.engine.own import own_figures, read_own
from benchmarks.engine.storylines import agreement, follow, read_storylines
from context.engines import load_engine
from tests.quality import behaviour, fairness, guards

QUALITY = Path(__file__).parent
GUARDS = "guards"


@cache
def measured(name: str) -> dict[str, float]:
    """The figures of an engine by its name, or of ``GUARDS``."""
    if name == GUARDS:
        return guards.figures(QUALITY)
    engine = load_engine(name)
    storylines = read_storylines(QUALITY / "storylines")
    told = agreement(storylines, [follow(storyline, engine) for storyline in storylines])
    return {
        **{f"posts_{key}": figure for key, figure in own_figures(
            read_own(QUALITY / "posts.jsonl"), engine
        ).items()},
        **{f"storylines_{key}": figure for key, figure in told.items()},
        **behaviour.figures(engine, QUALITY / "checklist.json"),
        **fairness.figures(engine, QUALITY / "fairness.json"),
        **guards.firewall_figures(QUALITY, guards.by_both(engine)),
    }  # fmt: skip
