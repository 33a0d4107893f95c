"""The web application: routers, middleware, and the life of its runtime."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from typing import Any

from fastapi import FastAPI
from starlette.types import Lifespan

from app import authserver, portal
from app.api.document import correct
from app.api.v1 import context
from app.observe import RequestLines, RequestLog
from app.portal.errors import error_page
from app.portal.pages.archives import UPLOAD_AT_MOST, UPLOAD_PATH
from app.web import description, health, problem, session
from app.web.direct import DirectLane
from app.web.security import HeaderPolicy, SecurityHeaders
from app.web.sizes import LimitBodies, Sizes
from app.web.unreadable import RefuseUnreadable
from app.wiring import Runtime

logger = logging.getLogger("milieu.main")

MAX_BODY_BYTES = 64 * 1024
SIZES = Sizes(MAX_BODY_BYTES, {UPLOAD_PATH: UPLOAD_AT_MOST})
LOOK_AGAIN_S = 2
TITLE = "Milieu"
VERSION = "0.1.0"
SUMMARY = "Customer context as a service: read what a customer granted, while she is on the phone."


def create_app(runtime: Runtime) -> FastAPI:
    """Build the application over a wired runtime, which it closes when it stops."""
    lines = RequestLines()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        stop, worker = asyncio.Event(), None
        try:
            await runtime.services.reencryption.check_once()
            if runtime.embedded_worker:
                worker = asyncio.create_task(_work(runtime, stop))
                worker.add_done_callback(_note_end)
            yield
        finally:
            stop.set()
            if worker is not None:
                await worker
            await runtime.close()
            lines.close()

    app = _routes(lifespan)
    app.state.services = runtime.services
    answers = problem.install(app, error_page, runtime.services.issuer)
    policy = HeaderPolicy(secure=runtime.services.issuer.startswith("https://"))
    session.install(app)
    app.add_middleware(LimitBodies, sizes=SIZES)
    app.add_middleware(RefuseUnreadable, sizes=SIZES)
    app.add_middleware(RequestLog, lines=lines)
    app.add_middleware(SecurityHeaders, policy=policy)
    app.add_middleware(
        DirectLane,
        addresses=(*health.DIRECT, *authserver.DIRECT),
        policy=policy,
        lines=lines,
        failure=answers.of,
        most=MAX_BODY_BYTES,
    )
    return app


async def _work(runtime: Runtime, stop: asyncio.Event) -> None:
    # A database that comes late may be under another master key: nothing of it is touched before.
    while not stop.is_set() and not await runtime.services.reencryption.check_once():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_AGAIN_S)
    if not stop.is_set():
        await runtime.worker.run(stop)


def _note_end(worker: asyncio.Task[None]) -> None:
    # Nothing is refreshed any more: whoever watches the log must see it.
    if not worker.cancelled() and (error := worker.exception()) is not None:
        logger.critical("The worker ended by %s; restart the service.", type(error).__name__)


@cache
def describe() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the API; made when it is first asked for."""
    return correct(_routes(None).openapi())


def _routes(lifespan: Lifespan[FastAPI] | None) -> FastAPI:
    # No /docs page: FastAPI's loads its assets from elsewhere, which our policy forbids.
    app = FastAPI(
        title=TITLE,
        version=VERSION,
        summary=SUMMARY,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # The address it would redirect to is made of the Host header, and a secret would follow.
        redirect_slashes=False,
        # Nothing here collects telemetry, and whether it does would be asked at each request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=lifespan,
    )
    for router in (
        context.router,
        authserver.router,
        portal.router,
        health.router,
        description.router,
    ):
        app.include_router(router)

    @app.get("/openapi.json", include_in_schema=False)
    def openapi() -> dict[str, Any]:
        return describe()

    return app
