"""Purposes a client may ask for: a short closed list of the Data Privacy Vocabulary's terms.

The terms are W3C DPV's (https://w3id.org/dpv, "Purposes"); the labels are ours, in the words that
a customer reads on the consent page. Marketing is a purpose of its own, never part of another.
"""

from types import MappingProxyType

PURPOSES = MappingProxyType(
    {
        "dpv:CustomerCare": "to help you when you contact them",
        "dpv:CommunicationForCustomerCare": "to answer your messages and calls",
        "dpv:CustomerClaimsManagement": "to handle a complaint or a claim of yours",
        "dpv:CustomerRelationshipManagement": "to look after their relationship with you",
        "dpv:ServicePersonalisation": "to fit their service to you",
        "dpv:ImproveExistingProductsAndServices": "to improve what they offer",
        "dpv:Marketing": "to show you offers and advertising",
    }
)
"""Term to plain-language label, to be read after "They want your context …"."""

MARKETING = frozenset({"dpv:Marketing"})
"""Purposes that a browser's Global Privacy Control speaks against."""


def label_of(purpose: str) -> str:
    """Return a purpose's label; a term that is no longer in the list stands for itself."""
    return PURPOSES.get(purpose, purpose)
