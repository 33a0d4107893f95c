"""Writing a receipt: facts in, JSON-LD out; the same facts give the same receipt.

The structure is that of W3C DPVCG's "Consent Records and Receipts as per ISO/IEC TS 27560:2023
using DPV" (https://w3id.org/dpv/guides/consent-27560): a receipt around one version of the record.
Whatever a client or an operator wrote is a value of a property that holds text, never a key, a
type or the name of a node.
"""

from typing import Any

from app.usecases.receipts.facts import ConsentFacts, Notice
from app.usecases.receipts.iris import grant_iri, part_iri, receipt_iri, section_iri
from app.usecases.receipts.parties import actor_iri, client_iri, customer, parties
from app.usecases.receipts.process import process
from app.usecases.receipts.times import moment, term, validity
from app.usecases.receipts.vocabulary import (
    CONTEXT,
    GPC,
    MEANS,
    RECEIPT_SCHEMA,
    RECORD_SCHEMA,
    TITLES,
    concept,
    consent_type,
    english,
    identified,
    observed,
    status_of,
    unknown,
)
from app.usecases.receipts.words import in_words
from context.section import Section


def receipt(facts: ConsentFacts) -> dict[str, Any]:
    """Write the receipt of a consent event.

    Args:
        facts: What is to be known of it.

    Returns:
        JSON-LD with its context inside: a `dpv:ConsentReceipt` around a `dpv:ConsentRecord`.
    """
    return {
        "@context": dict(CONTEXT),
        "@id": receipt_iri(facts),
        "@type": "dpv:ConsentReceipt",
        **identified(facts.event_id),
        "dct:conformsTo": RECEIPT_SCHEMA,
        "dct:created": moment(facts.at),
        "dct:publisher": facts.operator.id,
        "dct:title": english(TITLES[facts.event]),
        "dct:description": english(in_words(facts)),
        "dpv:hasRecordOfActivity": _record(facts),
    }


def _record(facts: ConsentFacts) -> dict[str, Any]:
    record = {
        "@id": part_iri(facts, "record"),
        "@type": "dpv:ConsentRecord",
        **identified(facts.grant_id),
        "dct:isVersionOf": grant_iri(facts, facts.grant_id),
        "dct:conformsTo": RECORD_SCHEMA,
        "dct:temporal": term(facts),
        "dpv:hasDataSubject": customer(facts),
        "dpv:hasDataController": client_iri(facts),
        "dpv:hasEntity": parties(facts),
        "dpv:hasLegalBasis": "dpv:ExpressedConsent",
        "dpv:hasJurisdiction": _jurisdiction(facts),
        "dpv:hasNotice": _notice(facts),
        "dpv:hasProcess": process(facts, client_iri(facts)),
        "dpv:hasConsentControl": _exercised(facts, "dpv:WithdrawConsent", "Revoke this consent"),
        "dpv:hasRight": _exercised(
            facts, "dpv:DataSubjectRight", "See who read what, correct it, and take consent back"
        ),
        "dpv:hasConsentStatus": _event(facts),
    }
    if facts.replaced_by is not None:
        record["dct:isReplacedBy"] = grant_iri(facts, facts.replaced_by)
    return record


def _event(facts: ConsentFacts) -> dict[str, Any]:
    status = status_of(facts.event, facts.actor)
    return {
        "@id": part_iri(facts, "event"),
        "@type": [status, consent_type(facts.means)] if facts.holds else [status],
        "skos:notation": facts.event.value,
        "dpv:isIndicatedAtTime": moment(facts.at),
        "dpv:isIndicatedBy": actor_iri(facts),
        "dpv:hasIndicationMethod": MEANS[facts.means],
        "dpv:hasDuration": validity(facts),
        "schema:additionalProperty": _signals(facts),
    }


def _signals(facts: ConsentFacts) -> list[dict[str, Any]]:
    sent = observed("Sec-GPC", so=facts.gpc) | {"schema:url": GPC}
    return [sent, observed("despite Sec-GPC", so=facts.despite_gpc)] if facts.gpc else [sent]


def _notice(facts: ConsentFacts) -> dict[str, Any]:
    notice = _known_notice(facts.notice) if facts.notice else _unknown_notice()
    if facts.asked:
        notice["dpv:hasPersonalData"] = [_asked(section, facts) for section in facts.asked]
    return notice


def _known_notice(notice: Notice) -> dict[str, Any]:
    return {
        "@type": "dpv:ConsentNotice",
        "dct:language": notice.language,
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": "spdx:checksumAlgorithm_sha256",
            "spdx:checksumValue": notice.sha256,
        },
    }


def _unknown_notice() -> dict[str, Any]:
    # "und" is BCP 47's word for a language that is not known.
    return unknown("dpv:ConsentNotice") | {"dct:language": "und"}


def _asked(section: Section, facts: ConsentFacts) -> dict[str, Any] | str:
    # What was given is described where it is given.
    if section in facts.given:
        return section_iri(section, facts.operator.id)
    return concept(section, facts.operator.id)


def _jurisdiction(facts: ConsentFacts) -> dict[str, Any] | str:
    return f"loc:{facts.jurisdiction}" if facts.jurisdiction else unknown("dpv:Jurisdiction")


def _exercised(facts: ConsentFacts, kind: str, title: str) -> dict[str, Any]:
    return {
        "@type": kind,
        "dct:title": english(title),
        "dpv:isExercisedAt": f"{facts.operator.id}/grants",
    }
