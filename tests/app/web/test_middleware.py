"""Security headers and the request log, over an application of one route."""

import logging

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from app.observe import CHATTY, RequestLines, RequestLog, configure_logging
from app.web.security import HeaderPolicy, SecurityHeaders


def client_of(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://milieu.test")


@pytest.mark.parametrize("secure", [True, False])
async def test_every_answer_forbids_framing_sniffing_and_foreign_scripts(secure: bool):
    app = FastAPI()
    app.add_middleware(SecurityHeaders, policy=HeaderPolicy(secure=secure))

    @app.get("/plain")
    async def plain() -> str:
        return "x"

    @app.get("/consent")
    async def consent(request: Request) -> HTMLResponse:
        request.state.form_action = ["https://crm.example"]
        return HTMLResponse("x", headers={"Cache-Control": "private"})

    async with client_of(app) as client:
        plain_answer = await client.get("/plain")
        missing = await client.get("/missing")
        consent_answer = await client.get("/consent")
    for answer in (plain_answer, missing, consent_answer):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert ("strict-transport-security" in answer.headers) is secure
    assert plain_answer.headers["content-security-policy"].endswith("form-action 'self'")
    assert plain_answer.headers["cache-control"] == "no-store"
    assert consent_answer.headers["content-security-policy"].endswith(
        "form-action 'self' https://crm.example"
    )
    assert consent_answer.headers["cache-control"] == "private"


async def test_the_log_names_the_route_never_the_secret_in_the_path(
    caplog: pytest.LogCaptureFixture,
):
    app = FastAPI()
    app.add_middleware(RequestLog, lines=RequestLines())

    @app.get("/sign-in/{token}")
    async def sign_in(token: str) -> str:
        if token == "crash":
            raise RuntimeError
        return token

    with caplog.at_level(logging.INFO, "milieu"):
        async with client_of(app) as client:
            await client.get("/sign-in/mil_si_secret?email=mara@example.org")
            await client.get("/sign-in/crash")
            await client.get("/nowhere/mil_si_secret")
    lines = [record.getMessage() for record in caplog.records]
    assert lines[0].startswith("GET /sign-in/{token} 200 ")
    assert lines[1].startswith("GET /sign-in/{token} 500 ")
    assert lines[2].startswith("GET - 404 ")
    assert "mil_si_secret" not in caplog.text
    assert "mara" not in caplog.text


async def test_of_many_requests_alike_the_rest_share_a_line_and_no_error_goes_untold(
    caplog: pytest.LogCaptureFixture,
):
    lines = RequestLines()
    with caplog.at_level(logging.INFO, "milieu"):
        for status in (200, 200, 401, 200, 401, 303):
            lines.note("POST", "/oauth/token", status, 0.0)
        told = [record.getMessage().split(" ms")[0].rsplit(" ", 1)[0] for record in caplog.records]
        assert told == [f"POST /oauth/token {status}" for status in (200, 401, 401, 303)]
        caplog.clear()
        lines._note_rest(("POST", "/oauth/token", 200))
        lines._note_rest(("POST", "/oauth/token", 303))
        lines.note("POST", "/oauth/token", 200, 0.0)
    rest, again = (record.getMessage() for record in caplog.records)
    assert rest.startswith("POST /oauth/token 200 and 2 more in a second, ")
    assert again.startswith("POST /oauth/token 200 ")


def test_libraries_that_would_print_secrets_are_kept_quiet_even_at_debug():
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    try:
        configure_logging("debug")
        assert root.level == logging.DEBUG
        assert not any(logging.getLogger(name).isEnabledFor(logging.INFO) for name in CHATTY)
    finally:
        root.setLevel(level)
        root.handlers[:] = handlers
