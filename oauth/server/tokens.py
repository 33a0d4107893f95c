"""Tokens: opaque, kept only as hashes, never alive longer than the grant they stand on."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from oauth.server.scopes import LOOKUP_SCOPE, scope_of
from oauth.server.stores import GrantRecord, Stores, TokenKind, TokenRecord

ACCESS_TOKEN_LIFETIME = timedelta(minutes=10)

TokenAnswer = dict[str, Any]
"""The members of a token response (RFC 6749, section 5.1)."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """How the host makes secrets.

    Args:
        new: Makes a random secret after a prefix.
        digest: Hashes a secret for storage and look-up.
        derive: Returns 32 bytes that only this deployment can derive from a purpose and a value.
        access_prefix: Of access tokens.
        refresh_prefix: Of refresh tokens.
    """

    new: Callable[[str], str]
    digest: Callable[[str], str]
    derive: Callable[[str, str], bytes]
    access_prefix: str
    refresh_prefix: str


class TokenIssuer:
    """Makes tokens and keeps them, in one step, so that none is handed out that is not kept.

    Args:
        secrets: How secrets are made.
        stores: Where the hashes are kept.
        now: The present.
    """

    def __init__(self, secrets: Secrets, stores: Stores, now: datetime) -> None:
        self._secrets = secrets
        self._stores = stores
        self._now = now

    def first(self, grant: GrantRecord, family: str) -> TokenAnswer:
        """Issue the first pair under a grant; its scope is the grant's and nothing else's."""
        scope = scope_of(grant.sections)
        refresh = self._secrets.new(self._secrets.refresh_prefix)
        access = self._secrets.new(self._secrets.access_prefix)
        self._keep_refresh(refresh, grant, family, scope)
        kept = self._keep_access(access, grant.client_id, grant, family, scope)
        return self._answer(access, kept, refresh)

    def successor(
        self, presented: str, old: TokenRecord, grant: GrantRecord, scope: str, *, is_new: bool
    ) -> TokenAnswer:
        """Issue what follows a refresh token: the same each time for the same token and scope.

        Both values are derived from the presented token, so that an honest retry can be given
        them again although only hashes are kept.

        Args:
            presented: The refresh token itself.
            old: What is kept of it.
            grant: The grant it stands on.
            scope: For the access token; the refresh token keeps the scope it had.
            is_new: Whether this is the first time, and not a retry.
        """
        refresh = self._refresh_after(presented)
        access = self._derived(self._secrets.access_prefix, f"{presented} {scope}")
        if is_new:
            self._keep_refresh(refresh, grant, old.family, old.scope)
        kept = self._stores.hold_token(self._secrets.digest(access))
        if kept is None:
            kept = self._keep_access(access, grant.client_id, grant, old.family, scope)
        return self._answer(access, kept, refresh)

    def successor_hash(self, presented: str) -> str:
        """Return the hash of the refresh token that follows a presented one, issued or not."""
        return self._secrets.digest(self._refresh_after(presented))

    def lookup(self, client_id: str) -> TokenAnswer:
        """Issue a token with which a client may look up customers who granted it something."""
        access = self._secrets.new(self._secrets.access_prefix)
        family = self._secrets.digest(access)
        return self._answer(
            access, self._keep_access(access, client_id, None, family, LOOKUP_SCOPE)
        )

    def _refresh_after(self, presented: str) -> str:
        return self._derived(self._secrets.refresh_prefix, presented)

    def _derived(self, prefix: str, value: str) -> str:
        raw = self._secrets.derive(f"oauth {prefix}", value)
        return prefix + base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")

    def _keep_refresh(self, token: str, grant: GrantRecord, family: str, scope: str) -> None:
        self._stores.add_token(
            TokenRecord(
                self._secrets.digest(token),
                TokenKind.REFRESH,
                grant.client_id,
                grant.id,
                family,
                scope,
                issued_at=self._now,
                expires_at=grant.expires_at,
            )
        )

    def _keep_access(
        self, token: str, client_id: str, grant: GrantRecord | None, family: str, scope: str
    ) -> TokenRecord:
        ends = self._now + ACCESS_TOKEN_LIFETIME
        if grant is not None and grant.expires_at is not None:
            ends = min(ends, grant.expires_at)
        record = TokenRecord(
            self._secrets.digest(token),
            TokenKind.ACCESS,
            client_id,
            grant.id if grant else None,
            family,
            scope,
            issued_at=self._now,
            expires_at=ends,
        )
        self._stores.add_token(record)
        return record

    def _answer(self, access: str, kept: TokenRecord, refresh: str | None = None) -> TokenAnswer:
        left = (kept.expires_at or self._now) - self._now
        answer: TokenAnswer = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": max(0, int(left.total_seconds())),
            "scope": kept.scope,
        }
        return answer if refresh is None else answer | {"refresh_token": refresh}
