"""Grants with one-click revocation, and the access log."""

from datetime import timedelta

from tests.app.portal.conftest import Browser, Portal


async def test_active_grants_come_first_with_all_there_is_to_know(portal: Portal, mira: Browser):
    client = await portal.client()
    until = portal.clock() + timedelta(days=7)
    grant = await portal.gives(mira.customer_id, client, "topics", "network", until=until)
    await portal.reads(mira.customer_id, client, grant)
    page = await mira.get("/grants")
    for words in (
        "Northwind",
        "northwind.example",
        "to help you when you contact them",
        "Topics",
        "Network mood",
        "9 Mar 2026, 09:00 UTC",
    ):
        assert words in page.text
    assert "Last look Never" not in page.text
    assert len([form for form in page.forms if "revoke" in form.action]) == 1


async def test_revoking_is_one_click(portal: Portal, mira: Browser):
    grant = await portal.gives(mira.customer_id, await portal.client(), "topics")
    page = await mira.get("/grants")
    after = await mira.follow(await mira.submit(page.form(grant)))
    assert "From now on every look is refused." in after.text
    assert "Nobody may see anything now." in after.text
    assert "Revoked" in after.text
    assert not [form for form in after.forms if "revoke" in form.action]
    again = await mira.follow(await mira.submit(page.form(grant)))
    assert "That grant had ended already." in again.text


async def test_an_expired_grant_is_shown_as_ended(portal: Portal, mira: Browser):
    until = portal.clock() + timedelta(minutes=30)
    await portal.gives(mira.customer_id, await portal.client(), "topics", until=until)
    portal.clock.advance(hours=1)
    page = await mira.get("/grants")
    assert "Expired" in page.text
    assert not [form for form in page.forms if "revoke" in form.action]


async def test_nobody_revokes_without_her_form_or_another_customers_grant(
    portal: Portal, mira: Browser
):
    grant = await portal.gives(mira.customer_id, await portal.client(), "topics")
    form = (await mira.get("/grants")).form(grant)
    other = await portal.signed_in("other@example.org")
    await portal.gives(other.customer_id, await portal.client(), "topics")
    own = dict((await other.get("/grants")).form("revoke").fields)["csrf"]
    assert (await mira.submit(form, csrf=None)).status == 403
    assert (await mira.submit(form, csrf=own)).status == 403
    assert (await other.submit(form)).status == 403
    answer = await other.follow(await other.submit(form, csrf=own))
    assert "From now on every look is refused." not in answer.text
    (view,) = await portal.services.grants.list(mira.customer_id)
    assert view.state == "active"


async def test_the_log_tells_who_looked_when_why_and_what_was_shown(portal: Portal, mira: Browser):
    client = await portal.client()
    grant = await portal.gives(mira.customer_id, client, "topics", "sentiment")
    assert "Nobody has looked yet." in (await mira.get("/accesses")).text
    await portal.reads(
        mira.customer_id,
        client,
        grant,
        agent="<b>Ana</b>",
        call_id="call-7",
        withheld={"sentiment": "insufficient_data", "network": "not_granted"},
    )
    portal.clock.advance(minutes=1)
    await portal.reads(
        mira.customer_id,
        client,
        grant,
        outcome="refused",
        served=[],
        withheld={
            "rhythm": "grant_revoked",
            "sentiment": "grant_revoked",
            "topics": "grant_revoked",
        },
    )
    page = await mira.get("/accesses")
    for words in (
        "Agent <b>Ana</b>",
        "Call call-7",
        "Served",
        "Sentiment: too little to say",
        "Network mood: not part of this grant",
        "Refused",
        "Nothing was shown: the grant had ended. TopicsSentimentRhythm",
        "every attempt under a grant of yours that had ended",
        "to help you when you contact them",
    ):
        assert words in page.text
    assert page.text.index("Refused") < page.text.index("Served")
    assert not page.all("b")


async def test_a_long_log_has_pages(portal: Portal, mira: Browser):
    client = await portal.client()
    grant = await portal.gives(mira.customer_id, client, "topics")
    for number in range(52):
        portal.clock.advance(minutes=1)
        await portal.reads(mira.customer_id, client, grant, call_id=f"call-{number:02d}")
    newest = await mira.get("/accesses")
    assert "call-51" in newest.text
    assert "call-01" not in newest.text
    older = await mira.get(newest.all("a", rel="next")[0]["href"])
    assert "call-01" in older.text
    assert "call-02" not in older.text
    assert not older.all("a", rel="next")
    assert older.all("a", href="/accesses")


async def test_after_the_last_page_there_is_nothing_older(mira: Browser):
    assert "There is nothing older." in (await mira.get("/accesses?before=acc_0")).text


async def given(portal: Portal, browser: Browser, **choice: object) -> None:
    """Have a company ask, and give it what is asked for."""
    page = await browser.get(await portal.asks(await portal.client(), "topics"))
    form = {"decision": "allow_all", "duration": "month"} | choice
    assert (await browser.submit(page.form("/consent"), **form)).status == 303


async def test_every_step_has_a_receipt_to_download(portal: Portal, mira: Browser):
    await given(portal, mira)
    page = await mira.get("/grants")
    await mira.submit(page.form("revoke"))
    page = await mira.get("/grants")
    links = [link["href"] for link in page.all("a") if "/receipts/" in link["href"]]
    assert len(links) == 2
    for link in links:
        answer = (await mira.get(link)).response
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["cache-control"] == "no-store"
        assert "/receipts/jwks" in answer.json()["check"]
        assert answer.json()["jws"].count(".") == 2
    other = await portal.signed_in("other@example.org")
    assert (await other.get(links[0])).status == 404


async def test_a_grant_that_ends_soon_can_go_on(portal: Portal, mira: Browser):
    await given(portal, mira, duration="week")
    assert not [form for form in (await mira.get("/grants")).forms if "reconfirm" in form.action]
    portal.clock.advance(days=6)
    page = await mira.get("/grants")
    after = await mira.follow(await mira.submit(page.form("reconfirm")))
    assert "It goes on, for as long again." in after.text
    (grant,) = await portal.services.grants.list(mira.customer_id)
    assert grant.expires_at == portal.clock() + timedelta(days=7)
    assert (await mira.submit(page.form("reconfirm"), csrf=None)).status == 403


async def test_she_can_let_a_refused_company_ask_again(portal: Portal, mira: Browser):
    client = await portal.client()
    page = await mira.get(await portal.asks(client, "topics"))
    await mira.submit(page.form("/consent"), decision="refuse")
    grants = await mira.get("/grants")
    assert "Refused lately" in grants.text
    assert (await mira.submit(grants.form("ask-again"), csrf=None)).status == 403
    after = await mira.follow(await mira.submit(grants.form("ask-again")))
    assert "That company may ask you again." in after.text
    assert "Refused lately" not in after.text
    assert (await mira.get(await portal.asks(client, "topics"))).status == 200
