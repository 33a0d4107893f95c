"""What a provider reads about us, as the deployed service serves it."""

import base64

import httpx
import pytest

from app.connectors.bluesky import SCOPES
from app.main import create_app
from app.settings import Settings
from app.wiring import build

KEY = base64.b64encode(bytes(range(32))).decode()


async def ask(tmp_path, *paths, **changes):
    given = {
        "environment": "development",
        "issuer": "https://milieu.example",
        "master_key": KEY,
        "database_url": f"sqlite:///{tmp_path / 'milieu.db'}",
        "engine": "light",
        "embedded_worker": False,
    }
    runtime = build(Settings.model_validate(given | changes))
    transport = httpx.ASGITransport(create_app(runtime))
    async with httpx.AsyncClient(transport=transport, base_url="https://milieu.example") as client:
        answers = [await client.request(method, path) for method, path in paths]
    await runtime.close()
    return runtime.services, answers


DOCUMENT = ("GET", "/oauth-client-metadata.json")
KEYS = ("GET", "/oauth-client-keys.json")


async def test_our_name_is_where_we_describe_ourselves(tmp_path):
    _, [answer, keys] = await ask(tmp_path, DOCUMENT, KEYS)
    assert answer.json() == {
        "client_id": "https://milieu.example/oauth-client-metadata.json",
        "client_name": "Milieu",
        "client_uri": "https://milieu.example",
        "redirect_uris": ["https://milieu.example/connections/callback"],
        "application_type": "web",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": " ".join(SCOPES),
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "dpop_bound_access_tokens": True,
        "jwks_uri": "https://milieu.example/oauth-client-keys.json",
    }
    assert [sorted(key) for key in keys.json()["keys"]] == [
        ["alg", "crv", "kid", "kty", "use", "x", "y"]
    ]
    for one in (answer, keys):
        assert one.headers["content-type"] == "application/json"
        assert one.headers["cache-control"] == "public, max-age=600"


async def test_it_asks_for_nothing_that_writes():
    assert SCOPES[0] == "atproto"
    assert all(scope.startswith("rpc:app.bsky.") and ".get" in scope for scope in SCOPES[1:])


async def test_replicas_publish_the_same_and_a_new_generation_one_more(tmp_path):
    _, [one] = await ask(tmp_path, KEYS)
    _, [other] = await ask(tmp_path, KEYS)
    _, [next_one] = await ask(tmp_path, KEYS, provider_key_generation=2)
    assert one.json() == other.json()
    assert next_one.json()["keys"][1:] == one.json()["keys"]


@pytest.mark.parametrize(
    ("issuer", "offered"), [("https://milieu.example", True), ("http://localhost:8000", False)]
)
async def test_bluesky_is_offered_where_its_servers_can_read_who_we_are(tmp_path, issuer, offered):
    services, _ = await ask(tmp_path, issuer=issuer)
    assert ("bluesky" in services.connections.offered) == offered
