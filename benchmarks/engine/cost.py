"""What reading costs: processor time on one core, and bytes that stay."""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.engine.storylines import NOW, Outcome
from context.analyse import analyse
from context.engines import Engine
from context.post import Post, Window

ENOUGH = 1.0
"""Seconds of processor time over which a speed is measured at least."""
WINDOW = 100
"""Posts of a refresh."""
HOURS = 7
"""Hours between posts of a refresh, so that they fill the window."""


def posts_per_second(read: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    """Return how many posts are read in a second of processor time, by one thread.

    Args:
        read: Reads posts.
        texts: The posts.
    """
    read(texts[:WINDOW])
    with threadpool_limits(1):
        done, started = 0, time.process_time()
        while (spent := time.process_time() - started) < ENOUGH:
            read(texts)
            done += len(texts)
    return done / spent


def refresh_ms(engine: Engine, texts: Sequence[str]) -> float:
    """Return the median milliseconds of processor time of an analysis of 100 posts.

    Args:
        engine: The engine.
        texts: Posts, taken a hundred at a time.
    """
    times = []
    with threadpool_limits(1):
        for start in range(0, len(texts) - WINDOW + 1, WINDOW):
            window = Window(
                [
                    Post("her", NOW - timedelta(hours=HOURS * place), text)
                    for place, text in enumerate(texts[start : start + WINDOW])
                ]
            )
            started = time.process_time()
            analyse(window, None, engine, NOW)
            times.append(time.process_time() - started)
    return 1_000 * float(np.median(times))


def kept_bytes(outcomes: Sequence[Outcome]) -> tuple[float, float]:
    """Return the median and the largest number of bytes kept per person."""
    sizes = [outcome.kept for outcome in outcomes]
    return float(np.median(sizes)), float(max(sizes))
