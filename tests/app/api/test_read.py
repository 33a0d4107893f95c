"""Reading under a delegated token: only what was granted, recorded before it is answered."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from app.store.accesses import Access
from app.store.clients import Client
from app.store.connections import Connection, ConnectionDigest
from app.store.customers import Customer, bump_context_version, open_box
from app.store.reads import digests_of
from app.usecases.contexts import Contexts
from app.usecases.renderings import digest_place
from app.usecases.sections import OFFERED
from app.wiring import Runtime
from context.section import Section
from tests.app.api.conftest import Company
from tests.support.clock import SettableClock
from tests.support.deployment import PURPOSE


def statuses(answer: httpx.Response) -> dict[str, str]:
    sections = answer.json()["sections"]
    return {name: section.get("reason", section["status"]) for name, section in sections.items()}


async def test_only_granted_sections_are_served_and_the_others_say_why_not(
    company: Company, mara: str
):
    tokens = await company.granted(mara, "topics", "sentiment")
    answer = await company.read(tokens.access)
    assert answer.status_code == 200
    granted = dict.fromkeys(["topics", "sentiment"], "available")
    without_lens = {"relationship": "no_lens"}
    assert statuses(answer) == dict.fromkeys(Section, "not_granted") | without_lens | granted
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["purpose"] == PURPOSE
    assert body["brief"]
    assert mara not in answer.text
    terms = {term for topic in body["sections"]["topics"]["topics"] for term in topic["terms"]}
    assert terms & {"broadband", "router"}


async def test_a_company_may_ask_for_less_than_it_was_granted(company: Company, mara: str):
    tokens = await company.granted(mara, "topics", "sentiment")
    assert set(statuses(await company.read(tokens.access, sections="topics"))) == {"topics"}
    answer = await company.read(tokens.access, sections="rhythm, topics")
    assert statuses(answer) == {"topics": "available", "rhythm": "not_granted"}


async def test_what_was_served_and_withheld_is_on_record_before_the_answer(
    company: Company, mara: str, runtime: Runtime, http: httpx.AsyncClient
):
    tokens = await company.granted(mara, "topics")
    await http.get(
        "/v1/context",
        headers={
            "Authorization": f"bearer {tokens.access}",
            "Milieu-Agent": "Sam, desk 4",
            "Milieu-Call-Id": "call-77",
        },
    )
    [access] = (await runtime.services.accesses.list(mara)).accesses
    assert access.client_name == "Northwind Broadband"
    assert (access.agent, access.call_id, access.outcome) == ("Sam, desk 4", "call-77", "served")
    assert access.served == ["topics"]
    assert access.withheld == dict.fromkeys(set(OFFERED) - {"topics"}, "not_granted") | {
        "relationship": "no_lens"
    }


async def test_after_a_revocation_the_next_read_is_refused_and_the_log_shows_both(
    company: Company, mara: str, runtime: Runtime, clock: SettableClock
):
    tokens = await company.granted(mara, "topics")
    assert (await company.read(tokens.access)).status_code == 200
    clock.advance(seconds=1)
    [grant] = await runtime.services.grants.list(mara)
    await runtime.services.grants.revoke(mara, grant.id)

    refused = await company.read(tokens.access)
    assert refused.status_code == 401
    assert refused.json()["code"] == "grant_revoked"
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]
    log = (await runtime.services.accesses.list(mara)).accesses
    assert [access.outcome for access in log] == ["refused", "served"]
    assert log[0].withheld == {"topics": "grant_revoked"}
    [ended] = await runtime.services.grants.list(mara)
    assert (ended.state, ended.last_read_at) == ("revoked", log[1].at)


async def test_no_read_that_begins_after_a_revocation_succeeds_even_under_load(
    company: Company, mara: str, runtime: Runtime
):
    """Check 29. Mutation: drop `grant_is_active` from `record_served`, cache the token row."""
    tokens = await company.granted(mara, "topics")
    revoked = asyncio.Event()
    late: list[int] = []

    async def read_on() -> None:
        for _ in range(12):
            began_after = revoked.is_set()
            answer = await company.read(tokens.access)
            if began_after:
                late.append(answer.status_code)

    async def revoke() -> None:
        await asyncio.sleep(0)
        [grant] = await runtime.services.grants.list(mara)
        await runtime.services.grants.revoke(mara, grant.id)
        revoked.set()

    await asyncio.gather(*(read_on() for _ in range(4)), revoke())
    late.append((await company.read(tokens.access)).status_code)
    assert set(late) == {401}


async def test_every_answer_has_its_record_and_every_record_its_answer(
    company: Company, mara: str, runtime: Runtime
):
    tokens = await company.granted(mara, "topics")
    answers = await asyncio.gather(*(company.read(tokens.access) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len((await runtime.services.accesses.list(mara)).accesses) == 20


async def test_a_grant_ends_by_itself(company: Company, mara: str, clock: SettableClock):
    """Check 33. Mutation: ignore `expires_at` in `_refusal` and `grant_is_active`."""
    tokens = await company.granted(mara, "topics", until=clock() + timedelta(minutes=5))
    answer = await company.read(tokens.access)
    assert answer.json()["use_until"] == answer.json()["grant_expires_at"]
    clock.advance(minutes=5)
    refused = await company.read(tokens.access)
    assert (refused.status_code, refused.json()["code"]) == (401, "grant_expired")


async def test_a_token_ends_by_itself_and_by_the_companys_own_revocation(
    company: Company, mara: str, clock: SettableClock, http: httpx.AsyncClient
):
    tokens = await company.granted(mara, "topics")
    clock.advance(minutes=10)
    assert (await company.read(tokens.access)).json()["code"] == "invalid_token"

    fresh = await company.granted(mara, "topics")
    form = {"token": fresh.access}
    revoked = await http.post("/oauth/revoke", data=form, auth=(company.client_id, company.secret))
    assert revoked.status_code == 200
    assert (await company.read(fresh.access)).status_code == 401


async def test_a_token_of_fewer_sections_reads_fewer(
    company: Company, mara: str, http: httpx.AsyncClient
):
    tokens = await company.granted(mara, "topics", "sentiment")
    narrowed = await http.post(
        "/oauth/token",
        data={
            "grant_type": "refresh_token",
            "refresh_token": tokens.refresh,
            "scope": "context:topics",
        },
        auth=(company.client_id, company.secret),
    )
    answer = await company.read(narrowed.json()["access_token"])
    assert statuses(answer)["sentiment"] == "not_granted"
    assert statuses(answer)["topics"] == "available"


async def test_another_purpose_than_the_granted_one_is_refused_and_recorded(
    company: Company, mara: str, runtime: Runtime, clock: SettableClock
):
    """Check 33. Mutation: drop the purpose from `_refusal`."""
    tokens = await company.granted(mara, "topics")
    assert (await company.read(tokens.access, purpose=PURPOSE)).status_code == 200
    clock.advance(seconds=1)
    refused = await company.read(tokens.access, purpose="dpv:Marketing")
    assert (refused.status_code, refused.json()["code"]) == (403, "purpose_mismatch")
    assert (await runtime.services.accesses.list(mara)).accesses[0].outcome == "refused"


@pytest.mark.parametrize("who", ["customer", "client"])
async def test_a_disabled_customer_or_client_reads_nothing(
    company: Company, mara: str, runtime: Runtime, clock: SettableClock, who: str
):
    """Check 28. Mutation: drop `disabled` from `_refusal`."""
    tokens = await company.granted(mara, "topics")
    async with runtime.services.database.writing() as session:
        row: Customer | Client
        if who == "customer":
            row = await session.get_one(Customer, mara)
        else:
            row = await session.get_one(Client, company.client_id)
        row.disabled_at = clock()
    assert (await company.read(tokens.access)).status_code == 401


async def test_an_erased_customer_leaves_nothing_to_read(
    company: Company, mara: str, runtime: Runtime
):
    tokens = await company.granted(mara, "topics")
    await runtime.services.customers.erase(mara)
    assert (await company.read(tokens.access)).status_code == 401


async def test_a_context_that_changed_is_rendered_anew_and_one_that_did_not_decays(
    company: Company, mara: str, runtime: Runtime, clock: SettableClock
):
    tokens = await company.granted(mara, *OFFERED)
    first = await company.read(tokens.access)
    clock.advance(minutes=1)
    assert (await company.read(tokens.access)).json()["sections"] == first.json()["sections"]
    [connection] = await connection_ids(runtime, mara)
    async with runtime.services.database.writing() as session:
        await session.delete(await session.get_one(Connection, connection))
        await bump_context_version(session, mara)
    after = statuses(await company.read(tokens.access))
    assert set(after.values()) == {"nothing_linked"}


async def test_a_digest_of_another_version_is_pending_and_no_error(
    company: Company, mara: str, runtime: Runtime
):
    tokens = await company.granted(mara, "topics")
    [connection] = await connection_ids(runtime, mara)
    async with runtime.services.database.writing() as session:
        box = await open_box(session, runtime.services.vault, mara)
        kept = await session.get_one(ConnectionDigest, connection)
        kept.sealed = box.seal(b'{"v": 99}', digest_place(connection))
        await bump_context_version(session, mara)
    assert statuses(await company.read(tokens.access))["topics"] == "pending"


async def connection_ids(runtime: Runtime, customer_id: str) -> list[str]:
    async with runtime.services.database.reading() as session:
        return [row.connection_id for row in await digests_of(session, customer_id)]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"sections": "weather"}, "unknown_section"),
        ({"sections": ""}, "unknown_section"),
        ({"purpose": "x" * 101}, "invalid_request"),
        ({"access_token": "mil_at_x"}, "invalid_request"),
    ],
)
async def test_bad_input_is_told_what_to_do(
    company: Company, mara: str, query: dict[str, str], code: str
):
    """Checks 9 and 27. Mutation: accept `access_token` in the address."""
    tokens = await company.granted(mara, "topics")
    answer = await company.read(tokens.access, **query)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Bearer unknown", "Basic abc", "Bearer \x80\xff", "token"],
)
async def test_a_missing_or_wrong_token_is_401_with_a_challenge(
    http: httpx.AsyncClient, authorization: str | None
):
    headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
    answer = await http.get("/v1/context", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("value", ["", "x" * 201, "line\x01break", "soft\xadhyphen"])
async def test_what_a_company_asserts_is_bounded(http: httpx.AsyncClient, value: str):
    headers = {"Authorization": b"Bearer x", "Milieu-Agent": value.encode("latin-1")}
    answer = await http.get("/v1/context", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


async def test_a_refresh_token_reads_nothing(company: Company, mara: str):
    tokens = await company.granted(mara, "topics")
    assert tokens.refresh is not None
    assert (await company.read(tokens.refresh)).status_code == 401


async def test_the_brief_tells_nothing_beyond_the_sections_that_are_on_record(
    company: Company, mara: str, runtime: Runtime
):
    """Check 61. Mutation: render all granted sections whatever was asked for."""
    tokens = await company.granted(mara, *OFFERED)
    whole = (await company.read(tokens.access)).json()
    assert "broadband" in whole["brief"]
    answer = (await company.read(tokens.access, sections="rhythm")).json()
    assert "broadband" not in answer["brief"]
    assert "seems" not in answer["brief"].lower()
    served = [access.served for access in (await runtime.services.accesses.list(mara)).accesses]
    assert ["rhythm"] in served


async def test_two_companies_reading_at_once_see_each_their_own_sections(
    company: Company, rival: Company, mara: str
):
    """Mutation: leave the sections out of the renderings' key."""
    ours = await company.granted(mara, "topics")
    theirs = await rival.granted(mara, "rhythm")
    for _ in range(2):
        assert statuses(await company.read(ours.access))["rhythm"] == "not_granted"
        assert statuses(await rival.read(theirs.access))["topics"] == "not_granted"


@pytest.mark.parametrize("ends_by", ["revocation", "erasure"])
async def test_a_read_that_meets_the_end_between_rendering_and_record_gets_nothing(
    company: Company,
    mara: str,
    runtime: Runtime,
    monkeypatch: pytest.MonkeyPatch,
    ends_by: str,
):
    """Checks 29 and 61. Mutation: answer although nothing was recorded."""
    tokens = await company.granted(mara, "topics")
    [grant] = await runtime.services.grants.list(mara)
    record = Contexts._record

    async def meets_the_end(contexts: Contexts, access: Access, token_hash: str) -> bool:
        if ends_by == "revocation":
            await runtime.services.grants.revoke(mara, grant.id)
        else:
            await runtime.services.customers.erase(mara)
        return await record(contexts, access, token_hash)

    monkeypatch.setattr(Contexts, "_record", meets_the_end)
    answer = await company.read(tokens.access)
    assert (answer.status_code, answer.json()["code"]) == (401, "grant_revoked")
    assert "sections" not in answer.json()


@pytest.mark.parametrize(
    ("method", "address", "headers", "status"),
    [
        ("GET", "/accesses?before=%00", {}, 400),
        ("GET", "/v1/context?purpose=%00", {}, 400),
        ("POST", "/grants/%00/revoke", {}, 400),
        ("POST", "/sign-in", {"Content-Type": "multipart/form-data; charset=utf-7"}, 415),
    ],
)
async def test_what_nobody_could_mean_is_refused_at_the_door(
    http: httpx.AsyncClient, method: str, address: str, headers: dict[str, str], status: int
):
    """Check 65. Mutation: leave `RefuseUnreadable` out."""
    answer = await http.request(method, address, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
