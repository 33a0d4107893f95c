"""Rich requests (RFC 9396) and changes of a grant (Grant Management for OAuth 2.0), over HTTP."""

import json
from datetime import timedelta

import pytest
from sqlmodel import select

from app.errors import Invalid
from app.store.customers import Customer, DataKey
from app.store.grants import Grant
from app.usecases.customers import CurrentSession
from tests.app.authserver.conftest import CUSTOMER, query_of, read_token

LENS = {"brands": ["Northwind", "Breezy"], "rivals": ["Southwind"]}


def rich(**fields: object) -> str:
    return json.dumps([{"type": "customer_context"} | fields])


async def grant_rows(world) -> list[Grant]:
    async with world.database.reading() as session:
        return list((await session.exec(select(Grant).order_by(Grant.id))).all())


async def changed(world, tokens, action: str, sections, scope="context:topics", **more):
    """Change a grant; return the new tokens."""
    request_id = await world.consent_request(
        scope=scope, grant_management_action=action, grant_id=tokens["grant_id"], **more
    )
    url = await world.approve(request_id, sections)
    return (await world.redeem(query_of(url)["code"])).json()


@pytest.mark.parametrize(
    "value",
    [
        "x",
        "[]",
        "{}",
        "[" * 9_000,
        rich(type="payment_initiation"),
        rich(actions=["read"]),
        rich(sections=["rhythm"]),
        rich(purpose="dpv:Marketing"),
        rich(lens={"brands": ["Northwind"]}),
        json.dumps([{"type": "customer_context"}] * 2),
    ],
)
async def test_check_9_details_that_are_not_understood_are_refused_through_the_browser(
    world, value
):
    # Mutation tried: `understood` does not read the details.
    answer = await world.authorize(authorization_details=value)
    assert answer.status_code == 303
    assert query_of(answer.headers["location"])["error"] == "invalid_authorization_details"


async def test_check_9_scope_and_details_meet_in_one_grant(world):
    # Mutation tried: `understood` takes the scope's sections alone.
    request_id = await world.consent_request(
        scope="context:topics", authorization_details=rich(sections=["network"], duration="P7D")
    )
    pending = await world.pending(request_id)
    assert pending.sections == ("topics", "network")
    assert pending.duration == "P7D"
    url = await world.approve(request_id, ["topics", "network"])
    tokens = (await world.redeem(query_of(url)["code"])).json()
    assert tokens["scope"] == "context:topics context:network"
    assert len(await grant_rows(world)) == 1


async def test_check_9_details_alone_will_do(world):
    details = rich(sections=["topics"], purpose="dpv:ServicePersonalisation")
    tokens = await world.tokens(scope=None, authorization_details=details)
    assert tokens["authorization_details"] == [
        {
            "type": "customer_context",
            "purpose": "dpv:ServicePersonalisation",
            "sections": ["topics"],
        }
    ]
    nothing = await world.authorize(scope=None, authorization_details=rich())
    assert query_of(nothing.headers["location"])["error"] == "invalid_scope"


async def test_check_9_two_purposes_contradict_each_other(world):
    # Mutation tried: the parameter wins.
    answer = await world.authorize(
        purpose="dpv:CustomerCare",
        authorization_details=rich(purpose="dpv:ServicePersonalisation"),
    )
    assert query_of(answer.headers["location"])["error"] == "invalid_authorization_details"


async def test_check_15_details_are_answered_as_granted_and_not_as_asked_for(world):
    # Mutation tried: `granted_details` names the grant's sections, whatever the token's scope.
    asked = {"scope": None, "authorization_details": rich(sections=["topics", "sentiment"])}
    tokens = await world.tokens(sections=("sentiment",), **asked)
    [given] = tokens["authorization_details"]
    assert given["sections"] == ["sentiment"]
    told = (await world.introspect(tokens["access_token"])).json()
    assert told["authorization_details"] == [given]
    both = await world.tokens(sections=("topics", "sentiment"), **asked)
    less = (await world.refresh(both["refresh_token"], scope="context:topics")).json()
    assert less["authorization_details"][0]["sections"] == ["topics"]


async def test_check_9_a_single_call_ends_in_half_an_hour_and_is_never_renewed(world):
    # Mutation tried: `TokenIssuer.first` does not ask `is_single_call`.
    request_id = await world.consent_request(authorization_details=rich(duration="single_call"))
    assert (await world.pending(request_id)).duration == "single_call"
    until = world.clock() + timedelta(minutes=30)
    url = await world.approve(request_id, ["topics"], until, is_single_call=True)
    tokens = (await world.redeem(query_of(url)["code"])).json()
    assert "refresh_token" not in tokens
    assert tokens["authorization_details"][0]["duration"] == "single_call"
    [grant] = await grant_rows(world)
    assert grant.expires_at == world.clock() + timedelta(minutes=30)
    world.clock.advance(minutes=30)
    assert not (await world.introspect(tokens["access_token"])).json()["active"]


@pytest.mark.parametrize(
    ("asked", "most"),
    [
        ({}, timedelta(days=365)),
        ({"duration": "until_revoked"}, timedelta(days=365)),
        ({"duration": "P30D"}, timedelta(days=30)),
        ({"duration": "single_call"}, timedelta(minutes=30)),
    ],
)
async def test_check_9_a_grant_lasts_no_longer_than_was_asked_for_and_a_year_at_most(
    world, asked, most
):
    # Mutations tried: `give` takes any end; an end that was not named is none; any `lasts_days`.
    request_id = await world.consent_request(authorization_details=rich(**asked))
    now = world.clock()
    for until, lasts_days in ((now + most + timedelta(seconds=1), None), (None, most.days + 1)):
        with pytest.raises(Invalid):
            await world.approve(request_id, ["topics"], until, lasts_days=lasts_days)
    assert not await grant_rows(world)
    await world.approve(request_id, ["topics"])
    [grant] = await grant_rows(world)
    assert grant.expires_at == now + most


async def test_check_9_and_73_a_client_gets_no_lens_that_was_not_approved(world):
    # Mutation tried: `_lens` does not compare with the approved terms.
    client = await world.registered("With lens", lens=LENS)
    for lens in ({"brands": ["Southwind"]}, {"brands": ["Northwind", "Evil"]}, {"others": []}):
        answer = await world.push(client, authorization_details=rich(lens=lens))
        assert answer.json()["error"] == "invalid_authorization_details"
    request_id = await world.consent_request(
        client, authorization_details=rich(lens={"brands": ["Breezy"], "rivals": ["Southwind"]})
    )
    pending = await world.pending(request_id)
    assert pending.lens == {"brands": ("Breezy",), "rivals": ("Southwind",)}
    url = await world.approve(request_id, ["topics"])
    tokens = (await world.redeem(query_of(url)["code"], client)).json()
    [given] = tokens["authorization_details"]
    assert given["lens"] == {"brands": ["Breezy"], "rivals": ["Southwind"]}


async def test_check_24_the_clients_own_number_for_her_is_sealed(world):
    # Mutation tried: the number is kept as it came.
    number = "K-4711-äö"
    details = rich(external_id=number)
    request_id = await world.consent_request(authorization_details=details)
    assert (await world.pending(request_id)).external_id == number
    await world.approve(request_id, ["topics"])
    await world.tokens(world.rival, authorization_details=details)
    ours, theirs = await grant_rows(world)
    assert ours.sealed_external_id is not None
    assert number.encode() not in ours.sealed_external_id
    assert number not in str(ours.external_id_index)
    assert ours.external_id_index != theirs.external_id_index


async def test_a_merged_grant_keeps_its_id_and_all_she_gave_before(world):
    # Mutation tried: `merge` writes what was asked for now (found so for openid, lens, number).
    client = await world.registered("With lens", lens=LENS)
    first = await world.tokens(
        client,
        scope="openid context:topics",
        authorization_details=rich(lens={"brands": ["Northwind"]}, external_id="K-1"),
    )
    request_id = await world.consent_request(
        client,
        scope="context:sentiment",
        grant_management_action="merge",
        grant_id=first["grant_id"],
        authorization_details=rich(lens={"brands": ["Breezy"]}),
    )
    pending = await world.pending(request_id)
    assert (pending.sections, pending.kept) == (("sentiment",), ("topics",))
    url = await world.approve(request_id, ["sentiment"])
    second = (await world.redeem(query_of(url)["code"], client)).json()
    assert second["grant_id"] == first["grant_id"]
    assert second["scope"] == "openid context:topics context:sentiment"
    assert second["authorization_details"][0]["lens"] == {"brands": ["Northwind", "Breezy"]}
    [grant] = await grant_rows(world)
    assert grant.external_id_index is not None
    assert (await world.userinfo(first["access_token"])).status_code == 200
    told = (await world.introspect(first["access_token"], client)).json()
    assert told["scope"] == "openid context:topics"


async def test_a_replaced_grant_keeps_its_id_and_its_tokens_see_the_change(world):
    # Mutation tried: `replace` adds to what she gave before.
    first = await world.tokens(sections=("topics", "sentiment"))
    second = await changed(
        world, first, "replace", ["network"], "context:sentiment context:network"
    )
    assert second["grant_id"] == first["grant_id"]
    assert second["scope"] == "context:network"
    told = (await world.introspect(first["access_token"])).json()
    assert (told["active"], told["scope"], told["authorization_details"]) == (True, "", [])
    found = await read_token(world, first["access_token"])
    assert found is not None
    assert found.grant is not None
    assert found.grant.sections == {"network"}
    renewed = await world.refresh(first["refresh_token"])
    assert "context:topics" not in renewed.text


@pytest.mark.parametrize("action", ["merge", "replace"])
async def test_a_grant_of_another_client_or_one_that_ended_is_no_grant(world, action):
    # Mutations tried: `_grant_action` does not compare the client; takes an ended grant.
    theirs = await world.tokens(world.rival)
    ended = await world.tokens(purpose="dpv:ServicePersonalisation")
    await world.grants.revoke(CUSTOMER, ended["grant_id"])
    for grant_id in (theirs["grant_id"], ended["grant_id"], "gra_none", "ä", "\x00"):
        for purpose in (None, "dpv:ServicePersonalisation"):
            answer = await world.authorize(
                grant_management_action=action, grant_id=grant_id, purpose=purpose
            )
            assert query_of(answer.headers["location"])["error"] == "invalid_grant_id"


@pytest.mark.parametrize("action", ["merge", "replace"])
async def test_another_customer_cannot_change_her_grant(world, vault, action):
    # Mutation tried: `change_grant` does not compare the customer.
    tokens = await world.tokens()
    async with world.database.writing() as session:
        session.add(Customer(id="cus_bo", created_at=world.clock()))
        await session.flush()
        session.add(DataKey(customer_id="cus_bo", wrapped=vault.new_data_key("cus_bo")))
    somebody = CurrentSession("another", "cus_bo", world.clock())
    request_id = await world.consent_request(
        scope="context:network", grant_management_action=action, grant_id=tokens["grant_id"]
    )
    assert (await world.consents.pending(request_id, "cus_bo")).kept == ()
    url = await world.consents.approve(request_id, somebody, world.choice(["network"]))
    assert query_of(url)["error"] == "invalid_grant_id"
    [grant] = await grant_rows(world)
    assert (grant.customer_id, grant.sections) == (CUSTOMER, ["topics"])


async def test_a_grant_that_ends_while_she_decides_cannot_be_changed(world):
    tokens = await world.tokens()
    request_id = await world.consent_request(
        grant_management_action="merge", grant_id=tokens["grant_id"]
    )
    await world.grants.revoke(CUSTOMER, tokens["grant_id"])
    url = await world.approve(request_id, ["topics"])
    assert query_of(url)["error"] == "invalid_grant_id"


async def test_a_grant_keeps_its_purpose(world):
    # Mutation tried: `_grant_action` does not compare the purpose.
    tokens = await world.tokens()
    answer = await world.authorize(
        grant_management_action="merge",
        grant_id=tokens["grant_id"],
        purpose="dpv:ServicePersonalisation",
    )
    assert query_of(answer.headers["location"])["error"] == "invalid_request"


@pytest.mark.parametrize(
    "asked",
    [
        {"grant_management_action": "merge"},
        {"grant_management_action": "replace"},
        {"grant_management_action": "forget"},
        {"grant_id": "gra_x"},
        {"grant_management_action": "create", "grant_id": "gra_x"},
    ],
)
async def test_an_action_and_a_grant_go_together(world, asked):
    answer = await world.authorize(**asked)
    assert query_of(answer.headers["location"])["error"] == "invalid_request"
