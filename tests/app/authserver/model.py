"""The authorization server in small: what follows from each request, and nothing of how.

Every method takes what the server answered and returns what it should have: `OK`, or an error. Of
a right answer it learns the values it could not know: ids, codes, tokens. Copies are cheap, so
that requests that were sent at once can be tried in every order.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from app.ids import secret_hash
from tests.app.authserver.records import Answer, Ask, Call, Client, Code, Grant, Token

OK = "ok"
INVALID_GRANT = "invalid_grant"
CODE_LIFE = timedelta(seconds=60)
PUSHED_LIFE = timedelta(seconds=60)
ASKED_LIFE = timedelta(minutes=10)
ACCESS_LIFE = timedelta(minutes=10)
IMPATIENT = timedelta(seconds=2)
RETRY = timedelta(seconds=30)
YEAR = timedelta(days=365)


@dataclass
class Model:
    """All that counts; its values are frozen, so that copying is copying five dictionaries."""

    now: datetime
    pushed: dict[str, tuple[Client, Ask, datetime]] = field(default_factory=dict)
    asked: dict[str, tuple[Client, Ask, datetime]] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)

    def copy(self) -> "Model":
        tables = (self.pushed, self.asked, self.grants, self.codes, self.tokens)
        return Model(self.now, *(dict(table) for table in tables))

    # A client asks, directly or by pushing first.

    def push(self, answer: Answer, client: Client, ask: Ask) -> str:
        if not self._may_ask(client, ask):
            return "invalid_grant_id"
        if answer.result == OK:
            self.pushed[answer.said["request_uri"]] = (client, ask, self.now + PUSHED_LIFE)
        return OK

    def ask(self, answer: Answer, client: Client, ask: Ask) -> str:
        if not self._may_ask(client, ask):
            return "invalid_grant_id"
        return "invalid_request" if client.is_fapi else self._wait(answer, client, ask)

    def open(self, answer: Answer, client: Client, uri: str) -> str:
        owner, ask, ends = self.pushed.get(uri, (None, None, self.now))
        if owner != client or ask is None or ends <= self.now:
            return "page"
        del self.pushed[uri]
        return self._wait(answer, client, ask) if self._may_ask(client, ask) else "invalid_grant_id"

    # She decides.

    def approve(
        self,
        answer: Answer,
        who: str,
        request: str,
        ticked: frozenset[str],
        ends: datetime | None,
        *,
        is_single: bool,
    ) -> str:
        found = self.asked.get(request)
        if found is None or found[2] <= self.now:
            return "gone"
        client, ask, _ = found
        del self.asked[request]
        if not self._may_ask(client, ask):
            return "invalid_grant_id"
        scope = ticked | (ask.scope & {"openid"})
        grant = Grant(who, client.id, ask.purpose, scope, ends or self.now + YEAR, is_single)
        if ask.grant is None:
            self._end_like(grant)
        elif self.grants[ask.grant].who != who:
            return "invalid_grant_id"
        elif ask.action == "merge":
            before = self.grants[ask.grant]
            grant = replace(
                grant,
                scope=scope | before.scope - (ask.scope - {"openid"}),
                ends=min(grant.ends, before.ends),
                is_single=grant.is_single or before.is_single,
            )
        if answer.result == OK:
            grant_id = ask.grant or answer.said["grant_id"]
            self.grants[grant_id] = grant
            self._let_refresh_tokens_follow(grant_id)
            asked = grant.scope if ask.action == "merge" else ask.scope
            audience = audience_of(ask.scope)
            self.codes[answer.said["code"]] = Code(
                client.id, grant_id, asked, audience, ask.key, self.now
            )
        return OK

    def deny(self, _answer: Answer, who: str, request: str) -> str:
        del who
        found = self.asked.get(request)
        if found is None or found[2] <= self.now:
            return "gone"
        del self.asked[request]
        return "access_denied"

    def end(self, _answer: Answer, who: str, grant: str) -> str:
        found = self.grants[grant]
        if found.who != who or not self.lives(grant):
            return "gone"
        self.grants[grant] = replace(found, is_revoked=True)
        return OK

    # A client gets and gives back tokens.

    def redeem(
        self, answer: Answer, client: Client, code: str, key: int | None, *, verifies: bool
    ) -> str:
        if client.is_fapi and key is None:
            return "invalid_dpop_proof"
        found = self.codes[code]
        is_its = found.client == client.id and verifies
        if found.consumed is not None:
            if not is_its or self.now - found.consumed > IMPATIENT:
                self._revoke_family(code)
            return INVALID_GRANT
        is_late = self.now >= found.issued + CODE_LIFE
        if not is_its or is_late or found.key not in {None, key} or not self.lives(found.grant):
            return INVALID_GRANT
        self.codes[code] = replace(found, consumed=self.now)
        if answer.result == OK:
            grant = self.grants[found.grant]
            refresh = Token(
                is_refresh=True,
                client=client.id,
                grant=found.grant,
                family=code,
                scope=found.scope & grant.scope,
                audience=found.audience,
                key=key,
                ends=grant.ends,
            )
            self._issue(answer, self._access(refresh), refresh, is_single=grant.is_single)
        return OK

    def refresh(
        self,
        answer: Answer,
        client: Client,
        token: str,
        scope: frozenset[str] | None,
        key: int | None,
    ) -> str:
        if client.is_fapi and key is None:
            return "invalid_dpop_proof"
        found = self.tokens[token]
        if not self._may_refresh(client, found, key):
            return INVALID_GRANT
        given = found.scope & self.grants[found.grant].scope
        if scope is not None and (not scope or not scope <= given):
            return "invalid_scope"
        if answer.result == OK:
            ends = self.grants[found.grant].ends
            renewed = replace(found, key=key, ends=ends, rotated=None, successor=None)
            access = replace(self._access(renewed), scope=given if scope is None else scope)
            if client.is_fapi:
                expect(answer.said["refresh_token"] == token)
                self._issue(answer, access, None)
            else:
                self._rotate(answer, token, access, renewed)
        return OK

    def revoke(self, _answer: Answer, client: Client, token: str) -> str:
        found = self.tokens[token]
        if found.client != client.id:
            return INVALID_GRANT
        if found.is_refresh:
            self._revoke_family(found.family)
        else:
            self.tokens[token] = replace(found, is_revoked=True)
        return OK

    # Somebody looks; nothing changes.

    def introspect(self, answer: Answer, client: Client, token: str) -> str:
        found = self.tokens[token]
        is_active = found.client == client.id and self.is_good(found)
        scope = found.scope & self.grants[found.grant].scope
        if is_active and answer.result == OK:
            expect(frozenset(answer.said["scope"].split()) == scope)
            expect(answer.said["grant_id"] == found.grant)
        return OK if is_active else "inactive"

    def userinfo(self, answer: Answer, token: str, key: int | None) -> str:
        refused = self._at_resource(token, key, "/oauth")
        if refused is None and "openid" not in self._opens(token):
            return "insufficient_scope"
        del answer
        return refused or OK

    def read(self, answer: Answer, token: str, key: int | None) -> str:
        refused = self._at_resource(token, key, "/v1")
        if refused is None and answer.result == OK:
            expect(answer.said["sections"] == self._opens(token) - {"openid"})
        return refused or OK

    # What holds now.

    def lives(self, grant: str) -> bool:
        found = self.grants[grant]
        return not found.is_revoked and (found.ends is None or self.now < found.ends)

    def is_good(self, token: Token) -> bool:
        has_ended = token.ends is not None and token.ends <= self.now
        is_over = has_ended or token.is_revoked or token.rotated is not None
        return not is_over and self.lives(token.grant)

    def rows(self) -> dict[str, Any]:
        """What the tables should hold, as far as it decides anything."""
        return {
            "grants": self.grants,
            "codes": {
                secret_hash(value): (code.grant, code.scope, code.consumed)
                for value, code in self.codes.items()
            },
            "tokens": {
                secret_hash(value): replace(token, family=secret_hash(token.family), successor=None)
                for value, token in self.tokens.items()
            },
        }

    def _may_ask(self, client: Client, ask: Ask) -> bool:
        if ask.grant is None:
            return True
        return self.grants[ask.grant].client == client.id and self.lives(ask.grant)

    def _wait(self, answer: Answer, client: Client, ask: Ask) -> str:
        if answer.result == OK:
            self.asked[answer.said["request"]] = (client, ask, self.now + ASKED_LIFE)
        return OK

    def _let_refresh_tokens_follow(self, grant: str) -> None:
        for value, token in self.tokens.items():
            if token.grant == grant and token.is_refresh and token.rotated is None:
                self.tokens[value] = replace(token, ends=self.grants[grant].ends)

    def _end_like(self, given: Grant) -> None:
        for name, grant in self.grants.items():
            if same_matter(grant, given) and self.lives(name):
                self.grants[name] = replace(grant, is_revoked=True)

    def _access(self, like: Token) -> Token:
        soon = self.now + ACCESS_LIFE
        ends = soon if like.ends is None else min(soon, like.ends)
        return replace(like, is_refresh=False, ends=ends)

    def _issue(
        self, answer: Answer, access: Token, refresh: Token | None, *, is_single: bool = False
    ) -> None:
        expect(answer.said["access_token"] not in self.tokens)
        expect(frozenset(answer.said["scope"].split()) == access.scope)
        self.tokens[answer.said["access_token"]] = access
        if is_single:
            expect("refresh_token" not in answer.said)
        elif refresh is not None:
            expect(answer.said["refresh_token"] not in self.tokens)
            self.tokens[answer.said["refresh_token"]] = refresh

    def _rotate(self, answer: Answer, old: str, access: Token, refresh: Token) -> None:
        found = self.tokens[old]
        if found.rotated is None:
            self.tokens[old] = replace(
                found, rotated=self.now, successor=answer.said["refresh_token"]
            )
            self._issue(answer, access, refresh)
            return
        # An honest retry: what it gets is what the first got, as it stands now.
        expect(answer.said["refresh_token"] == found.successor)
        self.tokens.setdefault(answer.said["access_token"], access)
        expect(frozenset(answer.said["scope"].split()) == access.scope)

    def _may_refresh(self, client: Client, token: Token, key: int | None) -> bool:
        if token.is_refresh and token.rotated is not None and not self._is_honest(client, token):
            self._revoke_family(token.family)
            return False
        is_its = token.is_refresh and token.client == client.id
        has_key = key == token.key if client.is_public else key is not None
        is_proven = token.key is None or has_key
        is_over = token.is_revoked or self.grants[token.grant].is_single
        return is_its and is_proven and not is_over and self.lives(token.grant)

    def _is_honest(self, client: Client, token: Token) -> bool:
        assert token.rotated is not None
        assert token.successor is not None
        is_unused = self.tokens[token.successor].rotated is None
        return token.client == client.id and self.now - token.rotated <= RETRY and is_unused

    def _revoke_family(self, family: str) -> None:
        for value, token in self.tokens.items():
            if token.family == family:
                self.tokens[value] = replace(token, is_revoked=True)

    def _opens(self, token: str) -> frozenset[str]:
        found = self.tokens[token]
        return found.scope & self.grants[found.grant].scope

    def _at_resource(self, token: str, key: int | None, resource: str) -> str | None:
        found = self.tokens[token]
        is_for_it = not found.is_refresh and resource in found.audience
        return None if is_for_it and self.is_good(found) and found.key == key else "refused"


class Unexplained(AssertionError):
    """The server answered what the model cannot answer, in this order."""


def expect(holds: bool) -> None:
    if not holds:
        raise Unexplained


def same_matter(one: Grant, other: Grant) -> bool:
    return (one.who, one.client, one.purpose) == (other.who, other.client, other.purpose)


def audience_of(scope: frozenset[str]) -> frozenset[str]:
    return frozenset(
        [*(["/v1"] if scope - {"openid"} else []), *(["/oauth"] if "openid" in scope else [])]
    )


def explanations(model: Model, done: list[tuple[Call, Answer]]) -> Iterator[Model]:
    """Every state the model can be in after these, done at once: in any order that fits."""
    if not done:
        yield model
    for position, (call, answer) in enumerate(done):
        tried = model.copy()
        try:
            expected = getattr(tried, call.name)(answer, **call.arguments)
        except Unexplained:
            continue
        if expected == answer.result:
            yield from explanations(tried, done[:position] + done[position + 1 :])
