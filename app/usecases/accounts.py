"""What is sealed of a linked account: whose it is, its presence, and the provider's tokens."""

from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from app.connectors.catalogue import Account
from app.connectors.presence import Presence
from app.store.connections import Connection
from app.store.secrets import Box, SealError, Vault
from oauth.link.provider import Tokens

Kind = TypeVar("Kind", Account, Presence, Tokens)
ACCOUNT = TypeAdapter(Account)
PRESENCE = TypeAdapter(Presence)
TOKENS = TypeAdapter(Tokens)


def account_index(vault: Vault, provider: str, instance: str, account: Account) -> str:
    """Return the blind index under which an account is found, whoever linked it.

    Most ids name an account at its server alone. A decentralized identifier (W3C DID) names it
    wherever it lives, so its server is left out: one that has moved is still the same. Who uploaded
    an archive stands in the server's place, and is not left out.
    """
    moves_with_her = account.id.startswith("did:") and "://" in instance
    place = "" if moves_with_her else instance
    return vault.blind_index("account", f"{provider}|{place}|{account.id}")


def account_place(connection_id: str) -> str:
    """Return the place to which a connection's account is sealed."""
    return f"connections.sealed_account:{connection_id}"


def tokens_place(connection_id: str) -> str:
    """Return the place to which a connection's tokens are sealed."""
    return f"connections.sealed_tokens:{connection_id}"


def presence_place(connection_id: str) -> str:
    """Return the place to which what a connection says of itself is sealed."""
    return f"connections.sealed_presence:{connection_id}"


def seal_account(box: Box, connection_id: str, account: Account) -> bytes:
    """Seal whose account a connection is to."""
    return box.seal(ACCOUNT.dump_json(account), account_place(connection_id))


def seal_tokens(box: Box, connection_id: str, tokens: Tokens | None) -> bytes:
    """Seal what the provider issued for a connection; empty if that is nothing."""
    if tokens is None:
        return b""
    return box.seal(TOKENS.dump_json(tokens), tokens_place(connection_id))


def seal_presence(box: Box, connection_id: str, presence: Presence) -> bytes:
    """Seal what a connection says of itself."""
    return box.seal(PRESENCE.dump_json(presence), presence_place(connection_id))


def open_account(box: Box, connection: Connection) -> Account:
    """Return whose account a connection is to.

    Raises:
        SealError: It was sealed for another customer or connection, or by another version.
    """
    place = account_place(connection.id)
    return _read(ACCOUNT, box.open(connection.sealed_account, place), place)


def open_tokens(box: Box, connection: Connection) -> Tokens | None:
    """Return the provider's tokens for a connection; None if it issued none.

    Raises:
        SealError: They were sealed for another customer or connection, or by another version.
    """
    if not connection.sealed_tokens:
        return None
    place = tokens_place(connection.id)
    return _read(TOKENS, box.open(connection.sealed_tokens, place), place)


def open_presence(box: Box, connection_id: str, sealed: bytes | None) -> Presence:
    """Return what a connection says of itself; nothing if that is not known, or does not open.

    Whatever is lost here is read again at the next refresh.
    """
    place = presence_place(connection_id)
    try:
        return _read(PRESENCE, box.open(sealed, place), place) if sealed else Presence()
    except SealError:
        return Presence()


def _read(kind: TypeAdapter[Kind], opened: bytes, place: str) -> Kind:
    try:
        return kind.validate_json(opened)
    except ValidationError:  # the cause would carry what was sealed
        raise SealError(f"The value at {place} is of another version.") from None
