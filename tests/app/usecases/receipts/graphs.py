"""Receipts read by processors of JSON-LD that we did not write."""

import csv
import json
from pathlib import Path
from typing import Any

from pyld import jsonld
from rdflib import Graph, URIRef

TERMS = {
    row["term"]: row["kind"]
    for row in csv.DictReader(Path(__file__).with_name("terms.csv").read_text().splitlines())
}
"""Terms that exist, by what they are for, each looked up in the file named beside it: of version
2.3 of DPV (github.com/w3c/dpv, folder 2.3), or of DCAT-AP, whose checksums are those of SPDX."""

PREFIXES = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "loc": "https://w3id.org/dpv/loc#",
    "spdx": "http://spdx.org/rdf/terms#",
}


def _fetch_nothing(url: str, _options: object) -> dict[str, Any]:
    raise AssertionError(f"A receipt is read without fetching {url}.")


OPTIONS = {"documentLoader": _fetch_nothing}


def expanded(receipt: dict[str, Any]) -> list[dict[str, Any]]:
    """The receipt without its context, as PyLD reads it."""
    return jsonld.expand(receipt, OPTIONS)


def graph(receipt: dict[str, Any]) -> Graph:
    """The receipt as RDF, as PyLD reads it."""
    quads = jsonld.to_rdf(receipt, OPTIONS | {"format": "application/n-quads"})
    return Graph().parse(data=quads, format="nt")


def second_graph(receipt: dict[str, Any]) -> Graph:
    """The receipt as RDF, as rdflib reads it."""
    return Graph().parse(data=json.dumps(receipt), format="json-ld")


def iri(term: str) -> URIRef:
    prefix, _, name = term.partition(":")
    return URIRef(PREFIXES[prefix] + name)
