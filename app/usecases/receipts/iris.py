"""How a receipt names things: under the issuer, and each receipt its own parts."""

from urllib.parse import quote

from app.usecases.receipts.facts import ConsentFacts
from context.section import Section


def grant_iri(facts: ConsentFacts, grant_id: str) -> str:
    """Name a grant, by the address at which its client asks about it."""
    return f"{facts.operator.id}/oauth/grants/{quote(grant_id, safe='')}"


def receipt_iri(facts: ConsentFacts) -> str:
    """Name the receipt."""
    return f"{grant_iri(facts, facts.grant_id)}/receipts/{quote(facts.event_id, safe='')}"


def part_iri(facts: ConsentFacts, name: str) -> str:
    """Name a part of the receipt.

    No two receipts share a part, so that several read together say nothing that none of them says.
    """
    return f"{receipt_iri(facts)}#{name}"


def section_iri(section: Section, issuer: str) -> str:
    """Name a section of a deployment."""
    return f"{issuer}/sections#{section.value}"
