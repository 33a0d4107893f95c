"""A receipt: what ISO/IEC TS 27560 asks for, in words that exist, whatever anybody wrote."""

import json
from dataclasses import replace
from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import DCAT, DCTERMS, RDF, SDO, SKOS, XSD, Literal, URIRef
from rdflib.compare import isomorphic

from app.usecases.purposes import PURPOSES
from app.usecases.receipts.facts import Actor, Event, Means, Notice, Party
from app.usecases.receipts.receipt import receipt
from app.usecases.receipts.times import span
from app.usecases.receipts.vocabulary import CATEGORIES
from context.section import Section
from tests.app.usecases.receipts.graphs import (
    PREFIXES,
    TERMS,
    expanded,
    graph,
    iri,
    second_graph,
)
from tests.app.usecases.receipts.samples import GRANTED, NASTY, anything, facts, texts

RECORD = "dpv:hasRecordOfActivity"
PROCESS = f"{RECORD} dpv:hasProcess"
EVENT = f"{RECORD} dpv:hasConsentStatus"
MANDATORY = {
    "schema_version": f"{RECORD} dct:conformsTo",
    "record_id": f"{RECORD} dct:identifier",
    "receipt_id": "dct:identifier",
    "pii_principal_id": f"{RECORD} dpv:hasDataSubject dct:identifier",
    "privacy_notice": f"{RECORD} dpv:hasNotice",
    "language": f"{RECORD} dpv:hasNotice dct:language",
    "purpose": f"{PROCESS} dpv:hasPurpose skos:broader",
    "pii_information": f"{PROCESS} dpv:hasPersonalData",
    "pii_controllers": f"{PROCESS} dpv:hasDataController",
    "storage_locations": f"{PROCESS} dpv:hasStorageCondition",
    "retention_period": f"{PROCESS} dpv:hasStorageCondition dpv:hasDuration",
    "jurisdiction": f"{RECORD} dpv:hasJurisdiction",
    "recipient_third_parties": f"{PROCESS} dpv:hasRecipient",
    "withdrawal_method": f"{RECORD} dpv:hasConsentControl dpv:isExercisedAt",
    "privacy_rights": f"{RECORD} dpv:hasRight dpv:isExercisedAt",
    "pii_type": f"{PROCESS} dpv:hasPersonalData skos:broader",
    "party_id": f"{RECORD} dpv:hasEntity dct:identifier",
    "party_address": f"{RECORD} dpv:hasEntity dpv:hasAddress",
    "party_name": f"{RECORD} dpv:hasEntity dpv:hasName",
    "party_contact": f"{RECORD} dpv:hasEntity dpv:hasContact",
    "party_type": f"{RECORD} dpv:hasEntity @type",
    "event_time": f"{EVENT} dpv:isIndicatedAtTime",
    "validity_duration": f"{EVENT} dpv:hasDuration",
    "entity_id": f"{EVENT} dpv:isIndicatedBy",
    "event_type": f"{RECORD} dpv:hasLegalBasis",
    "event_state": f"{EVENT} @type",
}
"""Fields that ISO/IEC TS 27560 or the guide demands, and where they are."""

SHAPES = [
    # of a node of this class, this property has so many values (the guide's cardinalities)
    ("dpv:ConsentReceipt", DCTERMS.conformsTo, 1, 1),
    ("dpv:ConsentReceipt", DCTERMS.identifier, 1, 1),
    ("dpv:ConsentReceipt", DCTERMS.created, 1, 1),
    ("dpv:ConsentReceipt", "dpv:hasRecordOfActivity", 1, 1),
    ("dpv:ConsentRecord", DCTERMS.conformsTo, 1, 1),
    ("dpv:ConsentRecord", "dpv:hasIdentifier", 1, 1),
    ("dpv:ConsentRecord", "dpv:hasDataSubject", 1, 1),
    ("dpv:ConsentRecord", "dpv:hasNotice", 1, 1),
    ("dpv:ConsentRecord", "dpv:hasProcess", 1, 1),
    ("dpv:ConsentRecord", "dpv:hasConsentStatus", 1, 1),
    ("dpv:ConsentRecord", "dpv:hasConsentControl", 1, 1),
    ("dpv:ConsentRecord", "dpv:hasJurisdiction", 1, 1),
    ("dpv:ConsentRecord", "dpv:hasEntity", 2, 2),
    ("dpv:ConsentNotice", DCTERMS.language, 1, 1),
    ("dpv:Process", "dpv:hasPurpose", 1, 1),
    ("dpv:Process", "dpv:hasPersonalData", 1, len(Section) + 1),
    ("dpv:Process", "dpv:hasStorageCondition", 2, 2),
    ("dpv:Process", "dpv:hasDataController", 1, 1),
    ("dpv:Process", "dpv:hasRecipient", 1, 1),
    ("dpv:PersonalData", SKOS.broader, 1, 1),
    ("dpv:PersonalData", SKOS.prefLabel, 1, 1),
    ("dpv:DataController", "dpv:hasName", 1, 1),
    ("dpv:DataController", "dpv:hasContact", 1, 1),
    ("dpv:DataController", "dpv:hasAddress", 1, 1),
    ("dpv:ServiceProvider", "dpv:hasName", 1, 1),
    ("dpv:ServiceProvider", "dpv:hasContact", 1, 1),
    ("dpv:ServiceProvider", "dpv:hasAddress", 1, 1),
]
SCHEMAS = "https://w3id.org/dpv/schema/dpv-27560#"
RANGES = {
    # what the objects of a property are for
    "dpv:hasApplicability": "applicability",
    "dpv:hasLegalBasis": "basis",
    "dpv:hasNecessity": "necessity",
    "dpv:hasProcessing": "processing",
}


def found(node, path):
    """The values at the end of a path of keys, through every list."""
    nodes = [node]
    for key in path.split():
        values = [inner[key] for inner in nodes if isinstance(inner, dict) and key in inner]
        nodes = [one for value in values for one in (value if isinstance(value, list) else [value])]
    return nodes


def leaves(node):
    if isinstance(node, dict):
        node = list(node.values()) or [None]
    if isinstance(node, list):
        return [leaf for one in node or [None] for leaf in leaves(one)]
    return [node]


def iris(read):
    """Every IRI that a graph uses."""
    return {str(term) for triple in read for term in triple if isinstance(term, URIRef)} | {
        str(term.datatype)
        for _, _, term in read
        if isinstance(term, Literal) and term.datatype is not None
    }


@pytest.mark.parametrize("event", Event)
@given(data=st.data())
@settings(max_examples=15)
def test_every_event_gives_every_mandatory_field_and_no_field_is_empty(event, data):
    written = receipt(data.draw(facts(st.just(event))))
    assert [name for name, path in MANDATORY.items() if not found(written, path)] == []
    assert all(leaf is not None and leaf != "" for leaf in leaves(written))


@pytest.mark.parametrize("event", Event)
@given(data=st.data())
@settings(max_examples=8)
def test_the_guides_cardinalities_hold(event, data):
    read = graph(receipt(data.draw(facts(st.just(event)))))
    for kind, property_, least, most in SHAPES:
        predicate = iri(property_) if property_.startswith("dpv:") else property_
        nodes = set(read.subjects(RDF.type, iri(kind)))
        assert nodes, kind
        for node in nodes:
            assert least <= len(set(read.objects(node, predicate))) <= most, (kind, predicate)


@given(anything)
@settings(max_examples=30)
def test_every_term_exists_in_its_vocabulary_and_stands_where_it_may(any_facts):
    read = graph(receipt(any_facts))
    known = {str(iri(term)) for term in TERMS}
    for used in iris(read):
        if used.startswith(tuple(PREFIXES.values())):
            assert used in known, used
        elif not used.startswith((any_facts.operator.id, SCHEMAS)):
            # rdflib's namespaces are closed: they hold what their vocabularies define.
            closed = (DCTERMS, SKOS, DCAT, SDO, RDF, XSD)
            assert any(URIRef(used) in namespace for namespace in closed), used
    for property_, kind in RANGES.items():
        assert all(
            used in {iri(term) for term, its in TERMS.items() if its == kind}
            for used in read.objects(None, iri(property_))
        )
    properties = {str(iri(term)) for term, kind in TERMS.items() if kind == "property"}
    ours = {str(used) for used in read.predicates()}
    assert {used for used in ours if used.startswith(tuple(PREFIXES.values()))} <= properties


def test_every_section_and_every_purpose_has_a_term_that_exists():
    assert set(CATEGORIES) == set(Section)
    assert {TERMS[category] for category in CATEGORIES.values()} == {"category"}
    assert {TERMS[purpose] for purpose in PURPOSES} == {"purpose"}


def test_what_names_something_is_a_name_and_not_a_text():
    replaced = replace(GRANTED, event=Event.REPLACED, replaced_by="gra_2")
    written = [term for term in graph(receipt(replaced)).objects() if isinstance(term, Literal)]
    known = (*PREFIXES.values(), *(f"{prefix}:" for prefix in PREFIXES), SCHEMAS)
    assert [str(text) for text in written if str(text).startswith(known)] == []
    ours = {str(text) for text in written if str(text).startswith(GRANTED.operator.id)}
    assert ours == {GRANTED.operator.id}


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own parser
def test_two_processors_read_the_same():
    assert isomorphic(graph(receipt(GRANTED)), second_graph(receipt(GRANTED)))


def skeleton(node):
    """An expanded document without the texts in it."""
    if isinstance(node, list):
        return [skeleton(one) for one in node]
    if isinstance(node, dict):
        return {
            key: "" if key == "@value" and isinstance(value, str) else skeleton(value)
            for key, value in node.items()
        }
    return node


def said_by_client(name, term):
    client = Party(name, name, name, name, name)
    return replace(GRANTED, client=client, brands=(term,), rivals=(term,))


@given(texts, texts)
@settings(max_examples=50)
def test_no_text_of_the_client_becomes_structure(name, term):
    written = expanded(receipt(said_by_client(name, term)))
    assert skeleton(written) == skeleton(expanded(receipt(said_by_client("Acme", "Acme"))))
    assert leaves(written).count(name) >= 5


@pytest.mark.parametrize("name", NASTY)
def test_nothing_a_client_calls_itself_is_said_in_our_words(name):
    written = receipt(replace(GRANTED, client=Party("cli_1", name, "https://fjord.example")))
    assert name not in written["dct:description"]["@value"]
    assert name not in written["dct:title"]["@value"]


@given(anything)
@settings(max_examples=30)
def test_the_same_facts_give_the_same_bytes(any_facts):
    elsewhere = timezone(timedelta(hours=5, minutes=45))
    there = replace(
        any_facts,
        at=any_facts.at.astimezone(elsewhere),
        ends=any_facts.ends and any_facts.ends.astimezone(elsewhere),
    )
    assert json.dumps(receipt(there)) == json.dumps(receipt(any_facts))


def test_two_receipts_of_one_grant_read_together_share_only_the_grant_and_its_sections():
    revoked = replace(
        GRANTED, event_id="evt_2", event=Event.REVOKED, at=GRANTED.at + timedelta(days=3)
    )
    first, second = graph(receipt(GRANTED)), graph(receipt(revoked))
    shared = {
        str(node)
        for node in set(first.subjects()) & set(second.subjects())
        if isinstance(node, URIRef)
    }
    assert all(
        node == GRANTED.operator.id or node.startswith("https://milieu.example/sections#")
        for node in shared
    )
    (grant,) = set(first.objects(None, DCTERMS.isVersionOf))
    assert set(second.objects(None, DCTERMS.isVersionOf)) == {grant}


@pytest.mark.parametrize(
    ("event", "actor", "status"),
    [
        (Event.GRANTED, Actor.CUSTOMER, "dpv:ConsentGiven"),
        (Event.WIDENED, Actor.CUSTOMER, "dpv:ConsentGiven"),
        (Event.CHANGED, Actor.CUSTOMER, "dpv:ConsentGiven"),
        (Event.RECONFIRMED, Actor.CUSTOMER, "dpv:RenewedConsentGiven"),
        (Event.REVOKED, Actor.CUSTOMER, "dpv:ConsentWithdrawn"),
        (Event.REVOKED, Actor.CLIENT, "dpv:ConsentRevoked"),
        (Event.REVOKED, Actor.SYSTEM, "dpv:ConsentRevoked"),
        (Event.REPLACED, Actor.CUSTOMER, "dpv:ConsentExpired"),
        (Event.EXPIRED, Actor.SYSTEM, "dpv:ConsentExpired"),
    ],
)
def test_the_state_says_what_happened_and_by_whom(event, actor, status):
    written = receipt(replace(GRANTED, event=event, actor=actor))
    (decided,) = found(written, EVENT)
    assert [kind for kind in decided["@type"] if TERMS[kind] == "status"] == [status]
    assert decided["skos:notation"] == event.value
    named = {
        Actor.CUSTOMER: found(written, f"{RECORD} dpv:hasDataSubject @id"),
        Actor.CLIENT: found(written, f"{RECORD} dpv:hasDataController"),
        Actor.SYSTEM: [GRANTED.operator.id],
    }
    assert [decided["dpv:isIndicatedBy"]] == named[actor]


@pytest.mark.parametrize(
    ("gpc", "despite_gpc", "signals"),
    [
        (False, False, {"Sec-GPC": False}),
        (True, False, {"Sec-GPC": True, "despite Sec-GPC": False}),
        (True, True, {"Sec-GPC": True, "despite Sec-GPC": True}),
    ],
)
def test_check_64_sec_gpc_is_written_on_the_receipt(gpc, despite_gpc, signals):
    written = receipt(replace(GRANTED, gpc=gpc, despite_gpc=despite_gpc))
    seen = found(written, f"{EVENT} schema:additionalProperty")
    assert {one["schema:name"]: one["schema:value"] for one in seen} == signals
    words = written["dct:description"]["@value"]
    assert ("Sec-GPC: 1" in words) is gpc
    assert ("counts all the same" in words) is despite_gpc


def test_what_she_withheld_was_asked_for_and_is_not_given():
    written = receipt(GRANTED)
    given_ = found(written, f"{PROCESS} dpv:hasPersonalData skos:notation")
    asked = found(written, f"{RECORD} dpv:hasNotice dpv:hasPersonalData")
    assert given_ == ["topics", "sentiment"]
    assert [one if isinstance(one, str) else one["@id"] for one in asked] == [
        f"https://milieu.example/sections#{name}" for name in ("topics", "sentiment", "emotions")
    ]
    assert written["dct:description"]["@value"] == (
        "Covers: topics, sentiment. Asked for and not given: emotions. "
        "Purpose: to help you when you contact them. Holds until 2026-06-01T00:00:00.000Z. "
        "The browser sent Global Privacy Control (Sec-GPC: 1)."
    )


def test_a_consent_explicit_on_a_page_is_expressed_through_the_interface():
    kinds = {
        means: found(receipt(replace(GRANTED, means=means)), f"{EVENT} @type") for means in Means
    }
    assert "dpv:ExplicitlyExpressedConsent" in kinds[Means.PAGE]
    assert "dpv:ExpressedConsent" in kinds[Means.API]


def test_signing_in_is_told_apart_from_the_sections():
    written = receipt(replace(GRANTED, given=(), asked=(), signs_in=True))
    (data,) = found(written, f"{PROCESS} dpv:hasPersonalData")
    assert (data["skos:notation"], data["skos:broader"]) == ("openid", "pd:Identifier")
    assert "Covers: signing in." in written["dct:description"]["@value"]
    assert found(written, f"{RECORD} dpv:hasNotice dpv:hasPersonalData") == []


def test_a_lens_is_the_scope_and_is_left_out_where_there_is_none():
    scopes = found(receipt(GRANTED), f"{PROCESS} dpv:hasScope rdf:value")
    assert scopes == ["Fjord", "Tundra & Sons"]
    assert found(receipt(replace(GRANTED, brands=(), rivals=())), f"{PROCESS} dpv:hasScope") == []


def test_the_external_id_is_bound_or_not_and_never_said():
    for bound in (True, False):
        (said,) = found(
            receipt(replace(GRANTED, external_id_bound=bound)),
            f"{RECORD} dpv:hasDataSubject schema:additionalProperty",
        )
        assert said["schema:value"] is bound


def test_what_is_not_known_says_so():
    written = receipt(
        replace(
            GRANTED,
            notice=None,
            jurisdiction=None,
            operator=Party("https://milieu.example", "Milieu", "https://milieu.example"),
        )
    )
    not_known = ["dpv:NotAvailable"]
    assert found(written, f"{RECORD} dpv:hasJurisdiction dpv:hasApplicability") == not_known
    assert found(written, f"{RECORD} dpv:hasNotice dpv:hasApplicability") == not_known
    assert found(written, f"{RECORD} dpv:hasNotice dct:language") == ["und"]
    addresses = found(written, f"{RECORD} dpv:hasEntity dpv:hasAddress dpv:hasApplicability")
    assert addresses == not_known * 2
    assert found(written, f"{PROCESS} dpv:hasStorageCondition dpv:hasApplicability") == not_known


def test_what_is_known_of_a_notice_is_its_language_and_its_hash():
    notice = Notice("de", "ab" * 32)
    written = receipt(replace(GRANTED, notice=notice))
    assert found(written, f"{RECORD} dpv:hasNotice dct:language") == ["de"]
    assert found(written, f"{RECORD} dpv:hasNotice spdx:checksum spdx:checksumValue") == [
        notice.sha256
    ]


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"ends": None}, ["dpv:UntilEventDuration"]),
        ({}, ["dpv:UntilTimeDuration"]),
        ({"ends": None, "single_call": True}, ["dpv:FixedOccurrencesDuration"]),
        ({"single_call": True}, ["dpv:FixedOccurrencesDuration", "dpv:UntilTimeDuration"]),
        ({"ends": None, "event": Event.REVOKED}, ["dpv:UntilTimeDuration"]),
    ],
)
def test_it_says_how_long_it_holds(changes, kinds):
    assert found(receipt(replace(GRANTED, **changes)), f"{EVENT} dpv:hasDuration @type") == kinds


def test_a_consent_that_ended_ended_when_it_did():
    ended = replace(GRANTED, event=Event.REVOKED, at=GRANTED.starts + timedelta(days=1))
    period = receipt(ended)[RECORD]["dct:temporal"]
    assert period["dcat:endDate"] == "2026-03-03T09:00:00.125Z"
    open_ended = receipt(replace(GRANTED, ends=None))[RECORD]["dct:temporal"]
    assert "dcat:endDate" not in open_ended


def test_who_takes_its_place_is_named():
    written = receipt(replace(GRANTED, event=Event.REPLACED, replaced_by="gra_2"))
    assert found(written, f"{RECORD} dct:isReplacedBy") == [
        "https://milieu.example/oauth/grants/gra_2"
    ]


@pytest.mark.parametrize(
    ("length", "written"),
    [
        (timedelta(hours=1), "PT1H"),
        (timedelta(minutes=90), "PT1H30M"),
        (timedelta(days=30), "P30D"),
        (timedelta(days=1, seconds=5), "P1DT5S"),
    ],
)
def test_a_length_of_time_is_written_after_iso_8601(length, written):
    assert span(length)["rdf:value"] == {"@value": written, "@type": "xsd:duration"}


@given(st.timedeltas(timedelta(seconds=1), timedelta(days=4000)))
def test_any_length_of_time_is_read_back_as_it_was(length):
    value = Literal(span(length)["rdf:value"]["@value"], datatype=XSD.duration).toPython()
    whole = timedelta(seconds=int(length.total_seconds()))
    assert GRANTED.at + value == GRANTED.at.astimezone(UTC) + whole
