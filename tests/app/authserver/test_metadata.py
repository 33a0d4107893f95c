"""What the server says of itself, measured by a validator that is not ours."""

from authlib.oauth2 import rfc8414, rfc9101, rfc9207
from authlib.oidc.discovery import OpenIDProviderMetadata

from tests.app.authserver.conftest import ISSUER


async def test_the_metadata_is_valid_and_true(world):
    answer = await world.http.get("/.well-known/oauth-authorization-server")
    assert answer.headers["content-type"] == "application/json"
    document = rfc8414.AuthorizationServerMetadata(answer.json())
    document.validate(
        metadata_classes=[
            rfc9207.AuthorizationServerMetadata,
            rfc9101.AuthorizationServerMetadata,
        ]
    )
    OpenIDProviderMetadata(answer.json()).validate()
    assert (await world.http.get("/.well-known/openid-configuration")).json() == answer.json()
    assert document["issuer"] == ISSUER
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["response_types_supported"] == ["code"]
    assert document["scopes_supported"] == [
        "openid",
        "context:topics",
        "context:sentiment",
        "context:network",
        "context:rhythm",
        "context.lookup",
        "grant_management_query",
        "grant_management_revoke",
    ]
    for name in (
        "authorization",
        "pushed_authorization_request",
        "token",
        "introspection",
        "revocation",
        "userinfo",
    ):
        path = document[f"{name}_endpoint"].removeprefix(ISSUER)
        assert (await world.http.post(path)).status_code in {400, 401}
    assert (await world.http.get(document["jwks_uri"].removeprefix(ISSUER))).status_code == 200


async def test_each_protected_resource_describes_itself(world):
    """RFC 9728: from a resource to the server that grants access to it."""
    for resource in (await world.http.get("/.well-known/openid-configuration")).json()[
        "protected_resources"
    ]:
        path = resource.removeprefix(ISSUER)
        document = (await world.http.get(f"/.well-known/oauth-protected-resource{path}")).json()
        assert document["resource"] == resource
        assert document["authorization_servers"] == [ISSUER]
    assert (await world.http.get("/.well-known/oauth-protected-resource/other")).status_code == 400
