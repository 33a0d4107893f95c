"""What accounts say of themselves by labels (https://atproto.com/specs/label#self-labels).

Labels that others put on an account are their opinion, and not looked at.
"""

from collections.abc import Mapping
from typing import Any

# The account asks not to be shown to whoever is not signed in: what a machine that reads for
# others is, whomever it signs in for.
OPTED_OUT = "!no-unauthenticated"
AUTOMATED = "bot"


def has_opted_out(author: Mapping[str, Any]) -> bool:
    """Tell whether an account asks not to be read."""
    return OPTED_OUT in _own(author)


def is_automated(author: Mapping[str, Any]) -> bool:
    """Tell whether an account says to be a robot's."""
    return AUTOMATED in _own(author)


def _own(author: Mapping[str, Any]) -> set[str]:
    labels = author.get("labels")
    return {
        label["val"]
        for label in (labels if isinstance(labels, list) else [])
        if isinstance(label, dict)
        and isinstance(label.get("val"), str)
        and label.get("src") == author.get("did")
        and label.get("neg") is not True
    }
