"""Linking an account in the browser, its states, refreshing and unlinking it."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.connectors.catalogue import Marks, Means
from app.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from app.portal.states import state_words
from app.store.connections import ConnectionState
from app.usecases.advice import ADVICE
from app.usecases.connection_view import ConnectionView
from app.usecases.proving import ProofView
from tests.app.portal.conftest import Browser, Portal
from tests.support.clock import START
from tests.support.pages import Form, Page

READ = START - timedelta(hours=1)
PROOF = ProofView(
    "feeds",
    "https://blog.example.org/a?b=1&c=2",
    Marks("milieu-0123", "https://milieu.test/#milieu-0123"),
    START + timedelta(days=1),
)


def view(state: ConnectionState, **changes: Any) -> ConnectionView:
    known = ConnectionView(
        id="con_1",
        provider="mastodon",
        instance="social.example",
        handle="@mira",
        address="social.example",
        linked_by=Means.OAUTH,
        state=state,
        advice=ADVICE[Means.OAUTH][state].format(host="social.example"),
        refreshed_at=READ,
        due_at=START + timedelta(hours=5),
        engine="light",
    )
    return replace(known, **changes)


class Fakes:
    """Connections and refresh in one, which remember what they were asked."""

    offered = ("mastodon", "bluesky", "feeds")

    def __init__(self, *views: ConnectionView) -> None:
        self.views = views
        self.asked: list[tuple[Any, ...]] = []
        self.problem: Exception | None = None
        self.confirmed = True
        self.due_at = START
        self.offered = ["mastodon", "bluesky", "feeds"]

    async def list(self, _customer_id: str):
        return self.views

    def linked_by(self, provider: str) -> Means:
        return Means.PROOF if provider == "feeds" else Means.OAUTH

    async def begin_proof(self, *about: str) -> str:
        self.asked.append(about)
        if self.problem:
            raise self.problem
        return "attempt"

    async def proof(self, _customer_id: str, name: str) -> ProofView:
        if name != "attempt":
            raise NotFound("That proof is over.")
        return PROOF

    async def finish_proof(self, *about: str) -> str:
        self.asked.append(about)
        if self.problem:
            raise self.problem
        return "con_2"

    async def begin_link(self, *about: str) -> str:
        self.asked.append(about)
        if self.problem:
            raise self.problem
        return "https://social.example/oauth/authorize?state=abc&code_challenge=x"

    async def finish_link(self, session_hash: str, params: dict[str, str], callback: str) -> str:
        self.asked.append((session_hash, params, callback))
        if self.problem:
            raise self.problem
        return "con_1"

    async def unlink(self, *about: str) -> bool:
        self.asked.append(about)
        if self.problem:
            raise self.problem
        return self.confirmed

    async def read_followers_only(self, *about: str, wanted: bool) -> None:
        self.asked.append((*about, wanted))
        if self.problem:
            raise self.problem

    async def request_refresh(self, *about: str):
        self.asked.append(about)
        if self.problem:
            raise self.problem
        return self.due_at


@pytest.fixture
def fakes(portal: Portal) -> Fakes:
    found = Fakes()
    portal.change(connections=found, refresh=found)
    return found


async def test_linking_leads_to_the_provider_bound_to_this_browser(
    portal: Portal, mira: Browser, fakes: Fakes
):
    # Check 47, the page's share: the session that began is handed on, and back.
    session = await portal.services.customers.session(mira.http.cookies["milieu"])
    page = await mira.get("/connections")
    assert "Link your first account" in page.text
    answer = await mira.submit(page.form("/connections/link"), address="social.example")
    # No redirect: Chromium would hold it against the form's policy (form-action).
    assert answer.status == 200
    assert "Continue to social.example" in answer.text
    assert 'content="0; url=https://social.example/oauth/' in answer.response.text

    back = await mira.follow(await mira.get("/connections/callback/1f2e?code=c&state=abc"))

    assert "Linked." in back.text
    assert fakes.asked == [
        (mira.customer_id, session.session_hash, "mastodon", "social.example"),
        (session.session_hash, {"code": "c", "state": "abc"}, "1f2e"),
    ]


async def test_a_foreign_state_links_nothing(portal: Portal, mira: Browser):
    # Check 47, with the real use case: an attempt that this browser did not begin.
    page = await mira.follow(await mira.get("/connections/callback?code=c&state=somebody-elses"))
    assert "nothing was linked" in page.text
    assert "Linked." not in page.text
    assert await portal.services.connections.list(mira.customer_id) == []


async def test_coming_back_without_a_session_leads_to_signing_in(browser: Browser, fakes: Fakes):
    answer = await browser.get("/connections/callback?code=c&state=abc")
    assert answer.response.headers["location"] == "/sign-in?return_to=connections"
    assert fakes.asked == []


@pytest.mark.parametrize("problem", [Invalid("That is no instance."), Unavailable("No answer.")])
async def test_an_address_that_does_not_work_is_said_beside_the_field(
    mira: Browser, fakes: Fakes, problem: Exception
):
    fakes.problem = problem
    page = await mira.get("/connections")
    again = await mira.submit(page.form("/connections/link"), address='"><b>x')
    assert again.status == 422
    assert str(problem) in again.text
    assert again.all("input", **{"aria-invalid": "true", "value": '"><b>x'})


@pytest.mark.parametrize("provider", ["mastodon", "feeds"])
async def test_a_private_address_is_refused(mira: Browser, provider: str):
    page = await mira.get("/connections")
    again = await mira.submit(form_of(page, provider), address="https://127.0.0.1:9")
    assert again.status == 422
    assert [one["id"] for one in again.all("p", role="alert")] == [f"{provider}-problem"]
    assert again.all("input", id=f"{provider}-address", value="https://127.0.0.1:9")
    other = {"mastodon": "feeds", "feeds": "mastodon"}[provider]
    assert again.all("input", id=f"{other}-address", value="")


async def test_bluesky_is_linked_by_a_handle_where_it_is_offered(mira: Browser, fakes: Fakes):
    page = await mira.get("/connections")
    assert page.all("label", **{"for": "bluesky-address"})
    await mira.submit(form_of(page, "bluesky"), address="@mira.example")
    assert fakes.asked[0][2:] == ("bluesky", "@mira.example")
    fakes.offered = ["mastodon", "feeds"]
    page = await mira.get("/connections")
    assert not page.all("label", **{"for": "bluesky-address"})


async def test_where_an_account_is_stands_below_its_name(mira: Browser, fakes: Fakes):
    fakes.views = (
        view(ConnectionState.ACTIVE),
        view(
            ConnectionState.ACTIVE, id="con_2", provider="bluesky", instance="pds.example",
            handle="did:plc:abc", address="pds.example",
        ),
    )  # fmt: skip
    page = await mira.get("/connections")
    assert re.findall('<p class="host">([^<]+)', page.html) == ["social.example", "Bluesky"]


def form_of(page: Page, provider: str) -> Form:
    """The form to link something new at a provider; those to link again have an address."""
    return next(
        form
        for form in page.forms
        if ("provider", provider) in form.fields and ("address", "") in form.fields
    )


async def test_a_blog_is_linked_by_what_she_puts_into_its_page(mira: Browser, fakes: Fakes):
    page = await mira.get("/connections")
    answer = await mira.submit(form_of(page, "feeds"), address="blog.example.org")
    proof = await mira.follow(answer)
    assert '<meta name="milieu-verification" content="milieu-0123">' in proof.text
    assert '<a rel="me" href="https://milieu.test/#milieu-0123">' in proof.text
    assert proof.all("a", href="https://blog.example.org/a?b=1&c=2")
    done = await mira.follow(await mira.submit(proof.form("/connections/proofs/")))
    assert "Linked." in done.text
    assert fakes.asked == [
        (mira.customer_id, "feeds", "blog.example.org"),
        (mira.customer_id, "attempt"),
    ]


@pytest.mark.parametrize("problem", [Invalid("<i>No tag."), Unavailable("<i>No answer.")])
async def test_what_was_found_instead_of_the_proof_is_said_above_it(
    mira: Browser, fakes: Fakes, problem: Exception
):
    proof = await mira.get("/connections/proofs/attempt")
    assert not proof.all("p", role="alert")
    fakes.problem = problem
    again = await mira.submit(proof.form("/connections/proofs/"))
    assert again.status == 422
    assert str(problem) in again.text
    assert "<i>" not in again.response.text
    assert again.form("/connections/proofs/")


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (NotFound("x"), "That proof is over"),
        (Conflict("x", code="account_linked"), "it is linked already"),
    ],
)
async def test_a_proof_that_leads_nowhere_is_said_on_the_list(
    mira: Browser, fakes: Fakes, problem: Exception, said: str
):
    proof = await mira.get("/connections/proofs/attempt")
    fakes.problem = problem
    assert said in (await mira.follow(await mira.submit(proof.form("/connections/proofs/")))).text


async def test_a_proof_that_is_over_or_anothers_leads_to_the_list(mira: Browser, portal: Portal):
    # With the real use case: nobody begun it.
    page = await mira.follow(await mira.get("/connections/proofs/somebody-elses"))
    assert "That proof is over" in page.text


async def test_nothing_is_checked_without_its_own_form(mira: Browser, fakes: Fakes):
    proof = await mira.get("/connections/proofs/attempt")
    form = proof.form("/connections/proofs/")
    for csrf in (None, dict(proof.form("/sign-out").fields)["csrf"]):
        assert (await mira.submit(form, csrf=csrf)).status == 403
    assert fakes.asked == []


async def test_a_blog_that_is_gone_can_be_linked_again_by_its_address(mira: Browser, fakes: Fakes):
    ended = ConnectionState.REAUTH_REQUIRED
    advice = ADVICE[Means.PROOF][ended].format(host="blog.example.org")
    fakes.views = (
        view(
            ended,
            provider="feeds",
            instance="blog.example.org",
            handle="blog.example.org/mara",
            address="blog.example.org/mara",
            advice=advice,
        ),
    )
    page = await mira.get("/connections")
    assert advice in page.text
    assert [form for form in page.forms if ("address", "blog.example.org/mara") in form.fields]


@pytest.mark.parametrize("state", list(ConnectionState))
async def test_each_state_has_a_word_and_what_she_can_do(
    mira: Browser, fakes: Fakes, state: ConnectionState
):
    fakes.views = (view(state),)
    page = await mira.get("/connections")
    words = state_words(fakes.views[0], START)
    assert words.words in page.text
    assert fakes.views[0].advice in page.text
    assert "Link another account" in page.text
    again = [form for form in page.forms if ("address", "social.example") in form.fields]
    assert bool(again) is (state is ConnectionState.REAUTH_REQUIRED)
    assert bool(again) is not bool([form for form in page.forms if "/refresh" in form.action])


async def test_while_an_account_is_being_read_the_page_renews_itself(mira: Browser, fakes: Fakes):
    fakes.views = (view(ConnectionState.ACTIVE, refreshed_at=None, due_at=START),)
    page = await mira.get("/connections")
    assert "Reading…" in page.text
    assert page.all("ul", id="accounts", **{"data-refresh": "3"})
    assert page.all("meta", **{"http-equiv": "refresh"})
    fakes.views = (view(ConnectionState.ACTIVE),)
    after = await mira.get("/connections")
    assert "Reading…" not in after.text
    assert not after.all("ul", **{"data-refresh": "3"})


async def test_refreshing_says_whether_it_is_now_or_later(mira: Browser, fakes: Fakes):
    fakes.views = (view(ConnectionState.ACTIVE),)
    form = (await mira.get("/connections")).form("/refresh")
    assert "is being read again" in (await mira.follow(await mira.submit(form))).text
    fakes.due_at = START + timedelta(minutes=5)
    assert "asks us to wait" in (await mira.follow(await mira.submit(form))).text
    assert fakes.asked == [(mira.customer_id, "con_1")] * 2


async def test_unlinking_says_whether_the_provider_confirmed(mira: Browser, fakes: Fakes):
    fakes.views = (view(ConnectionState.ACTIVE),)
    form = (await mira.get("/connections")).form("/unlink")
    assert "is deleted." in (await mira.follow(await mira.submit(form))).text
    fakes.confirmed = False
    assert "did not confirm" in (await mira.follow(await mira.submit(form))).text


async def test_what_another_tab_has_changed_is_said_on_the_list(mira: Browser, fakes: Fakes):
    fakes.views = (view(ConnectionState.ACTIVE, followers_only=False),)
    page = await mira.get("/connections")
    fakes.problem = NotFound("You have no such connection.")
    for action in ("/unlink", "/refresh", "/followers-only"):
        after = await mira.follow(await mira.submit(page.form(action)))
        assert "That account is not linked any more." in after.text
    fakes.problem = Conflict("Access has ended; link the account again.", code="link_broken")
    ended = await mira.follow(await mira.submit(page.form("/refresh")))
    assert "Link it again." in ended.text


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (Forbidden("x", code="link_declined"), "You declined at your server"),
        (Conflict("x", code="account_linked"), "it is linked already"),
        (Conflict("x", code="link_refused"), "Your server did not let us in"),
        (Unavailable("x", code="provider_unusable"), "Your server did not let us in"),
    ],
)
async def test_what_went_wrong_at_her_server_is_said_on_the_list(
    mira: Browser, fakes: Fakes, problem: Exception, said: str
):
    fakes.problem = problem
    page = await mira.follow(await mira.get("/connections/callback?error=access_denied&state=abc"))
    assert said in page.text
    assert "Link your first account" in page.text


@pytest.mark.parametrize(
    ("path", "page"), [("/connections/link", "/connections"), ("/account/erase", "/account")]
)
async def test_where_a_form_with_a_mistake_was_shown_leads_back_to_its_page(
    mira: Browser, path: str, page: str
):
    assert (await mira.get(path)).response.headers["location"] == page


async def test_what_is_for_followers_is_read_only_if_she_says_so(mira: Browser, fakes: Fakes):
    fakes.views = (view(ConnectionState.ACTIVE),)
    assert "for followers" not in (await mira.get("/connections")).text
    for read_now, said in ((False, "is read too"), (True, "is not read any more")):
        fakes.views = (view(ConnectionState.ACTIVE, followers_only=read_now),)
        form = (await mira.get("/connections")).form("/followers-only")
        assert said in (await mira.follow(await mira.submit(form))).text
        assert fakes.asked.pop() == (mira.customer_id, "con_1", not read_now)


@pytest.mark.parametrize("action", ["/connections/link", "/refresh", "/unlink", "/followers-only"])
async def test_nothing_is_done_without_its_own_form(mira: Browser, fakes: Fakes, action: str):
    fakes.views = (view(ConnectionState.ACTIVE, followers_only=False),)
    page = await mira.get("/connections")
    foreign = dict(page.form("/sign-out").fields)["csrf"]
    for csrf in (None, foreign):
        assert (await mira.submit(page.form(action), csrf=csrf)).status == 403
    assert fakes.asked == []


async def test_it_says_which_of_her_accounts_verify_each_other(mira: Browser, portal: Portal):
    # Mutation tried: `verified_by` not shown.
    blog = ("blog.example.org/<b>",)
    portal.change(connections=Fakes(view(ConnectionState.ACTIVE, verified_by=blog)))
    page = await mira.get("/connections")
    assert "Verified: blog.example.org/<b> and this account name each other." in page.text
    portal.change(connections=Fakes(view(ConnectionState.ACTIVE)))
    assert "name each other" not in (await mira.get("/connections")).text


async def test_a_page_that_an_account_of_hers_names_needs_no_line(
    mira: Browser, portal: Portal, monkeypatch: pytest.MonkeyPatch
):
    fakes = Fakes()
    portal.change(connections=fakes)
    assert "Or nothing at all" not in (await mira.get("/connections/proofs/attempt")).text

    async def named(_customer_id: str, _name: str) -> ProofView:
        return replace(PROOF, marks=replace(PROOF.marks, accounts=frozenset({"x.example/@mira"})))

    monkeypatch.setattr(fakes, "proof", named)
    assert (
        "An account that you linked names this page."
        in (await mira.get("/connections/proofs/attempt")).text
    )


async def test_an_answer_that_says_something_twice_is_no_answer(mira: Browser, fakes: Fakes):
    back = await mira.follow(await mira.get("/connections/callback/1f2e?code=c&code=d&state=abc"))
    assert "did not let us in" in back.text
    assert fakes.asked == []
