"""The words of a receipt: the Data Privacy Vocabulary's (DPV), and where it has none, others'.

Terms and what they mean: https://w3id.org/dpv, version 2.3, with its extensions for personal data
(`pd`) and places (`loc`). Our own sections are concepts under those of `pd`.
"""

from types import MappingProxyType
from typing import Any

from app.usecases.receipts.facts import Actor, Event, Means
from app.usecases.receipts.iris import section_iri
from context.section import Section

RECEIPT_SCHEMA = "https://w3id.org/dpv/schema/dpv-27560#receipt"
RECORD_SCHEMA = "https://w3id.org/dpv/schema/dpv-27560#record"
GPC = "https://www.w3.org/TR/gpc/"

_IRI = {"@type": "@id"}
_MOMENT = {"@type": "xsd:dateTime"}

CONTEXT: MappingProxyType[str, Any] = MappingProxyType(
    {
        "dcat": "http://www.w3.org/ns/dcat#",
        "dct": "http://purl.org/dc/terms/",
        "dpv": "https://w3id.org/dpv#",
        "loc": "https://w3id.org/dpv/loc#",
        "pd": "https://w3id.org/dpv/pd#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "schema": "https://schema.org/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "spdx": "http://spdx.org/rdf/terms#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "dcat:endDate": _MOMENT,
        "dcat:startDate": _MOMENT,
        "dct:conformsTo": _IRI,
        "dct:created": _MOMENT,
        "dct:isReplacedBy": _IRI,
        "dct:isVersionOf": _IRI,
        "dct:publisher": _IRI,
        "dpv:hasApplicability": _IRI,
        "dpv:hasDataController": _IRI,
        "dpv:hasJurisdiction": _IRI,
        "dpv:hasLegalBasis": _IRI,
        "dpv:hasNecessity": _IRI,
        "dpv:hasPersonalData": _IRI,
        "dpv:hasProcessing": _IRI,
        "dpv:hasRecipient": _IRI,
        "dpv:isExercisedAt": _IRI,
        "dpv:isIndicatedAtTime": _MOMENT,
        "dpv:isIndicatedBy": _IRI,
        "schema:url": {"@type": "xsd:anyURI"},
        "skos:broader": _IRI,
        "spdx:algorithm": _IRI,
        "spdx:checksumValue": {"@type": "xsd:hexBinary"},
    }
)
"""All that is needed to read a receipt as RDF; nothing is fetched (JSON-LD 1.1, section 3.1)."""

CATEGORIES = MappingProxyType(
    {
        Section.TOPICS: "pd:Interest",
        Section.SENTIMENT: "pd:Mood",
        Section.EMOTIONS: "pd:Emotion",
        Section.INTENTS: "pd:Intention",
        Section.CONVERSATIONS: "pd:SocialMediaCommunication",
        Section.NETWORK: "pd:SocialNetwork",
        Section.RELATIONSHIP: "pd:Opinion",
        Section.RHYTHM: "pd:Behavioural",
        Section.REACH: "pd:SocialMedia",
    }
)
"""Each section's nearest category of personal data; a section is narrower than its category."""

TITLES = MappingProxyType(
    {
        Event.GRANTED: "Consent given",
        Event.WIDENED: "Consent widened",
        Event.CHANGED: "Consent changed",
        Event.RECONFIRMED: "Consent confirmed again",
        Event.REPLACED: "Consent replaced by another",
        Event.REVOKED: "Consent revoked",
        Event.EXPIRED: "Consent expired",
    }
)

MEANS = MappingProxyType(
    {
        Means.PAGE: "On a page of the service, by a button for this decision alone",
        Means.API: "By a request to the service's interface",
        Means.TERM: "By itself, when its time was over",
    }
)


def status_of(event: Event, actor: Actor) -> str:
    """Return the state of the consent after an event, as a `dpv:ConsentStatus`.

    Only what the data subject herself takes back is withdrawn (scope notes of `ConsentWithdrawn`
    and `ConsentRevoked`). A consent whose place was taken has expired contextually.
    """
    if event is Event.REVOKED:
        return "dpv:ConsentWithdrawn" if actor is Actor.CUSTOMER else "dpv:ConsentRevoked"
    if event in {Event.EXPIRED, Event.REPLACED}:
        return "dpv:ConsentExpired"
    return "dpv:RenewedConsentGiven" if event is Event.RECONFIRMED else "dpv:ConsentGiven"


def consent_type(means: Means) -> str:
    """Return how firmly a consent was expressed: explicitly, where a page is for nothing else."""
    return "dpv:ExplicitlyExpressedConsent" if means is Means.PAGE else "dpv:ExpressedConsent"


def concept(section: Section, issuer: str) -> dict[str, Any]:
    """Describe a section as a category of personal data of ours, under one of DPV's."""
    return {
        "@id": section_iri(section, issuer),
        "@type": ["dpv:PersonalData", "dpv:DerivedPersonalData"],
        "skos:notation": section.value,
        "skos:prefLabel": english(section.value.capitalize()),
        "skos:definition": english(section.description),
        "skos:broader": CATEGORIES[section],
        "dpv:hasNecessity": "dpv:Optional",
    }


def sign_in(issuer: str) -> dict[str, Any]:
    """Describe what a client learns that may sign her in, as a category of personal data."""
    return {
        "@id": f"{issuer}/sections#openid",
        "@type": "dpv:PersonalData",
        "skos:notation": "openid",
        "skos:prefLabel": english("Signing in"),
        "skos:definition": english("That it is you, by a name for you that nobody else is told."),
        "skos:broader": "pd:Identifier",
        "dpv:hasNecessity": "dpv:Required",
    }


def unknown(kind: str) -> dict[str, Any]:
    """Say that something applies and is not known: an honest value for a mandatory field."""
    return {"@type": kind, "dpv:hasApplicability": "dpv:NotAvailable"}


def observed(name: str, *, so: bool) -> dict[str, Any]:
    """Say that something was so or not, where DPV has no term for it."""
    return {"@type": "schema:PropertyValue", "schema:name": name, "schema:value": so}


def english(text: str) -> dict[str, str]:
    """Mark a text of ours as English."""
    return {"@value": text, "@language": "en"}


def identified(identifier: str) -> dict[str, str]:
    """Give something its identifier: the guide asks for it in its tables and in its text."""
    return {"dct:identifier": identifier, "dpv:hasIdentifier": identifier}
