"""Authlib's clients, configured as its documentation says."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuth2Client
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from tests.foreign.companies import Company, by_key, by_secret
from tests.foreign.stories import granted_sections
from tests.support.deployment import Deployment
from tests.support.person import Person

SCOPE = "openid context:topics context:sentiment"
VERIFIER = "v" * 64


def configured(kind: type, company: Company, deployment: Deployment, **more: object):
    """Make a client of one of Authlib's kinds."""
    client = kind(
        company.client_id,
        company.client_secret or ECKey.import_key(company.private_key),
        redirect_uri=company.redirect_uri,
        code_challenge_method="S256",
        token_endpoint_auth_method="private_key_jwt" if company.private_key else None,
        revocation_endpoint_auth_method="private_key_jwt" if company.private_key else None,
        **more,
    )
    # What Authlib calls the token endpoint here is the assertion's audience: the issuer.
    client.register_client_auth_method(PrivateKeyJWT(deployment.url, alg="ES256"))
    return client


@pytest.fixture(params=[by_secret, by_key])
def company(request: pytest.FixtureRequest, deployment: Deployment) -> Company:
    return request.param(deployment)


@pytest.fixture
async def crm(deployment: Deployment, company: Company) -> AsyncIterator[AsyncOAuth2Client]:
    async with configured(AsyncOAuth2Client, company, deployment, scope=SCOPE) as client:
        yield client


async def test_code_refresh_introspection_and_revocation(
    deployment: Deployment, mara: Person, crm: AsyncOAuth2Client
):
    url, state = crm.create_authorization_url(
        f"{deployment.url}/oauth/authorize", code_verifier=VERIFIER, nonce="once"
    )
    back = mara.decide(url)
    tokens = await crm.fetch_token(
        f"{deployment.url}/oauth/token",
        authorization_response=back,
        state=state,
        code_verifier=VERIFIER,
    )
    assert tokens["scope"] == SCOPE
    who = await signed_in(deployment, crm, tokens["id_token"])
    userinfo = await crm.get(f"{deployment.url}/oauth/userinfo")
    assert userinfo.json()["sub"] == who

    renewed = dict(await crm.refresh_token(f"{deployment.url}/oauth/token"))
    assert renewed["refresh_token"] != tokens["refresh_token"]
    context = (await crm.get(f"{deployment.url}/v1/context")).json()
    assert granted_sections(context) == {"topics", "sentiment"}

    known = await introspected(deployment, crm, renewed)
    assert (known["active"], known["scope"], known["sub"]) == (True, SCOPE, who)
    revoked = await crm.revoke_token(
        f"{deployment.url}/oauth/revoke", renewed["refresh_token"], "refresh_token"
    )
    assert revoked.status_code == httpx2.codes.OK
    assert await introspected(deployment, crm, renewed) == {"active": False}


async def signed_in(deployment: Deployment, crm: AsyncOAuth2Client, id_token: str) -> str:
    """Validate an ID token as Authlib's integrations do; return who she is."""
    keys = await crm.request("GET", f"{deployment.url}/oauth/jwks", withhold_token=True)
    token = jwt.decode(id_token, KeySet.import_key_set(keys.json()), ["RS256", "ES256"])
    claims = CodeIDToken(
        token.claims,
        token.header,
        {"iss": {"value": deployment.url}, "aud": {"value": crm.client_id}},
        {"nonce": "once", "client_id": crm.client_id},
    )
    claims.validate()
    return claims["sub"]


async def introspected(deployment: Deployment, crm: AsyncOAuth2Client, tokens: dict) -> dict:
    answer = await crm.introspect_token(
        f"{deployment.url}/oauth/introspect", tokens["access_token"], "access_token"
    )
    return answer.json()


@pytest.mark.parametrize("kind", [OAuth2Client, OAuth2Session])
def test_client_credentials(kind: type, deployment: Deployment, company: Company):
    with configured(kind, company, deployment, scope="context.lookup") as client:
        token = client.fetch_token(f"{deployment.url}/oauth/token", grant_type="client_credentials")
    assert token["scope"] == "context.lookup"
    assert "refresh_token" not in token
