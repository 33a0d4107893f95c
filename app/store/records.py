"""Records of the protocol logic, made of rows as drivers give them."""

import json
from functools import lru_cache

from app.store.authorization_statements import CLIENT_COLUMNS, TOKEN_COLUMNS
from app.store.statements import Row
from oauth.server.stores import (
    ClientRecord,
    CodeRecord,
    GrantRecord,
    Profile,
    Standing,
    TokenKind,
    TokenRecord,
)

_KINDS = {kind.value: kind for kind in TokenKind}
_PROFILES = {profile.value: profile for profile in Profile}
_CLIENT_WIDTH, _TOKEN_WIDTH = len(CLIENT_COLUMNS), len(TOKEN_COLUMNS)
NO_LENS = "{}"
# Where they stand in a row of a token, and in one of a code.
_KIND, _AUDIENCE, _CODE_AUDIENCE = 1, 10, 9


@lru_cache(maxsize=1024)
def client_record(
    found: str,
    kept_secret_hash: str | None,
    redirect_uris: str,
    purposes: str,
    sections: str,
    jwks: str | None,
    profile: str,
    algorithm: str,
    lens: str,
) -> ClientRecord:
    """Make the record that a client's columns say; whoever changes a client changes them."""
    return ClientRecord(
        found,
        kept_secret_hash,
        _names(redirect_uris),
        _names(purposes),
        _names(sections),
        None if jwks is None else json.loads(jwks),
        _PROFILES[profile],
        algorithm,
        json.loads(lens),
    )


def grant_record(row: Row) -> GrantRecord:
    """Make the record of a grant's columns."""
    grant_id, client_id, sections, expires_at, purpose, subject, signs_in, single, lens = row
    return GrantRecord(
        grant_id,
        client_id,
        _names(sections),
        expires_at,
        purpose,
        subject,
        bool(signs_in),
        bool(single),
        {} if lens == NO_LENS else json.loads(lens),
    )


def standing(row: Row) -> Standing:
    """Make the record of a token's columns, its grant's, and whether that is active."""
    grant = grant_record(row[_TOKEN_WIDTH:-1]) if row[-1] else None
    return Standing(token_record(row[:_TOKEN_WIDTH]), grant)


def client_and_standing(row: Row) -> tuple[ClientRecord, Standing | None]:
    """Make the records of a client's columns and of a token that may be missing."""
    of_token = row[_CLIENT_WIDTH:]
    return client_record(*row[:_CLIENT_WIDTH]), standing(of_token) if of_token[0] else None


def token_record(row: Row) -> TokenRecord:
    """Make the record of a token's columns."""
    row[_KIND] = _KINDS[row[_KIND]]
    row[_AUDIENCE] = tuple(row[_AUDIENCE].split())
    return TokenRecord(*row)


def code_record(row: Row) -> CodeRecord:
    """Make the record of a code's columns."""
    row[_CODE_AUDIENCE] = tuple(row[_CODE_AUDIENCE].split())
    return CodeRecord(*row)


@lru_cache(maxsize=1024)
def _names(text: str) -> tuple[str, ...]:
    """Read a JSON list of names; there are few different ones, and each is read once."""
    return tuple(json.loads(text))
