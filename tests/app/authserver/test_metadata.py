"""What the server says of itself, measured by a validator that is not ours."""

from authlib.oauth2 import rfc8414, rfc9207

from tests.app.authserver.conftest import ISSUER


async def test_the_metadata_is_valid_and_true(world):
    answer = await world.http.get("/.well-known/oauth-authorization-server")
    assert answer.headers["content-type"] == "application/json"
    document = rfc8414.AuthorizationServerMetadata(answer.json())
    document.validate(metadata_classes=[rfc9207.AuthorizationServerMetadata])
    assert document["issuer"] == ISSUER
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["response_types_supported"] == ["code"]
    assert document["scopes_supported"] == [
        "context:topics",
        "context:sentiment",
        "context:network",
        "context:rhythm",
        "context.lookup",
    ]
    for name in ("authorization", "token", "revocation"):
        path = document[f"{name}_endpoint"].removeprefix(ISSUER)
        assert (await world.http.post(path)).status_code in {400, 401}
    assert (await world.http.get(document["jwks_uri"].removeprefix(ISSUER))).status_code == 200
