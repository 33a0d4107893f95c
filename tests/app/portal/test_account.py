"""Her account: ending sessions, and erasing everything after a fresh sign-in (check 17)."""

import pytest

from app.errors import NotFound
from app.portal.step_up import FRESH_FOR
from tests.app.portal.conftest import Browser, Portal


async def test_it_shows_her_address(mira: Browser):
    assert "mira@example.org" in (await mira.get("/account")).text


async def test_signing_out_everywhere_ends_every_browser(portal: Portal, mira: Browser):
    second = await portal.signed_in()
    page = await mira.get("/account")
    answer = await mira.follow(await mira.submit(page.form("sign-out-everywhere")))
    assert "You are signed out." in answer.text
    assert (await second.get("/account")).status == 303


async def test_erasing_takes_a_tick_and_a_click(portal: Portal, mira: Browser):
    page = await mira.get("/account")
    unsure = await mira.submit(page.form("/account/erase"))
    assert unsure.status == 422
    assert "Tick the box" in unsure.text
    assert await portal.services.customers.emails(mira.customer_id) == ["mira@example.org"]

    gone = await mira.follow(await mira.submit(page.form("/account/erase"), certain="yes"))

    assert "Everything of yours is erased." in gone.text
    assert "milieu" not in mira.http.cookies
    with pytest.raises(NotFound):
        await portal.services.customers.emails(mira.customer_id)


async def test_erasing_takes_a_fresh_sign_in(portal: Portal, mira: Browser):
    # Check 17. Mutation tried: `is_fresh` always true.
    form = (await mira.get("/account")).form("/account/erase")
    portal.clock.advance(FRESH_FOR)
    assert (await mira.get("/account")).form("/account/erase")
    portal.clock.advance(seconds=1)
    page = await mira.get("/account")
    assert not [form for form in page.forms if "erase" in form.action]
    assert page.all("a", href="/sign-in?return_to=account")
    assert (await mira.submit(form, certain="yes")).status == 403
    assert await portal.services.customers.emails(mira.customer_id)


@pytest.mark.parametrize("action", ["/account/erase", "/account/sign-out-everywhere"])
async def test_neither_is_done_without_its_own_form(portal: Portal, mira: Browser, action: str):
    page = await mira.get("/account")
    foreign = dict(page.form("/sign-out").fields)["csrf"]
    for csrf in (None, "", foreign):
        answer = await mira.submit(page.form(action), csrf=csrf, certain="yes")
        assert answer.status == 403
    assert (await mira.get("/account")).status == 200
