"""The lane for machines keeps every promise of the usual way, and leaves it what is unusual."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import DatabaseDown, Unavailable
from app.main import MAX_BODY_BYTES, create_app
from app.observe import RequestLines
from app.web import direct
from app.web.direct import Direct, DirectLane, Incoming, Outgoing
from app.web.problem import Answers
from app.web.security import HeaderPolicy
from app.web.services import Services
from app.wiring import build
from tests.app.portal.conftest import settings_for
from tests.support.clock import START, SettableClock

FORM = {"content-type": "application/x-www-form-urlencoded"}
PATHS = ("/oauth/token", "/oauth/introspect", "/oauth/revoke", "/oauth/par", "/oauth/authorize")
ODD = st.sampled_from(
    ["", "a=1", "grant_type=client_credentials", "grant_type=x&grant_type=x", "token=t", "%zz=%"]
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "accept": st.sampled_from(["text/html", "application/json", "*/*"]),
        "authorization": st.sampled_from(["Basic", "Basic eDp5", "Basic \xff", "Bearer x"]),
        "dpop": st.just("no.proof.this"),
        "content-type": st.sampled_from(
            ["text/plain", "multipart/form-data; boundary=x", FORM["content-type"]]
        ),
    },
)


@pytest.fixture
async def served(tmp_path: Path, sqlite_template: bytes) -> AsyncIterator[FastAPI]:
    path = tmp_path / "milieu.db"
    path.write_bytes(sqlite_template)
    runtime = build(settings_for(path), SettableClock(START))
    yield create_app(runtime)
    await runtime.close()


def client_of(app: object) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type]  # any ASGI application
    return httpx.AsyncClient(transport=transport, base_url="http://milieu.test")


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    yield body


@settings(suppress_health_check=list(HealthCheck), max_examples=150)
@given(path=st.sampled_from(PATHS), body=ODD, headers=HEADERS)
async def test_both_ways_give_the_same_answer(
    served: FastAPI, path: str, body: str, headers: dict[str, str]
):
    # Mutations tried: no security headers in the lane; a domain error as 500; multipart read.
    sent = {name: value.encode("latin-1") for name, value in headers.items()}
    async with client_of(served) as client:
        short = await client.post(path, content=body.encode(), headers=sent)
        # Without a stated length a body takes the usual way.
        usual = await client.post(path, content=in_pieces(body.encode()), headers=sent)
    assert short.status_code == usual.status_code < 500
    assert sorted(short.headers.multi_items()) == sorted(usual.headers.multi_items())
    assert short.text == usual.text
    # Without it a server answers in pieces.
    assert short.headers["content-length"] == str(len(short.content))


@pytest.mark.parametrize("query", ["", "?client_id=cli_x", "?a=%00", "?a=%FF"])
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
async def test_a_browser_that_may_not_be_sent_on_sees_a_page_and_a_program_a_document(
    served: FastAPI, query: str, accept: str
):
    async with client_of(served) as client:
        answer = await client.get(f"/oauth/authorize{query}", headers={"accept": accept})
    assert answer.status_code == 400
    kind = "application/problem+json" if accept != "text/html" else "text/html"
    # An address that is none is refused before anybody looks at who asks.
    assert "%00" in query or answer.headers["content-type"].startswith(kind)
    assert answer.headers["x-frame-options"] == "DENY"


def test_what_has_no_body_says_so_where_it_may():
    assert Outgoing.empty(303, []).headers == [(b"content-length", b"0")]
    assert Outgoing.empty(204, []).headers == []


@pytest.mark.parametrize("path", ["/oauth/token", "/v1/context/lookup", "/sign-in"])
@pytest.mark.parametrize("stated", [True, False])
async def test_too_much_is_refused_alike_and_is_no_mistake_of_ours(
    served: FastAPI, caplog: pytest.LogCaptureFixture, stated: bool, path: str
):
    # Mutation tried: `RefuseUnreadable` lets a stated length pass.
    body = b"a" * (MAX_BODY_BYTES + 1)
    async with client_of(served) as client:
        content = body if stated else in_pieces(body)
        answer = await client.post(path, content=content, headers=FORM)
    assert answer.status_code == 413
    assert answer.json()["code"] == "content_too_large"
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_no_address_is_made_of_the_host_header(served: FastAPI):
    # Mutation tried: without `redirect_slashes=False`.
    async with client_of(served) as client:
        answer = await client.post("/oauth/token/", headers={"host": "evil.example"})
    assert (answer.status_code, "location" in answer.headers) == (404, False)


@pytest.mark.parametrize(
    "path", ["/.well-known/openid-configuration", "/oauth/jwks", "/health/live", "/health/ready"]
)
async def test_what_anybody_may_read_answers_head(served: FastAPI, path: str):
    async with client_of(served) as client:
        assert (await client.head(path)).status_code == 200


async def test_what_fills_the_limit_is_read(served: FastAPI):
    body = b"a=" + b"a" * (MAX_BODY_BYTES - 2)
    async with client_of(served) as client:
        answer = await client.post("/oauth/token", content=body, headers=FORM)
    assert answer.json()["error"] == "invalid_request"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD"])
@pytest.mark.parametrize("path", PATHS)
async def test_another_method_is_refused_as_anywhere(served: FastAPI, method: str, path: str):
    async with client_of(served) as client:
        answer = await client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"]


def lane(endpoint: direct.Endpoint) -> DirectLane:
    app = FastAPI()
    app.state.services = None
    answers = Answers(lambda *_: pytest.fail("no page for a program"), "https://milieu.test/meta")
    return DirectLane(
        app,
        addresses=[Direct("/x", "POST", endpoint)],
        policy=HeaderPolicy(secure=True),
        lines=RequestLines(),
        failure=answers.of,
        most=10,
    )


@pytest.mark.parametrize(
    ("error", "status"),
    [(Unavailable("Wait."), 503), (DatabaseDown(), 503), (RuntimeError("mara@example.org"), 500)],
)
async def test_an_error_has_its_document_its_headers_and_its_line(
    caplog: pytest.LogCaptureFixture, error: Exception, status: int
):
    async def fails(_incoming: Incoming, _services: Services) -> Outgoing:
        raise error

    around = lane(fails)

    async def with_application(scope, receive, send):
        await around({**scope, "app": around._app}, receive, send)

    with caplog.at_level(logging.INFO, "milieu"):
        async with client_of(with_application) as client:
            answer = await client.post("/x", content=b"")
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["strict-transport-security"]
    assert f"POST /x {status} " in caplog.text
    is_down = isinstance(error, DatabaseDown)
    assert ("retry-after" in answer.headers) is is_down
    assert ("The database does not answer" in caplog.text) is is_down
    assert "mara" not in caplog.text + answer.text


async def test_nothing_is_done_for_whoever_is_gone():
    done: list[Incoming] = []

    async def endpoint(incoming: Incoming, _services: Services) -> Outgoing:
        done.append(incoming)
        return Outgoing.of_json(200, [], {})

    async def receive():
        return {"type": "http.disconnect"}

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/x",
        "query_string": b"",
        "headers": [(b"content-length", b"3")],
    }
    await lane(endpoint)(scope, receive, lambda _message: pytest.fail("nobody is there"))
    assert not done
