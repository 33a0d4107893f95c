"""Identifiers: the one form in which they are compared, and those of a customer in clear."""

import re

from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import Invalid
from app.store.customers import IdentifierType, identifiers_of
from app.store.secrets import Box

MAX_EMAIL_LENGTH = 254
"""Longest address SMTP can carry (RFC 5321, section 4.5.3.1.3, as RFC 3696 erratum 1690 reads)."""

# Plain addresses alone: comments, quoting and encoded words would name another mailbox to a mail
# server than to us. That the mail arrives is the proof, not the pattern.
_EMAIL = re.compile(r"[a-z0-9!#$%&'*+/^_`{|}~.-]+@[a-z0-9-]+(\.[a-z0-9-]+)*", re.ASCII)


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


def identifier_place(identifier_id: str) -> str:
    """Return the place to which an identifier is sealed."""
    return f"identifiers.sealed_value:{identifier_id}"


async def addresses_of(session: AsyncSession, box: Box, customer_id: str) -> dict[str, str]:
    """Return the e-mail addresses a customer signs in with by identifier, her first one first.

    Args:
        session: A transaction.
        box: Hers.
        customer_id: Whose.
    """
    return {
        identifier.id: box.open(identifier.sealed_value, identifier_place(identifier.id)).decode()
        for identifier in await identifiers_of(session, customer_id)
        if identifier.type == IdentifierType.EMAIL
    }
