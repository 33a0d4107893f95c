"""Clients held to the FAPI 2.0 security profile: pushed requests, bound tokens, a key of their own.

The same stories as of any other client; and what such a client may no longer do.
"""

from typing import Any

import pytest
from authlib.integrations.requests_client import OAuth2Session

from tests.foreign.companies import Company, by_command
from tests.foreign.stories import StoryFailed, granted_sections, story
from tests.support.deployment import PURPOSE, Deployment
from tests.support.person import Person

pytestmark = [pytest.mark.foreign, pytest.mark.usefixtures("libraries")]

SCOPE = "openid context:topics context:sentiment"


@pytest.fixture(scope="module", params=["ES256", "PS256"])
def company(
    request: pytest.FixtureRequest, deployment: Deployment, tmp_path_factory: pytest.TempPathFactory
) -> Company:
    return by_command(deployment, tmp_path_factory.mktemp("keys"), request.param)


@pytest.fixture
def given(deployment: Deployment, company: Company) -> dict[str, Any]:
    return {
        **company.given(),
        "issuer": deployment.url,
        "resource": f"{deployment.url}/v1",
        "context": f"{deployment.url}/v1/context",
        "scope": SCOPE,
        "authorization_details": [{"type": "customer_context", "purpose": PURPOSE}],
    }


@pytest.mark.parametrize("library", ["openid_client", "oauth4webapi"])
def test_the_whole_story(library: str, given: dict[str, Any], mara: Person):
    end = story(library, mara.decide, **given, dpop=True)
    assert end["tokens"]["token_type"] == "dpop"
    assert set(end["tokens"]["scope"].split()) == set(SCOPE.split())
    assert end["userinfo"]["sub"] == end["id_token"]["sub"]
    assert granted_sections(end["context"]) == {"topics", "sentiment"}
    assert end["known"]["active"] is True
    assert end["afterwards"] == {"active": False}
    assert end["refused"] == 401


@pytest.mark.parametrize("library", ["openid_client", "oauth4webapi"])
def test_client_credentials(library: str, given: dict[str, Any]):
    lookup = {**given, "scope": "context.lookup"}
    end = story(f"{library}_credentials", **lookup, dpop=True)
    assert end["tokens"]["token_type"] == "dpop"
    assert end["known"]["active"] is True


def test_tokens_are_bound_or_not_given(given: dict[str, Any], mara: Person):
    with pytest.raises(StoryFailed, match=r"invalid_dpop_proof|invalid_request"):
        story("openid_client", mara.decide, **given)


def test_a_request_is_pushed_or_refused(deployment: Deployment, company: Company, mara: Person):
    with OAuth2Session(
        company.client_id,
        scope=SCOPE,
        redirect_uri=company.redirect_uri,
        code_challenge_method="S256",
    ) as session:
        url, _ = session.create_authorization_url(
            f"{deployment.url}/oauth/authorize", code_verifier="v" * 64
        )
    answer = mara.http.get(url)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{company.redirect_uri}?error=invalid_request")
