"""Identifiers and secrets, each with the prefix that says what it is.

Ids are UUIDv7 (RFC 9562, section 5.7): they sort by time and say nothing else. Secrets carry 256
bits and a prefix that secret scanners can look for.
"""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

ACCESS_TOKEN = "mil_at_"  # noqa: S105 - a prefix, not a token
REFRESH_TOKEN = "mil_rt_"  # noqa: S105 - a prefix, not a token
CLIENT_SECRET = "mil_cs_"  # noqa: S105 - a prefix, not a secret
SIGN_IN_TOKEN = "mil_si_"  # noqa: S105 - a prefix, not a token


def uuid7(now: datetime) -> UUID:
    """Make a UUIDv7 for `now`: 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = int(now.timestamp() * 1000)
    value = (milliseconds & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return UUID(int=value)


def new_id(prefix: str, now: datetime) -> str:
    """Make an id such as `cus_0193…` from a noun's three-letter prefix."""
    return f"{prefix}_{uuid7(now).hex}"


def new_secret(prefix: str = "") -> str:
    """Make a secret of 256 random bits, in URL-safe characters after its prefix."""
    return prefix + secrets.token_urlsafe(32)


def secret_hash(secret: str) -> str:
    """Hash a high-entropy secret for storage and look-up (SHA-256, hexadecimal).

    A slow password hash would add nothing here: 256 random bits cannot be guessed.
    Unpaired surrogates, which no secret of ours has, are hashed rather than refused.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
