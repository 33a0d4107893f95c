"""One customer's story, end to end, in a real browser, with clients that we did not write.

She signs in, links an account, looks at her context, grants two sections to a company; its desk
reads exactly these; she revokes; the very next read is refused; her log shows both.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from authlib.integrations.requests_client import OAuth2Session
from mastodon import Mastodon
from playwright.sync_api import Browser, Page, expect

from tests.support.chromium import chromium
from tests.support.deployment import PURPOSE, Deployment, Registered

pytestmark = pytest.mark.browser

EMAIL = "mara@example.org"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: problems.append(message.text) if message.type == "error" else None,
    )
    yield page
    context.close()
    assert not problems, "the browser complained"


def sign_in(page: Page, deployment: Deployment) -> None:
    page.goto(deployment.url)
    page.get_by_role("link", name=re.compile("sign in", re.IGNORECASE)).first.click()
    page.get_by_label("Your e-mail address").fill(EMAIL)
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", name="Look at your mail")).to_be_visible()
    link = re.search(rf"{deployment.url}/sign-in/\S+", deployment.mail_to(EMAIL))
    assert link
    page.goto(link[0])
    page.get_by_role("button", name="Sign me in").click()


def link_account(page: Page, deployment: Deployment, person: str) -> None:
    page.goto(f"{deployment.url}/connections")
    page.get_by_label("Where is your Mastodon account?").fill(deployment.instance)
    page.get_by_role("button", name="Link", exact=True).click()
    page.get_by_role("button", name=re.compile(f"Continue as {person}")).click()
    expect(page).to_have_url(re.compile(f"{deployment.url}/connections"))
    expect(page.get_by_text("Last read")).to_be_visible(timeout=20_000)


def consent(page: Page, keep: set[str]) -> None:
    for box in page.get_by_role("checkbox").all():
        expect(box).not_to_be_checked()
        if box.get_attribute("value") in keep:
            box.check()
    page.get_by_label("30 days").check()
    page.get_by_role("button", name="Allow what I ticked").click()


def test_her_story(page: Page, deployment: Deployment):
    company = deployment.register()
    sign_in(page, deployment)
    link_account(page, deployment, "Mara")

    page.goto(f"{deployment.url}/context")
    expect(page.get_by_role("img").first).to_be_visible()
    expect(page.locator("main")).to_contain_text(
        re.compile("broadband|router|internet", re.IGNORECASE)
    )

    crm = crm_session(company)
    token = authorize(page, deployment, company, crm, {"topics", "sentiment"})
    assert set(token["scope"].split()) == {"context:topics", "context:sentiment"}

    answer = crm.get(f"{deployment.url}/v1/context", headers={"Milieu-Agent": "Sam"})
    assert answer.status_code == 200
    sections = answer.json()["sections"]
    available = {name for name, section in sections.items() if section["status"] == "available"}
    assert available == {"topics", "sentiment"}
    assert sections["network"] == {"status": "absent", "reason": "not_granted"}
    assert sections["rhythm"] == {"status": "absent", "reason": "not_granted"}

    page.goto(f"{deployment.url}/grants")
    expect(page.get_by_text("Northwind Broadband").first).to_be_visible()
    page.get_by_role("button", name=re.compile("Revoke")).click()
    refused = crm.get(f"{deployment.url}/v1/context", headers={"Milieu-Agent": "Sam"})
    assert refused.status_code == 401
    assert refused.json()["code"] == "grant_revoked"

    page.goto(f"{deployment.url}/accesses")
    log = page.locator("main")
    expect(log.get_by_text("Northwind Broadband")).to_have_count(2)
    expect(log).to_contain_text("Sam")
    expect(log).to_contain_text(re.compile("refused", re.IGNORECASE))
    expect(log).to_contain_text("Topics")


def test_the_posts_are_the_ones_that_mastodon_py_sees(page: Page, deployment: Deployment):
    """What Milieu linked is a Mastodon account like any other: another client reads the same."""
    client_id, secret = Mastodon.create_app(
        "reader", scopes=["read"], api_base_url=deployment.sandbox_url
    )
    reader = Mastodon(client_id, secret, api_base_url=deployment.sandbox_url)
    page.goto(reader.auth_request_url(scopes=["read"], allow_http=True))
    page.get_by_role("button", name=re.compile("Continue as Mara")).click()
    code = page.locator("code").first.inner_text()
    reader.log_in(code=code, scopes=["read"], allow_http=True)
    me = reader.account_verify_credentials()
    assert me.acct == "mara"
    assert len(reader.account_statuses(me.id, limit=40)) == 40


def crm_session(company: Registered) -> OAuth2Session:
    return OAuth2Session(
        company.client_id,
        company.client_secret,
        redirect_uri=company.redirect_uri,
        scope="context:topics context:sentiment context:network",
        code_challenge_method="S256",
    )


VERIFIER = "v" * 64


def authorize(
    page: Page, deployment: Deployment, company: Registered, crm: OAuth2Session, keep: set[str]
) -> dict:
    page.route(f"{company.redirect_uri}*", lambda route: route.fulfill(body="back at the desk"))
    url, state = crm.create_authorization_url(
        f"{deployment.url}/oauth/authorize", code_verifier=VERIFIER
    )
    page.goto(f"{url}&{urlencode({'purpose': PURPOSE})}")
    consent(page, keep)
    expect(page).to_have_url(re.compile(re.escape(company.redirect_uri)))
    assert f"iss={deployment.url.replace(':', '%3A').replace('/', '%2F')}" in page.url
    return crm.fetch_token(
        f"{deployment.url}/oauth/token",
        authorization_response=page.url,
        state=state,
        code_verifier=VERIFIER,
    )
