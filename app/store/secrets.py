"""Encryption at rest: what is hers is sealed under her own data key.

A data key is 256 random bits, kept wrapped under the master key in `data_keys`, a table that
long-lived backups leave out: with the row gone, everything of hers is unreadable, in old backups
too. AES-256-GCM (NIST SP 800-38D); associated data bind a value to its owner, table row and
column, so that a value copied elsewhere does not open. Subkeys by HKDF (RFC 5869).
"""

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
KEY_BYTES = 32


class SealError(Exception):
    """A sealed value does not open: another key, another place, or altered bytes."""


class Box:
    """Seals and opens values under one key.

    Args:
        key: 32 bytes.
        owner: Whose values these are; part of the associated data.
    """

    def __init__(self, key: bytes, owner: str) -> None:
        self._cipher = AESGCM(key)
        self._owner = owner

    def seal(self, value: bytes, place: str) -> bytes:
        """Encrypt `value` for `place`, such as `connections.access_token:con_…`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, value, self._bound(place))

    def open(self, sealed: bytes, place: str) -> bytes:
        """Decrypt what was sealed for the same owner and place.

        Raises:
            SealError: It was not, or it was altered.
        """
        try:
            return self._cipher.decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._bound(place)
            )
        except InvalidTag as error:
            raise SealError(f"The value at {place} does not open.") from error

    def _bound(self, place: str) -> bytes:
        return f"{self._owner}|{place}".encode()


class Vault:
    """The master key's uses: wrapping data keys, blind indexes, derived secrets.

    Args:
        master_key: 32 random bytes; see `milieu key create`.
    """

    def __init__(self, master_key: bytes) -> None:
        self._wrapping = _subkey(master_key, b"milieu data key wrapping")
        self._indexing = _subkey(master_key, b"milieu blind index")
        self._deriving = _subkey(master_key, b"milieu derived secrets")
        self.key_id = _subkey(master_key, b"milieu master key id").hex()[:16]
        """Names the master key, and says nothing of it."""
        self.service = Box(_subkey(master_key, b"milieu service secrets"), "service")

    def new_data_key(self, customer_id: str) -> bytes:
        """Make a customer's data key, wrapped for storage."""
        return Box(self._wrapping, customer_id).seal(secrets.token_bytes(KEY_BYTES), "data_keys")

    def box(self, customer_id: str, wrapped_data_key: bytes) -> Box:
        """Open a customer's box.

        Raises:
            SealError: The data key is another customer's, or the master key another one.
        """
        data_key = Box(self._wrapping, customer_id).open(wrapped_data_key, "data_keys")
        return Box(data_key, customer_id)

    def blind_index(self, kind: str, value: str) -> str:
        """Return the keyed index under which a value can be found but not read (HMAC-SHA-256)."""
        return hmac.new(self._indexing, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()

    def derive(self, purpose: str, value: str) -> bytes:
        """Derive 32 bytes that only this deployment can derive from `value` (HMAC-SHA-256)."""
        return hmac.digest(self._deriving, f"{purpose}\0{value}".encode(), "sha256")


def _subkey(master_key: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=purpose).derive(master_key)
