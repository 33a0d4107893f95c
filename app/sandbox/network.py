"""Puts the network together: the one place where its parts are made."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from app.clock import Clock, system_clock
from app.sandbox import pages
from app.sandbox.controls import Controls
from app.sandbox.mastodon import accounts, apps, authorize, instance, statuses, token
from app.sandbox.mastodon.host import Host
from app.sandbox.mastodon.limits import RateLimit, RateLimitMiddleware
from app.sandbox.mastodon.refusal import Refusal, answer_http, answer_refusal
from app.sandbox.pace import Pace
from app.sandbox.registry import Registry
from app.sandbox.saved import Saved
from app.sandbox.storylines.model import Storyline
from app.sandbox.storylines.narrator import Narrator
from app.sandbox.storylines.read import read_everyday, read_storylines
from app.sandbox.weather import Sleep, Weather, WeatherMiddleware
from app.sandbox.world import World


def create_sandbox(
    *,
    clock: Clock = system_clock,
    anchor: datetime | None = None,
    time_lapse: float = 1.0,
    seed: int = 1,
    base_url: str | None = None,
    state_file: Path | None = None,
    rate_limit: RateLimit | None = None,
    storylines: Sequence[Storyline] | None = None,
    sleep: Sleep = asyncio.sleep,
) -> Starlette:
    """Create the sandbox network.

    Args:
        clock: The moment now.
        anchor: When the stories are at their turning point; the moment of creation unless given.
            Give the same one after a restart to find the same posts.
        time_lapse: Story seconds per second after the anchor, at least 1. With 300 a story day
            lasts about five minutes, and somebody posts every few seconds.
        seed: Another seed, other posts.
        base_url: The network's address; taken from each request unless given.
        state_file: Where logins and published statuses are kept; memory only unless given.
        rate_limit: 300 requests in five minutes for each caller unless given.
        storylines: What happens here; all that ship with the sandbox unless given. Empty for a
            network without people, to be filled from a file.
        sleep: Waits some seconds; only slow answers ordered by `controls` use it.

    Returns:
        An ASGI application with `state.world` (people and statuses) and `state.controls`.

    Raises:
        SavedStateError: The state file is damaged.
        ValueError: The time lapse is below 1, or the anchor has no time zone.
    """
    pace = Pace(anchor or clock(), time_lapse)
    told = read_storylines() if storylines is None else storylines
    world = World(clock, Narrator(told, read_everyday(), pace, seed))
    host = Host(world, Registry(), Saved(state_file), base_url)
    host.saved.read(host.registry, world)
    limit, weather = rate_limit or RateLimit(), Weather()
    app = Starlette(
        routes=[
            *instance.ROUTES,
            *apps.ROUTES,
            *authorize.ROUTES,
            *token.ROUTES,
            *accounts.ROUTES,
            *statuses.ROUTES,
            *pages.ROUTES,
        ],
        middleware=[
            Middleware(RateLimitMiddleware, rate_limit=limit, clock=clock),
            Middleware(WeatherMiddleware, weather=weather, sleep=sleep),
        ],
        exception_handlers={Refusal: answer_refusal, HTTPException: answer_http},
    )
    app.state.host = host
    app.state.world = world
    app.state.controls = Controls(limit, weather, host)
    return app
