"""openid-client 6, by each way to authenticate, with proof of possession."""

from typing import Any

import pytest

from tests.foreign.companies import Company, by_key, by_secret, public
from tests.foreign.stories import granted_sections, story
from tests.support.deployment import Deployment
from tests.support.person import Person

pytestmark = [pytest.mark.foreign, pytest.mark.usefixtures("libraries")]

SCOPE = "openid context:topics context:sentiment"


def told(deployment: Deployment, mara: Person, company: Company, **how: Any) -> dict[str, Any]:
    return story(
        "openid_client",
        mara.decide,
        **company.given(),
        **how,
        issuer=deployment.url,
        scope=SCOPE,
        context=f"{deployment.url}/v1/context",
    )


@pytest.mark.parametrize("register", [by_secret, by_key, public])
def test_her_context_with_tokens_bound_to_a_key(register, deployment: Deployment, mara: Person):
    company = register(deployment)
    end = told(deployment, mara, company, dpop=True)
    who = end["id_token"]["sub"]
    assert end["id_token"]["aud"] == company.client_id
    assert end["userinfo"]["sub"] == who
    assert end["tokens"]["token_type"] == end["renewed"]["token_type"] == "dpop"
    assert end["tokens"]["scope"] == end["renewed"]["scope"] == SCOPE
    assert end["renewed"]["refresh_token"] != end["tokens"]["refresh_token"]
    assert granted_sections(end["context"]) == {"topics", "sentiment"}
    assert end["refused"] == 401
    if company.authenticates:
        known = end["known"]
        assert (known["active"], known["scope"], known["sub"]) == (True, SCOPE, who)
        assert (known["token_type"], known["client_id"]) == ("DPoP", company.client_id)
        assert end["afterwards"] == {"active": False}


def test_her_context_with_bearer_tokens(deployment: Deployment, mara: Person):
    end = told(deployment, mara, by_secret(deployment))
    assert end["tokens"]["token_type"] == "bearer"
    assert end["context"]["subject"] == end["id_token"]["sub"]
    assert end["refused"] == 401


@pytest.mark.parametrize("dpop", [False, True])
@pytest.mark.parametrize("register", [by_secret, by_key])
def test_client_credentials(register, dpop: bool, deployment: Deployment):
    company = register(deployment)
    end = story(
        "openid_client_credentials",
        **company.given(),
        issuer=deployment.url,
        scope="context.lookup",
        dpop=dpop,
    )
    assert end["tokens"]["scope"] == end["known"]["scope"] == "context.lookup"
    assert end["known"]["active"] is True
    assert end["afterwards"] == {"active": False}
