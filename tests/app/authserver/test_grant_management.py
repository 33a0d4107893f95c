"""Grants as their client manages them, with the receipts of what happened to them."""

import asyncio
import json
from datetime import datetime, timedelta

from joserfc import jws
from joserfc.jwk import KeySet
from sqlalchemy import delete, update

from app.store.customers import Customer, DataKey
from app.store.expired import delete_expired
from app.store.grants import ConsentEvent, Grant
from app.store.history import events_of
from tests.app.authserver.conftest import CUSTOMER, World, good, query_of
from tests.support.jose import Key


async def own_token(world: World, scope: str, client=None) -> dict[str, str]:
    answer = await world.token(client, grant_type="client_credentials", scope=scope)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def test_a_client_sees_what_a_grant_covers_and_gives_it_back(world):
    tokens = await world.tokens(sections=("topics",))
    path = f"/oauth/grants/{tokens['grant_id']}"
    seeing = await own_token(world, "grant_management_query")
    shown = (await world.http.get(path, headers=seeing)).json()
    assert shown["grant_id"] == tokens["grant_id"]
    assert shown["authorization_details"] == tokens["authorization_details"]
    assert shown["scopes"][0]["scope"] == "context:topics"
    assert shown["sub"].startswith("sub_")

    refused = await world.http.delete(path, headers=seeing)
    assert (refused.status_code, refused.json()["error"]) == (403, "insufficient_scope")
    assert 'scope="grant_management_revoke"' in refused.headers["www-authenticate"]
    assert await good(world, tokens["access_token"])

    ending = await own_token(world, "grant_management_revoke")
    assert (await world.http.delete(path, headers=ending)).status_code == 204
    assert not await good(world, tokens["access_token"])
    assert (await world.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await world.http.get(path, headers=seeing)).status_code == 404


async def test_who_only_looks_waits_for_no_writer(world):
    # Mutations tried: `userinfo`, `show` and `receipts` in a writing transaction (SQLite).
    tokens = await world.tokens(scope="openid context:topics")
    headers = await own_token(world, "grant_management_query")
    path = f"/oauth/grants/{tokens['grant_id']}"
    async with asyncio.timeout(60), world.database.writing():
        assert (await world.userinfo(tokens["access_token"])).status_code == 200
        assert (await world.http.get(path, headers=headers)).status_code == 200
        assert (await world.http.get(f"{path}/receipts", headers=headers)).status_code == 200


async def test_a_bound_token_looks_with_a_proof_that_counts_once(world):
    # Mutation tried: `admitted` does not ask `use_up`.
    key = Key.new()
    grant_id = (await world.tokens())["grant_id"]
    asked = {"grant_type": "client_credentials", "scope": "grant_management_query"}
    token = (await world.token(None, key, **asked)).json()["access_token"]
    for path in (f"/oauth/grants/{grant_id}", f"/oauth/grants/{grant_id}/receipts"):
        made = await world.proof(key, "GET", path, token=token)
        headers = {"Authorization": f"DPoP {token}", "DPoP": made}
        assert (await world.http.get(path, headers=headers)).status_code == 200
        assert (await world.http.get(path, headers=headers)).status_code == 401


async def test_another_clients_grant_is_answered_like_one_that_never_was(world):
    # Mutation tried: `_managed` without comparing the client.
    tokens = await world.tokens()
    headers = await own_token(world, "grant_management_query", world.rival)
    theirs = await world.http.get(f"/oauth/grants/{tokens['grant_id']}", headers=headers)
    nobodys = await world.http.get("/oauth/grants/gra_none", headers=headers)
    assert (theirs.status_code, theirs.json()) == (nobodys.status_code, nobodys.json())
    assert theirs.status_code == 404
    ending = await own_token(world, "grant_management_revoke", world.rival)
    path = f"/oauth/grants/{tokens['grant_id']}"
    assert (await world.http.delete(path, headers=ending)).status_code == 404
    assert await good(world, tokens["access_token"])


async def test_a_customers_token_manages_nothing(world):
    tokens = await world.tokens()
    path = f"/oauth/grants/{tokens['grant_id']}"
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await world.http.get(path, headers=headers)).status_code == 401
    assert (await world.http.get(path)).status_code == 401


async def test_every_step_has_a_receipt_that_anybody_can_verify(world):
    tokens = await world.tokens(sections=("topics",), until=world.clock() + timedelta(days=30))
    grant_id = tokens["grant_id"]
    headers = await own_token(world, "grant_management_query")
    listed = (await world.http.get(f"/oauth/grants/{grant_id}/receipts", headers=headers)).json()
    [granted] = listed["receipts"]
    assert granted["event"] == "granted"
    keys = KeySet.import_key_set((await world.http.get("/receipts/jwks")).json())
    signed = jws.deserialize_compact(granted["receipt"], keys, algorithms=["ES256"])
    assert signed.headers()["typ"] == "consent-receipt+jwt"
    claims = json.loads(signed.payload)
    assert claims["client_id"] == world.crm.id
    assert claims["sub"].startswith("sub_")
    assert CUSTOMER not in signed.payload.decode()

    world.clock.advance(seconds=1)
    await world.grants.revoke(CUSTOMER, grant_id)
    async with world.database.reading() as session:
        types = [
            event.type
            for event in await world_events(session, grant_id)
            if event.sealed_receipt is not None
        ]
    assert types == ["granted", "revoked"]


async def world_events(session, grant_id: str) -> list[ConsentEvent]:

    return list(await events_of(session, CUSTOMER, grant_id))


async def test_a_grant_that_takes_anothers_place_is_told_on_both_receipts(world):
    first = await world.tokens(sections=("topics",))
    world.clock.advance(seconds=5)
    second = await world.tokens(sections=("sentiment",))
    async with world.database.reading() as session:
        [granted, replaced] = await world_events(session, first["grant_id"])
        [fresh] = await world_events(session, second["grant_id"])
    assert (granted.type, replaced.type, fresh.type) == ("granted", "replaced", "granted")
    receipt = await world.grants.receipt(CUSTOMER, first["grant_id"], replaced.id)
    payload = json.loads(jws.extract_compact(receipt.encode()).payload)
    assert second["grant_id"] in json.dumps(payload)


async def test_an_expired_grant_gets_its_last_receipt_once(world):
    tokens = await world.tokens(until=world.clock() + timedelta(days=7))
    assert await world.grants.note_expired() == 0
    world.clock.advance(days=8)
    assert await world.grants.note_expired() == 1
    assert await world.grants.note_expired() == 0
    async with world.database.reading() as session:
        events = await world_events(session, tokens["grant_id"])
    assert [event.type for event in events] == ["granted", "expired"]
    assert events[1].at < world.clock() - timedelta(hours=23)


async def test_two_workers_at_once_note_an_expiry_once(world, monkeypatch):
    # Mutation tried: no unique index. Both look before either commits.
    tokens = await world.tokens(until=world.clock() + timedelta(days=7))
    world.clock.advance(days=8)

    async def found_by_both(session, *_):
        return [await session.get_one(Grant, tokens["grant_id"])]

    monkeypatch.setattr("app.usecases.grants.expired_unnoted", found_by_both)
    noted = await asyncio.gather(*(world.grants.note_expired() for _ in range(4)))
    assert sorted(noted) == [0, 0, 0, 1]
    async with world.database.reading() as session:
        events = await world_events(session, tokens["grant_id"])
    assert [event.type for event in events] == ["granted", "expired"]
    assert all(event.sealed_receipt for event in events)


async def test_a_client_gets_the_last_receipt_too(world):
    # Mutation tried: `receipts` looks for active grants alone.
    tokens = await world.tokens()
    world.clock.advance(seconds=1)
    await world.grants.revoke(CUSTOMER, tokens["grant_id"])
    headers = await own_token(world, "grant_management_query")
    path = f"/oauth/grants/{tokens['grant_id']}/receipts"
    listed = (await world.http.get(path, headers=headers)).json()["receipts"]
    assert [receipt["event"] for receipt in listed] == ["granted", "revoked"]
    theirs = await own_token(world, "grant_management_query", world.rival)
    assert (await world.http.get(path, headers=theirs)).status_code == 404


async def test_a_lost_data_key_keeps_nobody_from_revoking(world):
    # Mutation tried: `record` lets the SealError through.
    tokens = await world.tokens()
    async with world.database.writing() as session:
        await session.exec(delete(DataKey))
    await world.grants.revoke(CUSTOMER, tokens["grant_id"])
    assert not await good(world, tokens["access_token"])


async def test_check_28_a_disabled_customers_grant_is_shown_to_nobody(world):
    # Mutation tried: `show` does not ask `_active`.
    tokens = await world.tokens()
    async with world.database.writing() as session:
        await session.exec(update(Customer).values(disabled_at=world.clock()))
    headers = await own_token(world, "grant_management_query")
    path = f"/oauth/grants/{tokens['grant_id']}"
    assert (await world.http.get(path, headers=headers)).status_code == 404


async def test_check_15_in_a_merge_her_ticks_decide_about_what_is_asked_for_again(world):
    # Mutation tried: `_merged` unites what she gives with all she gave.
    tokens = await world.tokens(sections=("topics", "sentiment"))
    request_id = await world.consent_request(
        scope="context:topics context:network",
        grant_management_action="merge",
        grant_id=tokens["grant_id"],
    )
    pending = await world.pending(request_id)
    assert (pending.before, pending.kept) == (("topics",), ("sentiment",))
    url = await world.approve(request_id, ["network"])
    merged = (await world.redeem(query_of(url)["code"])).json()
    assert merged["grant_id"] == tokens["grant_id"]
    assert set(merged["scope"].split()) == {"context:sentiment", "context:network"}


async def test_check_15_asking_for_more_is_no_way_to_a_longer_time(world):
    # Mutation tried: `_merged` keeps the end that was chosen for what is added.
    ends = world.clock() + timedelta(days=7)
    tokens = await world.tokens(sections=("topics",), until=ends)
    request_id = await world.consent_request(
        scope="context:network", grant_management_action="merge", grant_id=tokens["grant_id"]
    )
    assert (await world.pending(request_id)).ends_at == ends
    await world.approve(request_id, ["network"], world.clock() + timedelta(days=30))
    headers = await own_token(world, "grant_management_query")
    shown = (await world.http.get(f"/oauth/grants/{tokens['grant_id']}", headers=headers)).json()
    assert datetime.fromisoformat(shown["expires_at"]) == ends
    assert shown["authorization_details"][0]["sections"] == ["topics", "network"]


async def test_check_15_what_is_added_to_a_single_call_ends_with_it(world):
    # Mutation tried: `_merged` asks only whether what is added is for a single call.
    ends = world.clock() + timedelta(minutes=30)
    url = await world.approve(await world.consent_request(), ["topics"], ends, is_single_call=True)
    tokens = (await world.redeem(query_of(url)["code"])).json()
    request_id = await world.consent_request(
        scope="context:network", grant_management_action="merge", grant_id=tokens["grant_id"]
    )
    url = await world.approve(request_id, ["network"])
    merged = (await world.redeem(query_of(url)["code"])).json()
    assert "refresh_token" not in merged
    assert merged["authorization_details"][0]["duration"] == "single_call"


async def test_what_she_revoked_is_not_ticked_for_an_older_grants_sake(world):
    # Mutation tried: `latest_grant` leaves revoked grants out before it takes the last.
    await world.tokens(sections=("topics",), until=world.clock() + timedelta(hours=1))
    world.clock.advance(hours=2)
    second = await world.tokens(sections=("sentiment",))
    await world.grants.revoke(CUSTOMER, second["grant_id"])
    assert (await world.pending(await world.consent_request())).before == ()


async def test_she_prolongs_a_grant_that_ends_soon(world):
    request_id = await world.consent_request()
    until = world.clock() + timedelta(days=30)
    url = await world.approve(request_id, ["topics"], until, lasts_days=30)
    tokens = (await world.redeem(query_of(url)["code"])).json()
    [view] = await world.grants.list(CUSTOMER)
    assert not view.is_to_be_reconfirmed
    world.clock.advance(days=25)
    [view] = await world.grants.list(CUSTOMER)
    assert view.is_to_be_reconfirmed
    await world.grants.reconfirm(CUSTOMER, tokens["grant_id"])
    [view] = await world.grants.list(CUSTOMER)
    assert view.expires_at == world.clock() + timedelta(days=30)
    assert [event.type for event in view.history] == ["granted", "reconfirmed"]
    # Mutation tried: refresh tokens that keep the end they had, which tidying up takes for useless.
    world.clock.advance(days=10)
    async with world.database.writing() as session:
        await delete_expired(session, world.clock())
    assert (await world.refresh(tokens["refresh_token"])).status_code == 200
