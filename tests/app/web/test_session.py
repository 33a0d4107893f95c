"""The session's cookie: out of reach of scripts, other sites, other hosts and plain HTTP (66)."""

from http.cookies import Morsel, SimpleCookie
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from app.web.session import clear_session_cookie, set_session_cookie


async def cookie_of(issuer: str, path: str) -> Morsel[str]:
    app = FastAPI()
    app.state.services = SimpleNamespace(issuer=issuer)

    @app.get("/set")
    async def begin(request: Request) -> Response:
        response = Response()
        set_session_cookie(request, response, "secret")
        return response

    @app.get("/clear")
    async def end(request: Request) -> Response:
        response = Response()
        clear_session_cookie(request, response)
        return response

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=issuer) as client:
        answer = await client.get(path)
    [cookie] = SimpleCookie(answer.headers["set-cookie"]).values()
    return cookie


async def test_behind_tls_the_cookie_is_bound_to_this_host_alone():
    """Mutation: leave `secure=` out, or the `__Host-` prefix."""
    cookie = await cookie_of("https://milieu.example", "/set")
    assert cookie.key == "__Host-milieu"
    assert cookie.value == "secret"
    assert cookie["secure"]
    assert cookie["path"] == "/"
    assert not cookie["domain"]


@pytest.mark.parametrize("issuer", ["https://milieu.example", "http://localhost:8000"])
@pytest.mark.parametrize("path", ["/set", "/clear"])
async def test_no_script_and_no_other_site_gets_at_it(issuer: str, path: str):
    cookie = await cookie_of(issuer, path)
    assert cookie["httponly"]
    assert cookie["samesite"].lower() == "lax"
    assert bool(cookie["secure"]) is issuer.startswith("https")
    if path == "/clear":
        assert int(cookie["max-age"]) == 0
