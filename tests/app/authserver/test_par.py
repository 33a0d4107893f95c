"""Pushed requests (RFC 9126): judged before her browser is involved, and used once."""

import asyncio
import json
from urllib.parse import urlencode

from sqlmodel import select

from app.store.tokens import PushedRequest
from tests.app.authserver.conftest import query_of
from tests.support.jose import Key


async def brought(world, request_uri, client=None, **more):
    by_name = {"client_id": (client or world.crm).id, "request_uri": request_uri} | more
    return await world.http.get("/oauth/authorize", params=by_name)


def is_asked(answer) -> bool:
    return answer.status_code == 303 and answer.headers["location"].startswith("/consent/")


async def rows(world):
    async with world.database.reading() as session:
        return (await session.exec(select(PushedRequest))).all()


async def test_check_8_a_pushed_request_is_used_once(world):
    # Mutation tried: `take_pushed` selects and does not delete.
    answer = await world.push()
    assert (answer.status_code, answer.json()["expires_in"]) == (201, 60)
    assert answer.headers["cache-control"] == "no-store"
    uri = answer.json()["request_uri"]
    assert uri.startswith("urn:ietf:params:oauth:request_uri:")
    assert is_asked(await brought(world, uri))
    again = await brought(world, uri)
    assert again.status_code == 400
    assert "location" not in again.headers


async def test_check_8_of_ten_browsers_at_once_one_is_asked(world):
    # Mutation tried: as above; each of the ten is asked.
    uri = (await world.push()).json()["request_uri"]
    answers = await asyncio.gather(*(brought(world, uri) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [303] + [400] * 9


async def test_check_8_a_pushed_request_waits_sixty_seconds(world):
    # Mutation tried: `pushed` without comparing `expires_at`.
    in_time, too_late = [(await world.push()).json()["request_uri"] for _ in range(2)]
    world.clock.advance(seconds=59.9)
    assert is_asked(await brought(world, in_time))
    world.clock.advance(seconds=0.1)
    assert (await brought(world, too_late)).status_code == 400


async def test_check_8_a_pushed_request_belongs_to_its_client(world):
    # Mutation tried: `pushed` without comparing the client.
    uri = (await world.push()).json()["request_uri"]
    assert (await brought(world, uri, world.rival)).status_code == 400
    nobody = await world.http.get("/oauth/authorize", params={"request_uri": uri})
    assert nobody.status_code == 400
    assert is_asked(await brought(world, uri))


async def test_check_8_the_client_authenticates_before_anything_is_kept(world):
    # Mutation tried: `push` looks the client up by its `client_id`.
    for how in ({}, {"auth": (world.crm.id, "guess")}, {"auth": world.rival.auth}):
        answer = await world.http.post("/oauth/par", data=world.asking(), **how)
        assert answer.status_code in {400, 401}
        assert answer.json()["error"] in {"invalid_client", "invalid_request"}
    assert not await rows(world)


async def test_check_8_a_pushed_request_names_no_other(world):
    # Mutation tried: `checks.no_request_uri` left out of the table.
    uri = (await world.push()).json()["request_uri"]
    answer = await world.push(request_uri=uri)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert is_asked(await brought(world, uri))


async def test_check_8_what_the_browser_adds_changes_nothing(world):
    # Mutation tried: `pushed` adds the pairs of the browser's request.
    uri = (await world.push(scope="context:topics")).json()["request_uri"]
    more = {"scope": "context:network", "redirect_uri": "http://127.0.0.1/back", "state": "x"}
    answer = await brought(world, uri, **more)
    request_id = answer.headers["location"].removeprefix("/consent/")
    assert (await world.pending(request_id)).sections == ("topics",)
    back = await world.approve(request_id, ["topics"])
    assert back.startswith("https://crm.example/callback?")
    assert query_of(back)["state"] == "st4te"


async def test_check_8_no_credential_is_kept(world, vault):
    # Mutation tried: `push` keeps the form as it came.
    with_key = await world.registered("Keys", key=Key.new())
    for form in (
        world.asking() | {"client_secret": world.crm.secret, "x": "unknown"},
        world.asking(with_key)
        | {
            "client_assertion": world.assertion(with_key),
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        },
    ):
        assert (await world.http.post("/oauth/par", data=form)).status_code == 201
    for row in await rows(world):
        place = f"pushed_requests.sealed_parameters:{row.uri_hash}"
        kept = set(json.loads(vault.service.open(row.sealed_parameters, place)))
        assert "code_challenge" in kept
        assert not kept & {"client_secret", "client_assertion", "client_assertion_type", "x"}


async def test_check_5_a_pushed_parameter_given_twice_is_refused_except_for_resources(world):
    # Mutation tried: `checks.no_duplicates` counts resources too.
    asking = list(world.asking().items())
    both = [("resource", "https://milieu.example" + path) for path in ("/v1", "/oauth")]
    doubled = [
        ([*asking, ("scope", "context:topics")], 400),
        ([*asking, ("state", "")], 400),
        ([*asking, *both], 201),
    ]
    for pairs, status in doubled:
        answer = await world.http.post(
            "/oauth/par",
            content=urlencode(pairs),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            auth=world.crm.auth,
        )
        assert answer.status_code == status, answer.text


async def test_check_6_and_7_a_pushed_request_ends_in_a_303_that_says_who_sends_it(world):
    request_id = await world.asked_by((await world.push()).json()["request_uri"])
    back = query_of(await world.approve(request_id, ["topics"]))
    assert back["iss"] == "https://milieu.example"
    assert (await world.redeem(back["code"])).json()["scope"] == "context:topics"


async def test_a_bad_pushed_request_is_answered_to_the_client_and_not_through_a_browser(world):
    # Mutation tried: Authlib's error as it is, which redirects (found so: a 303 was answered).
    wrong = {
        "invalid_scope": {"scope": "context:unheard"},
        "invalid_request": {"code_challenge_method": "plain"},
        "unsupported_response_type": {"response_type": "token"},
        "invalid_target": {"resource": "https://elsewhere.example"},
        "invalid_authorization_details": {"authorization_details": "{}"},
    }
    for error, changes in wrong.items():
        answer = await world.push(**changes)
        assert (answer.status_code, answer.json().get("error")) == (400, error)
        assert "location" not in answer.headers
    for uri in ("https://evil.example", None):
        answer = await world.push(redirect_uri=uri)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert not await rows(world)


async def test_a_public_client_may_push_too(world):
    code = await world.pushed_code(world.phone_app)
    assert (await world.redeem(code, world.phone_app)).status_code == 200
