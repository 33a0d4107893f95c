"""Looking a customer up: among those who granted, and nobody learns who exists."""

import httpx
import pytest

from app.main import MAX_BODY_BYTES
from app.wiring import Runtime
from context.section import Section
from tests.app.api.conftest import Company, give_digest, sign_up
from tests.support.clock import SettableClock
from tests.support.deployment import PURPOSE


async def test_a_company_finds_who_granted_it_by_mail_and_by_its_own_name_for_her(
    company: Company, mara: str, runtime: Runtime, clock: SettableClock
):
    await company.granted(mara, "topics")
    token = (await company.own_token()).access
    found = await company.look_up(token, "email", " Mara@Example.org", agent="Sam", call_id="c1")
    assert found.status_code == 200
    assert set(found.json()["sections"]) == set(Section)
    assert found.json()["sections"]["topics"]["status"] == "available"
    assert found.json()["sections"]["sentiment"]["reason"] == "not_granted"

    clock.advance(seconds=1)
    again = await company.look_up(token, "subject", found.json()["subject"], sections=["topics"])
    assert again.json()["subject"] == found.json()["subject"]
    assert set(again.json()["sections"]) == {"topics"}
    log = (await runtime.services.accesses.list(mara)).accesses
    assert [(access.agent, access.call_id) for access in log] == [(None, None), ("Sam", "c1")]


async def test_each_company_knows_her_under_another_name(
    company: Company, rival: Company, mara: str
):
    subjects = set()
    for one in (company, rival):
        await one.granted(mara, "topics")
        found = await one.look_up((await one.own_token()).access, "email", "mara@example.org")
        subjects.add(found.json()["subject"])
    assert len(subjects) == 2
    foreign = await company.look_up((await company.own_token()).access, "subject", subjects.pop())
    other = await company.look_up((await company.own_token()).access, "subject", subjects.pop())
    assert sorted([foreign.status_code, other.status_code]) == [200, 404]


async def test_who_has_not_granted_is_answered_like_nobody(
    company: Company, rival: Company, mara: str, runtime: Runtime
):
    """Check 60. Mutation: tell `not granted` from `unknown` anywhere in `lookup`."""
    await rival.granted(mara, "topics")
    token = (await company.own_token()).access
    nobody = await company.look_up(token, "email", "nobody@example.org")
    not_granted = await company.look_up(token, "email", "mara@example.org")
    await company.granted(mara, "topics")
    wrong_purpose = await company.look_up(
        token, "email", "mara@example.org", purpose="dpv:Marketing"
    )
    grants = await runtime.services.grants.list(mara)
    [ours] = [grant for grant in grants if grant.client_name == "Northwind Broadband"]
    await runtime.services.grants.revoke(mara, ours.id)
    revoked = await company.look_up(token, "email", "mara@example.org")
    for answer in (not_granted, wrong_purpose, revoked):
        assert answer.status_code == nobody.status_code == 404
        assert answer.content == nobody.content
        assert answer.headers == nobody.headers
    assert nobody.json()["code"] == "no_grant"


async def test_identifiers_of_two_customers_are_ambiguous(
    company: Company, mara: str, runtime: Runtime, clock: SettableClock
):
    jonas = await sign_up(runtime, "jonas@example.org")
    await give_digest(runtime, jonas, clock())
    await company.granted(mara, "topics")
    await company.granted(jonas, "topics")
    answer = await company.look_up(
        (await company.own_token()).access,
        "email",
        "mara@example.org",
        identifiers=[
            {"type": "email", "value": "mara@example.org"},
            {"type": "email", "value": "jonas@example.org"},
        ],
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "ambiguous")


async def test_the_kinds_of_token_are_not_mixed_up(company: Company, mara: str):
    delegated = (await company.granted(mara, "topics")).access
    own = (await company.own_token()).access
    for answer in (
        await company.look_up(delegated, "email", "mara@example.org"),
        await company.read(own),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
        assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


async def test_a_look_up_token_expires_and_is_refused_when_unknown(
    company: Company, mara: str, clock: SettableClock
):
    await company.granted(mara, "topics")
    token = (await company.own_token()).access
    assert (await company.look_up("mil_at_x", "email", "mara@example.org")).status_code == 401
    clock.advance(hours=1)
    assert (await company.look_up(token, "email", "mara@example.org")).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"identifiers": [], "purpose": "dpv:CustomerCare"}',
        b'{"identifiers": [{"type": "email", "value": "a@b.c"}]}',
        b'{"identifiers": [{"type": "shoe", "value": "42"}], "purpose": "dpv:CustomerCare"}',
        b'{"identifiers": [{"type": "email", "value": "no address"}], "purpose": "x"}',
        b'{"identifiers": [{"type": "subject", "value": "s"}], "purpose": "x", "sections": [1]}',
        b'{"identifiers": [{"type": "email", "value": "a@b.c"}], "purpose": "x", "extra": 1}',
        b'{"identifiers": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b"\xff\xfe\x00",
        b'{"identifiers": [{"type": "subject", "value": "s"}], "purpose": "x", "sections": []}',
        b'{"identifiers": [{"type": "subject", "value": "\\u0000"}], "purpose": "x"}',
        b'{"identifiers": [{"type": "subject", "value": "s"}], "purpose": "x\\u0000"}',
        b'{"identifiers": [{"type": "subject", "value": "s"}], "purpose": "x", "agent": "\\u202e"}',
        b'{"identifiers": [{"type": "subject", "value": "\\ud800"}], "purpose": "x"}',
    ],
)
async def test_a_malformed_look_up_is_a_problem_never_a_crash(
    company: Company, http: httpx.AsyncClient, body: bytes
):
    token = (await company.own_token()).access
    answer = await http.post(
        "/v1/context/lookup",
        content=body,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


async def test_ten_identifiers_are_enough(company: Company):
    token = (await company.own_token()).access
    many = [{"type": "email", "value": f"{number}@example.org"} for number in range(11)]
    answer = await company.look_up(token, "email", "a@b.c", identifiers=many, purpose=PURPOSE)
    assert answer.status_code == 400


async def test_a_body_past_the_limit_is_refused_announced_or_not(
    company: Company, http: httpx.AsyncClient
):
    headers = {"Authorization": f"Bearer {(await company.own_token()).access}"}

    async def chunks():
        for _ in range(3):
            yield b" " * MAX_BODY_BYTES

    for content in (b" " * (MAX_BODY_BYTES + 1), chunks()):
        refused = await http.post("/v1/context/lookup", content=content, headers=headers)
        assert refused.status_code == 413
        assert refused.headers["x-content-type-options"] == "nosniff"
    assert refused.json()["code"] == "content_too_large"
