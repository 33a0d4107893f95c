"""Who refused is left alone for a day, also by clients that ask without showing anything."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.errors import Conflict, Forbidden
from tests.app.authserver.conftest import CUSTOMER, query_of

BEFORE = datetime(2020, 1, 1, tzinfo=UTC)

BOTH = {"scope": "openid context:topics"}


async def settled(world, **asked) -> str | None:
    request_id = await world.consent_request(**asked)
    return await world.consents.settled(request_id, world.her_session())


async def test_a_refusal_answers_silent_requests_for_a_day_too(world):
    # Mutation tried: refusals are looked for only where a page would be shown.
    assert query_of(await settled(world, **BOTH, prompt="none"))["error"] == "consent_required"
    await world.deny(await world.consent_request(**BOTH))
    for hours in (0, 23):
        world.clock.advance(hours=hours)
        for prompt in (None, "none", "consent"):
            told = query_of(await settled(world, **BOTH, prompt=prompt))
            assert told["error"] == "access_denied"
            assert told["state"] == "st4te"
    world.clock.advance(hours=1)
    assert query_of(await settled(world, **BOTH, prompt="none"))["error"] == "consent_required"
    assert await settled(world, **BOTH) is None


async def test_a_refusal_holds_for_this_client_whatever_it_asks_for_and_for_no_other(world):
    # Mutation tried: `has_refused_since` asks for the purpose.
    await world.deny(await world.consent_request(**BOTH))
    other = await settled(world, **BOTH, purpose="dpv:ServicePersonalisation")
    assert query_of(other)["error"] == "access_denied"
    request_id = await world.consent_request(world.rival, **BOTH)
    assert await world.consents.settled(request_id, world.her_session()) is None


async def test_refusing_more_leaves_what_needs_no_asking(world):
    # Mutation tried: refusals are looked for before the grant that covers the request.
    await world.tokens(**BOTH)
    await world.deny(await world.consent_request(scope="openid context:topics context:network"))
    assert "code" in query_of(await settled(world, **BOTH))


async def test_one_request_is_answered_once_also_at_once(world):
    # Mutation tried: `settled` does not look at what `take_consent_request` says.
    await world.tokens(**BOTH)
    request_id = await world.consent_request(**BOTH)
    her = world.her_session()
    answers = await asyncio.gather(
        *(world.consents.settled(request_id, her) for _ in range(4)),
        world.consents.approve(request_id, her, world.choice(["topics"])),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, str) for answer in answers) == 1
    assert all(isinstance(answer, str | Conflict) for answer in answers)


async def test_once_signed_in_afresh_she_is_not_asked_about_what_she_gave(world):
    # Mutation tried: every prompt asks.
    tokens = await world.tokens(**BOTH)
    request_id = await world.consent_request(scope="openid", prompt="login")
    assert await world.consents.settled(request_id, world.her_session(BEFORE)) is None
    back = await world.consents.settled(request_id, world.her_session())
    assert "code" in query_of(back)
    assert (await world.refresh(tokens["refresh_token"])).status_code == 200


async def test_check_64_nothing_is_silent_against_global_privacy_control(world):
    # Mutation tried: `without_asking` does not look at it.
    crm = await world.registered("Ads", purposes=["dpv:Marketing"])
    await world.tokens(crm, **BOTH)
    for gpc, silent in ((False, True), (True, False)):
        request_id = await world.consent_request(crm, **BOTH)
        answer = await world.consents.settled(request_id, world.her_session(), gpc=gpc)
        assert (answer is not None) == silent


async def test_check_17_sensitive_sections_take_a_sign_in_of_the_last_hours(world):
    # Mutation tried: `fresh_since` without SENSITIVE.
    long_ago = world.her_session(world.clock() - timedelta(hours=13))
    for scope, is_sensitive in (("context:topics", False), ("context:network", True)):
        request_id = await world.consent_request(scope=scope)
        choice = world.choice([scope.removeprefix("context:")])
        if is_sensitive:
            with pytest.raises(Forbidden):
                await world.consents.approve(request_id, long_ago, choice)
        else:
            assert await world.consents.approve(request_id, long_ago, choice)


async def test_refusing_more_does_not_sign_her_out_of_what_she_gave_and_is_answered_once(world):
    await world.tokens(**BOTH)
    wider = {"scope": "openid context:topics context:network"}
    await world.deny(await world.consent_request(**wider))
    assert query_of(await settled(world, **wider))["error"] == "access_denied"
    [grant] = await world.grants.list(CUSTOMER)
    assert grant.sections == ["topics"]
