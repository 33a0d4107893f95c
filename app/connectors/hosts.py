"""Whether a host is known by a name that everybody can look up."""

import re

_LABEL = re.compile("[a-z0-9_-]+")


def is_number(host: str) -> bool:
    """Tell whether a host is an IP address, or would be one to some parser.

    What ends in a number is an IPv4 address to some parsers (WHATWG URL, section 3.5).
    """
    last = host.rpartition(".")[2]
    return ":" in host or last.isdigit() or last.startswith("0x")


def is_public_name(host: str) -> bool:
    """Tell whether a host, in lower case, is written as a name of the public internet."""
    labels = host.split(".")
    return len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)
