"""Identifiers as people write them, and the one form in which they are compared."""

import re

from app.errors import Invalid

MAX_EMAIL_LENGTH = 254
"""Longest address SMTP can carry (RFC 5321, section 4.5.3.1.3, as RFC 3696 erratum 1690 reads)."""

# Plain addresses alone: comments, quoting and encoded words would name another mailbox to a mail
# server than to us. That the mail arrives is the proof, not the pattern.
_EMAIL = re.compile(r"[a-z0-9!#$%&'*+/^_`{|}~.-]+@[a-z0-9-]+(\.[a-z0-9-]+)*", re.ASCII)


def openid_value(issuer: str, subject: str) -> str:
    """Return the one form of who an OpenID provider says she is; no issuer has a space in it."""
    return f"{issuer} {subject}"


def issuer_of(value: str) -> str:
    """Return the issuer in what `openid_value` made."""
    return value.partition(" ")[0]


def normal_email(text: str) -> str:
    """Return an e-mail address trimmed and in lower case.

    Raises:
        Invalid: It cannot be an address.
    """
    address = text.strip().lower()
    if len(address) > MAX_EMAIL_LENGTH or not _EMAIL.fullmatch(address):
        raise Invalid(
            "That does not look like an e-mail address; write it like you@example.org.",
            code="invalid_email",
        )
    return address
