"""Northwind's desk, against a small stand-in for the context service."""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from app.api.v1.examples import CONTEXT as EXAMPLE
from app.portal.words import difference_words, emotion_words, intent_words, span_words, tone_words
from app.sandbox.company import create_company, words
from app.sandbox.company.consent import s256
from app.sandbox.company.desk import SECTIONS
from app.sandbox.company.view import lay_out
from app.usecases.sections import OFFERED
from context.emotion import Emotion
from context.intents import Intent

ISSUER = "https://context.test"
DESK = "https://desk.test"
TOPIC = {"label": "broadband, router", "share": 0.62, "valence": -0.7, "direction": "rising"}
CONTEXT = {
    "subject": "sub_1",
    "purpose": "dpv:CustomerCare",
    "as_of": "2026-06-15T12:00:00Z",
    "use_until": "2026-06-15T12:15:00Z",
    "brief": "She writes about her broadband, and has grown unhappy.",
    "sections": {
        "topics": {"status": "available", "topics": [TOPIC]},
        "sentiment": {
            "status": "available",
            "valence": -0.42,
            "interval": [-0.6, -0.2],
            "trend": {"direction": "falling", "change": -0.5, "since": "2026-06-08"},
            "daily": [{"valence": 0.4}, {"valence": -0.1}, {"valence": -0.5}],
            "drivers": [{"label": "broadband, router"}],
        },
        "network": {"status": "absent", "reason": "not_granted"},
        "rhythm": {"status": "absent", "reason": "insufficient_data"},
        "emotions": {"status": "absent", "reason": "not_granted"},
        "reach": {"status": "absent", "reason": "not_granted"},
    },
}


@dataclass
class Service:
    """What the desk needs of a context service, and what a test wants to know of it."""

    issuer: str = ISSUER
    iss: str = ISSUER
    state: str | None = None
    refusal: int | None = None
    code: str = ""
    refreshable: bool = True
    exchanges: list[dict[str, str]] = field(default_factory=list)
    asked: dict[str, str] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/oauth-authorization-server", self.metadata),
                Route("/oauth/authorize", self.authorize),
                Route("/oauth/token", self.token, methods=["POST"]),
                Route("/v1/context", self.context),
            ]
        )

    async def metadata(self, _request: Request):
        endpoints = {"authorization_endpoint": f"{ISSUER}/oauth/authorize"}
        return JSONResponse(
            {"issuer": self.issuer, "token_endpoint": f"{ISSUER}/oauth/token", **endpoints}
        )

    async def authorize(self, request: Request):
        self.asked = dict(request.query_params)
        answer = {"code": "code-1", "state": self.state or self.asked["state"], "iss": self.iss}
        return RedirectResponse(f"{self.asked['redirect_uri']}?{urlencode(answer)}", 303)

    async def token(self, request: Request):
        form = {name: str(value) for name, value in (await request.form()).items()}
        self.exchanges.append(form)
        if not request.headers["authorization"].startswith("Basic "):
            return JSONResponse({"error": "invalid_client"}, 401)
        if form["grant_type"] == "refresh_token" and not self.refreshable:
            return JSONResponse({"error": "invalid_grant"}, 400)
        number = len(self.exchanges)
        return JSONResponse({"access_token": f"at-{number}", "refresh_token": f"rt-{number}"})

    async def context(self, request: Request):
        token = request.headers["authorization"].removeprefix("Bearer ")
        self.reads.append(token)
        if self.refusal is not None and token == "at-1":
            problem = {
                "title": "The grant was revoked",
                "detail": "Ask her again if need be.",
                "code": self.code,
            }
            return JSONResponse(problem, self.refusal)
        return JSONResponse(CONTEXT)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
async def agent(service):
    """An agent's browser at the desk."""
    to_service = httpx.ASGITransport(service.app())
    desk = create_company(ISSUER, "cli_1", "s e+cret", DESK, transport=to_service)
    mounts = {"all://context.test": to_service, "all://desk.test": httpx.ASGITransport(desk)}
    async with httpx.AsyncClient(mounts=mounts, base_url=DESK) as browser:
        yield browser


def offered(page):
    """The buttons of the desk's page."""
    return re.findall(r"<button[^>]*>([^<]+)</button>", page.text)


async def ask(agent, service):
    """Press the button and let the customer say yes; return the desk's page."""
    return await agent.post("/ask", follow_redirects=True)


async def test_the_agent_asks_and_sees_what_was_granted(agent, service):
    assert "Ask the customer for context" in (await agent.get("/")).text

    page = await ask(agent, service)

    assert offered(page) == ["Read again", "Ask again", "End the call"]
    assert "grown unhappy" in page.text
    assert "broadband, router" in page.text
    assert page.text.count("did not share this") == 1
    assert page.text.count("Not asked for.") == 2
    assert "too little to say anything honest" in page.text
    assert "<polyline" in page.text
    assert service.asked["purpose"] == "dpv:CustomerCare"
    assert service.asked["scope"].split() == [f"context:{section}" for section in SECTIONS]
    assert service.exchanges[0]["redirect_uri"] == f"{DESK}/callback"


def test_the_desk_asks_for_needs_and_for_nothing_that_is_not_on_offer():
    assert "intents" in SECTIONS
    assert set(SECTIONS) < set(OFFERED)


async def test_the_code_is_bound_to_this_attempt(agent, service):
    await ask(agent, service)

    assert service.asked["code_challenge_method"] == "S256"
    assert service.asked["code_challenge"] == s256(service.exchanges[0]["code_verifier"])
    assert service.asked["response_type"] == "code"


def test_the_challenge_is_that_of_the_rfc():
    # RFC 7636, appendix B
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert s256(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    ("twist", "said"),
    [
        ({"state": "forged"}, "That answer was not for us"),
        ({"iss": "https://elsewhere.test"}, "That answer came from elsewhere"),
        ({"issuer": "https://elsewhere.test"}, "The server is not who it should be"),
    ],
)
async def test_an_answer_that_is_not_to_our_question_buys_nothing(agent, service, twist, said):
    for name, value in twist.items():
        setattr(service, name, value)

    page = await ask(agent, service)

    assert said in page.text
    assert service.exchanges == []
    assert service.reads == []


async def test_an_answer_counts_once_and_only_for_who_asked(agent, service):
    sent = await agent.post("/ask")
    state = parse_qs(urlsplit(sent.headers["location"]).query)["state"][0]
    answer = f"/callback?{urlencode({'code': 'c', 'state': state, 'iss': ISSUER})}"

    cookies = dict(agent.cookies)
    agent.cookies.clear()
    stranger = await agent.get(answer, follow_redirects=True)
    assert service.exchanges == []
    assert "Ask the customer for context" in stranger.text

    agent.cookies.clear()
    agent.cookies.update(cookies)
    await agent.get(answer)
    await agent.get(answer)
    assert len(service.exchanges) == 1


async def test_a_customer_who_declines_is_let_be(agent, service):
    sent = await agent.post("/ask")
    state = parse_qs(urlsplit(sent.headers["location"]).query)["state"][0]
    answer = urlencode({"error": "access_denied", "state": state, "iss": ISSUER})

    page = await agent.get(f"/callback?{answer}", follow_redirects=True)

    assert "The customer declined" in page.text
    assert "Carry on without the context." in page.text
    assert offered(page) == ["End the call"]


async def test_after_a_revocation_the_next_read_shows_the_refusal_and_nothing_else(agent, service):
    await ask(agent, service)
    service.refusal = 403

    page = await agent.post("/read", follow_redirects=True)

    assert "The grant was revoked" in page.text
    assert "Ask her again if need be." in page.text
    assert "grown unhappy" not in page.text
    assert offered(page) == ["Ask again", "End the call"]

    page = await ask(agent, service)
    assert "grown unhappy" in page.text


async def test_a_service_that_is_busy_may_be_asked_once_more(agent, service):
    await ask(agent, service)
    service.refusal = 503

    page = await agent.post("/read", follow_redirects=True)

    assert offered(page) == ["Read again", "Ask again", "End the call"]


async def test_one_who_declines_more_has_granted_what_there_was_before(agent, service):
    await ask(agent, service)
    sent = await agent.post("/ask")
    state = parse_qs(urlsplit(sent.headers["location"]).query)["state"][0]
    answer = urlencode({"error": "access_denied", "state": state, "iss": ISSUER})

    page = await agent.get(f"/callback?{answer}", follow_redirects=True)

    assert "The customer declined" in page.text
    assert "Read again" in offered(page)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("grant_revoked", "The customer ended this"),
        ("grant_expired", "The time agreed on is over"),
        ("invalid_token", "This desk may not look any more"),
    ],
)
async def test_an_agent_is_told_what_ended_in_an_agents_words(agent, service, code, said):
    await ask(agent, service)
    service.refusal, service.refreshable, service.code = 401, False, code

    page = await agent.post("/read", follow_redirects=True)

    assert said in page.text
    assert "The grant was revoked" not in page.text
    assert offered(page) == ["Ask again", "End the call"]


async def test_a_token_that_ran_out_is_refreshed_once(agent, service):
    await ask(agent, service)
    service.refusal = 401

    page = await agent.post("/read", follow_redirects=True)

    assert "grown unhappy" in page.text
    assert service.exchanges[-1]["refresh_token"] == "rt-1"
    assert service.reads == ["at-1", "at-1", "at-2"]


async def test_when_the_refresh_fails_too_the_service_has_the_last_word(agent, service):
    await ask(agent, service)
    service.refusal, service.refreshable = 401, False

    page = await agent.post("/read", follow_redirects=True)

    assert "The grant was revoked" in page.text


async def test_the_end_of_the_call_forgets_everything(agent, service):
    await ask(agent, service)
    page = await agent.post("/end", follow_redirects=True)
    assert "grown unhappy" not in page.text

    page = await agent.post("/read", follow_redirects=True)
    assert "Please ask the customer first." in page.text


async def test_a_service_that_is_away_is_said_in_plain_words():
    def away(_request):
        raise httpx.ConnectError("refused")

    desk = create_company(ISSUER, "cli_1", "secret", DESK, transport=httpx.MockTransport(away))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(desk), base_url=DESK) as browser:
        page = await browser.post("/ask", follow_redirects=True)
    assert "The context service does not answer" in page.text


async def test_the_page_runs_no_script_and_keeps_tokens_to_itself(agent, service):
    page = await ask(agent, service)

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "<script" not in page.text
    assert f"form-action 'self' {ISSUER}" in policy
    assert "at-1" not in page.text
    cookie = (await agent.get("/")).headers["set-cookie"]
    assert re.search("httponly", cookie, re.IGNORECASE)
    assert "at-1" not in cookie


@pytest.mark.parametrize(
    "section",
    [
        {},
        {"status": "available"},
        {"status": "available", "topics": [{"label": "x"}]},
        {"status": "absent", "reason": "of another kind"},
        "text",
    ],
)
@pytest.mark.parametrize("name", ["topics", "sentiment", "network", "rhythm", "unheard_of"])
def test_a_section_that_makes_no_sense_becomes_a_card_that_says_so(name, section):
    sheet = lay_out({"sections": {name: section}}, [name])
    assert [card.present for card in sheet.cards] == [False]
    assert all(card.lines for card in sheet.cards)


def test_a_customer_without_an_account_is_not_waited_for():
    absent = {"status": "absent", "reason": "nothing_linked"}
    [card] = lay_out({"sections": {"topics": absent}}, OFFERED).cards
    assert card.lines == ("The customer has not linked an account yet.",)


def test_every_section_that_is_available_is_drawn():
    network = {"status": "available", "mood": "low", "people": "10-24", "difference": -0.5}
    rhythm = {
        "status": "available",
        "active_hours": [8, 20],
        "hours": [1 / 24] * 24,
        "posts_per_week": "4-10",
    }
    sections = CONTEXT["sections"] | {"network": network, "rhythm": rhythm}

    sheet = lay_out(CONTEXT | {"sections": sections}, SECTIONS)

    assert [card.title for card in sheet.cards if not card.present] == [
        "Which emotions the posts carry",
        "How far the customer is heard",
    ]
    assert sheet.purpose == "customer care"
    assert sheet.use_until == "15 June 2026, 12:15 UTC"
    lines = " ".join(line for card in sheet.cards for line in card.lines)
    assert "Low, among 10–24 people" in lines
    assert "seems less happy than they do" in lines
    assert "Unhappy: −0.42 on a scale from −1 to +1, likely −0.60 to −0.20." in lines
    assert "Worse since 8 June." in lines
    assert "Posts a week: 4–10." in lines
    assert "08, 20" in lines


def test_whatever_is_shared_is_shown():
    sheet = lay_out(EXAMPLE, OFFERED)
    shown = {card.title: card for card in sheet.cards if card.present}
    assert len(shown) == sum(s["status"] == "available" for s in EXAMPLE["sections"].values())
    assert shown["What the customer seems to want"].lines == (
        "Needs help: broadband, engineer (until 8 March).",
    )
    assert shown["Which emotions the posts carry"].lines == (
        "A low on 26 February: frustration, mostly about broadband, engineer.",
    )
    assert shown["How far the customer is heard"].lines[0] == "Followed by 100–999 people."
    assert [bar.share for bar in shown["How the customer talks with others"].bars] == [
        55,
        17,
        20,
        8,
    ]


def test_where_nothing_stands_out_the_desk_says_so():
    quiet = {
        "emotions": EXAMPLE["sections"]["emotions"] | {"emotions": [], "peaks": []},
        "intents": EXAMPLE["sections"]["intents"] | {"intents": []},
    }
    lines = [card.lines for card in lay_out({"sections": quiet}, OFFERED).cards]
    assert lines == [("No emotion stands out.",), ("Nothing at the moment.",)]


def test_a_section_that_was_shared_without_being_asked_for_is_shown_all_the_same():
    [card] = lay_out({"sections": {"topics": CONTEXT["sections"]["topics"]}}, []).cards
    assert card.present


@given(st.floats(-1, 1))
def test_the_desk_calls_a_feeling_what_the_customers_own_page_calls_it(valence: float):
    assert words.feeling(valence) == tone_words(valence)
    seen_by_her = difference_words(valence).removeprefix("You seem ")
    assert words.compared(valence).startswith("The customer seems " + seen_by_her.split(" the ")[0])


def test_the_desk_names_things_as_the_customers_own_page_does():
    assert {intent.value: intent_words(intent) for intent in Intent} == words.INTENTS
    assert {emotion.value: emotion_words(emotion) for emotion in Emotion} == words.EMOTIONS
    assert set(OFFERED) <= set(words.TITLES)
    for bucket in ("5-9", "1000-9999", "100000+"):
        assert words.span(bucket) == span_words(bucket)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"direction": "rising", "since": "2026-06-08"}, "Better since 8 June."),
        ({"direction": "steady", "since": None}, "No change lately."),
        ({"direction": "unknown", "since": None}, "Too few posts to tell a change."),
    ],
)
def test_a_change_is_told_by_its_day(change: dict[str, str | None], said: str):
    assert words.trend(change) == said
