"""Who may use the token and revocation endpoints, and what every refusal looks like."""

import base64
import hmac
from itertools import product

from app.ids import secret_hash
from tests.app.authserver.conftest import read_token

ENDPOINTS = ["/oauth/token", "/oauth/revoke"]


def basic(user: bytes, password: bytes) -> str:
    return "Basic " + base64.b64encode(user + b":" + password).decode()


async def assert_not_authenticated(answer):
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"
    assert answer.headers["www-authenticate"].startswith('Basic realm="')
    assert answer.headers["cache-control"] == "no-store"


MALFORMED = [
    b"Basic",
    b"Basic !!!",
    b"Basic \xff\xfe",
    b"Basic " + base64.b64encode(b"\xff\xfe:\xff"),
    b"Basic " + base64.b64encode(b"no colon"),
    b"Basic " + base64.b64encode(b":"),
    b"Basic " + base64.b64encode(b"\x00:\x00"),
    b"Basic " + base64.b64encode("ä:ö".encode()),
    b"Basic " + base64.b64encode(b"%00:%ff"),
    b"Bearer mil_at_x",
    b"Digest username=x",
    b"\xff",
]


async def test_check_25_malformed_credentials_are_a_401(world):
    form = {"grant_type": "client_credentials", "token": "x"}
    for path, header in product(ENDPOINTS, MALFORMED):
        answer = await world.http.post(path, data=form, headers={"Authorization": header})
        await assert_not_authenticated(answer)


WRONG = [b"wrong", "gehe\u00efm".encode(), b"\xff\xfe", b"\x00", b" ", b"mil_cs_"]


async def test_check_25_a_wrong_or_non_ascii_secret_is_a_401(world):
    form = "grant_type=client_credentials&token=x"
    is_form = {"Content-Type": "application/x-www-form-urlencoded"}
    for path, secret in product(ENDPOINTS, WRONG):
        in_header = {"Authorization": basic(world.crm.id.encode(), secret)}
        answer = await world.http.post(path, content=form, headers=is_form | in_header)
        await assert_not_authenticated(answer)
        quoted = "".join(f"%{byte:02x}" for byte in secret)
        body = f"{form}&client_id={world.crm.id}&client_secret={quoted}"
        await assert_not_authenticated(await world.http.post(path, content=body, headers=is_form))


async def test_check_25_an_unknown_client_is_a_401(world):
    for client_id in ["cli_nobody", "\x00", "ä", "\ud7ff", ""]:
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": "x"}
        await assert_not_authenticated(await world.http.post("/oauth/token", data=form))


async def test_check_25_every_secret_is_compared_in_constant_time_even_of_nobody(
    world, monkeypatch
):
    compared = []

    def noting(one: str, other: str) -> bool:
        compared.append((one, other))
        return False

    monkeypatch.setattr(hmac, "compare_digest", noting)
    form = {"grant_type": "client_credentials", "client_secret": "x"}
    for client_id in (world.crm.id, world.phone_app.id, "cli_nobody"):
        answer = await world.http.post("/oauth/token", data=form | {"client_id": client_id})
        assert answer.status_code == 401
    assert [one for one, _ in compared] == [secret_hash("x")] * 3


async def test_a_confidential_client_may_present_its_secret_in_header_or_body(world):
    form = {"grant_type": "client_credentials"}
    in_header = await world.http.post("/oauth/token", data=form, auth=world.crm.auth)
    in_body = await world.http.post(
        "/oauth/token",
        data=form | {"client_id": world.crm.id, "client_secret": world.crm.secret},
    )
    assert in_header.status_code == in_body.status_code == 200


async def test_a_client_authenticates_in_one_way_and_as_itself(world):
    form = {"grant_type": "client_credentials"}
    twice = await world.http.post(
        "/oauth/token", data=form | {"client_secret": world.crm.secret}, auth=world.crm.auth
    )
    as_another = await world.http.post(
        "/oauth/token", data=form | {"client_id": world.rival.id}, auth=world.crm.auth
    )
    for answer in (twice, as_another):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_two_authorization_headers_authenticate_nobody(world):
    good = basic(world.crm.id.encode(), world.crm.secret.encode())
    for other in (good, basic(world.rival.id.encode(), b"guess"), "Bearer x", ""):
        for pair in ([good, other], [other, good]):
            answer = await world.http.post(
                "/oauth/token",
                data={"grant_type": "client_credentials"},
                headers=[("Authorization", value) for value in pair],
            )
            await assert_not_authenticated(answer)


async def test_a_confidential_client_cannot_pass_as_a_public_one_nor_the_reverse(world):
    code = await world.code()
    answer = await world.http.post(
        "/oauth/token",
        data={"grant_type": "authorization_code", "code": code, "client_id": world.crm.id},
    )
    await assert_not_authenticated(answer)
    with_secret = await world.http.post(
        "/oauth/token",
        data={"grant_type": "refresh_token", "refresh_token": "x"},
        auth=(world.phone_app.id, "guess"),
    )
    await assert_not_authenticated(with_secret)


async def test_a_public_client_gets_tokens_by_code_and_refresh_alone(world):
    tokens = await world.tokens(world.phone_app)
    assert (await world.refresh(tokens["refresh_token"], world.phone_app)).status_code == 200
    alone = await world.token(world.phone_app, grant_type="client_credentials")
    assert alone.json()["error"] == "unauthorized_client"


async def test_a_client_by_itself_gets_a_token_to_look_up_with_and_no_refresh_token(world):
    for scope in [None, "context.lookup"]:
        answer = (await world.token(grant_type="client_credentials", scope=scope)).json()
        assert set(answer) == {"access_token", "token_type", "expires_in", "scope"}
        assert answer["scope"] == "context.lookup"
        found = await read_token(world, answer["access_token"])
        assert found is not None
        assert (found.client_id, found.grant) == (world.crm.id, None)


async def test_check_16_a_client_by_itself_gets_no_section(world):
    for scope in ["context:topics", "context.lookup context:topics", "ä"]:
        answer = await world.token(grant_type="client_credentials", scope=scope)
        assert answer.json()["error"] == "invalid_scope"


async def test_check_27_answers_of_the_token_endpoint_are_never_stored(world):
    good = await world.token(grant_type="client_credentials")
    bad = await world.token(grant_type="unheard_of")
    assert (good.status_code, bad.status_code) == (200, 400)
    for answer in (good, bad):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["pragma"] == "no-cache"
        assert answer.headers["content-type"] == "application/json"


async def test_check_27_a_secret_in_the_query_string_is_refused(world):
    names = ["client_secret", "code", "code_verifier", "refresh_token", "token", "access_token"]
    form = {"grant_type": "client_credentials", "token": "x"}
    for path, name in product(ENDPOINTS, names):
        answer = await world.http.post(
            path, params={name: "mil_secret"}, data=form, auth=world.crm.auth
        )
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
        assert "mil_secret" not in answer.text


async def test_check_27_the_token_endpoint_listens_to_the_body_alone(world):
    answer = await world.http.post(
        "/oauth/token",
        params={"grant_type": "client_credentials", "client_id": world.crm.id},
        auth=world.crm.auth,
    )
    assert answer.json() == {"error": "invalid_request", "error_description": "Missing grant_type"}


async def test_check_5_a_parameter_given_twice_is_refused(world):
    for path in ENDPOINTS:
        answer = await world.http.post(
            path,
            content="grant_type=client_credentials&token=x&token=",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            auth=world.crm.auth,
        )
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


NO_FORMS = [
    ("application/json", b'{"grant_type": "client_credentials"}'),
    ("multipart/form-data; boundary=x", b"--x--"),
    ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(99))),
]


async def test_what_is_no_form_is_an_invalid_request(world):
    for path, (content_type, body) in product(ENDPOINTS, NO_FORMS):
        answer = await world.http.post(
            path, content=body, headers={"Content-Type": content_type}, auth=world.crm.auth
        )
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
