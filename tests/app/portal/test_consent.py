"""The consent page: what it shows, what it gives, and who can press its buttons (checks 12-15)."""

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jws

from app.usecases.durations import CHOICES
from app.usecases.sections import OFFERED
from context.document import AbsenceReason, Context
from context.section import Section
from tests.app.portal.conftest import CALLBACK, LENS, Browser, Portal
from tests.app.portal.samples import CONTEXT, Shown, absent


def ticked(page) -> list[str]:
    return [box["value"] for box in page.all("input", name="sections") if "checked" in box]


async def test_it_shows_who_asks_why_and_what_each_part_would_show_now(
    portal: Portal, mira: Browser
):
    portal.change(contexts=Shown())
    page = await mira.get(await portal.asks(await portal.client(), "topics", "sentiment"))
    assert page.status == 200
    for words in (
        "Northwind",
        "northwind.example",
        "to help you when you contact them",
        "broadband outage (rising); moving house (steady); team play-offs (fading); garden",
        "rather unhappy, worse since 20 February",
        "crm.northwind.example",
    ):
        assert words in page.text
    assert ticked(page) == []
    assert "Network mood" not in page.text


async def test_each_part_is_drawn_as_it_would_be_seen(portal: Portal, mira: Browser):
    portal.change(contexts=Shown())
    page = await mira.get(await portal.asks(await portal.client(), *OFFERED))
    assert len(page.all("details", **{"class": "preview"})) == len(OFFERED)
    assert {svg["aria-labelledby"] for svg in page.all("svg", role="img")} == {
        f"{name}-title" for name in ("sentiment", "conversations", "network", "rhythm")
    }
    assert f"All of it, in a few sentences: {CONTEXT.brief}" in page.text
    assert "Why" not in page.text
    assert "Relationship" not in page.text


async def test_the_preview_shows_nothing_of_what_was_not_asked_for(portal: Portal, mira: Browser):
    # Mutation tried: `preview` without the sections, which draws all sections' traces.
    asked: list[object] = []

    class Asked(Shown):
        async def preview(self, customer_id: str, sections: object = ()) -> Context:
            asked.append(sections)
            return await super().preview(customer_id)

    portal.change(contexts=Asked())
    await mira.get(await portal.asks(await portal.client(), "topics", "emotions"))
    assert asked == [[Section.TOPICS, Section.EMOTIONS]]


async def test_who_has_linked_nothing_is_told_once_and_led_to_linking_and_back(
    portal: Portal, mira: Browser
):
    path = await portal.asks(await portal.client(), "topics", "sentiment")
    page = await mira.get(path)
    assert page.text.count("Link an account first") == 1
    assert page.all("a", href="/connections", target="_blank")
    assert page.all("a", href=path)
    assert "Now:" not in page.text
    assert "being read" not in page.text


async def test_what_holds_for_every_part_is_said_once(portal: Portal, mira: Browser):
    path = await portal.asks(await portal.client(), "topics", "sentiment")
    portal.change(contexts=Shown(absent(AbsenceReason.PENDING)))
    page = await mira.get(path)
    assert page.text.count("Your account is being read for the first time.") == 1
    assert "Link an account first" not in page.text
    portal.change(contexts=Shown(absent(AbsenceReason.INSUFFICIENT_DATA)))
    assert (await mira.get(path)).text.count("Now:") == 2


async def test_allowing_and_refusing_are_buttons_of_one_kind(portal: Portal, mira: Browser):
    page = await mira.get(await portal.asks(await portal.client(), "topics"))
    buttons = page.all("button", name="decision")
    assert [button["value"] for button in buttons] == ["allow", "allow_all", "refuse"]
    assert all({**button, "value": ""} == {**buttons[0], "value": ""} for button in buttons)


async def test_she_gives_only_what_she_ticked(portal: Portal, mira: Browser):
    # Check 15. Mutation tried: approving `pending.sections`.
    page = await mira.get(await portal.asks(await portal.client(), "topics", "sentiment"))
    answer = await mira.submit(page.form("/consent"), sections=["topics"], decision="allow")
    assert answer.status == 303
    location = answer.response.headers["location"]
    assert location.startswith(CALLBACK)
    assert parse_qs(urlsplit(location).query)["state"] == ["s1"]
    (grant,) = await portal.services.grants.list(mira.customer_id)
    assert grant.sections == ["topics"]
    assert grant.expires_at == portal.clock() + timedelta(minutes=30)


async def test_all_of_it_takes_one_click_as_refusing_does(portal: Portal, mira: Browser):
    page = await mira.get(await portal.asks(await portal.client(), "topics", "sentiment"))
    await mira.submit(page.form("/consent"), decision="allow_all")
    (grant,) = await portal.services.grants.list(mira.customer_id)
    assert grant.sections == ["topics", "sentiment"]


async def test_what_she_let_this_client_see_before_is_ticked_and_no_more(
    portal: Portal, mira: Browser
):
    # Mutation tried: ticking what is asked for.
    client = await portal.client()
    first = await mira.get(await portal.asks(client, "topics", "sentiment"))
    await mira.submit(first.form("/consent"), sections=["sentiment"], decision="allow")
    again = await mira.get(await portal.asks(client, "topics", "sentiment", "network"))
    assert ticked(again) == ["sentiment"]
    other = await mira.get(await portal.asks(await portal.client("Other"), "topics", "sentiment"))
    assert ticked(other) == []
    (grant,) = await portal.services.grants.list(mira.customer_id)
    await portal.services.grants.revoke(mira.customer_id, grant.id)
    ended = await mira.get(await portal.asks(client, "topics", "sentiment"))
    assert ticked(ended) == []


async def test_what_a_new_grant_takes_the_place_of_is_said_while_it_lasts(
    portal: Portal, mira: Browser
):
    # Mutation tried: `replaced` of a grant that has expired; of none at all.
    client = await portal.client()
    first = await portal.asks(client, "topics", "sentiment")
    assert "takes the place" not in (await mira.get(first)).text
    ends = portal.clock() + timedelta(days=7)
    await portal.gives(mira.customer_id, client, "topics", "sentiment", until=ends)
    again = await mira.get(await portal.asks(client, "sentiment"))
    assert "It may see now, until 9 Mar 2026" in again.text
    assert "Topics, Sentiment. What you allow here takes the place of that" in again.text
    portal.clock.advance(days=8)
    late = await mira.get(await portal.asks(client, "sentiment"))
    assert (late.status, "takes the place" in late.text) == (200, False)


async def test_what_is_added_lasts_as_long_as_what_it_is_added_to_unless_she_gives_less(
    portal: Portal, mira: Browser
):
    # Mutation tried: the page leaves `remaining` out.
    client = await portal.client()
    ends = portal.clock() + timedelta(days=10)
    grant_id = await portal.gives(mira.customer_id, client, "topics", until=ends)
    merge = {"grant_management_action": "merge", "grant_id": grant_id}
    page = await mira.get(await portal.asks(client, "network", **merge))
    assert "takes the place" not in page.text
    assert "It sees already, and would go on seeing: Topics" in page.text
    assert "As long as what it sees already" in page.text
    assert "30 days" not in page.text
    await mira.submit(page.form("/consent"), sections=["network"], decision="allow")
    (grant,) = await portal.services.grants.list(mira.customer_id)
    assert (sorted(grant.sections), grant.expires_at) == (["network", "topics"], ends)


async def test_after_a_refusal_she_is_not_asked_again_for_a_day(portal: Portal, mira: Browser):
    # Mutation tried: `without_asking` that does not look for refusals.
    client = await portal.client()
    page = await mira.get(await portal.asks(client, "topics"))
    await mira.submit(page.form("/consent"), decision="refuse")
    portal.clock.advance(hours=23)
    unasked = await mira.get(await portal.asks(client, "topics", "sentiment"))
    assert unasked.status == 303
    assert "error=access_denied" in unasked.response.headers["location"]
    other = await mira.get(await portal.asks(await portal.client("Other"), "topics"))
    assert other.status == 200
    portal.clock.advance(hours=2)
    assert (await mira.get(await portal.asks(client, "topics"))).status == 200


@pytest.mark.parametrize("duration", CHOICES, ids=lambda duration: duration.name)
async def test_each_duration_ends_when_it_says(portal: Portal, mira: Browser, duration):
    page = await mira.get(await portal.asks(await portal.client(), "topics"))
    assert duration.words in page.text
    await mira.submit(page.form("/consent"), duration=duration.name, decision="allow_all")
    (grant,) = await portal.services.grants.list(mira.customer_id)
    assert grant.expires_at == portal.clock() + duration.span


async def test_refusing_gives_nothing_and_tells_the_client(portal: Portal, mira: Browser):
    page = await mira.get(await portal.asks(await portal.client(), "topics"))
    answer = await mira.submit(page.form("/consent"), decision="refuse")
    assert answer.status == 303
    assert "error=access_denied" in answer.response.headers["location"]
    assert await portal.services.grants.list(mira.customer_id) == []


async def test_allowing_nothing_is_asked_about_again_with_everything_unticked(
    portal: Portal, mira: Browser
):
    page = await mira.get(await portal.asks(await portal.client(), "topics", "network"))
    again = await mira.submit(page.form("/consent"), sections=None, decision="allow")
    assert again.status == 422
    assert "Nothing is ticked" in again.text
    assert again.all("p", role="alert")
    assert ticked(again) == []
    assert await portal.services.grants.list(mira.customer_id) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"decision": "maybe"},
        {"decision": ""},
        {"decision": "allow_all", "duration": "ever"},
        {"decision": "allow", "sections": ["rhythm", "identity"]},
    ],
)
async def test_a_form_that_says_something_else_decides_nothing(
    portal: Portal, mira: Browser, changes: dict[str, object]
):
    path = await portal.asks(await portal.client(), "topics")
    page = await mira.get(path)
    assert (await mira.submit(page.form("/consent"), **changes)).status == 422
    assert await portal.services.grants.list(mira.customer_id) == []
    assert (await mira.get(path)).status == 200


async def test_one_requests_form_cannot_approve_another(portal: Portal, mira: Browser):
    # Check 12, a second tab. Mutation tried: leaving the request's id out of the scope.
    client = await portal.client()
    first = await mira.get(await portal.asks(client, "topics"))
    second = await mira.get(await portal.asks(client, "sentiment"))
    token = dict(first.form("/consent").fields)["csrf"]
    refused = await mira.submit(second.form("/consent"), csrf=token, decision="allow_all")
    assert refused.status == 403
    assert await portal.services.grants.list(mira.customer_id) == []


async def test_one_sessions_form_cannot_be_used_in_another(portal: Portal, mira: Browser):
    # Check 12. Mutation tried: leaving the session out of the token.
    other = await portal.signed_in("other@example.org")
    path = await portal.asks(await portal.client(), "topics")
    form = (await mira.get(path)).form("/consent")
    for decision in ("allow", "refuse"):
        assert (await other.submit(form, decision=decision)).status == 403
        assert (await other.submit(form, decision=decision, csrf=None)).status == 403
    assert (await mira.get(path)).status == 200


async def test_a_decided_request_cannot_be_decided_again(portal: Portal, mira: Browser):
    path = await portal.asks(await portal.client(), "topics")
    form = (await mira.get(path)).form("/consent")
    assert (await mira.submit(form, decision="allow_all")).status == 303
    for again in (await mira.submit(form, decision="refuse"), await mira.get(path)):
        grants = await mira.follow(again)
        assert "That request is closed" in grants.text
        assert "Northwind" in grants.text
    (grant,) = await portal.services.grants.list(mira.customer_id)
    assert grant.state == "active"


async def test_an_unknown_or_expired_request_is_a_page_of_ours(portal: Portal, mira: Browser):
    path = await portal.asks(await portal.client(), "topics")
    portal.clock.advance(minutes=11)
    for gone in (path, "/consent/" + "a" * 43):
        page = await mira.get(gone)
        assert page.status == 404
        assert "start again from the application" in page.text


async def test_hostile_names_are_words_not_markup(portal: Portal, mira: Browser):
    # Check 14. Mutation tried: autoescape off.
    name = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    client = await portal.client(name, "https://northwind.example")
    page = await mira.get(await portal.asks(client, "topics"))
    assert name in page.text
    assert "<script>alert" not in page.html
    assert not page.all("img")
    assert "northwind.example" in page.text


async def test_its_policy_lets_the_form_lead_to_the_clients_host_and_no_further(
    portal: Portal, mira: Browser
):
    path = await portal.asks(await portal.client(), "topics")
    consent, grants = await mira.get(path), await mira.get("/grants")
    assert directives(consent)["form-action"] == ["'self'", "https://crm.northwind.example"]
    assert directives(grants)["form-action"] == ["'self'"]


def directives(page) -> dict[str, list[str]]:
    policy = page.response.headers["content-security-policy"]
    return {words[0]: words[1:] for words in (part.split() for part in policy.split(";"))}


async def test_an_origin_cannot_write_a_directive(portal: Portal, mira: Browser):
    path = await portal.asks(await portal.client(), "topics")
    pending = await portal.services.consents.pending(path.rsplit("/", 1)[1], mira.customer_id)

    class Hostile:
        async def settled(self, *_who):
            return None

        async def pending(self, *_who):
            return replace(pending, redirect_origin="https://x;script-src 'unsafe-inline'")

    portal.change(consents=Hostile())
    page = await mira.get(path)
    assert directives(page)["form-action"] == ["'self'"]
    assert directives(page)["script-src"] == ["'self'"]


MARKETING = {"purpose": "dpv:Marketing"}


async def test_check_64_global_privacy_control_turns_marketing_off(portal: Portal, mira: Browser):
    # Mutations tried: `_is_against_marketing` is never true; `give` does not look at it.
    client = await portal.client()
    before = await mira.get(await portal.asks(client, "topics", **MARKETING))
    await mira.submit(before.form("/consent"), decision="allow_all", duration="year")
    mira.send(Sec_GPC="1")
    page = await mira.get(await portal.asks(client, "topics", **MARKETING))
    assert "asks companies not to market to you" in page.text
    assert ticked(page) == []
    refused = await mira.submit(page.form("/consent"), decision="allow_all")
    assert refused.status == 422
    assert "Your browser asks companies not to market to you." in refused.text
    allowed = await mira.submit(page.form("/consent"), decision="allow_all", despite_gpc="1")
    assert "code=" in allowed.response.headers["location"]

    [grant, _] = await portal.services.grants.list(mira.customer_id)
    receipt = await portal.services.grants.receipt(mira.customer_id, grant.id, grant.history[0].id)
    assert "Sec-GPC" in jws.extract_compact(receipt.encode()).payload.decode()


async def test_check_64_it_says_nothing_against_other_purposes(portal: Portal, mira: Browser):
    mira.send(Sec_GPC="1")
    page = await mira.get(await portal.asks(await portal.client(), "topics"))
    assert "market" not in page.text
    answer = await mira.submit(page.form("/consent"), decision="allow_all")
    assert "code=" in answer.response.headers["location"]


async def test_what_is_asked_for_in_rich_terms_is_shown(portal: Portal, mira: Browser):
    details = {
        "type": "customer_context",
        "sections": ["topics"],
        "duration": "P7D",
        "lens": LENS,
        "external_id": "K-4711",
    }
    client = await portal.client()
    page = await mira.get(
        await portal.asks(client, "sentiment", authorization_details=json.dumps([details]))
    )
    for words in ("Southwind", "K-4711", "Topics", "Sentiment", "7 days"):
        assert words in page.text
    assert "30 days" not in page.text
    await mira.submit(page.form("/consent"), decision="allow_all", duration="week")
    (grant,) = await portal.services.grants.list(mira.customer_id)
    assert grant.expires_at == portal.clock() + timedelta(days=7)


async def test_signing_in_alone_shows_nothing_to_tick(portal: Portal, mira: Browser):
    page = await mira.get(await portal.asks(await portal.client(), scope="openid"))
    assert "by a name that only Northwind knows you by" in page.text.replace("By", "by")
    assert not page.all("input", name="sections")
    answer = await mira.submit(page.form("/consent"), decision="allow")
    assert "code=" in answer.response.headers["location"]


async def test_who_must_sign_in_again_does_so_before_she_decides(portal: Portal, mira: Browser):
    # Mutation tried: the page does not look at `fresh_since`.
    portal.clock.advance(hours=1)
    path = await portal.asks(await portal.client(), "topics", scope="openid", max_age="600")
    answer = await mira.get(path)
    assert answer.response.headers["location"].startswith("/sign-in?return_to=consent")
    again = await mira.follow(answer)
    assert again.status == 200
    await mira.submit(again.forms[0], email="mira@example.org")
    back = await mira.submit((await mira.get(portal.last_link())).forms[0])
    assert back.response.headers["location"] == path
    assert (await mira.get(path)).status == 200
