"""Registering clients: only what can be shown to a customer and safely redirected to."""

import pytest

from app.errors import Conflict, Invalid, NotFound
from app.ids import secret_hash
from app.usecases.clients import Clients, host_of
from app.usecases.purposes import PURPOSES, label_of

GOOD = {
    "name": "Acme Care",
    "uri": "https://crm.example",
    "redirect_uris": ["https://crm.example/callback"],
    "purposes": ["dpv:CustomerCare"],
    "sections": ["topics"],
}


@pytest.fixture
def clients(database, clock) -> Clients:
    return Clients(database, clock, ("topics", "sentiment"))


async def test_a_client_is_registered_and_its_secret_shown_once(clients):
    client, secret = await clients.create(**GOOD)
    assert client.id.startswith("cli_")
    assert secret.startswith("mil_cs_")
    kept = await clients.get(client.id)
    assert kept.secret_hash == secret_hash(secret)
    assert (kept.name, kept.purposes, kept.sections) == (
        "Acme Care",
        ["dpv:CustomerCare"],
        ["topics"],
    )
    assert [listed.id for listed in await clients.list()] == [client.id]


async def test_a_public_client_has_no_secret(clients):
    client, secret = await clients.create(**GOOD, public=True)
    assert (client.secret_hash, secret) == (None, None)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": " "}, "name"),
        ({"name": "n" * 81}, "name"),
        ({"name": "Acme\u202eeraC"}, "name"),
        ({"uri": "http://crm.example"}, "address"),
        ({"redirect_uris": []}, "redirect URI"),
        ({"redirect_uris": ["https://crm.example/a", "http://crm.example/b"]}, "must be https"),
        ({"purposes": []}, "dpv:CustomerCare"),
        ({"purposes": ["dpv:WorldDomination"]}, "dpv:CustomerCare"),
        ({"sections": []}, "topics, sentiment"),
        ({"sections": ["topics", "secrets"]}, "topics, sentiment"),
    ],
)
async def test_what_is_not_allowed_is_refused_and_told(changes, told, clock):
    with pytest.raises(Invalid, match=told):
        # Refused before any database is asked.
        await Clients(None, clock, ("topics", "sentiment")).create(**GOOD | changes)


async def test_a_client_is_disabled_once(clients, clock):
    client, _ = await clients.create(**GOOD)
    await clients.disable(client.id)
    assert (await clients.get(client.id)).disabled_at == clock()
    with pytest.raises(Conflict):
        await clients.disable(client.id)


async def test_an_unknown_client_is_not_found(clients):
    with pytest.raises(NotFound):
        await clients.get("cli_nobody")
    with pytest.raises(NotFound):
        await clients.disable("cli_nobody")


def test_the_host_is_what_a_customer_should_look_at():
    assert host_of("https://crm.example:8443/path") == "crm.example"


def test_every_purpose_has_words_for_people():
    assert all(term.startswith("dpv:") and label[0].islower() for term, label in PURPOSES.items())
    assert label_of("dpv:CustomerCare") == "to help you when you contact them"
    assert label_of("dpv:Forgotten") == "dpv:Forgotten"
