"""Signing in at OpenID providers that we did not write, through their own pages in Chromium."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.usecases.description import KEYS_PATH
from tests.foreign.oidc_provider import oidc_provider
from tests.support.chromium import chromium
from tests.support.deployment import Deployment, deployed
from tests.support.servers import free_port

pytestmark = pytest.mark.foreign

EMAIL = "mara@example.org"
# Of characters that HTTP Basic takes only when they are encoded (RFC 6749, section 2.3.1).
SECRET = "a secret: 100 % + more"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context()
    yield opened
    opened.close()


def a_database(folder: Path, template: bytes) -> str:
    path = folder / "milieu.db"
    path.write_bytes(template)
    return f"sqlite:///{path}"


class Oidc:
    """node-oidc-provider, and a Milieu that people sign in to by it."""

    def __init__(self, deployment: Deployment, issuer: str) -> None:
        self.deployment, self.issuer = deployment, issuer

    def opens(self, page: Page, path: str = "/sign-in") -> None:
        page.goto(self.deployment.url + path)
        page.get_by_role("button", name="Continue with Elsewhere").click()

    def signs_in(self, page: Page, name: str = "mara") -> None:
        """Fill in its form; it takes whatever password."""
        expect(page).to_have_url(re.compile(re.escape(self.issuer)))
        page.locator("input[name=login]").fill(name)
        page.locator("input[name=password]").fill("anything")
        page.get_by_role("button", name="Sign-in").click()

    def consents(self, page: Page) -> None:
        page.get_by_role("button", name="Continue").click()

    def erases(self, page: Page) -> None:
        page.goto(f"{self.deployment.url}/account")
        page.get_by_label("Yes, erase everything of mine").check()
        page.get_by_role("button", name="Erase everything").click()


@pytest.fixture(
    scope="module",
    params=[
        ("client_secret_basic", "RS256", False),
        ("client_secret_post", "ES256", True),
        ("private_key_jwt", "ES256", False),
    ],
    ids=["basic and RS256", "post, ES256, trusted with addresses", "by key"],
)
def oidc(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    sqlite_template: bytes,
    libraries: None,
) -> Iterator[Oidc]:
    authentication, algorithm, trusted = request.param
    port = free_port()
    client = {
        "client_id": "milieu",
        "client_secret": SECRET,
        "redirect_uris": [f"http://127.0.0.1:{port}/sign-in/openid/elsewhere/callback"],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "token_endpoint_auth_method": authentication,
        "id_token_signed_response_alg": algorithm,
    }
    by_key = authentication == "private_key_jwt"
    if by_key:
        del client["client_secret"]
        client |= {
            "jwks_uri": f"http://127.0.0.1:{port}{KEYS_PATH}",
            "token_endpoint_auth_signing_alg": "ES256",
        }
    database_url = a_database(tmp_path_factory.mktemp("oidc"), sqlite_template)
    with (
        oidc_provider(client, EMAIL) as issuer,
        deployed(
            database_url,
            port=port,
            reaches=[issuer.removeprefix("http://")],
            openid_providers=[
                {
                    "name": "elsewhere",
                    "title": "Elsewhere",
                    "issuer": issuer,
                    "client_id": "milieu",
                    "client_secret": None if by_key else SECRET,
                    "client_authentication": authentication,
                }
            ],
            email_is_verified_by=["elsewhere"] if trusted else [],
        ) as deployment,
    ):
        oidc = Oidc(deployment, issuer)
        oidc.trusted = trusted
        yield oidc


def test_she_signs_in_by_its_pages_is_found_again_and_erases_everything(
    oidc: Oidc, context: BrowserContext
):
    page = context.new_page()
    oidc.opens(page, "/sign-in?return_to=account")
    oidc.signs_in(page)
    oidc.consents(page)
    expect(page.get_by_text("This is a new account.")).to_be_visible()
    expect(page.get_by_text("By your account there")).to_be_visible()
    expect(page.get_by_role("strong").filter(has_text=EMAIL)).to_have_count(
        1 if oidc.trusted else 0
    )

    page.get_by_role("button", name="Sign out", exact=True).click()
    oidc.opens(page, "/sign-in?return_to=grants")
    expect(page).to_have_url(f"{oidc.deployment.url}/grants")
    assert {cookie["name"] for cookie in context.cookies(oidc.deployment.url)} >= {"milieu"}

    # It does not say when she signed in there unless it is asked to ask her again.
    oidc.opens(page, "/sign-in?return_to=account")
    oidc.signs_in(page)
    oidc.erases(page)
    expect(page.get_by_text("Everything of yours is erased.")).to_be_visible()


def test_who_signs_in_again_is_asked_again_there(oidc: Oidc, context: BrowserContext):
    page = context.new_page()
    oidc.opens(page)
    oidc.signs_in(page, "mira")
    oidc.consents(page)
    expect(page).to_have_url(re.compile("/context"))

    oidc.opens(page, "/sign-in?return_to=account")
    oidc.signs_in(page, "mira")
    expect(page).to_have_url(f"{oidc.deployment.url}/account")

    oidc.opens(page, "/sign-in?return_to=account")
    oidc.signs_in(page, "somebody else")
    oidc.consents(page)
    expect(page.get_by_text("not one of your ways to sign in")).to_be_visible()


def test_who_declines_there_is_told_so_here(oidc: Oidc, context: BrowserContext):
    page = context.new_page()
    oidc.opens(page)
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_text("You declined there")).to_be_visible()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_who_came_by_mail_adds_it_and_then_signs_in_by_it(oidc: Oidc, context: BrowserContext):
    page = context.new_page()
    page.goto(f"{oidc.deployment.url}/sign-in?return_to=account")
    page.get_by_label("Your e-mail address").fill("jonas@example.org")
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", name="Look at your mail")).to_be_visible()
    link = re.search(
        rf"{oidc.deployment.url}/sign-in/\S+", oidc.deployment.mail_to("jonas@example.org")
    )
    assert link
    page.goto(link[0])
    page.get_by_role("button", name="Sign me in").click()
    page.get_by_role("button", name="Add Elsewhere").click()
    oidc.signs_in(page, "jonas")
    oidc.consents(page)
    expect(page.get_by_text("Added. From now on you can sign in that way too.")).to_be_visible()

    page.get_by_role("button", name="Sign out", exact=True).click()
    oidc.opens(page, "/sign-in?return_to=account")
    expect(page.get_by_role("strong").filter(has_text="jonas@example.org")).to_be_visible()
