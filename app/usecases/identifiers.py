"""Identifiers: the one form in which they are compared, and those of a customer in clear."""

import re
from urllib.parse import urlsplit

from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import Invalid
from app.store.customers import Identifier, IdentifierType, identifiers_of
from app.store.secrets import Box, SealError

MAX_EMAIL_LENGTH = 254
"""Longest address SMTP can carry (RFC 5321, section 4.5.3.1.3, as RFC 3696 erratum 1690 reads)."""

UNREADABLE_NAME = "a way to sign in that cannot be read"
"""Of one that does not open, as after a database was put back in part."""

# Plain addresses alone: comments, quoting and encoded words would name another mailbox to a mail
# server than to us. That the mail arrives is the proof, not the pattern.
_EMAIL = re.compile(r"[a-z0-9!#$%&'*+/^_`{|}~.-]+@[a-z0-9-]+(\.[a-z0-9-]+)*", re.ASCII)


def openid_value(issuer: str, subject: str) -> str:
    """Return the one form of who an OpenID provider says she is; no issuer has a space in it."""
    return f"{issuer} {subject}"


def issuer_of(value: str) -> str:
    """Return the issuer in what `openid_value` made."""
    return value.partition(" ")[0]


def account_name(value: str) -> str:
    """Return what an account at a provider is called in mails and lists: by the provider's host."""
    return f"an account at {urlsplit(issuer_of(value)).hostname}"


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


def identifier_value(box: Box, identifier: Identifier) -> str:
    """Open an identifier.

    Raises:
        SealError: It was sealed for another customer or row.
    """
    return box.open(identifier.sealed_value, identifier_place(identifier.id)).decode()


async def addresses_of(session: AsyncSession, box: Box, customer_id: str) -> dict[str, str]:
    """Return the e-mail addresses a customer signs in with by identifier, her first one first.

    One that cannot be read is left out; it hides none of the others.

    Args:
        session: A transaction.
        box: Hers.
        customer_id: Whose.
    """
    addresses = {}
    for identifier in await identifiers_of(session, customer_id):
        value = _readable(box, identifier)
        if identifier.type == IdentifierType.EMAIL and value is not None:
            addresses[identifier.id] = value
    return addresses


async def names_of(session: AsyncSession, box: Box, customer_id: str) -> dict[str, str]:
    """Return what a customer signs in with, by identifier: addresses, and hosts of providers.

    Args:
        session: A transaction.
        box: Hers.
        customer_id: Whose.
    """
    named = {}
    for identifier in await identifiers_of(session, customer_id):
        value = _readable(box, identifier)
        if value is None:
            named[identifier.id] = UNREADABLE_NAME
            continue
        is_email = identifier.type == IdentifierType.EMAIL
        named[identifier.id] = value if is_email else account_name(value)
    return named


def _readable(box: Box, identifier: Identifier) -> str | None:
    try:
        return identifier_value(box, identifier)
    except SealError:
        return None
