"""The authorization server's signing keys: made once, published, kept sealed."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.store.authorization import hold_signing_keys
from app.store.clients import SigningKey, signing_keys
from app.store.engine import Database
from app.store.secrets import Vault
from oauth.server.keys import jwks, new_signing_key


async def published_keys(database: Database, vault: Vault, now: datetime) -> dict[str, Any]:
    """Return the JWK Set of the public keys, making the first key when there is none.

    The first who asks makes it, whoever that is, and everybody else gets the same one.

    Args:
        database: Where the keys are kept.
        vault: Seals the private half.
        now: The present.
    """
    async with database.reading() as session:
        keys = await signing_keys(session)
    if not keys:
        keys = await _first_keys(database, vault, now)
    return jwks(key.public_jwk for key in keys)


def private_place(kid: str) -> str:
    """Name the place a private key is sealed for."""
    return f"signing_keys.sealed_private_jwk:{kid}"


async def _first_keys(database: Database, vault: Vault, now: datetime) -> Sequence[SigningKey]:
    async with database.writing() as session:
        await hold_signing_keys(session)
        # Another process may have made one since we looked.
        made = await signing_keys(session)
        if made:
            return made
        key = _new_key(vault, now)
        session.add(key)
    return [key]


def _new_key(vault: Vault, now: datetime) -> SigningKey:
    pair = new_signing_key()
    private = json.dumps(pair.private_jwk).encode()
    return SigningKey(
        kid=pair.kid,
        public_jwk=pair.public_jwk,
        sealed_private_jwk=vault.service.seal(private, private_place(pair.kid)),
        created_at=now,
    )
