"""oauth4webapi 3: discovery from the resource, rich requests, signed introspection."""

from typing import Any

import pytest

from tests.foreign.companies import Company, by_key, by_secret, public
from tests.foreign.stories import granted_sections, story
from tests.support.deployment import PURPOSE, Deployment
from tests.support.person import Person

pytestmark = [pytest.mark.foreign, pytest.mark.usefixtures("libraries")]

DETAILS = [
    {
        "type": "customer_context",
        "purpose": PURPOSE,
        "sections": ["topics"],
        "duration": "P30D",
    }
]
SCOPE = "openid context:topics context:sentiment"


def told(deployment: Deployment, mara: Person, company: Company, **how: Any) -> dict[str, Any]:
    return story(
        "oauth4webapi",
        mara.decide,
        **company.given(),
        **how,
        resource=f"{deployment.url}/v1",
        scope="openid context:sentiment",
        authorization_details=DETAILS,
        context=f"{deployment.url}/v1/context",
    )


def by_rsa_key(deployment: Deployment) -> Company:
    return by_key(deployment, "PS256")


@pytest.mark.parametrize("register", [by_secret, by_key, by_rsa_key, public])
def test_a_rich_request_with_tokens_bound_to_a_key(register, deployment: Deployment, mara: Person):
    company = register(deployment)
    end = told(deployment, mara, company, dpop=True)
    assert end["returned_iss"] == end["server"]["issuer"] == deployment.url
    assert 0 < end["expires_in"] <= 60
    who = end["id_token"]["sub"]
    assert end["userinfo"]["sub"] == who
    assert set(end["tokens"]["scope"].split()) == set(SCOPE.split())
    [details] = end["tokens"]["authorization_details"]
    assert details.items() >= {"type": "customer_context", "purpose": PURPOSE}.items()
    assert set(details["sections"]) == {"topics", "sentiment"}
    assert granted_sections(end["context"]) == {"topics", "sentiment"}
    assert end["nonces_asked_for"] >= 1
    assert end["refused"] == 401
    if company.authenticates:
        known = end["known"]
        assert (known["active"], known["sub"]) == (True, who)
        assert known["authorization_details"] == end["renewed"]["authorization_details"]
        assert end["afterwards"] == {"active": False}


@pytest.mark.parametrize("register", [by_secret, by_key])
def test_client_credentials(register, deployment: Deployment):
    company = register(deployment)
    end = story(
        "oauth4webapi_credentials",
        **company.given(),
        issuer=deployment.url,
        scope="context.lookup",
        dpop=True,
    )
    assert end["tokens"]["token_type"] == "dpop"
    assert (end["known"]["active"], end["known"]["scope"]) == (True, "context.lookup")
    assert end["afterwards"] == {"active": False}
