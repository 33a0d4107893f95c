"""The story over HTTP alone, with requests-oauthlib on the company's side.

Besides: refusing, erasing, and a network that breaks while everything else goes on.
"""

import time
from collections.abc import Callable, Iterator

import pytest
from requests_oauthlib import OAuth2Session

from tests.support.deployment import PURPOSE, Deployment, Registered
from tests.support.person import Person

PATIENCE_S = 60


@pytest.fixture(autouse=True)
def http_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def mara(deployment: Deployment) -> Iterator[Person]:
    with Person(deployment.url) as person:
        person.sign_in("mara@example.org")
        person.link(deployment.instance, "mara")
        wait_until(lambda: "Last read" in person.get("/connections").text)
        yield person


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def session_of(company: Registered) -> OAuth2Session:
    return OAuth2Session(
        company.client_id,
        redirect_uri=company.redirect_uri,
        scope=["context:topics", "context:sentiment", "context:rhythm"],
        pkce="S256",
    )


def granted(
    deployment: Deployment, person: Person, company: Registered, *sections: str
) -> OAuth2Session:
    """Let her grant sections to a company; return its session with tokens."""
    crm = session_of(company)
    url, _ = crm.authorization_url(f"{deployment.url}/oauth/authorize", purpose=PURPOSE)
    back = person.decide(url, sections=list(sections))
    crm.scope = None
    crm.fetch_token(
        f"{deployment.url}/oauth/token",
        authorization_response=back,
        client_secret=company.client_secret,
    )
    return crm


def test_linked_granted_read_refreshed_revoked_refused_and_on_record(
    deployment: Deployment, mara: Person
):
    company = deployment.register()
    crm = granted(deployment, mara, company, "sentiment")
    address = f"{deployment.url}/v1/context"
    body = crm.get(address).json()
    assert body["sections"]["sentiment"]["status"] == "available"
    assert body["sections"]["topics"] == {"status": "absent", "reason": "not_granted"}

    crm.refresh_token(
        f"{deployment.url}/oauth/token", auth=(company.client_id, company.client_secret)
    )
    assert crm.get(address).json()["subject"] == body["subject"]

    grants = mara.get("/grants")
    assert mara.submit(grants, "/revoke").status_code == 303
    assert crm.get(address).status_code == 401
    log = mara.get("/accesses").text
    assert log.count("Northwind Broadband") == 3
    assert "efused" in log


def test_refusing_sends_her_back_with_access_denied_and_grants_nothing(
    deployment: Deployment, mara: Person
):
    company = deployment.register()
    url, _ = session_of(company).authorization_url(f"{deployment.url}/oauth/authorize")
    back = mara.decide(url, decision="refuse")
    assert back.startswith(company.redirect_uri)
    assert "error=access_denied" in back
    assert "iss=" in back
    assert not [form for form in mara.get("/grants").forms if "revoke" in form.action]


def test_two_companies_are_known_apart_and_revoking_one_leaves_the_other(
    deployment: Deployment, mara: Person
):
    address = f"{deployment.url}/v1/context"
    one = granted(deployment, mara, deployment.register("Northwind"), "topics")
    other = granted(deployment, mara, deployment.register("Southwind"), "topics")
    assert one.get(address).json()["subject"] != other.get(address).json()["subject"]
    mara.submit(mara.get("/grants"), "/revoke")
    assert sorted([one.get(address).status_code, other.get(address).status_code]) == [200, 401]


def test_erasing_leaves_nothing_to_read_and_nobody_signed_in(deployment: Deployment, mara: Person):
    crm = granted(deployment, mara, deployment.register(), "topics")
    assert mara.submit(mara.get("/account"), "/account/erase", certain="yes").status_code == 303
    assert crm.get(f"{deployment.url}/v1/context").status_code == 401
    assert mara.get("/context").response.url.path == "/sign-in"
    assert deployment.sandbox.revoke_person("mara") == 0, "our access there has ended too"


def test_an_account_that_took_its_access_back_says_so_to_her_and_to_the_company(
    deployment: Deployment, mara: Person
):
    crm = granted(deployment, mara, deployment.register(), "topics")
    deployment.sandbox.revoke_person("mara")
    mara.submit(mara.get("/connections"), "/refresh")
    wait_until(lambda: "Link again" in mara.get("/connections").text)
    topics = crm.get(f"{deployment.url}/v1/context").json()["sections"]["topics"]
    assert topics == {"status": "absent", "reason": "link_broken"}


def test_an_instance_that_cannot_be_reached_or_must_not_be_is_said_beside_the_field(
    deployment: Deployment, mara: Person
):
    for address, said in (
        ("127.0.0.1:9", "without a port"),
        ("https://169.254.169.254", "a public name, not a number"),
        ("nowhere.invalid", "nowhere.invalid"),
        ("no such place", "not the address of an instance"),
    ):
        answer = mara.submit(mara.get("/connections"), "/connections/link", address=address)
        assert answer.status_code == 422, address
        assert said in answer.text
