"""Debian's mod_auth_openidc: a page of Apache's that asks Milieu who somebody is."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.foreign.apache import apache, redirect_uri
from tests.foreign.companies import by_secret
from tests.support.chromium import chromium
from tests.support.deployment import Deployment
from tests.support.servers import free_port

pytestmark = pytest.mark.foreign

EMAIL = "mara@example.org"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def protected(deployment: Deployment, scope: str = "openid context:topics"):
    port = free_port()
    company = by_secret(deployment, redirect_uri(port))
    return apache(port, deployment.url, company.client_id, company.client_secret, scope)


def sign_in(page: Page, deployment: Deployment) -> None:
    page.get_by_label("Your e-mail address").fill(EMAIL)
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", name="Look at your mail")).to_be_visible()
    link = re.search(rf"{deployment.url}/sign-in/\S+", deployment.mail_to(EMAIL))
    assert link
    page.goto(link[0])
    page.get_by_role("button", name="Sign me in").click()


def allow(page: Page) -> None:
    """Allow all that is asked for; signing in alone has one button for it, sections have two."""
    page.get_by_role("button", name=re.compile("^Allow")).last.click()


def test_she_signs_in_consents_and_is_known_by_a_name_of_this_company_alone(
    browser: Browser, deployment: Deployment
):
    page = browser.new_context().new_page()
    names = []
    for number in range(2):
        with protected(deployment) as address:
            page.goto(address)
            expect(page).to_have_url(re.compile(re.escape(deployment.url)))
            if number == 0:
                sign_in(page, deployment)
            allow(page)
            expect(page).to_have_url(address)
            names.append(page.locator("#user").inner_text())
    assert all(re.fullmatch(r"\S{8,}", name) for name in names)
    assert names[0] != names[1]
    assert EMAIL not in names


def test_to_sign_in_is_all_that_a_page_may_want(browser: Browser, deployment: Deployment):
    page = browser.new_context().new_page()
    with protected(deployment, "openid") as address:
        page.goto(address)
        sign_in(page, deployment)
        allow(page)
        expect(page).to_have_url(address)
        expect(page.locator("#user")).to_have_text(re.compile(r"\S{8,}"))


def test_who_refuses_does_not_get_in(browser: Browser, deployment: Deployment):
    page = browser.new_context().new_page()
    with protected(deployment) as address:
        page.goto(address)
        sign_in(page, deployment)
        page.get_by_role("button", name="Refuse").click()
        expect(page).to_have_url(re.compile("error=access_denied"))
        expect(page.locator("#user")).to_have_count(0)
