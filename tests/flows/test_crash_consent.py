"""SIGKILL in the middle of consents and of token exchanges (check 71).

What was acknowledged is there after the restart; what was not is there whole or not at all.
Mutation: commit a grant and its code, or a code's use and its tokens, in two transactions.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from sqlmodel import select

from app.store.engine import Database
from app.store.grants import ConsentEvent, Grant
from app.store.tokens import AuthorizationCode, Token
from tests.support.deployment import MASTER_KEY, Registered, register
from tests.support.person import Person
from tests.support.servers import Process, free_port
from tests.support.threads import in_thread

VERIFIER = "v" * 64
CHALLENGE = "w1TpKUdYE9hUAcNSeeSRFioHDxfUxuHho_JHAfZ_vDM"
AT_ONCE = 4
KILL_AFTER = 3


class Service:
    """The service as a process that may die."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url = database_url
        self._folder = folder

    def start(self) -> Process:
        environment = {
            "MILIEU_ENVIRONMENT": "development",
            "MILIEU_ISSUER": self.url,
            "MILIEU_DATABASE_URL": self.database_url,
            "MILIEU_MASTER_KEY": MASTER_KEY,
            "MILIEU_EMBEDDED_WORKER": "false",
        }
        process = Process("serve", "--port", str(self.port), env=environment, folder=self._folder)
        process.wait_for(f"{self.url}/health/ready")
        return process

    def authorization_url(self, company: Registered) -> str:
        query = {
            "response_type": "code",
            "client_id": company.client_id,
            "redirect_uri": company.redirect_uri,
            "scope": "context:topics",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return f"{self.url}/oauth/authorize?{urlencode(query)}"

    def redeem(self, company: Registered, code: str) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": company.redirect_uri,
            "code_verifier": VERIFIER,
        }
        auth = (company.client_id, company.client_secret)
        return httpx.post(f"{self.url}/oauth/token", data=form, auth=auth, timeout=30)

    def read(self, token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.get(f"{self.url}/v1/context", headers=headers, timeout=30).status_code


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Service:
    return Service(database_url, tmp_path)


@pytest.fixture
def process(service: Service) -> Iterator[Process]:
    running = service.start()
    yield running
    running.close()


@pytest.fixture
def mara(service: Service, process: Process) -> Iterator[Person]:
    with Person(service.url) as person:
        person.sign_in("mara@example.org")
        yield person


def code_in(location: str) -> str:
    return parse_qs(urlsplit(location).query)["code"][0]


def until_killed(work: list[Callable[[], str]], process: Process) -> list[str]:
    """Do all the work, several at once, kill the process amid it; return what was acknowledged."""
    acknowledged: list[str] = []

    def run(job: Callable[[], str]) -> None:
        try:
            acknowledged.append(job())
        except httpx.TransportError:
            return
        if len(acknowledged) == KILL_AFTER:
            process.kill()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(run, work))
    assert KILL_AFTER <= len(acknowledged) < len(work)
    return acknowledged


async def rows(database_url: str) -> tuple[list[Grant], list[ConsentEvent], list, list]:
    database = Database(database_url)
    try:
        async with database.reading() as session:
            return (
                list((await session.exec(select(Grant))).all()),
                list((await session.exec(select(ConsentEvent))).all()),
                list((await session.exec(select(AuthorizationCode))).all()),
                list((await session.exec(select(Token))).all()),
            )
    finally:
        await database.close()


def test_consents(service: Service, process: Process, mara: Person):
    companies = [register(service.database_url, f"Company {number}") for number in range(9)]

    def consenting(company: Registered) -> Callable[[], str]:
        page = mara.get(service.authorization_url(company))

        def consent() -> str:
            answer = mara.submit(page, "/consent/", decision="allow_all", duration="open")
            return f"{companies.index(company)} {code_in(answer.headers['location'])}"

        return consent

    decisions = [consenting(company) for company in companies]
    acknowledged = until_killed(decisions, process)

    restarted = service.start()
    try:
        for result in acknowledged:
            number, code = result.split()
            answer = service.redeem(companies[int(number)], code)
            assert answer.status_code == 200, answer.text
            assert service.read(answer.json()["access_token"]) == 200
        grants, events, codes, _ = in_thread(asyncio.run, rows(service.database_url))
    finally:
        restarted.close()
    whole = {grant.id for grant in grants}
    assert len(acknowledged) <= len(whole) <= len(acknowledged) + AT_ONCE
    assert {event.grant_id for event in events if event.type == "granted"} == whole
    assert {code.grant_id for code in codes} == whole


def test_token_exchanges(service: Service, process: Process, mara: Person):
    companies = [register(service.database_url, f"Company {number}") for number in range(9)]
    codes = [
        code_in(mara.decide(service.authorization_url(company), duration="open"))
        for company in companies
    ]

    def redeeming(company: Registered, code: str) -> Callable[[], str]:
        def redeem() -> str:
            answer = service.redeem(company, code)
            assert answer.status_code == 200, answer.text
            return answer.json()["access_token"]

        return redeem

    work = [redeeming(company, code) for company, code in zip(companies, codes, strict=True)]
    acknowledged = until_killed(work, process)

    restarted = service.start()
    try:
        assert [service.read(token) for token in acknowledged] == [200] * len(acknowledged)
        _, _, kept, tokens = in_thread(asyncio.run, rows(service.database_url))
    finally:
        restarted.close()
    used = {code.grant_id for code in kept if code.consumed_at is not None}
    issued = [token.grant_id for token in tokens]
    assert set(issued) == used
    assert all(issued.count(grant_id) == 2 for grant_id in used)
    assert len(acknowledged) <= len(used) <= len(acknowledged) + AT_ONCE
