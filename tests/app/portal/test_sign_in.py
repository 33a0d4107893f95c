"""Signing in by link (check 66), going on to where she came from (check 18), signing out."""

from datetime import timedelta

import pytest

from app.usecases.sign_in_links import LINK_LIFETIME
from tests.app.portal.conftest import Browser, Portal


async def ask(browser: Browser, email: str, path: str = "/sign-in"):
    return await browser.submit((await browser.get(path)).forms[0], email=email)


async def test_the_first_page_leads_to_the_sign_in_form(browser: Browser):
    landing = await browser.get("/")
    assert landing.status == 200
    assert {"class": "button", "href": "/sign-in"} in landing.all("a")
    assert not landing.all("nav")


async def test_known_and_unknown_addresses_get_the_same_answer(portal: Portal, browser: Browser):
    await portal.signed_in("known@example.org")
    known = await ask(browser, "known@example.org")
    unknown = await ask(browser, "unknown@example.org")
    assert (known.status, known.html) == (unknown.status, unknown.html)
    assert "known@example.org" not in known.html


async def test_what_is_no_address_is_said_beside_the_field(browser: Browser):
    page = await ask(browser, "mira at example")
    assert page.status == 422
    assert page.all("input", **{"aria-invalid": "true", "value": "mira at example"})
    assert "you@example.org" in page.text


async def test_opening_the_link_uses_nothing_up_and_pressing_the_button_does(
    portal: Portal, browser: Browser
):
    # Mutation tried: consuming in `open_link`.
    await ask(browser, "mira@example.org")
    link = portal.last_link()
    for _ in range(3):
        page = await browser.get(link)
        assert page.status == 200
        assert "set-cookie" not in page.response.headers

    answer = await browser.submit(page.forms[0])

    assert answer.status == 303
    assert answer.response.headers["location"] == "/context"
    cookie = answer.response.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert (await browser.get("/account")).status == 200


async def test_a_link_works_once(portal: Portal, mira: Browser, browser: Browser):
    used = await browser.get(portal.last_link())
    assert used.status == 410
    assert not used.forms
    again = await browser.post(portal.last_link())
    assert again.status == 403
    assert "milieu" not in browser.http.cookies


async def test_a_link_works_for_ten_minutes(portal: Portal, browser: Browser):
    await ask(browser, "mira@example.org")
    portal.clock.advance(LINK_LIFETIME)
    assert (await browser.get(portal.last_link())).status == 410


async def test_each_sign_in_begins_a_new_session_and_ends_the_browsers_earlier_one(
    portal: Portal, mira: Browser
):
    first = mira.http.cookies["milieu"]
    await ask(mira, "mira@example.org", "/sign-in?return_to=account")
    await mira.submit((await mira.get(portal.last_link())).forms[0])
    assert mira.http.cookies["milieu"] != first
    assert (await mira.get("/account")).status == 200
    assert await portal.services.customers.session(first) is None


@pytest.mark.parametrize("page", ["context", "connections", "grants", "accesses", "account"])
async def test_someone_who_is_not_signed_in_goes_on_to_where_she_wanted(
    portal: Portal, browser: Browser, page: str
):
    sign_in = await browser.follow(await browser.get(f"/{page}"))
    await browser.submit(sign_in.forms[0], email="mira@example.org")
    answer = await browser.submit((await browser.get(portal.last_link())).forms[0])
    assert answer.response.headers["location"] == f"/{page}"


async def test_a_consent_request_survives_signing_in(portal: Portal, browser: Browser):
    path = await portal.asks(await portal.client(), "topics")
    sign_in = await browser.follow(await browser.get(path))
    await browser.submit(sign_in.forms[0], email="mira@example.org")
    answer = await browser.submit((await browser.get(portal.last_link())).forms[0])
    assert answer.response.headers["location"] == path


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "consent:../../evil",
        "consent://evil.example/aaaaaaaaaaaaaaaa",
        "outbox",
        "context:x",
        "javascript:alert(1)",
    ],
)
async def test_she_is_never_sent_anywhere_but_to_a_page_of_ours(
    portal: Portal, browser: Browser, elsewhere: str
):
    # Check 18. Mutation tried: storing `return_to` and redirecting to it as it came.
    form = (await browser.get("/sign-in")).forms[0]
    await browser.submit(form, email="mira@example.org", return_to=elsewhere)
    answer = await browser.submit((await browser.get(portal.last_link())).forms[0])
    assert answer.response.headers["location"] == "/context"
    page = await browser.http.get("/sign-in", params={"return_to": elsewhere})
    assert "evil" not in page.text


async def test_signing_out_ends_the_session_on_the_server(mira: Browser):
    secret = mira.http.cookies["milieu"]
    page = await mira.get("/account")
    gone = await mira.follow(await mira.submit(page.form("/sign-out")))
    assert "You are signed out." in gone.text
    mira.http.cookies.set("milieu", secret, domain="milieu.test")
    assert (await mira.get("/account")).status == 303


async def test_signing_out_needs_the_forms_token(mira: Browser):
    page = await mira.get("/account")
    assert (await mira.submit(page.form("/sign-out"), csrf="x")).status == 403
    assert (await mira.get("/account")).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
async def test_another_site_cannot_sign_her_in_as_somebody_else(
    portal: Portal, browser: Browser, headers: dict[str, str]
):
    # Login CSRF. Mutation tried: dropping `from_our_own_page` from the router.
    await ask(browser, "attacker@example.org")
    refused = await browser.http.post(portal.last_link(), headers=headers)
    assert refused.status_code == 403
    assert "milieu" not in browser.http.cookies


async def test_the_landing_page_of_someone_signed_in_is_her_context(mira: Browser):
    answer = await mira.get("/")
    assert answer.response.headers["location"] == "/context"


@pytest.mark.parametrize(("wanted", "path"), [("", "/context"), ("grants", "/grants")])
async def test_who_is_signed_in_need_not_do_it_again(mira: Browser, wanted: str, path: str):
    answer = await mira.get(f"/sign-in?return_to={wanted}")
    assert answer.response.headers["location"] == path


async def test_the_demos_outbox_shows_the_mail_with_its_link(portal: Portal, browser: Browser):
    assert "Nothing was sent yet" in (await browser.get("/outbox")).text
    sent = await ask(browser, "mira@example.org")
    assert {"href": "/outbox"} in sent.all("a")
    outbox = await browser.get("/outbox")
    assert {"href": f"http://milieu.test{portal.last_link()}"} in outbox.all("a")
    assert "mira@example.org" in outbox.text


async def test_elsewhere_there_is_no_outbox(portal: Portal, browser: Browser):
    portal.change(outbox=None)
    assert (await browser.get("/outbox")).status == 404
    assert not (await ask(browser, "mira@example.org")).all("a", href="/outbox")


async def test_a_session_ends_by_itself(portal: Portal, mira: Browser):
    portal.clock.advance(timedelta(days=15))
    assert (await mira.get("/context")).status == 303
