"""Merging two accounts on the pages: each side is shown what will happen before she confirms it."""

import re

import pytest

from app.portal.step_up import FRESH_FOR
from app.usecases.unmerging import UNDO_WITHIN
from tests.app.portal.conftest import Browser, Portal
from tests.support.pages import Page


@pytest.fixture
async def other(portal: Portal) -> Browser:
    """Her other account, in another browser."""
    return await portal.signed_in("mira@work.example")


async def code_of(mira: Browser) -> str:
    page = await mira.follow(await mira.submit((await mira.get("/account")).form("offer")))
    [code] = re.findall(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", page.text)
    return code


async def enter(other: Browser, code: str) -> Page:
    return await other.submit((await other.get("/account")).form("claim"), code=code)


async def agreed(mira: Browser, other: Browser) -> Page:
    """Both go on until only who stays has to confirm; returns her page."""
    page = await other.follow(await enter(other, await code_of(mira)))
    await other.follow(await other.submit(page.form("accept")))
    return await mira.get("/account/merge")


async def test_she_merges_two_accounts_and_undoes_it(portal: Portal, mira: Browser, other: Browser):
    northwind = await portal.client("Northwind")
    southwind = await portal.client("Southwind", "https://southwind.example")
    hers = await portal.gives(mira.customer_id, northwind, "topics")
    await portal.gives(other.customer_id, southwind, "topics")

    page = await other.follow(await enter(other, await code_of(mira)))
    assert "Go on only if m…@e….org is you" in page.text
    assert "mira@example.org" not in page.text
    assert "Southwind" in page.text.partition("What ends, for good")[2]
    assert "has given 1 grant." in page.text.partition("Who may see what moves")[2]
    assert "Northwind" not in page.text
    waiting = await mira.get("/account/merge")
    assert "The code was entered" in waiting.text
    assert "work.example" not in waiting.text
    done = await other.follow(await other.submit(page.form("accept")))
    assert "Now sign in as m…@e….org" in done.text

    page = await mira.get("/account/merge")
    assert "Moves theremira@work.example" in page.text
    undecided = await mira.submit(page.form("confirm"))
    assert undecided.status == 422
    assert "Decide about each company" in undecided.text
    assert not undecided.all("input", type="radio", checked=""), "nothing is decided for her"
    answer = await mira.submit(page.form("confirm"), **{f"grant_{hers}": "goes_on"})
    account = await mira.follow(answer)
    assert "Merged." in account.text
    assert "mira@work.example became part of this account" in account.text
    assert (await other.get("/account")).status == 303, "its sessions have ended"
    grants = (await mira.get("/grants")).text
    assert "Southwind" in grants.partition("Ended")[2]
    assert "Northwind" in grants.partition("Ended")[0]

    parted = await mira.follow(await mira.submit(account.form("undo")))
    assert "Undone." in parted.text
    assert (await mira.get("/account")).status == 303
    again = await portal.signed_in("mira@work.example")
    assert again.customer_id == other.customer_id


async def test_a_code_that_does_not_work_is_said_beside_the_field(mira: Browser, other: Browser):
    answer = await enter(other, "AAAA-AAAA-AAAA-AAAA")
    assert answer.status == 422
    assert "That code does not work" in answer.text
    assert answer.all("input", id="code")[0]["aria-invalid"] == "true"
    own = await enter_own(mira)
    assert "of this account itself" in own.text
    assert (await other.follow(await other.get("/account/merge/claim"))).status == 200


async def enter_own(mira: Browser) -> Page:
    form = (await mira.get("/account")).form("claim")
    return await mira.submit(form, code=await code_of(mira))


async def test_what_changed_meanwhile_is_shown_again(portal: Portal, mira: Browser, other: Browser):
    page = await agreed(mira, other)
    await portal.gives(mira.customer_id, await portal.client(), "topics")
    shown = await mira.follow(await mira.submit(page.form("confirm")))
    assert "Something changed" in shown.text
    assert "Confirm in the other account" in shown.text


async def test_a_stale_page_of_the_other_side_is_shown_again(
    portal: Portal, mira: Browser, other: Browser
):
    page = await other.follow(await enter(other, await code_of(mira)))
    await portal.gives(mira.customer_id, await portal.client(), "topics")
    shown = await other.follow(await other.submit(page.form("accept")))
    assert "Something changed" in shown.text


async def test_giving_up_leaves_everything_as_it_is(mira: Browser, other: Browser):
    page = await agreed(mira, other)
    assert "Given up" in (await other.follow(await stopped(other))).text
    over = await mira.follow(await mira.submit(page.form("confirm")))
    assert "That merge is over" in over.text
    assert "That merge is over" in (await mira.follow(await stopped(mira, page))).text
    assert (await mira.follow(await mira.get("/account/merge"))).status == 200


async def stopped(browser: Browser, page: Page | None = None) -> Page:
    shown = page or await browser.get("/account/merge")
    return await browser.submit(shown.form("stop"))


ACTIONS = ("offer", "claim", "accept", "confirm", "undo")


@pytest.mark.parametrize("action", ACTIONS)
async def test_each_step_takes_a_fresh_sign_in(
    portal: Portal, mira: Browser, other: Browser, action: str
):
    # Check 17. Mutation tried: `check_fresh` left out of each.
    who, form = await before(action, mira, other)
    portal.clock.advance(FRESH_FOR)
    portal.clock.advance(seconds=1)
    for path in ("/account", "/account/merge"):
        page = await who.get(path)
        offered = [form.action for form in page.forms if "merge" in form.action]
        assert all("stop" in one for one in offered)
    answer = await who.submit(form, code="0000000000000000")
    assert answer.status == 403
    assert "Sign in again" in answer.text


@pytest.mark.parametrize("action", [*ACTIONS, "stop"])
async def test_each_step_takes_its_own_form(
    portal: Portal, mira: Browser, other: Browser, action: str
):
    # Check 12. Mutation tried: `check_csrf` left out of each.
    who, form = await before(action, mira, other)
    foreign = dict((await who.get("/account")).form("/sign-out").fields)["csrf"]
    for csrf in (None, "", foreign):
        assert (await who.submit(form, csrf=csrf)).status == 403


async def before(action: str, mira: Browser, other: Browser):
    """Go on until a form is there; return it, and in whose browser."""
    if action in {"offer", "claim"}:
        return mira, (await mira.get("/account")).form(action)
    if action == "accept":
        page = await other.follow(await enter(other, await code_of(mira)))
        return other, page.form("accept")
    page = await agreed(mira, other)
    if action in {"confirm", "stop"}:
        return mira, page.form(action)
    account = await mira.follow(await mira.submit(page.form("confirm")))
    return mira, account.form("undo")


async def test_what_can_be_undone_no_more_says_so(portal: Portal, mira: Browser, other: Browser):
    _, form = await before("undo", mira, other)
    portal.clock.advance(UNDO_WITHIN)
    again = await portal.signed_in()
    assert "became part of" not in (await again.get("/account")).text
    token = dict((await again.get("/account")).form("offer").fields)["csrf"]
    assert (await again.submit(form, csrf=token)).status == 403
    known = await again.get("/account")
    assert known.status == 200


async def test_only_her_own_page_leads_to_her_merge(mira: Browser, other: Browser):
    page = await agreed(mira, other)
    for action in ("confirm", "accept"):
        token = dict((await other.get("/account")).form("/sign-out").fields)["csrf"]
        path = f"/account/merge/{action}"
        assert (await other.post(path, csrf=token)).status == 403
    assert (await mira.follow(await mira.get("/account/merge/confirm"))).text == page.text
