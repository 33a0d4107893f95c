"""Every error is a document that says what to do, and nothing it should not."""

import logging

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError

from app import errors
from app.web import problem

ISSUER = "https://milieu.example"


class Body(BaseModel):
    name: str
    size: int


@pytest.fixture
def client() -> httpx.AsyncClient:
    app = FastAPI()
    problem.install(
        app, lambda _request, status, title, detail: HTMLResponse(title, status), ISSUER
    )

    @app.get("/v1/raise/{name}")
    @app.get("/raise/{name}")
    async def fail(name: str) -> None:
        raise getattr(errors, name)("What to do.")

    @app.get("/v1/crash")
    async def crash() -> None:
        raise RuntimeError("mara@example.org")

    @app.get("/v1/down")
    async def down() -> None:
        raise OperationalError("SELECT mara@example.org", {}, OSError("no route"))

    @app.post("/v1/body")
    async def take(body: Body) -> Body:
        return body

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://milieu.test")


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("Invalid", 400, "invalid_request"),
        ("Unauthenticated", 401, "invalid_token"),
        ("Forbidden", 403, "forbidden"),
        ("NotFound", 404, "not_found"),
        ("Conflict", 409, "conflict"),
        ("Unavailable", 503, "unavailable"),
        ("MilieuError", 500, "error"),
    ],
)
async def test_a_domain_error_becomes_problem_json(
    client: httpx.AsyncClient, name: str, status: int, code: str
):
    response = await client.get(f"/v1/raise/{name}")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    body = response.json()
    assert (body["status"], body["code"], body["detail"]) == (status, code, "What to do.")
    assert body["type"].endswith(code)


async def test_an_unauthenticated_answer_carries_the_challenge(client: httpx.AsyncClient):
    response = await client.get("/v1/raise/Unauthenticated")
    assert response.headers["www-authenticate"].startswith('Bearer error="invalid_token"')


async def test_a_person_gets_a_page_but_never_from_the_api(client: httpx.AsyncClient):
    headers = {"Accept": "text/html,*/*;q=0.8"}
    page = await client.get("/raise/NotFound", headers=headers)
    assert (page.status_code, page.text) == (404, "Not found")
    api = await client.get("/v1/raise/NotFound", headers=headers)
    assert api.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "JSON decode error"),
        (b'{"name": "mara@example.org", "size": "large"}', "body.size"),
        (b'{"size": 1}', "body.name: Field required"),
        (b"\xff\xfe", "body"),
    ],
)
async def test_malformed_input_says_where_but_never_repeats_it(
    client: httpx.AsyncClient, content: bytes, said: str
):
    response = await client.post(
        "/v1/body", content=content, headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 400
    assert said in response.json()["detail"]
    assert "mara" not in response.text


async def test_an_unknown_address_and_a_wrong_method_are_problems_too(client: httpx.AsyncClient):
    assert (await client.get("/v1/nothing")).json()["code"] == "not_found"
    wrong = await client.delete("/v1/body")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert wrong.headers["allow"] == "POST"


async def test_a_crash_tells_neither_the_caller_nor_the_log_what_was_in_it(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.DEBUG, "milieu"):
        response = await client.get("/v1/crash")
    assert response.status_code == 500
    assert response.json()["code"] == "internal_error"
    assert "mara" not in response.text + caplog.text
    assert "RuntimeError at test_problem.py" in caplog.text


async def test_a_database_that_is_down_is_said_to_be_so_and_to_come_back(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.ERROR, "milieu"):
        response = await client.get("/v1/down")
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert response.headers["retry-after"] == "5"
    assert "mara" not in response.text + caplog.text
