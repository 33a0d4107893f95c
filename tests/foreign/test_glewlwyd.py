"""Signing in at Debian's Glewlwyd, through its own pages in Chromium."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.foreign.glewlwyd import glewlwyd
from tests.support.chromium import chromium
from tests.support.deployment import Deployment, deployed
from tests.support.servers import free_port

pytestmark = pytest.mark.foreign

SECRET = "a secret: 100 % + more"
PASSWORDS = {"mara": "password of hers", "jonas": "password of his"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en")
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def deployment(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: bytes
) -> Iterator[Deployment]:
    """Milieu, and Glewlwyd to sign in by."""
    path: Path = tmp_path_factory.mktemp("glewlwyd") / "milieu.db"
    path.write_bytes(sqlite_template)
    port = free_port()
    client = {
        "client_id": "milieu",
        "name": "Milieu",
        "client_secret": SECRET,
        "confidential": True,
        "enabled": True,
        "redirect_uri": [f"http://127.0.0.1:{port}/sign-in/openid/glewlwyd/callback"],
        "authorization_type": ["code"],
        "token_endpoint_auth_method": ["client_secret_post"],
    }
    with glewlwyd(client, PASSWORDS) as issuer:
        provider = {
            "name": "glewlwyd",
            "title": "Glewlwyd",
            "issuer": issuer,
            "client_id": "milieu",
            "client_secret": SECRET,
            "client_authentication": "client_secret_post",
            "scopes": ["openid", "email"],
        }
        host = issuer.removeprefix("http://").partition("/")[0]
        with deployed(
            f"sqlite:///{path}", port=port, reaches=[host], openid_providers=[provider]
        ) as running:
            yield running


def opens(page: Page, deployment: Deployment, path: str) -> None:
    page.goto(deployment.url + path)
    page.get_by_role("button", name="Continue with Glewlwyd").click()


def signs_in(page: Page, name: str) -> None:
    page.locator("#username").fill(name)
    page.locator("#password").fill(PASSWORDS[name])
    page.get_by_role("button", name="OK").click()


def grants(page: Page) -> None:
    page.locator("#grant-email").check()
    page.get_by_role("button", name="Grant access").click()


def goes_on(page: Page) -> None:
    page.get_by_role("button", name="Continue").click()


def test_she_signs_in_consents_and_is_found_again(page: Page, deployment: Deployment):
    opens(page, deployment, "/sign-in?return_to=account")
    signs_in(page, "mara")
    grants(page)
    goes_on(page)
    expect(page.get_by_text("This is a new account.")).to_be_visible()
    expect(page.get_by_role("strong").filter(has_text="Glewlwyd")).to_be_visible()
    expect(page.get_by_text("example.org")).to_have_count(0)  # it is not trusted with addresses

    page.get_by_role("button", name="Sign out", exact=True).click()
    opens(page, deployment, "/sign-in?return_to=grants")
    goes_on(page)
    expect(page).to_have_url(f"{deployment.url}/grants")


def test_who_signs_in_again_gives_the_password_again_and_is_the_same_person(
    page: Page, deployment: Deployment
):
    opens(page, deployment, "/sign-in")
    signs_in(page, "jonas")
    grants(page)
    goes_on(page)
    expect(page).to_have_url(re.compile("/context"))

    opens(page, deployment, "/sign-in?return_to=account")
    signs_in(page, "jonas")
    goes_on(page)
    expect(page).to_have_url(f"{deployment.url}/account")
    expect(page.get_by_role("button", name="Erase everything")).to_be_visible()
