"""The pages of signing in at an OpenID provider, and of her ways to sign in."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.main import create_app
from app.portal.step_up import FRESH_FOR
from app.usecases.sign_in_attempts import ATTEMPT_LIFETIME
from app.web.security import BASE_POLICY
from app.wiring import build
from tests.app.portal.conftest import BASE, Browser, Portal, settings_for
from tests.support.clock import SettableClock
from tests.support.openid import TestProvider, Told, openid_provider
from tests.support.pages import Page


@pytest.fixture
def provider(clock: SettableClock) -> Iterator[TestProvider]:
    with openid_provider(clock) as running:
        yield running


@pytest.fixture
async def portal(
    tmp_path: Path, sqlite_template: bytes, clock: SettableClock, provider: TestProvider
) -> AsyncIterator[Portal]:
    """The service with one OpenID provider."""
    path = tmp_path / "milieu.db"
    path.write_bytes(sqlite_template)
    settings = settings_for(
        path, openid_providers=[provider.environment()], outbound_exceptions=[provider.host]
    )
    runtime = build(settings, clock)
    yield Portal(create_app(runtime), clock)
    await runtime.close()


async def leave(browser: Browser, page: Page, action: str = "/sign-in/openid/elsewhere") -> Page:
    """Press the button that leads to the provider."""
    return await browser.submit(page.form(action))


async def at_the_provider(leaving: Page) -> str:
    """Go where a page leads by itself; return where the provider leads back to."""
    assert leaving.status == 200
    [refresh] = leaving.all("meta", **{"http-equiv": "refresh"})
    address = str(refresh["content"]).partition("url=")[2]
    async with httpx.AsyncClient() as elsewhere:
        answer = await elsewhere.get(address)
    assert answer.headers["location"].startswith(BASE)
    return str(answer.headers["location"]).removeprefix(BASE)


async def arrive(browser: Browser, path: str = "/sign-in") -> Page:
    """Sign in at the provider, all the way."""
    leaving = await leave(browser, await browser.get(path))
    return await browser.get(await at_the_provider(leaving))


def done(answer: Page) -> dict[str, str]:
    """Where an answer leads, and what it says was done."""
    assert answer.status == 303, answer.text
    where = urlsplit(answer.response.headers["location"])
    query = {name: values[0] for name, values in parse_qs(where.query).items()}
    return {"path": where.path, **query}


async def test_she_signs_in_by_the_button_and_goes_on_to_where_she_wanted(
    portal: Portal, browser: Browser
):
    sign_in = await browser.follow(await browser.get("/grants"))
    assert "Continue with Elsewhere" in sign_in.text
    leaving = await leave(browser, sign_in)
    assert "On to 127.0.0.1" in leaving.text
    assert "read your posts" not in leaving.text
    assert leaving.response.headers["content-security-policy"] == BASE_POLICY

    answer = await browser.get(await at_the_provider(leaving))

    assert done(answer) == {"path": "/grants", "done": "new_here"}
    assert "This is a new account." in (await browser.follow(answer)).text
    account = await browser.get("/account")
    assert "Elsewhere By your account there" in account.text
    await browser.submit(account.form("/sign-out"))
    again = await arrive(browser, "/sign-in?return_to=grants")
    assert done(again) == {"path": "/grants"}


async def test_check_47_the_browser_that_began_alone_can_finish(portal: Portal, browser: Browser):
    # Login CSRF: a link with the attacker's own code, opened by somebody else.
    # Mutation tried: `browser_hash` not compared.
    leaving = await leave(browser, await browser.get("/sign-in"))
    back = await at_the_provider(leaving)
    victim = Browser(portal)
    answer = await victim.get(back)
    assert done(answer) == {"path": "/sign-in", "done": "openid_not_here"}
    assert "not begun in this browser" in (await victim.follow(answer)).text
    assert "milieu" not in victim.http.cookies
    assert done(await browser.get(back))["path"] == "/context"


async def test_check_47_coming_back_twice_signs_in_once(browser: Browser):
    leaving = await leave(browser, await browser.get("/sign-in"))
    back = await at_the_provider(leaving)
    away = browser.http.cookies["milieu-away"]
    await browser.get(back)
    session = browser.http.cookies["milieu"]
    assert "milieu-away" not in browser.http.cookies
    browser.http.cookies.set("milieu-away", away, domain="milieu.test")
    assert done(await browser.get(back))["done"] == "openid_used"
    assert browser.http.cookies["milieu"] == session


async def test_a_parameter_that_comes_twice_counts_for_nothing(browser: Browser):
    leaving = await leave(browser, await browser.get("/sign-in"))
    back = await at_the_provider(leaving)
    assert done(await browser.get(f"{back}&code=another"))["done"] == "openid_not_here"


async def test_the_cookie_of_who_is_away_is_bound_as_sessions_are(browser: Browser):
    leaving = await leave(browser, await browser.get("/sign-in"))
    cookie = leaving.response.headers["set-cookie"]
    assert cookie.startswith("milieu-away=")
    for attribute in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=600"):
        assert attribute in cookie
    assert "Domain" not in cookie


async def test_check_66_each_sign_in_begins_a_new_session_and_ends_the_browsers_earlier_one(
    portal: Portal, browser: Browser
):
    # Mutation tried: `callback` does not sign the earlier one out.
    await arrive(browser)
    first = browser.http.cookies["milieu"]
    await arrive(browser, "/sign-in?return_to=account")
    assert browser.http.cookies["milieu"] != first
    assert await portal.services.customers.session(first) is None
    assert (await browser.get("/account")).status == 200


async def test_another_site_cannot_begin_for_her(browser: Browser):
    answer = await browser.http.post(
        "/sign-in/openid/elsewhere", headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403
    assert "milieu-away" not in browser.http.cookies


@pytest.mark.parametrize("path", ["/sign-in/openid/nobody", "/sign-in/openid/Elsewhere"])
async def test_who_is_no_provider_here_is_not_found(browser: Browser, path: str):
    assert (await browser.post(path)).status == 404
    assert (await browser.get(f"{path}/callback?state=x")).status == 404


async def test_a_provider_that_is_down_is_said_where_she_began(
    provider: TestProvider, browser: Browser
):
    provider.told["/.well-known/openid-configuration"] = Told(b"", 500)
    answer = await leave(browser, await browser.get("/sign-in?return_to=grants"))
    assert done(answer) == {"path": "/sign-in", "done": "openid_down", "return_to": "grants"}
    assert "sign in another way" in (await browser.follow(answer)).text


async def test_who_declines_there_is_told_calmly_and_can_try_again(
    provider: TestProvider, browser: Browser
):
    provider.back = {"code": None, "error": "access_denied"}
    answer = await arrive(browser, "/sign-in?return_to=grants")
    assert done(answer) == {"path": "/sign-in", "done": "openid_declined", "return_to": "grants"}
    page = await browser.follow(answer)
    provider.back = {}
    again = await browser.get(await at_the_provider(await leave(browser, page)))
    assert done(again)["path"] == "/grants"


async def test_who_takes_too_long_is_told_to_begin_again(portal: Portal, browser: Browser):
    back = await at_the_provider(await leave(browser, await browser.get("/sign-in")))
    portal.clock.advance(ATTEMPT_LIFETIME)
    assert done(await browser.get(back))["done"] == "openid_expired"


async def test_reloading_the_page_in_between_leads_back(browser: Browser, mira: Browser):
    assert done(await browser.get("/sign-in/openid/elsewhere"))["path"] == "/sign-in"
    for path in ("/account/openid/elsewhere", "/account/addresses"):
        assert done(await mira.get(path))["path"] == "/account"


async def test_who_is_signed_in_adds_an_account_and_it_is_listed(
    portal: Portal, mira: Browser, browser: Browser
):
    leaving = await leave(mira, await mira.get("/account"), "/account/openid/elsewhere")
    answer = await mira.get(await at_the_provider(leaving))
    assert done(answer) == {"path": "/account", "done": "way_added"}
    page = await mira.follow(answer)
    assert "Elsewhere By your account there" in page.text
    assert "mira@example.org By a link to this address" in page.text
    await arrive(browser)
    session = await portal.services.customers.session(browser.http.cookies["milieu"])
    assert session.customer_id == mira.customer_id


async def test_an_account_of_somebody_else_is_not_added_and_nothing_is_told(
    mira: Browser, browser: Browser
):
    await arrive(browser)
    leaving = await leave(mira, await mira.get("/account"), "/account/openid/elsewhere")
    answer = await mira.get(await at_the_provider(leaving))
    assert done(answer) == {"path": "/account", "done": "openid_taken"}
    assert "cannot be added" in (await mira.follow(answer)).text


async def test_check_17_ways_are_changed_after_a_fresh_sign_in_alone(portal: Portal, mira: Browser):
    # Mutations tried: `check_fresh` left out of each of the three.
    leaving = await leave(mira, await mira.get("/account"), "/account/openid/elsewhere")
    await mira.get(await at_the_provider(leaving))
    page = await mira.get("/account")
    forms = [
        page.form("/account/openid/elsewhere"),
        page.form("/account/addresses"),
        page.form("/remove"),
    ]
    portal.clock.advance(FRESH_FOR)
    portal.clock.advance(seconds=1)
    for form in forms:
        assert (await mira.submit(form, email="new@example.org")).status == 403
    stale = await mira.get("/account")
    assert not [form for form in stale.forms if re.search("openid|addresses|remove", form.action)]
    assert stale.all("a", href="/sign-in?return_to=account")
    assert "mira@example.org" in stale.text
    assert "Elsewhere" in stale.text


async def test_no_way_is_changed_without_its_form(mira: Browser):
    page = await mira.get("/account")
    for path in ("/account/openid/elsewhere", "/account/addresses", "/account/ways/x/remove"):
        foreign = dict(page.form("/sign-out").fields)["csrf"]
        for csrf in ("", foreign):
            assert (await mira.post(path, csrf=csrf, email="new@example.org")).status == 403


async def test_who_signs_in_again_shows_the_same_person(
    portal: Portal, provider: TestProvider, browser: Browser
):
    await arrive(browser)
    portal.clock.advance(FRESH_FOR * 2)
    sign_in = await browser.get("/sign-in?return_to=account")
    provider.subject = "somebody else"
    answer = await browser.get(await at_the_provider(await leave(browser, sign_in)))
    assert done(answer) == {
        "path": "/sign-in",
        "done": "openid_not_yours",
        "return_to": "account",
        "again": "1",
    }
    page = await browser.follow(answer)
    assert "not one of your ways" in page.text
    provider.subject = "248289761001"
    again = await browser.get(await at_the_provider(await leave(browser, page)))
    assert done(again) == {"path": "/account"}
    assert (await browser.get("/account")).form("/account/erase")


async def test_a_session_that_ended_meanwhile_is_said_on_the_way_back(
    portal: Portal, mira: Browser
):
    leaving = await leave(mira, await mira.get("/account"), "/account/openid/elsewhere")
    back = await at_the_provider(leaving)
    await portal.services.customers.sign_out_everywhere(mira.customer_id)
    answer = await mira.get(back)
    assert done(answer) == {"path": "/account", "done": "openid_not_here"}


async def test_an_unknown_answer_is_said_on_the_account_page_of_who_is_signed_in(mira: Browser):
    answer = await mira.get("/sign-in/openid/elsewhere/callback?state=x&code=y")
    assert done(answer) == {"path": "/account", "done": "openid_not_here"}


async def test_she_adds_an_address_by_the_link_in_a_mail(portal: Portal, mira: Browser):
    page = await mira.get("/account")
    wrong = await mira.submit(page.form("/account/addresses"), email="mira at example")
    assert wrong.status == 422
    assert wrong.all("input", **{"aria-invalid": "true", "value": "mira at example"})
    asked = await mira.submit(wrong.form("/account/addresses"), email="work@example.org")
    assert "A link is on its way" in (await mira.follow(asked)).text

    found = re.search(rf"{BASE}(/account/addresses/\S+)", portal.services.outbox.mails()[0].text)
    assert found
    stranger = await portal.signed_in("jonas@example.org")
    assert (await stranger.get(found[1])).status == 410
    for _ in range(2):
        link = await mira.get(found[1])
        assert "work@example.org" in link.text
    answer = await mira.submit(link.form("/account/addresses/"))
    assert done(answer) == {"path": "/account", "done": "way_added"}
    assert "work@example.org" in (await mira.get("/account")).text
    again = await mira.submit(link.form("/account/addresses/"))
    assert done(again)["done"] == "address_link_over"


async def test_adding_an_address_takes_the_forms_token(portal: Portal, mira: Browser):
    page = await mira.get("/account")
    await mira.submit(page.form("/account/addresses"), email="work@example.org")
    found = re.search(rf"{BASE}(/account/addresses/\S+)", portal.services.outbox.mails()[0].text)
    assert found
    assert (await mira.post(found[1], csrf="x")).status == 403
    assert "work@example.org" in (await mira.get(found[1])).text


async def test_she_removes_a_way_but_not_the_last(mira: Browser):
    leaving = await leave(mira, await mira.get("/account"), "/account/openid/elsewhere")
    await mira.get(await at_the_provider(leaving))
    page = await mira.get("/account")
    removing = [form for form in page.forms if form.action.endswith("/remove")]
    assert len(removing) == 2
    gone = await mira.submit(removing[0])
    assert done(gone)["done"] == "way_removed"
    page = await mira.follow(gone)
    assert not [form for form in page.forms if form.action.endswith("/remove")]
    assert done(await mira.submit(removing[0]))["done"] == "way_gone_before"
    assert done(await mira.submit(removing[1]))["done"] == "last_way"


async def test_the_consent_page_says_who_she_is_without_an_address(
    portal: Portal, browser: Browser
):
    await arrive(browser)
    page = await browser.get(await portal.asks(await portal.client(), "topics"))
    assert page.status == 200
    assert "the account at Elsewhere" in page.text


async def test_the_first_page_speaks_of_mail_only_where_that_is_the_way(browser: Browser):
    page = await browser.get("/")
    assert "Sign in with your e-mail" not in page.text
    assert {"class": "button", "href": "/sign-in"} in page.all("a")


async def test_she_who_has_no_address_can_erase_everything(browser: Browser):
    await arrive(browser)
    stale = await browser.get("/account")
    assert not [form for form in stale.forms if "erase" in form.action]
    await arrive(browser, "/sign-in?return_to=account")
    page = await browser.get("/account")
    gone = await browser.follow(await browser.submit(page.form("/account/erase"), certain="yes"))
    assert "Everything of yours is erased." in gone.text
    assert done(await arrive(browser))["done"] == "new_here"
