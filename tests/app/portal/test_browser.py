"""The pages in Chromium: accessible, in their frame and policy, with and without script."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from app.main import create_app
from app.store.connections import ConnectionState
from app.usecases.connection_view import ConnectionView
from app.usecases.sections import OFFERED
from app.wiring import build
from context.document import AbsenceReason
from tests.app.portal.conftest import PURPOSE, Portal, settings_for
from tests.app.portal.samples import CONTEXT, Shown, absent, without
from tests.app.portal.test_connections import Fakes, view
from tests.support.chromium import chromium_path
from tests.support.clock import START, SettableClock
from tests.support.servers import serving

pytestmark = pytest.mark.browser

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIGNED_IN_PAGES = (
    "/context",
    "/connections",
    "/connections/proofs/attempt",
    "/grants",
    "/accesses",
    "/account",
    "/outbox",
)
OTHER_PAGES = ("/", "/sign-in", "/sign-in/used", "/nowhere")
READING: ConnectionView = view(ConnectionState.ACTIVE, refreshed_at=None, due_at=START)


@dataclass
class Served:
    """The service on a real port, and a second wiring of the same database to arrange things."""

    url: str
    behind: Portal
    shown: Shown
    fakes: Fakes


@pytest.fixture
def served(tmp_path: Path, sqlite_template: bytes, clock: SettableClock) -> Iterator[Served]:
    path = tmp_path / "milieu.db"
    path.write_bytes(sqlite_template)
    shown, fakes = Shown(), Fakes(*[view(state) for state in ConnectionState], READING)
    runtime = build(settings_for(path), clock)
    app = create_app(runtime)
    app.state.services = replace(runtime.services, contexts=shown, connections=fakes, refresh=fakes)
    behind = Portal(create_app(build(settings_for(path), clock)), clock)
    with serving(app) as url:
        yield Served(url, behind, shown, fakes)


@pytest.fixture
async def chromium(served: Served) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield browser
        await browser.close()
    await served.behind.services.database.close()


async def sign_in(context: BrowserContext, served: Served) -> tuple[Page, str]:
    """Sign in through the pages and the demo's outbox; returns the page and who she is."""
    page = await context.new_page()
    await page.goto(f"{served.url}/sign-in")
    await page.get_by_label("Your e-mail address").fill("mira@example.org")
    await page.get_by_role("button", name="Send me the link").click()
    await page.get_by_role("link", name="the outbox").click()
    link = await page.get_by_role("link", name="/sign-in/").first.get_attribute("href")
    await page.goto(served.url + link[link.index("/sign-in/") :])
    await page.get_by_role("button", name="Sign me in").click()
    await expect(page).to_have_url(f"{served.url}/context")
    (cookie,) = await context.cookies()
    session = await served.behind.services.customers.session(cookie["value"])
    return page, session.customer_id


async def furnish(served: Served, customer_id: str) -> str:
    """Give her grants and accesses of every kind; returns the path of a consent page."""
    behind = served.behind
    client = await behind.client("Northwind <b>Broadband</b> & Partners of the Long Name")
    ended = await behind.gives(customer_id, client, "rhythm")
    active = await behind.gives(customer_id, client, "topics", "sentiment", "network")
    withheld = {"sentiment": "insufficient_data", "network": "not_granted"}
    await behind.reads(customer_id, client, active, agent="Ana", call_id="7", withheld=withheld)
    refused = {"rhythm": "grant_revoked"}
    await behind.reads(customer_id, client, ended, outcome="refused", served=[], withheld=refused)
    return await behind.asks(client, *OFFERED)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
async def test_every_page_is_accessible_and_fits(
    served: Served, chromium: Browser, scheme: str, width: int
):
    context = await chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    page, customer_id = await sign_in(context, served)
    blocked: list[str] = []
    page.on("console", lambda said: blocked.append(said.text) if "Policy" in said.text else None)
    page.on("pageerror", lambda error: blocked.append(str(error)))
    consent = await furnish(served, customer_id)
    paths = (*SIGNED_IN_PAGES, consent, *OTHER_PAGES)
    contexts = (
        CONTEXT,
        without(network=AbsenceReason.INSUFFICIENT_DATA),
        absent(AbsenceReason.STALE),
    )
    found: list[str] = []
    for path in paths:
        for shown in contexts if path in {"/context", consent} else contexts[:1]:
            served.shown.context = shown
            if path in OTHER_PAGES:
                await context.clear_cookies()
            await page.goto(served.url + path)
            for summary in await page.locator("details summary").all():
                await summary.click()
            report = await Axe().run(page)
            found += [
                f"{path}: {v['id']} {v['nodes'][0]['html']}" for v in report.response["violations"]
            ]
            if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{path}: wider than {width}")
    assert found == []
    assert blocked == []


async def test_consent_leads_to_the_client_as_its_policy_allows(served: Served, chromium: Browser):
    # Mutation tried: the page without `request.state.form_action`; Chromium then stays here.
    context = await chromium.new_context()
    await context.route("https://crm.northwind.example/**", lambda route: route.fulfill(body="CRM"))
    page, customer_id = await sign_in(context, served)
    client = await served.behind.client()
    await page.goto(served.url + await served.behind.asks(client, "topics", "sentiment"))
    await page.get_by_role("checkbox", name="Topics").check()
    await page.get_by_label("7 days").check()
    await page.get_by_role("button", name="Allow what I ticked").click()
    await page.wait_for_url("https://crm.northwind.example/callback?*")
    (grant,) = await served.behind.services.grants.list(customer_id)
    assert (grant.purpose, grant.sections) == (PURPOSE, ["topics"])
    assert grant.expires_at == START + timedelta(days=7)


@pytest.mark.parametrize("script", [True, False])
async def test_linking_leads_to_the_provider_as_its_policy_allows(
    served: Served, chromium: Browser, script: bool
):
    # Mutation tried: a redirect in answer to the form, which Chromium blocks.
    context = await chromium.new_context(java_script_enabled=script)
    await context.route("https://social.example/**", lambda route: route.fulfill(body="provider"))
    page, _ = await sign_in(context, served)
    await page.goto(f"{served.url}/connections")
    await page.get_by_label("Where is your Mastodon account?").fill("social.example")
    await page.get_by_role("button", name="Link", exact=True).click()
    await page.wait_for_url("https://social.example/oauth/authorize?*")


@pytest.mark.parametrize("width", [360, 1280])
async def test_what_belongs_together_stands_and_looks_alike(
    served: Served, chromium: Browser, width: int
):
    context = await chromium.new_context(viewport={"width": width, "height": 800})
    page, _ = await sign_in(context, served)
    below = await page.evaluate(
        "[...document.querySelectorAll('.subject')].map(chip => {"
        " const title = chip.closest('li').querySelector('h3').getBoundingClientRect();"
        " const bar = chip.closest('li').querySelector('.chart').getBoundingClientRect();"
        " const at = chip.getBoundingClientRect();"
        " return at.top >= title.bottom && at.bottom <= bar.top"
        " && Math.abs(at.left - title.left) < 1 })"
    )
    assert below == [True] * 6
    sizes = await page.evaluate(
        "[...document.querySelectorAll('summary')].map(one => getComputedStyle(one).fontSize)"
    )
    assert len(set(sizes)) == 1


async def test_a_table_that_goes_on_beyond_its_edge_shows_that_it_does(
    served: Served, chromium: Browser
):
    # Mutation tried: `.scroll` without its shadows; both edges then look alike.
    context = await chromium.new_context(viewport={"width": 360, "height": 800})
    page, _ = await sign_in(context, served)
    await page.get_by_text("The topics as a table").click()
    table = page.get_by_role("region", name="Table of topics")
    assert await table.evaluate("one => one.scrollWidth > one.clientWidth")

    async def edges() -> tuple[int, int]:
        """How light the outermost pixels at the left and at the right are."""
        return await page.evaluate(
            "async bytes => {"
            " const image = await createImageBitmap(new Blob([new Uint8Array(bytes)]));"
            " const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');"
            " canvas.drawImage(image, 0, 0);"
            " return [1, image.width - 2].map(x => canvas.getImageData(x, 2, 1, 1).data[0]) }",
            list(await table.screenshot()),
        )

    left, right = await edges()
    assert right < left
    await table.evaluate("one => one.scrollTo(one.scrollWidth, 0)")
    left, right = await edges()
    assert left < right


async def test_allow_and_refuse_look_the_same(served: Served, chromium: Browser):
    page, _ = await sign_in(await chromium.new_context(), served)
    await page.goto(served.url + await served.behind.asks(await served.behind.client(), "topics"))
    looks = [
        await page.get_by_role("button", name=name).evaluate(
            "b => [b.offsetWidth, b.offsetHeight, ...['color', 'backgroundColor', 'fontWeight',"
            " 'fontSize', 'borderColor', 'opacity'].map(name => getComputedStyle(b)[name])]"
        )
        for name in ("Allow what I ticked", "Allow it", "Refuse")
    ]
    assert looks[0] == looks[1] == looks[2]


async def test_everything_works_without_script(served: Served, chromium: Browser):
    context = await chromium.new_context(java_script_enabled=False)
    page, customer_id = await sign_in(context, served)
    await served.behind.gives(customer_id, await served.behind.client(), "topics")
    await page.get_by_role("link", name="Grants").click()
    await page.get_by_role("button", name="Revoke Northwind").click()
    await expect(page.get_by_role("status")).to_contain_text("every look is refused")
    (grant,) = await served.behind.services.grants.list(customer_id)
    assert grant.state == "revoked"


async def test_a_reading_that_ends_shows_by_itself(served: Served, chromium: Browser):
    page, _ = await sign_in(await chromium.new_context(), served)
    served.fakes.views = (READING,)
    await page.goto(f"{served.url}/connections")
    await expect(page.get_by_text("Reading…")).to_be_visible()
    served.fakes.views = (view(ConnectionState.ACTIVE),)
    await expect(page.get_by_text("Reading…")).to_be_hidden()
    await expect(page.get_by_role("button", name="Refresh now @mira")).to_be_visible()


async def test_what_she_reached_by_keyboard_stays_until_she_leaves_it(
    served: Served, chromium: Browser
):
    page, _ = await sign_in(await chromium.new_context(), served)
    served.fakes.views = (READING, view(ConnectionState.ACTIVE, handle="@other"))
    await page.goto(f"{served.url}/connections")
    button = page.get_by_role("button", name="Refresh now @other")
    await button.focus()
    served.fakes.views = (view(ConnectionState.ACTIVE),)
    async with page.expect_response(f"{served.url}/connections"):
        pass
    await expect(button).to_be_focused()
    await button.blur()
    await expect(page.get_by_text("Reading…")).to_be_hidden()


async def test_moments_are_shown_in_her_own_time(served: Served, chromium: Browser):
    context = await chromium.new_context(timezone_id="Asia/Tokyo")
    page, _ = await sign_in(context, served)
    await page.goto(f"{served.url}/account")
    signed_in = page.locator("dd time")
    await expect(signed_in).to_have_text("2 Mar 2026, 18:00")
    await expect(signed_in).to_have_attribute("title", "2 Mar 2026, 09:00 UTC")
    # A day is no moment, which would be another one elsewhere.
    await expect(page.locator("#ways + ul time")).to_have_text("2 March")


async def test_the_keyboard_reaches_the_content_first(served: Served, chromium: Browser):
    page, _ = await sign_in(await chromium.new_context(), served)
    await page.goto(f"{served.url}/grants")
    await page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    await expect(skip).to_be_focused()
    await expect(skip).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()
