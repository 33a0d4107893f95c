"""Tokens: opaque, kept only as hashes, never alive longer than the grant they stand on."""

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from oauth.server import details, dpop
from oauth.server.scopes import covered, sections_of
from oauth.server.stores import CodeRecord, GrantRecord, Stores, TokenKind, TokenRecord

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
        seal: Encrypts a value under the deployment's key, for the place where it is kept.
        unseal: Decrypts what was sealed for the same place.
    """

    new: Callable[[str], str]
    digest: Callable[[str], str]
    derive: Callable[[str, str], bytes]
    access_prefix: str
    refresh_prefix: str
    seal: Callable[[bytes, str], bytes]
    unseal: Callable[[bytes, str], bytes]


class TokenIssuer:
    """Makes tokens and keeps them, in one step, so that none is handed out that is not kept.

    Args:
        secrets: How secrets are made.
        stores: Where the hashes are kept.
        now: The present.
        jkt: Thumbprint of the key the client proved to have; tokens are bound to it.
    """

    def __init__(self, secrets: Secrets, stores: Stores, now: datetime, jkt: str | None) -> None:
        self._secrets = secrets
        self._stores = stores
        self._now = now
        self._jkt = jkt

    def first(self, grant: GrantRecord, code: CodeRecord, audience: tuple[str, ...]) -> TokenAnswer:
        """Issue the first tokens under a grant: what was asked for, as far as she gave it.

        Args:
            grant: What she gave.
            code: What was asked for; its hash names the family.
            audience: The resources the access token is for.
        """
        scope = covered(grant.scope, code.scope)
        access = self._secrets.new(self._secrets.access_prefix)
        kept = self._keep(
            access, TokenKind.ACCESS, grant.client_id, grant, code.code_hash, scope, audience
        )
        if grant.is_single_call:
            return self._answer(access, kept, grant)
        refresh = self._secrets.new(self._secrets.refresh_prefix)
        self._keep(
            refresh,
            TokenKind.REFRESH,
            grant.client_id,
            grant,
            code.code_hash,
            scope,
            code.audience,
        )
        return self._answer(access, kept, grant, refresh)

    def successor(
        self,
        presented: str,
        old: TokenRecord,
        grant: GrantRecord,
        scope: str,
        audience: tuple[str, ...],
        *,
        is_new: bool,
    ) -> TokenAnswer:
        """Issue what follows a refresh token: the same each time for the same token and request.

        Both values are derived from the presented token, so that an honest retry can be given
        them again although only hashes are kept.

        Args:
            presented: The refresh token itself.
            old: What is kept of it.
            grant: The grant it stands on.
            scope: For the access token; the refresh token keeps the scope it had.
            audience: For the access token; the refresh token keeps its own.
            is_new: Whether this is the first time, and not a retry.
        """
        refresh = self._refresh_after(presented)
        if is_new:
            self._keep(
                refresh,
                TokenKind.REFRESH,
                grant.client_id,
                grant,
                old.family,
                old.scope,
                old.audience,
            )
        asked = " ".join([presented, scope, *audience, self._jkt or ""])
        access = self._derived(self._secrets.access_prefix, asked)
        # Nobody was given it before the token it follows was used for the first time.
        found = None if is_new else self._stores.hold_token(self._secrets.digest(access))
        kept = found or self._keep(
            access, TokenKind.ACCESS, grant.client_id, grant, old.family, scope, audience
        )
        return self._answer(access, kept, grant, refresh)

    def again(
        self,
        presented: str,
        old: TokenRecord,
        grant: GrantRecord,
        scope: str,
        audience: tuple[str, ...],
    ) -> TokenAnswer:
        """Issue an access token, and leave the refresh token as it is.

        For clients whose refresh tokens nobody else could use (FAPI 2.0, section 5.3.2.1).
        """
        access = self._secrets.new(self._secrets.access_prefix)
        kept = self._keep(
            access, TokenKind.ACCESS, grant.client_id, grant, old.family, scope, audience
        )
        return self._answer(access, kept, grant, presented)

    def successor_hash(self, presented: str) -> str:
        """Return the hash of the refresh token that follows a presented one, issued or not."""
        return self._secrets.digest(self._refresh_after(presented))

    def own(self, client_id: str, scope: str, audience: tuple[str, ...]) -> TokenAnswer:
        """Issue a token of the client by itself."""
        access = self._secrets.new(self._secrets.access_prefix)
        family = self._secrets.digest(access)
        kept = self._keep(access, TokenKind.ACCESS, client_id, None, family, scope, audience)
        return self._answer(access, kept)

    def _refresh_after(self, presented: str) -> str:
        return self._derived(self._secrets.refresh_prefix, presented)

    def _derived(self, prefix: str, value: str) -> str:
        raw = self._secrets.derive(f"oauth {prefix}", value)
        return prefix + base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")

    def _keep(
        self,
        token: str,
        kind: TokenKind,
        client_id: str,
        grant: GrantRecord | None,
        family: str,
        scope: str,
        audience: tuple[str, ...],
    ) -> TokenRecord:
        ends = None if grant is None else grant.expires_at
        if kind is TokenKind.ACCESS:
            soon = self._now + ACCESS_TOKEN_LIFETIME
            ends = soon if ends is None else min(ends, soon)
        record = TokenRecord(
            self._secrets.digest(token),
            kind,
            client_id,
            grant.id if grant else None,
            family,
            scope,
            issued_at=self._now,
            expires_at=ends,
            audience=audience,
            jkt=self._jkt,
        )
        self._stores.add_token(record)
        return record

    def _answer(
        self,
        access: str,
        kept: TokenRecord,
        grant: GrantRecord | None = None,
        refresh: str | None = None,
    ) -> TokenAnswer:
        left = (kept.expires_at or self._now) - self._now
        answer: TokenAnswer = {
            "access_token": access,
            "token_type": "Bearer" if kept.jkt is None else dpop.SCHEME,
            "expires_in": max(0, int(left.total_seconds())),
            "scope": kept.scope,
        }
        if refresh is not None:
            answer["refresh_token"] = refresh
        if grant is not None:
            answer["grant_id"] = grant.id
            answer["authorization_details"] = granted_details(kept, grant)
        return answer


def granted_details(token: TokenRecord, grant: GrantRecord) -> list[dict[str, Any]]:
    """Say in rich terms what a token opens (RFC 9396, section 7); empty if it opens no section.

    Args:
        token: The token.
        grant: The grant it stands on.
    """
    return details_of(grant, sections_of(token.scope))


def details_of(grant: GrantRecord, sections: Iterable[str]) -> list[dict[str, Any]]:
    """Say in rich terms what a grant gives, as far as these sections go; empty if that is none.

    Args:
        grant: The grant.
        sections: Sections, of which those count that she gave.
    """
    given = [section for section in sections if section in grant.sections]
    if not given:
        return []
    found: dict[str, Any] = {"type": details.TYPE, "purpose": grant.purpose, "sections": given}
    if grant.is_single_call:
        found["duration"] = details.SINGLE_CALL
    if grant.lens:
        found["lens"] = {role: list(terms) for role, terms in grant.lens.items()}
    return [found]
