"""What clients and customers do, done to the real server; each method has its twin in the model."""

from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from sqlmodel import col, select

from app.errors import Conflict, NotFound
from app.ids import secret_hash
from app.store.grants import Grant as GrantRow
from app.store.tokens import AuthorizationCode, TokenKind
from app.store.tokens import Token as TokenRow
from app.usecases.customers import CurrentSession
from app.usecases.giving import Choice
from oauth.server.pkce import create_s256_code_challenge
from oauth.server.scopes import SCOPE_PREFIX
from tests.app.authserver.model import OK
from tests.app.authserver.records import Answer, Ask, Call, Client, Grant, Token
from tests.app.authserver.whole import CALLBACK, ISSUER, SECTIONS, Party, Whole

VERIFIER = "v" * 43
OPENID = "openid"


class OverHttp:
    """Does what a `Call` says, and tells what came of it."""

    def __init__(self, whole: Whole) -> None:
        self._whole = whole
        self._parties = {party.id: party for party in whole.parties}

    async def do(self, call: Call) -> Answer:
        answer: Answer = await getattr(self, call.name)(**call.arguments)
        return answer

    async def push(self, client: Client, ask: Ask) -> Answer:
        form = self._asking(client, ask) | self._whole.credentials(self._parties[client.id])
        return _told(await self._whole.http.post("/oauth/par", data=form))

    async def ask(self, client: Client, ask: Ask) -> Answer:
        return await self._browse(self._asking(client, ask))

    async def open(self, client: Client, uri: str) -> Answer:
        return await self._browse({"client_id": client.id, "request_uri": uri})

    async def approve(
        self,
        who: str,
        request: str,
        ticked: frozenset[str],
        ends: datetime | None,
        *,
        is_single: bool,
    ) -> Answer:
        sections = [name.removeprefix(SCOPE_PREFIX) for name in sorted(ticked - {OPENID})]
        choice = Choice(sections, ends, is_single_call=is_single)
        consents = self._whole.services.consents
        try:
            url = await consents.approve(request, self._session(who), choice)
        except (NotFound, Conflict):
            return Answer("gone")
        answer = _sent_back(url)
        if answer.result != OK:
            return answer
        async with self._whole.services.database.reading() as session:
            code = await session.get(AuthorizationCode, secret_hash(answer.said["code"]))
        assert code is not None
        return Answer(OK, {**answer.said, "grant_id": code.grant_id})

    async def deny(self, who: str, request: str) -> Answer:
        try:
            url = await self._whole.services.consents.deny(request, self._session(who))
        except (NotFound, Conflict):
            return Answer("gone")
        return _sent_back(url)

    async def end(self, who: str, grant: str) -> Answer:
        try:
            await self._whole.services.grants.revoke(who, grant)
        except NotFound:
            return Answer("gone")
        return Answer(OK)

    async def redeem(self, client: Client, code: str, key: int | None, *, verifies: bool) -> Answer:
        verifier = VERIFIER if verifies else "w" * 43
        form = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        return await self._post("/oauth/token", client, form, key)

    async def refresh(
        self, client: Client, token: str, scope: frozenset[str] | None, key: int | None
    ) -> Answer:
        form = {"grant_type": "refresh_token", "refresh_token": token}
        if scope is not None:
            form["scope"] = " ".join(sorted(scope))
        return await self._post("/oauth/token", client, form, key)

    async def revoke(self, client: Client, token: str) -> Answer:
        return await self._post("/oauth/revoke", client, {"token": token})

    async def introspect(self, client: Client, token: str) -> Answer:
        answer = await self._post("/oauth/introspect", client, {"token": token})
        assert answer.result == OK
        if answer.said["active"]:
            return answer
        assert answer.said == {"active": False}
        return Answer("inactive")

    async def userinfo(self, token: str, key: int | None) -> Answer:
        answer = await self._get("/oauth/userinfo", token, key)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            return Answer("refused")
        return _told(answer)

    async def read(self, token: str, key: int | None) -> Answer:
        answer = await self._get("/v1/context", token, key)
        if answer.status_code != httpx.codes.OK:
            assert answer.status_code == httpx.codes.UNAUTHORIZED, answer.text
            return Answer("refused")
        opened = {
            name
            for name, section in answer.json()["sections"].items()
            if name in SECTIONS and section.get("reason") != "not_granted"
        }
        return Answer(OK, {"sections": frozenset(SCOPE_PREFIX + name for name in opened)})

    async def rows(self, *customers: str) -> dict[str, Any]:
        """What the tables hold of these customers, in the model's terms."""
        async with self._whole.services.database.reading() as session:
            of_them = select(GrantRow.id).where(col(GrantRow.customer_id).in_(customers))
            grants = await session.exec(
                select(GrantRow).where(col(GrantRow.customer_id).in_(customers))
            )
            codes = await session.exec(
                select(AuthorizationCode).where(col(AuthorizationCode.grant_id).in_(of_them))
            )
            tokens = await session.exec(select(TokenRow).where(col(TokenRow.grant_id).in_(of_them)))
            return {
                "grants": {row.id: _grant(row) for row in grants},
                "codes": {
                    row.code_hash: (row.grant_id, _words(row.scope), row.consumed_at)
                    for row in codes
                },
                "tokens": {row.token_hash: self._token(row) for row in tokens},
            }

    def _asking(self, client: Client, ask: Ask) -> dict[str, str]:
        asking = {
            "response_type": "code",
            "client_id": client.id,
            "redirect_uri": CALLBACK,
            "scope": " ".join(sorted(ask.scope)),
            "purpose": ask.purpose,
            "code_challenge": create_s256_code_challenge(VERIFIER),
            "code_challenge_method": "S256",
        }
        if ask.grant is not None:
            asking |= {"grant_management_action": ask.action, "grant_id": ask.grant}
        if ask.key is not None:
            asking["dpop_jkt"] = str(self._whole.thumbprint(ask.key))
        return asking

    async def _browse(self, query: dict[str, str]) -> Answer:
        answer = await self._whole.http.get("/oauth/authorize", params=query)
        if answer.status_code != httpx.codes.SEE_OTHER:
            assert answer.status_code == httpx.codes.BAD_REQUEST, answer.text
            return Answer("page")
        location = answer.headers["location"]
        if location.startswith("/consent/"):
            return Answer(OK, {"request": location.removeprefix("/consent/")})
        return _sent_back(location)

    async def _post(
        self, path: str, client: Client, form: dict[str, str], key: int | None = None
    ) -> Answer:
        party: Party = self._parties[client.id]
        headers = {} if key is None else {"DPoP": self._whole.proof(key, "POST", path)}
        form = form | self._whole.credentials(party)
        return _told(await self._whole.http.post(path, data=form, headers=headers))

    async def _get(self, path: str, token: str, key: int | None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        if key is not None:
            proof = self._whole.proof(key, "GET", path, token)
            headers = {"Authorization": f"DPoP {token}", "DPoP": proof}
        return await self._whole.http.get(path, headers=headers)

    def _session(self, who: str) -> CurrentSession:
        return CurrentSession("session", who, self._whole.clock())

    def _token(self, row: TokenRow) -> Token:
        keys = {self._whole.thumbprint(key): key for key in range(len(self._whole.keys))}
        return Token(
            is_refresh=row.kind == TokenKind.REFRESH,
            client=row.client_id,
            grant=row.grant_id or "",
            family=row.family,
            scope=_words(row.scope),
            audience=frozenset(part.removeprefix(ISSUER) for part in row.audience.split()),
            key=None if row.jkt is None else keys[row.jkt],
            ends=row.expires_at,
            rotated=row.rotated_at,
            is_revoked=row.revoked_at is not None,
        )


def _told(answer: httpx.Response) -> Answer:
    assert answer.status_code in {200, 201, 400, 401, 403}, f"{answer.request.url}: {answer.text}"
    said = answer.json() if answer.content else {}
    return Answer(OK if answer.is_success else said["error"], said)


def _sent_back(url: str) -> Answer:
    assert url.startswith(CALLBACK + "?"), url[:200]
    said = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert said["iss"] == ISSUER
    return Answer(said.get("error", OK), said)


def _grant(row: GrantRow) -> Grant:
    scope = {*(SCOPE_PREFIX + section for section in row.sections)}
    return Grant(
        row.customer_id,
        row.client_id,
        row.purpose,
        frozenset(scope | ({OPENID} if row.signs_in else set())),
        row.expires_at,
        row.is_single_call,
        row.revoked_at is not None,
    )


def _words(scope: str) -> frozenset[str]:
    return frozenset(scope.split())
