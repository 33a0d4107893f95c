"""A customer with a browser that runs no scripts: she follows links and sends forms over HTTP."""

import re
from typing import Any, Self
from urllib.parse import urljoin

import httpx

from tests.support.pages import Page


class Person:
    """A customer at a running service.

    Args:
        url: The service's address.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(headers={"Accept": "text/html"}, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, path: str) -> Page:
        """Open a page, following redirects."""
        return Page(self.http.get(urljoin(self.url, path), follow_redirects=True))

    def submit(self, page: Page, action: str, **changes: Any) -> httpx.Response:
        """Send one of a page's forms; returns the answer, redirects not followed."""
        form = page.form(action)
        address = urljoin(str(page.response.url), form.action)
        return self.http.post(address, data=form.filled(**changes))

    def sign_in(self, email: str) -> None:
        """Sign in by the link in the outbox."""
        self.submit(self.get("/sign-in"), "/sign-in", email=email).raise_for_status()
        [link, *_] = re.findall(r"/sign-in/mil_si_[\w-]+", self.get("/outbox").html)
        answer = self.submit(self.get(link), link)
        assert answer.status_code == httpx.codes.SEE_OTHER, answer.text

    def link(self, instance: str, handle: str) -> None:
        """Link her account at a sandbox network."""
        leaving = self.submit(self.get("/connections"), "/connections/link", address=instance)
        [address] = [
            link["href"] for link in Page(leaving).all("a") if "/oauth/authorize" in link["href"]
        ]
        back = self.submit(self.get(address), "/oauth/authorize", handle=handle)
        assert Page(self.http.get(back.headers["location"], follow_redirects=True)).status == 200

    def decide(self, authorization_url: str, **changes: Any) -> str:
        """Decide on what a client asks for; return where she is sent back to.

        Unless said otherwise she gives all of it for a month; `sections` are what she ticks.
        """
        page = self.get(authorization_url)
        usual = {"decision": "allow" if "sections" in changes else "allow_all", "duration": "month"}
        answer = self.submit(page, "/consent/", **usual | changes)
        assert answer.status_code == httpx.codes.SEE_OTHER, Page(answer).text
        return answer.headers["location"]
