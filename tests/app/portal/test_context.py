"""What a company could see, as she sees it first."""

from dataclasses import replace

import pytest

from context.document import AbsenceReason, Context, IntentClaim, IntentTopic, Topic
from context.subjects import Subject
from tests.app.portal.conftest import Browser, Portal
from tests.app.portal.samples import CONTEXT, Shown, absent, without


def showing(portal: Portal, context: Context) -> None:
    portal.change(contexts=Shown(context))


async def test_every_section_is_drawn_and_written(portal: Portal, mira: Browser):
    showing(portal, CONTEXT)
    page = await mira.get("/context")
    assert CONTEXT.brief in page.text
    for words in (
        "rather unhappy, worse since 20 February",
        "broadband outage weighs on you",
        "team play-offs lifts you",
        "phone and internet",
        "with frustration and sadness",
        "A full bar would be all of your recent posts; a post may carry several.",
        "34 % of your posts",
        "38 % ▲ rising unhappy",
        "The longer the bar, the likelier you still mean it",
        "−0.62",
        "▼ A low on 24 February: frustration, mostly about broadband outage",
        "▲ A high on 14 February: joy",
        "Needs help",
        "Likely, from 4 posts, the last on 1 March. Forgotten on 8 March.",
        "You answer 5–9 people.",
        "52 % telling",
        "match tickets 10–24 people, and you",
        "1,000–9,999",
        "three years or more",
        "own account: many posts are worded alike.",
        "You seem less happy than the people around you.",
        "From 10–24 people on 2 March",
        "You post 11–30 times a week.",
        "07:00 to 09:00 and 18:00 to 22:00 (UTC)",
    ):
        assert words in page.text
    assert {svg["aria-labelledby"] for svg in page.all("svg", role="img")} == {
        "sentiment-title",
        "conversations-title",
        "network-title",
        "rhythm-title",
    }
    assert len(page.all("table")) == 3
    assert not page.all("main", **{"data-refresh": "3"})


async def test_a_section_that_is_absent_says_why_and_what_would_change_it(
    portal: Portal, mira: Browser
):
    reason = AbsenceReason.INSUFFICIENT_DATA
    showing(portal, without(network=reason, sentiment=reason))
    page = await mira.get("/context")
    assert "It takes at least five people" in page.text
    assert "A few more public posts would change that." in page.text
    assert "broadband outage" in page.text


async def test_without_a_connection_it_leads_to_the_first_one(mira: Browser):
    page = await mira.get("/context")
    assert "Link your first account" in page.text
    assert page.all("a", href="/connections", **{"class": "button"})
    assert not page.all("div", **{"data-refresh": "3"})


async def test_while_the_first_reading_runs_the_page_renews_itself(portal: Portal, mira: Browser):
    showing(portal, absent(AbsenceReason.PENDING))
    page = await mira.get("/context")
    assert "Reading…" in page.text
    assert page.all("div", id="context", **{"data-refresh": "3"})
    assert page.all("meta", **{"http-equiv": "refresh", "content": "5"})


@pytest.mark.parametrize("reason", [AbsenceReason.STALE, AbsenceReason.LINK_BROKEN])
async def test_when_nothing_can_be_shown_there_is_one_reason_and_one_way_on(
    portal: Portal, mira: Browser, reason: AbsenceReason
):
    showing(portal, absent(reason))
    page = await mira.get("/context")
    assert "Nothing can be shown" in page.text
    assert "See your connections" in page.text


async def test_topics_are_words_not_markup(portal: Portal, mira: Browser):
    topics = CONTEXT.sections.topics
    hostile = replace(topics.topics[0], label="<script>alert(1)</script>")
    sections = replace(CONTEXT.sections, topics=replace(topics, topics=[hostile]))
    showing(portal, replace(CONTEXT, sections=sections))
    page = await mira.get("/context")
    assert "<script>alert(1)</script>" in page.text
    assert "<script>alert" not in page.html


async def test_a_subject_that_the_name_ends_with_is_not_written_beside_it_again(
    portal: Portal, mira: Browser
):
    topics, intents = CONTEXT.sections.topics, CONTEXT.sections.intents
    named = replace(
        topics.topics[0], label=f"light ({Subject.ENERGY.label})", subject=Subject.ENERGY
    )
    plain = replace(named, label="light")
    wish = replace(
        intents.intents[0], topic=IntentTopic(id=named.id, label=named.label), subject=named.subject
    )

    async def subjects(topic: Topic, *wishes: IntentClaim) -> int:
        changed = replace(
            CONTEXT.sections,
            topics=replace(topics, topics=[topic]),
            intents=replace(intents, intents=[*wishes]),
        )
        showing(portal, replace(CONTEXT, sections=changed))
        return len((await mira.get("/context")).all("span", **{"class": "subject"}))

    assert await subjects(named, wish) == 0
    assert await subjects(plain, replace(wish, topic=None)) == 2


async def test_every_claim_says_what_is_behind_it(portal: Portal, mira: Browser):
    showing(portal, CONTEXT)
    page = await mira.get("/context")
    assert page.text.count("Why this mood?") == page.text.count("Why a change?") == 1
    claims = 4 + 2 + 4 + 3  # topics, sentiment and its change, emotions, intents
    assert len(page.all("details", **{"class": "why"})) == claims
    assert (
        "Why? broadband outage Words broadband, outage, router Posts 24 Account Mastodon"
        " Days 26 to 28 February and 2 March" in page.text
    )


async def test_a_claim_that_changed_meanwhile_is_not_explained_by_another(
    portal: Portal, mira: Browser
):
    intents = CONTEXT.sections.intents
    turned = replace(intents, intents=intents.intents[::-1])
    showing(portal, replace(CONTEXT, sections=replace(CONTEXT.sections, intents=turned)))
    page = await mira.get("/context")
    assert len(page.all("details", **{"class": "why"})) == 4 + 2 + 4 + 1


async def test_where_nothing_stands_out_it_says_so(portal: Portal, mira: Browser):
    sections = CONTEXT.sections
    quiet = replace(
        sections,
        topics=replace(sections.topics, topics=[]),
        emotions=replace(sections.emotions, emotions=[], peaks=[]),
        intents=replace(sections.intents, intents=[]),
        network=replace(sections.network, topics=[]),
        conversations=replace(sections.conversations, topics=[], partners="0"),
        reach=replace(sections.reach, followers=None, following=None, account_age=None),
    )
    showing(portal, replace(CONTEXT, sections=quiet))
    page = await mira.get("/context")
    for words in (
        "No topic is left to show.",
        "No emotion stands out",
        "Nothing at the moment",
        "You answer nobody.",
        "Age of the account unknown",
    ):
        assert words in page.text
    assert "Highs and lows" not in page.text
