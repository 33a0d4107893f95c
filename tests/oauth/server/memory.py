"""Stores in memory: the protocol logic alone, fast enough for thousands of examples."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from oauth.server.stores import (
    ClientRecord,
    CodeRecord,
    GrantRecord,
    PushedRecord,
    Standing,
    TokenRecord,
)


@dataclass
class MemoryStores:
    """Implements `oauth.server.stores.Stores`; revoking a grant is removing it."""

    clients: dict[str, ClientRecord] = field(default_factory=dict)
    grants: dict[str, GrantRecord] = field(default_factory=dict)
    codes: dict[str, CodeRecord] = field(default_factory=dict)
    tokens: dict[str, TokenRecord] = field(default_factory=dict)
    pushed: dict[str, PushedRecord] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def client(self, client_id: str) -> ClientRecord | None:
        return self.clients.get(client_id)

    def active_grant(self, grant_id: str, now: datetime) -> GrantRecord | None:
        grant = self.grants.get(grant_id)
        if grant is None or (grant.expires_at is not None and grant.expires_at <= now):
            return None
        return grant

    def add_pushed(self, pushed: PushedRecord) -> None:
        self.pushed[pushed.uri_hash] = pushed

    def take_pushed(self, uri_hash: str) -> PushedRecord | None:
        return self.pushed.pop(uri_hash, None)

    def is_first_use(self, once: str, until: datetime) -> bool:
        is_first = once not in self.used
        self.used.add(once)
        return is_first

    def hold_code(self, code_hash: str) -> CodeRecord | None:
        return self.codes.get(code_hash)

    def add_code(self, code: CodeRecord) -> None:
        self.codes[code.code_hash] = code

    def consume_code(self, code_hash: str, now: datetime) -> bool:
        code = self.codes[code_hash]
        self.codes[code_hash] = replace(code, consumed_at=code.consumed_at or now)
        return code.consumed_at is None

    def token(self, token_hash: str, now: datetime) -> Standing | None:
        token = self.tokens.get(token_hash)
        if token is None or token.client_id not in self.clients:
            return None
        grant = None if token.grant_id is None else self.active_grant(token.grant_id, now)
        return Standing(token, grant)

    def client_and_token(
        self, client_id: str, token_hash: str, now: datetime
    ) -> tuple[ClientRecord | None, Standing | None]:
        client, found = self.client(client_id), self.token(token_hash, now)
        is_its = client is not None and found is not None and found.token.client_id == client.id
        return client, found if is_its else None

    def hold_token(self, token_hash: str) -> TokenRecord | None:
        return self.tokens.get(token_hash)

    def hold_standing(self, token_hash: str, now: datetime) -> Standing | None:
        return self.token(token_hash, now)

    def add_token(self, token: TokenRecord) -> None:
        assert token.token_hash not in self.tokens
        self.tokens[token.token_hash] = token

    def rotate_token(self, token_hash: str, now: datetime) -> bool:
        token = self.tokens[token_hash]
        self.tokens[token_hash] = replace(token, rotated_at=token.rotated_at or now)
        return token.rotated_at is None

    def revoke_token(self, token_hash: str, now: datetime) -> None:
        token = self.tokens[token_hash]
        self.tokens[token_hash] = replace(token, revoked_at=token.revoked_at or now)

    def revoke_family(self, family: str, now: datetime) -> None:
        for token in list(self.tokens.values()):
            if token.family == family:
                self.revoke_token(token.token_hash, now)
