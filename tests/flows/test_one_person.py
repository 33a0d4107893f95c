"""One person with two accounts, over HTTP: merged on both sides, read by companies, and undone."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.flows.test_story_over_http import granted, wait_until
from tests.support.deployment import Deployment
from tests.support.person import Person


@pytest.fixture(autouse=True)
def http_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def at_home(deployment: Deployment) -> Iterator[Person]:
    with Person(deployment.url) as found:
        yield linked(deployment, found, "mara@example.org", "mara")


@pytest.fixture
def at_work(deployment: Deployment) -> Iterator[Person]:
    with Person(deployment.url) as found:
        yield linked(deployment, found, "mara@work.example", "kenji")


def linked(deployment: Deployment, person: Person, email: str, handle: str) -> Person:
    person.sign_in(email)
    person.link(deployment.instance, handle)
    wait_until(lambda: "Last read" in person.get("/connections").text)
    return person


def test_merged_read_and_undone(deployment: Deployment, at_home: Person, at_work: Person):
    address = f"{deployment.url}/v1/context"
    northwind, southwind = deployment.register("Northwind"), deployment.register("Southwind")
    of_home = granted(deployment, at_home, northwind, "topics")
    of_work = granted(deployment, at_work, southwind, "topics")
    before = of_home.get(address).json()
    assert of_work.get(address).status_code == 200

    at_home.submit(at_home.get("/account"), "/account/merge/offer")
    code = at_home.get("/account/merge").text.partition("Your code")[2].split()[0]
    at_work.submit(at_work.get("/account"), "/account/merge/claim", code=code)
    at_work.submit(at_work.get("/account/merge"), "/account/merge/accept")
    page = at_home.get("/account/merge")
    [field] = {each["name"] for each in page.all("input", type="radio")}
    done = at_home.submit(page, "/account/merge/confirm", **{field: "goes_on"})
    assert done.headers["location"].endswith("done=merged"), done.text

    # What was granted for the other account is over; what goes on covers both, by the same name.
    assert of_work.get(address).status_code == 401
    after = of_home.get(address).json()
    assert after["subject"] == before["subject"]
    assert "@mara" in at_home.get("/connections").text
    assert "@kenji" in at_home.get("/connections").text
    assert labels(after) - labels(before), "topics of the other account are among them"
    log = at_home.get("/accesses").text
    assert log.count("Southwind") == 2, "the look from before, and the refused one"
    assert "is part of the account of mara@example.org" in deployment.mail_to("mara@work.example")
    assert at_work.get("/context").response.url.path == "/sign-in"
    at_work.sign_in("mara@work.example")
    assert "@mara" in at_work.get("/connections").text

    # Whoever holds either address can part them again.
    page = at_work.get("/account")
    parted = at_work.submit(page, "/undo")
    assert parted.headers["location"].endswith("done=parted"), parted.text
    assert at_home.get("/context").response.url.path == "/sign-in"
    at_work.sign_in("mara@work.example")
    at_home.sign_in("mara@example.org")
    assert "@kenji" in at_work.get("/connections").text
    assert "@kenji" not in at_home.get("/connections").text
    assert of_work.get(address).status_code == 401, "what ended stays ended"
    alone = of_home.get(address).json()
    assert not labels(alone) & (labels(after) - labels(before))


def labels(context: dict[str, Any]) -> set[str]:
    return {topic["label"] for topic in context["sections"]["topics"]["topics"]}
