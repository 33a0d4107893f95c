"""Who is on a receipt: the customer, the client, and who runs the deployment."""

from typing import Any

from app.usecases.receipts.facts import Actor, ConsentFacts, Party
from app.usecases.receipts.iris import part_iri
from app.usecases.receipts.vocabulary import identified, observed, unknown


def client_iri(facts: ConsentFacts) -> str:
    """Name the client; a name of ours, for its own words are not to be read as one."""
    return part_iri(facts, "client")


def actor_iri(facts: ConsentFacts) -> str:
    """Name who decided."""
    return {
        Actor.CUSTOMER: part_iri(facts, "customer"),
        Actor.CLIENT: client_iri(facts),
        Actor.SYSTEM: facts.operator.id,
    }[facts.actor]


def customer(facts: ConsentFacts) -> dict[str, Any]:
    """Write down the customer, under the name by which this client knows her."""
    return {
        "@id": part_iri(facts, "customer"),
        "@type": "dpv:DataSubject",
        "skos:broader": "dpv:Customer",
        **identified(facts.subject),
        "schema:additionalProperty": observed("external id bound", so=facts.external_id_bound),
    }


def parties(facts: ConsentFacts) -> list[dict[str, Any]]:
    """Write down the client, which decides on the purpose, and who provides the service."""
    return [
        _party(facts.client, client_iri(facts), ["dpv:DataController", "dpv:Recipient"]),
        _party(facts.operator, facts.operator.id, ["dpv:ServiceProvider"]),
    ]


def _party(party: Party, iri: str, roles: list[str]) -> dict[str, Any]:
    contact = {"@type": "schema:ContactPoint", "schema:url": party.uri}
    address = unknown("schema:PostalAddress")
    if party.email is not None:
        contact["schema:email"] = party.email
    if party.address is not None:
        address = {"@type": "schema:PostalAddress", "schema:streetAddress": party.address}
    return {
        "@id": iri,
        "@type": roles,
        **identified(party.id),
        "dpv:hasName": party.name,
        "schema:url": party.uri,
        "dpv:hasContact": contact,
        "dpv:hasAddress": address,
    }
