"""requests-oauthlib, configured as its documentation says."""

from collections.abc import Iterator

import pytest
from oauthlib.oauth2 import BackendApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from tests.foreign.companies import Company, by_secret, public
from tests.foreign.stories import granted_sections
from tests.support.deployment import Deployment
from tests.support.person import Person

SCOPE = ["context:topics", "context:sentiment"]


@pytest.fixture(autouse=True)
def http_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def company(deployment: Deployment) -> Company:
    return by_secret(deployment)


@pytest.fixture
def crm(deployment: Deployment, mara: Person, company: Company) -> Iterator[OAuth2Session]:
    """A session with tokens."""
    with OAuth2Session(
        company.client_id, redirect_uri=company.redirect_uri, scope=SCOPE, pkce="S256"
    ) as session:
        url, _ = session.authorization_url(f"{deployment.url}/oauth/authorize")
        session.fetch_token(
            f"{deployment.url}/oauth/token",
            authorization_response=mara.decide(url),
            client_secret=company.client_secret,
        )
        yield session


def test_code_and_refresh(deployment: Deployment, company: Company, crm: OAuth2Session):
    assert crm.token["scope"] == SCOPE
    first = dict(crm.token)
    crm.refresh_token(
        f"{deployment.url}/oauth/token", auth=(company.client_id, company.client_secret)
    )
    assert crm.token["access_token"] != first["access_token"]
    assert crm.token["refresh_token"] != first["refresh_token"]
    answer = crm.get(f"{deployment.url}/v1/context")
    assert granted_sections(answer.json()) == {"topics", "sentiment"}


def test_an_app_without_a_secret(deployment: Deployment, mara: Person):
    app = public(deployment)
    with OAuth2Session(
        app.client_id, redirect_uri=app.redirect_uri, scope=SCOPE, pkce="S256"
    ) as session:
        url, _ = session.authorization_url(f"{deployment.url}/oauth/authorize")
        session.fetch_token(
            f"{deployment.url}/oauth/token",
            authorization_response=mara.decide(url),
            include_client_id=True,
        )
        assert session.get(f"{deployment.url}/v1/context").ok


def test_client_credentials(deployment: Deployment, company: Company):
    with OAuth2Session(
        client=BackendApplicationClient(company.client_id, scope=["context.lookup"])
    ) as session:
        token = session.fetch_token(
            f"{deployment.url}/oauth/token",
            auth=HTTPBasicAuth(company.client_id, company.client_secret),
        )
    assert token["scope"] == ["context.lookup"]
    assert "refresh_token" not in token
