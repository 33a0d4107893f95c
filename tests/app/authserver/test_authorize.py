"""The authorization endpoint: what is judged before any customer is involved."""

import json

from sqlmodel import select

from app.store.consent_requests import CONSENT_LIFETIME, ConsentRequest
from tests.app.authserver.conftest import CALLBACK, ISSUER, query_of

HOSTILE = [
    "https://crm.example/callback/",
    "https://crm.example/callback?next=1",
    "https://crm.example/callback#x",
    "https://crm.example/CALLBACK",
    "https://crm.example:443/callback",
    "https://crm.example.evil.example/callback",
    "https://crm.example@evil.example/callback",
    "//crm.example/callback",
    "javascript:alert(1)",
    "http://crm.example/callback",
    "https://crm.example/callback\x00",
    'https://crm.example/"quoted"',
    "https://crm.example/ä",
    "http://127.0.0.1:80.evil.example/back",
    "http://127.0.0.1:8080@evil.example/back",
    "http://localhost:8080/back",
]


def refused_here(answer) -> None:
    """An error page of ours; nobody is sent anywhere."""
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert answer.json()["code"] == "invalid_request"


async def test_check_1_and_2_another_redirect_uri_is_refused_here_and_never_followed(world):
    for uri in HOSTILE:
        refused_here(await world.authorize(redirect_uri=uri))


async def test_check_1_an_app_on_a_device_may_take_any_loopback_port(world):
    for port in ("", ":1", ":49152", ":65535"):
        uri = f"http://127.0.0.1{port}/back"
        answer = await world.authorize(world.phone_app, redirect_uri=uri)
        assert answer.headers["location"].startswith("/consent/")


async def test_check_2_an_unknown_client_is_refused_here_and_never_redirected(world):
    for client_id in ("cli_nobody", "\x00", "ä", "", "' OR 1=1", "\ud7ff"):
        refused_here(await world.authorize(client_id=client_id))


async def test_check_2_and_5_nobody_is_redirected_without_one_client_and_one_redirect_uri(world):
    for name in ("client_id", "redirect_uri"):
        refused_here(await world.authorize(**{name: None}))
        pairs = [*world.asking().items(), (name, world.asking()[name])]
        refused_here(await world.http.get("/oauth/authorize", params=pairs))


def refused(answer) -> dict[str, str]:
    """The error the client is told; checks that it is told in the proper way."""
    assert answer.status_code == 303
    assert answer.headers["cache-control"] == "no-store"
    location = answer.headers["location"]
    assert location.startswith(CALLBACK + "?")
    told = query_of(location)
    assert told["iss"] == ISSUER
    return told


WITHOUT_S256 = [
    {"code_challenge": None, "code_challenge_method": None},
    {"code_challenge": None},
    {"code_challenge_method": None},
    {"code_challenge_method": "plain"},
    {"code_challenge_method": "s256"},
    {"code_challenge": "tooshort"},
    {"code_challenge": "c" * 44},
    {"code_challenge": "c" * 42 + "\n"},
    {"code_challenge": "c" * 42 + "ä"},
]


async def test_check_3_every_client_must_use_pkce_with_s256(world):
    for client in (world.crm, world.phone_app):
        for changes in WITHOUT_S256:
            told = refused(await world.authorize(client, **changes))
            assert told["error"] == "invalid_request"
            assert "code_challenge" in told["error_description"]


async def test_check_5_a_parameter_given_twice_is_refused(world):
    for name in ["scope", "state", "code_challenge", "purpose", "unheard_of"]:
        pairs = [*world.asking(purpose="dpv:CustomerCare").items(), (name, "a"), (name, "")]
        told = refused(await world.http.get("/oauth/authorize", params=pairs))
        assert told["error"] == "invalid_request"
        assert told.get("state") == (None if name == "state" else "st4te")


async def test_check_6_the_answer_names_the_issuer_when_she_agrees_and_when_she_refuses(world):
    agreed = await world.approve(await world.consent_request(), ["topics"], None)
    assert query_of(agreed)["iss"] == ISSUER
    denied = query_of(await world.deny(await world.consent_request()))
    assert denied["error"] == "access_denied"
    assert denied["iss"] == ISSUER
    assert denied["state"] == "st4te"


async def test_check_7_every_redirect_is_303(world):
    for answer in (
        await world.authorize(),
        await world.authorize(scope="context:unknown"),
        await world.http.post("/oauth/authorize", data=world.asking()),
    ):
        assert answer.status_code == 303


async def test_check_11_there_is_no_implicit_and_no_hybrid_flow(world):
    for response_type in ["token", "id_token", "code token", "code id_token", 'co"de', "ä", "Code"]:
        told = refused(await world.authorize(response_type=response_type))
        assert told["error"] == "unsupported_response_type"
        assert told["state"] == "st4te"


async def test_check_11_there_is_no_password_grant(world):
    answer = await world.token(grant_type="password", username="ada", password="x")
    assert answer.status_code == 400
    assert answer.json()["error"] == "unsupported_grant_type"


async def test_answers_come_in_the_query_alone(world):
    assert refused(await world.authorize(response_mode="fragment"))["error"] == "invalid_request"
    assert (await world.authorize(response_mode="query")).headers["location"].startswith("/con")


async def test_a_missing_response_type_is_an_invalid_request(world):
    assert refused(await world.authorize(response_type=None))["error"] == "invalid_request"


async def test_scope_is_within_what_the_client_is_registered_for(world):
    for scope in [
        None,
        " ",
        "topics",
        "context:unknown",
        "context:topics context:rhythm",
        "context.lookup",
    ]:
        told = refused(await world.authorize(scope=scope))
        assert told["error"] == "invalid_scope"
        assert "context:topics context:sentiment context:network" in told["error_description"]


async def test_a_purpose_must_be_registered_and_the_error_says_which_are(world):
    told = refused(await world.authorize(purpose="dpv:Marketing"))
    assert told["error"] == "invalid_request"
    assert "dpv:CustomerCare dpv:ServicePersonalisation" in told["error_description"]


async def test_the_clients_first_purpose_is_taken_when_it_names_none(world):
    unnamed = await world.pending(await world.consent_request())
    assert unnamed.purpose == "dpv:CustomerCare"
    named = await world.consent_request(purpose="dpv:ServicePersonalisation")
    assert (await world.pending(named)).purpose == "dpv:ServicePersonalisation"


async def test_a_state_its_grammar_does_not_allow_is_refused_and_not_sent_back(world):
    for state in ["ä", "\x00", "new\nline", "s" * 1025]:
        told = refused(await world.authorize(state=state))
        assert told["error"] == "invalid_request"
        assert "state" not in told


async def test_any_printable_state_comes_back_as_it_was(world):
    state = "".join(map(chr, range(0x20, 0x7F)))
    request_id = await world.consent_request(state=state)
    back = query_of(await world.approve(request_id, ["topics"], None))
    assert back["state"] == state


async def test_the_longest_state_comes_back_too(world):
    request_id = await world.consent_request(state="s" * 1024)
    back = query_of(await world.approve(request_id, ["topics"], None))
    assert back["state"] == "s" * 1024


async def test_of_a_long_request_no_more_is_kept_than_it_means(world, vault):
    scope = "context:sentiment  context:topics " * 1_500
    pairs = {f"unheard_of_{number}": "x" * 100 for number in range(20)}
    answer = await world.http.get("/oauth/authorize", params=world.asking(scope=scope) | pairs)
    assert answer.headers["location"].startswith("/consent/")
    async with world.database.reading() as session:
        [kept] = (await session.exec(select(ConsentRequest))).all()
    place = f"consent_requests.sealed_parameters:{kept.id_hash}"
    parameters = json.loads(vault.service.open(kept.sealed_parameters, place))
    assert parameters["scope"] == "context:topics context:sentiment"
    assert set(parameters) == set(world.asking()) | {"purpose", "resource"}


async def test_check_27_a_secret_in_the_authorization_request_is_refused(world):
    for name in ["client_secret", "code_verifier", "access_token"]:
        told = refused(await world.authorize(**{name: "mil_secret"}))
        assert told["error"] == "invalid_request"
        assert "mil_secret" not in told["error_description"]


async def test_the_request_may_come_as_a_form(world):
    answer = await world.http.post("/oauth/authorize", data=world.asking())
    request_id = answer.headers["location"].removeprefix("/consent/")
    assert (await world.pending(request_id)).client_id == world.crm.id


async def test_the_id_of_a_consent_request_is_a_secret_for_ten_minutes(world):
    ids = {await world.consent_request() for _ in range(3)}
    assert len(ids) == 3
    assert all(len(request_id) >= 43 for request_id in ids)
    assert CONSENT_LIFETIME.total_seconds() == 600
