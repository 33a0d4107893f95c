"""What the consent is about: who may do what with which data, for what, and for how long."""

from typing import Any

from app.usecases.receipts.facts import ConsentFacts
from app.usecases.receipts.times import span
from app.usecases.receipts.vocabulary import concept, english, sign_in, unknown

SOURCE = (
    "What she published on the accounts she linked, and for the mood around her what people she "
    "follows published; read in memory, and not kept"
)


def process(facts: ConsentFacts, client_iri: str) -> dict[str, Any]:
    """Write down the one process that the consent allows.

    Args:
        facts: What is to be known of the consent.
        client_iri: How the receipt names the client.

    Returns:
        A `dpv:Process`.
    """
    allowed = {
        "@type": "dpv:Process",
        "dpv:hasPurpose": {
            "@type": "dpv:Purpose",
            "skos:broader": facts.purpose,
            "dct:description": english(facts.purpose_label),
        },
        "dpv:hasPersonalData": _data(facts),
        "dpv:hasProcessing": ["dpv:Share", "dpv:Use"],
        "dpv:hasDataSource": {
            "@type": "dpv:DataPublishedByDataSubject",
            "dct:description": english(SOURCE),
            "dpv:hasProcessing": ["dpv:Collect", "dpv:Infer"],
        },
        "dpv:hasDataController": client_iri,
        "dpv:hasRecipient": client_iri,
        "dpv:hasStorageCondition": [
            {
                "@type": "dpv:StorageDuration",
                "dct:description": english("From each read on; every answer states it"),
                "dpv:hasDuration": span(facts.retention),
            },
            unknown("dpv:StorageLocation"),
        ],
    }
    if facts.brands or facts.rivals:
        allowed["dpv:hasScope"] = [
            _scope(label, terms)
            for label, terms in (("Brands", facts.brands), ("Rivals", facts.rivals))
            if terms
        ]
    return allowed


def _data(facts: ConsentFacts) -> list[dict[str, Any]]:
    issuer = facts.operator.id
    sections = [concept(section, issuer) for section in facts.given]
    return [*sections, sign_in(issuer)] if facts.signs_in else sections


def _scope(label: str, terms: tuple[str, ...]) -> dict[str, Any]:
    return {"@type": "dpv:Scope", "skos:prefLabel": english(label), "rdf:value": list(terms)}
