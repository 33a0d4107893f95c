"""The pages over the real use cases on SQLite, and browsers that hold cookies."""

import base64
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.ids import new_id
from app.main import create_app
from app.settings import Settings
from app.store.accesses import Access
from app.store.consent_steps import Given, give_grant
from app.usecases.sections import OFFERED
from app.wiring import build
from oauth.server.messages import OAuthRequest
from tests.support.clock import SettableClock
from tests.support.pages import Form, Page

BASE = "http://milieu.test"
PURPOSE = "dpv:CustomerCare"
CALLBACK = "https://crm.northwind.example/callback"
LENS = {"brands": ["Northwind"], "rivals": ["Southwind"]}
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


class Browser:
    """A person's browser: keeps cookies, follows no redirect by itself, fills in forms."""

    def __init__(self, portal: "Portal", customer_id: str = "") -> None:
        transport = httpx.ASGITransport(portal.app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(
            transport=transport, base_url=BASE, headers={"Accept": "text/html"}
        )
        self.customer_id = customer_id

    async def get(self, path: str) -> Page:
        return Page(await self.http.get(path))

    async def submit(self, form: Form, **changes: Any) -> Page:
        return Page(await self.http.post(form.action, data=form.filled(**changes)))

    def send(self, **headers: str) -> None:
        """Send these headers from now on."""
        self.http.headers.update({name.replace("_", "-"): said for name, said in headers.items()})

    async def post(self, path: str, **data: Any) -> Page:
        return Page(await self.http.post(path, data=data))

    async def follow(self, answer: Page) -> Page:
        """Go where a redirect leads, which must be one of our own pages."""
        assert answer.status == 303, answer.text
        location = answer.response.headers["location"]
        assert location.startswith("/"), location
        return await self.get(location)


@dataclass
class Portal:
    """The service behind the pages, with what tests arrange behind their back."""

    app: FastAPI
    clock: SettableClock

    @property
    def services(self) -> Any:
        return self.app.state.services

    def change(self, **services: Any) -> None:
        """Put other use cases in place."""
        self.app.state.services = replace(self.services, **services)

    def last_link(self) -> str:
        """The path in the mail that was sent last."""
        found = re.search(rf"{BASE}(/sign-in/\S+)", self.services.outbox.mails()[0].text)
        assert found
        return found[1]

    async def signed_in(self, email: str = "mira@example.org") -> Browser:
        """A browser in which someone has signed in, as she would."""
        browser = Browser(self)
        await browser.submit((await browser.get("/sign-in")).forms[0], email=email)
        answer = await browser.submit((await browser.get(self.last_link())).forms[0])
        assert answer.status == 303
        session = await self.services.customers.session(browser.http.cookies["milieu"])
        browser.customer_id = session.customer_id
        return browser

    async def client(self, name: str = "Northwind", uri: str = "https://northwind.example") -> str:
        """Register a client; returns its id."""
        created, _ = await self.services.clients.create(
            name, uri, [CALLBACK], [PURPOSE, "dpv:Marketing"], OFFERED, public=True, lens=LENS
        )
        return created.id

    async def asks(self, client_id: str, *sections: str, **changes: str) -> str:
        """Have a client ask; returns the path of the consent page."""
        asked = await self.services.authorization.begin(
            OAuthRequest(
                "GET",
                query=tuple(
                    {
                        "response_type": "code",
                        "client_id": client_id,
                        "redirect_uri": CALLBACK,
                        "scope": " ".join(f"context:{section}" for section in sections),
                        "state": "s1",
                        "code_challenge": CHALLENGE,
                        "code_challenge_method": "S256",
                        **changes,
                    }.items()
                ),
            )
        )
        assert isinstance(asked, str), asked
        return f"/consent/{asked}"

    async def gives(
        self, customer_id: str, client_id: str, *sections: str, until: datetime | None = None
    ) -> str:
        """Give a grant behind the pages' back; returns its id."""
        async with self.services.database.writing() as session:
            given = Given(customer_id, client_id, PURPOSE, sections, until)
            [step, *_] = await give_grant(session, given, self.clock())
            return step.grant.id

    async def reads(self, customer_id: str, client_id: str, grant_id: str, **about: Any) -> None:
        """Record a read."""
        record = {"outcome": "served", "served": ["topics"], "withheld": {}, **about}
        async with self.services.database.writing() as session:
            session.add(
                Access(
                    id=new_id("acc", self.clock()),
                    customer_id=customer_id,
                    client_id=client_id,
                    grant_id=grant_id,
                    at=self.clock(),
                    purpose=PURPOSE,
                    **record,
                )
            )


def settings_for(path: Path, **further: Any) -> Settings:
    """Settings of a development service on a SQLite file, without a worker."""
    return Settings(
        environment="development",
        issuer=BASE,
        master_key=base64.b64encode(bytes(range(32))).decode(),
        database_url=f"sqlite:///{path}",
        engine="light",
        embedded_worker=False,
        **further,
    )


@pytest.fixture
async def portal(
    tmp_path: Path, sqlite_template: bytes, clock: SettableClock
) -> AsyncIterator[Portal]:
    path = tmp_path / "milieu.db"
    path.write_bytes(sqlite_template)
    runtime = build(settings_for(path), clock)
    yield Portal(create_app(runtime), clock)
    await runtime.close()


@pytest.fixture
def browser(portal: Portal) -> Browser:
    """A browser in which nobody has signed in."""
    return Browser(portal)


@pytest.fixture
async def mira(portal: Portal) -> Browser:
    """A browser in which a new customer has signed in."""
    return await portal.signed_in()
