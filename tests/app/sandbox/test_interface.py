"""Mastodon's interface at the level of HTTP: what programs get wrong, and what they are told."""

from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from app.sandbox.network import create_sandbox
from app.sandbox.registry import AuthorizationRequest, Registry
from tests.app.sandbox.signing_in import CALLBACK, pkce, ticket_in

OOB = "urn:ietf:wg:oauth:2.0:oob"
HERE = "https://rookery.test"


async def register(http, **changes):
    fields = {"client_name": "Desk", "redirect_uris": CALLBACK, "scopes": "read write profile"}
    fields |= changes
    return await http.post("/api/v1/apps", data={k: v for k, v in fields.items() if v is not None})


async def authorize(http, app, **changes):
    query = {
        "response_type": "code",
        "client_id": app["client_id"],
        "redirect_uri": CALLBACK,
        "scope": "read",
    }
    return await http.get("/oauth/authorize", params=query | changes)


async def code_for(http, app, handle="mara", **changes):
    page = await authorize(http, app, **changes)
    form = {"ticket": ticket_in(page.text), "handle": handle}
    sent = await http.post("/oauth/authorize", data=form)
    return parse_qs(urlsplit(sent.headers["location"]).query)["code"][0]


async def redeem(http, app, code, **changes):
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
    }
    return await http.post("/oauth/token", data=form | changes)


async def bearer(http, scope="read", handle="mara"):
    app = (await register(http)).json()
    token = (await redeem(http, app, await code_for(http, app, handle, scope=scope))).json()
    return {"Authorization": f"Bearer {token['access_token']}"}


async def test_an_app_is_registered_by_form_or_json(http):
    form = (await register(http, redirect_uris=f"{CALLBACK}\n{OOB}")).json()
    assert form["redirect_uris"] == [CALLBACK, OOB]
    assert form["scopes"] == ["read", "write", "profile"]

    json = {"client_name": "Desk", "redirect_uris": [CALLBACK, OOB]}
    answer = (await http.post("/api/v1/apps", json=json)).json()
    assert answer["redirect_uris"] == [CALLBACK, OOB]
    assert answer["scopes"] == ["read"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"client_name": " "}, "Application name can't be blank"),
        ({"redirect_uris": None}, "Redirect URI can't be blank"),
        ({"redirect_uris": "/relative"}, "must be an absolute URI"),
        ({"redirect_uris": "javascript:alert(1)"}, "must be an absolute URI"),
        ({"redirect_uris": "https://a.test/#here"}, "must be an absolute URI"),
        ({"redirect_uris": "https://[broken"}, "must be an absolute URI"),
        ({"scopes": "read admire"}, "Scopes doesn't match"),
    ],
)
async def test_a_registration_that_makes_no_sense_is_refused(http, changes, said):
    answer = await register(http, **changes)
    assert answer.status_code == 422
    assert said in answer.json()["error"]


@pytest.mark.parametrize("body", [b"[1]", b"{", b"[" * 100_000])
async def test_a_body_that_is_no_json_object_is_refused(http, body):
    headers = {"content-type": "application/json"}
    answer = await http.post("/api/v1/apps", content=body, headers=headers)
    assert answer.status_code == 400


async def test_the_consent_page_says_who_asks_for_what_and_can_be_denied(http):
    app = (await register(http, client_name="<i>Desk</i>")).json()

    page = await authorize(http, app, state="s")

    assert "&lt;i&gt;Desk&lt;/i&gt;" in page.text
    assert "127.0.0.1:9" in page.text
    assert "Continue as Mara Lindqvist" in page.text
    assert "Sandbox" in page.text
    policy = page.headers["content-security-policy"]
    assert "form-action 'self' http://127.0.0.1:9;" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script" not in policy + page.text
    form = {"ticket": ticket_in(page.text), "decision": "deny"}
    denied = await http.post("/oauth/authorize", data=form)
    assert denied.headers["location"] == f"{CALLBACK}?error=access_denied&state=s"
    again = await http.post("/oauth/authorize", data=form | {"handle": "mara"})
    assert again.status_code == 400


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"client_id": "unknown"}, 401),
        ({"redirect_uri": f"{CALLBACK}/"}, 400),
        ({"redirect_uri": "https://evil.test/"}, 400),
    ],
)
async def test_an_unknown_app_or_address_is_never_redirected_to(http, changes, status):
    app = (await register(http)).json()
    answer = await authorize(http, app, **changes)
    assert answer.status_code == status
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "read push"}, "invalid_scope"),
        ({"scope": "admire"}, "invalid_scope"),
        ({"code_challenge": pkce()[1]}, "invalid_request"),
        ({"code_challenge": pkce()[1], "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
    ],
)
async def test_other_mistakes_are_sent_back_to_the_app(http, changes, error):
    app = (await register(http)).json()
    answer = await authorize(http, app, state="s", **changes)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{CALLBACK}?{urlencode({'error': error, 'state': 's'})}"


async def test_out_of_band_the_code_is_shown(http):
    app = (await register(http, redirect_uris=OOB)).json()
    page = await authorize(http, app, redirect_uri=OOB)
    form = {"ticket": ticket_in(page.text), "handle": "mara"}
    shown = await http.post("/oauth/authorize", data=form)
    code = shown.text.split('id="code">')[1].split("<")[0]
    assert (await redeem(http, app, code, redirect_uri=OOB)).json()["scope"] == "read"


async def test_nobody_signs_in_as_somebody_who_does_not_exist(http):
    page = await authorize(http, (await register(http)).json())
    form = {"ticket": ticket_in(page.text), "handle": "nobody_here"}
    assert (await http.post("/oauth/authorize", data=form)).status_code == 400


async def test_a_code_is_redeemed_once_by_its_app_at_its_address_in_time(http, clock):
    app, other = (await register(http)).json(), (await register(http)).json()

    code = await code_for(http, app)
    assert (await redeem(http, app, code)).status_code == 200
    assert (await redeem(http, app, code)).json()["error"] == "invalid_grant"
    assert (await redeem(http, other, await code_for(http, app))).status_code == 400
    elsewhere = await redeem(http, app, await code_for(http, app), redirect_uri=f"{CALLBACK}2")
    assert elsewhere.status_code == 400
    unasked = await redeem(http, app, await code_for(http, app), code_verifier="v")
    assert unasked.status_code == 400
    late = await code_for(http, app)
    clock.forward(minutes=10)
    assert (await redeem(http, app, late)).status_code == 400


@pytest.mark.parametrize(
    "changes", [{"client_secret": "wrong"}, {"client_secret": "käse"}, {"client_id": "unknown"}]
)
async def test_a_wrong_secret_gives_no_token(http, changes):
    app = (await register(http)).json()
    answer = await redeem(http, app, "code", **changes)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_an_app_may_speak_for_itself_but_is_nobody(http):
    app = (await register(http)).json()
    basic = httpx.BasicAuth(app["client_id"], app["client_secret"])
    form = {"grant_type": "client_credentials", "scope": "read"}
    token = (await http.post("/oauth/token", data=form, auth=basic)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}

    named = await http.get("/api/v1/apps/verify_credentials", headers=headers)
    assert named.json()["name"] == "Desk"
    nobody = await http.get("/api/v1/accounts/verify_credentials", headers=headers)
    assert (nobody.status_code, nobody.json()["error"]) == (
        422,
        "This method requires an authenticated user",
    )
    too_much = await http.post("/oauth/token", data=form | {"scope": "push"}, auth=basic)
    assert too_much.json()["error"] == "invalid_scope"
    unheard = await http.post("/oauth/token", data={"grant_type": "password"}, auth=basic)
    assert unheard.json()["error"] == "unsupported_grant_type"
    garbled = {"Authorization": "Basic ÿ"}
    answer = await http.post(
        "/oauth/token", data=form, headers={k: v.encode("latin-1") for k, v in garbled.items()}
    )
    assert answer.status_code == 401


async def test_an_app_revokes_only_its_own_tokens(http):
    app, other = (await register(http)).json(), (await register(http)).json()
    token = (await redeem(http, app, await code_for(http, app))).json()["access_token"]

    def revoke(who, what):
        form = {"client_id": who["client_id"], "client_secret": who["client_secret"]}
        return http.post("/oauth/revoke", data=form | {"token": what})

    assert (await revoke(other, token)).status_code == 403
    assert (await revoke(app, "never issued")).status_code == 200
    headers = {"Authorization": f"Bearer {token}"}
    assert (await http.get("/api/v1/timelines/home", headers=headers)).status_code == 200
    assert (await revoke(app, token)).status_code == 200
    assert (await http.get("/api/v1/timelines/home", headers=headers)).status_code == 401


@pytest.mark.parametrize(
    ("scope", "path", "status"),
    [
        ("read", "/api/v1/timelines/home", 200),
        ("read:statuses", "/api/v1/timelines/home", 200),
        ("read:accounts", "/api/v1/timelines/home", 403),
        ("profile", "/api/v1/accounts/verify_credentials", 200),
        ("profile", "/oauth/userinfo", 200),
        ("read:statuses", "/api/v1/accounts/verify_credentials", 403),
        ("write", "/api/v1/accounts/lookup?acct=mara", 403),
    ],
)
async def test_a_token_does_what_its_scopes_say(http, scope, path, status):
    assert (await http.get(path, headers=await bearer(http, scope))).status_code == status


@pytest.mark.parametrize(
    ("method", "path", "status", "error"),
    [
        ("GET", "/api/v1/accounts/12345", 404, "Record not found"),
        ("GET", "/api/v1/accounts/mara", 404, "Record not found"),
        ("GET", "/api/v1/accounts/lookup?acct=nobody", 404, "Record not found"),
        ("GET", "/api/v1/statuses/1", 404, "Record not found"),
        ("GET", "/api/v1/timelines/home", 401, "The access token is invalid"),
        ("GET", "/api/v1/timelines/public?max_id=x", 422, "max_id must be a number"),
        ("GET", "/api/v1/nothing", 404, "Not Found"),
        ("PUT", "/api/v1/statuses", 405, "Method Not Allowed"),
        ("POST", "/api/v1/statuses", 401, "The access token is invalid"),
    ],
)
async def test_errors_read_as_mastodons(http, method, path, status, error):
    answer = await http.request(method, path)
    assert answer.status_code == status
    assert error in answer.json()["error"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"status": "hello", "visibility": "loud"}, 422),
        ({"status": "hello", "in_reply_to_id": "7"}, 404),
        ({"status": "hello", "in_reply_to_id": "x"}, 404),
        ({"status": "hello", "spoiler_text": "x" * 500}, 422),
    ],
)
async def test_a_post_that_makes_no_sense_is_refused(http, fields, status):
    headers = await bearer(http, "write")
    assert (await http.post("/api/v1/statuses", data=fields, headers=headers)).status_code == status


async def test_replies_and_boosts_can_be_left_out(http, app):
    headers = await bearer(http)
    ines = app.state.world.people["ines"].account_id

    async def page(**params):
        path = f"/api/v1/accounts/{ines}/statuses"
        return (await http.get(path, params={"limit": 40} | params, headers=headers)).json()

    assert any(status["in_reply_to_id"] for status in await page())
    assert not any(status["in_reply_to_id"] for status in await page(exclude_replies="1"))
    mara = app.state.world.people["mara"].account_id
    path = f"/api/v1/accounts/{mara}/statuses?limit=40"
    boosts = [one for one in (await http.get(path)).json() if one["reblog"]]
    assert boosts
    assert boosts[0]["content"] == ""
    assert boosts[0]["reblog"]["account"]["username"] != "mara"
    without = (await http.get(f"{path}&exclude_reblogs=true")).json()
    assert not any(one["reblog"] for one in without)
    assert (await http.get(f"{path}&only_media=1")).json() == []
    assert (await http.get(f"{path}&tagged=nothing")).json() == []
    for status in without:
        assert status["content"].startswith("<p>")
        assert status["language"] == "en"


async def test_links_keep_the_other_parameters_and_end(http, app):
    mara = app.state.world.people["mara"].account_id
    path = f"/api/v1/accounts/{mara}/statuses"
    answer = await http.get(f"{path}?limit=5&exclude_replies=1&max_id=999999999999999999999")
    following, previous = answer.headers["link"].split(", ")
    oldest, newest = answer.json()[-1]["id"], answer.json()[0]["id"]
    kept = f"<{HERE}{path}?limit=5&exclude_replies=1"
    assert following == f'{kept}&max_id={oldest}>; rel="next"'
    assert previous == f'{kept}&min_id={newest}>; rel="prev"'
    end = await http.get(f"{path}?max_id=1")
    assert end.json() == []
    assert "link" not in end.headers


async def test_people_who_opted_out_say_so(http, app):
    world = app.state.world
    greta, silas = world.people["greta_h"].account_id, world.people["silas"].account_id
    account = (await http.get(f"/api/v1/accounts/{greta}")).json()
    assert (account["noindex"], account["discoverable"]) == (True, False)
    assert "nobot" in (await http.get(f"/api/v1/accounts/{silas}")).json()["note"]


async def test_followers_are_listed(http, app):
    ines = app.state.world.people["ines"].account_id
    people = (await http.get(f"/api/v1/accounts/{ines}/followers")).json()
    assert [person["username"] for person in people] == ["mara"]


async def test_a_timeout_is_an_answer_held_back(clock):
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    app = create_sandbox(clock=clock, sleep=sleep, storylines=[])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HERE) as http:
        app.state.controls.slow_next(1, timedelta(seconds=30))
        app.state.controls.weather.slow_next(1, timedelta(seconds=60), 504)
        assert (await http.get("/api/v1/instance")).status_code == 200
        assert (await http.get("/")).status_code == 200
        assert (await http.get("/api/v1/instance")).status_code == 504
        app.state.controls.fail_next(5)
        app.state.controls.weather.clear()
        assert (await http.get("/api/v1/instance")).status_code == 200
    assert slept == [30, 60]


async def test_revoking_a_person_ends_her_sessions_only(http, app):
    hers, his = await bearer(http), await bearer(http, handle="ines")
    assert app.state.controls.revoke_person("mara") == 1
    assert app.state.controls.revoke_person("mara") == 0
    path = "/api/v1/accounts/verify_credentials"
    refused = await http.get(path, headers=hers)
    assert (refused.status_code, refused.json()["error"]) == (401, "The access token was revoked")
    assert (await http.get(path, headers=his)).status_code == 200


def test_the_oldest_of_too_many_open_consent_pages_gives_way():
    registry = Registry()
    tickets = [
        registry.remember(AuthorizationRequest("app", CALLBACK, ("read",), None, None))
        for _ in range(1001)
    ]
    assert registry.decide(tickets[0]) is None
    assert registry.decide(tickets[1]) is not None
