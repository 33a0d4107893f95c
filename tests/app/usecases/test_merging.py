"""Merging: two customers who turn out to be one confirm it on both sides, and become one.

Mutations tried are named at each test.
"""

import asyncio
import re
from datetime import timedelta

import pytest
from sqlmodel import func, select

from app.connectors.catalogue import Account
from app.errors import Conflict, Forbidden, Invalid, MilieuError, NotFound, Unavailable
from app.ids import secret_hash
from app.store.accesses import Access
from app.store.belongings import hold_customers, pass_late_accesses
from app.store.connections import Connection, ConnectionDigest
from app.store.customers import (
    Customer,
    DataKey,
    Identifier,
    IdentifierType,
    find_customer,
    identifiers_of,
)
from app.store.grants import ConsentEvent, Grant, find_subject, latest_grant
from app.store.merges import Merge, MergedRow
from app.store.refusals import has_refused_since, remember_refusal
from app.store.sessions import Session
from app.usecases.identifiers import openid_value
from app.usecases.identities import add_identifier, begin_session
from app.usecases.linking import Linked
from app.usecases.merge_plan import plan_of, veiled_name
from app.usecases.merging import OFFER_LIFETIME, Role, Stage
from app.usecases.unmerging import UNDO_WITHIN
from app.work.finality import Finality
from app.work.tidy import Tidy
from tests.support.deployment import PURPOSE
from tests.support.household import Household, household


@pytest.fixture
async def house(database_url, clock):
    found = household(database_url, clock)
    yield found
    await found.runtime.close()


@pytest.fixture
async def ada(house):
    """Who stays."""
    return await house.customer("ada@example.org")


@pytest.fixture
async def other(house, ada, clock):
    """The account that turns out to be hers, too; the younger one."""
    clock.advance(days=1)
    return await house.customer("ada@work.example")


async def count(house: Household, table: type) -> int:
    async with house.database.reading() as session:
        return (await session.exec(select(func.count()).select_from(table))).one()


async def events(house: Household, grant_id: str) -> list[str]:
    async with house.database.reading() as session:
        query = select(ConsentEvent).where(ConsentEvent.grant_id == grant_id)
        rows = (await session.exec(query.order_by(ConsentEvent.at, ConsentEvent.id))).all()
    assert all(row.sealed_receipt for row in rows), "each step has its receipt"
    return [row.type for row in rows]


# What moves.


async def test_everything_of_the_other_account_passes_under_the_key_of_the_one_that_stays(
    house, ada, other
):
    # Mutations tried: `reseal` not called; each line of `SEALED` left out.
    hers, theirs = await house.links(ada, "@ada"), await house.links(other, "@work")
    company = await house.client()
    ended = await house.gives(other, company)
    access = await house.reads(other, company, ended)
    merge_id = await house.merge(ada, other)

    assert await house.handles(ada) == ["@ada", "@work"]
    assert {await house.owner(Connection, each) for each in (hers, theirs)} == {ada}
    assert await house.owner(Grant, ended) == ada
    assert await house.owner(Access, access) == ada
    assert await house.opens_all(ada)
    assert await house.services.customers.emails(ada) == ["ada@example.org", "ada@work.example"]
    [view] = await house.unmerging.list(ada)
    assert (view.id, view.names) == (merge_id, ["ada@work.example"])
    assert view.until == house.clock() + UNDO_WITHIN
    shown = await house.services.grants.list(ada)
    assert [grant.id for grant in shown] == [ended]


async def test_either_address_signs_in_to_the_account_that_stays(house, ada, other):
    # Mutation tried: `Identifier` left out of `belongings_of`.
    session = await house.signed_in("ada@work.example")
    assert session.customer_id == other
    await house.merge(ada, other)
    assert await house.services.customers.session(session.session_secret) is None
    for address in ("ada@example.org", "ada@work.example"):
        assert await house.customer(address) == ada


async def test_the_survivors_own_address_stays_the_first_although_the_other_is_older(house, clock):
    # Mutation tried: no `put_after_hers`.
    older = await house.customer("older@example.org")
    clock.advance(days=1)
    younger = await house.customer("younger@example.org")
    clock.advance(days=1)
    merge_id = await house.merge(younger, older)
    emails = house.services.customers.emails
    assert await emails(younger) == ["younger@example.org", "older@example.org"]
    await house.unmerging.undo(younger, merge_id)
    assert (await emails(younger), await emails(older)) == (
        ["younger@example.org"],
        ["older@example.org"],
    )


async def test_both_contexts_move_on(house, ada, other):
    # Mutation tried: `bump_context_version` left out of `move`.
    async def versions():
        async with house.database.reading() as session:
            return [(await find_customer(session, each)).context_version for each in (ada, other)]

    before = await versions()
    merge_id = await house.merge(ada, other)
    merged = await versions()
    assert all(now > then for now, then in zip(merged, before, strict=True))
    await house.unmerging.undo(ada, merge_id)
    assert all(now > then for now, then in zip(await versions(), merged, strict=True))


async def test_what_does_not_open_moves_as_it_is_and_opens_again_once_it_is_back(house, ada, other):
    # Mutation tried: `reseal` raises.
    theirs = await house.links(other, "@work")
    async with house.database.writing() as session:
        row = await session.get_one(Connection, theirs)
        sealed, row.sealed_account = row.sealed_account, b"x" * 40
        session.add(row)
    plan = await house.agree(ada, other)
    assert (await house.merging.view(ada)).plan.connections[0].handle == "@unreadable"
    await house.merging.confirm(ada, plan, [], [])
    assert await house.handles(ada) == ["@unreadable"]
    async with house.database.writing() as session:
        row = await session.get_one(Connection, theirs)
        row.sealed_account = sealed
        session.add(row)
    [view] = await house.unmerging.list(ada)
    await house.unmerging.undo(ada, view.id)
    assert await house.handles(other) == ["@work"]


# Grants.


async def test_grants_of_the_other_account_end_and_never_cover_what_is_here(house, ada, other):
    # Mutation tried: `ended` without the plan's `ending`.
    company = await house.client()
    theirs = await house.gives(other, company, "topics", "sentiment")
    await house.merge(ada, other)
    assert not await house.active(theirs)
    assert await events(house, theirs) == ["granted", "revoked"]


async def test_grants_of_the_account_that_stays_go_on_or_end_as_she_says(house, ada, other):
    # Mutations tried: `note_widening` not called; `ending` not revoked.
    on, off = await house.client("On"), await house.client("Off")
    going_on, ending = await house.gives(ada, on), await house.gives(ada, off)
    await house.merge(ada, other, ending=(ending,))
    assert await house.active(going_on)
    assert await events(house, going_on) == ["granted", "widened"]
    assert not await house.active(ending)
    assert await events(house, ending) == ["granted", "revoked"]


@pytest.mark.parametrize("decided", ["nothing", "one", "both ways", "a foreign one too"])
async def test_she_decides_about_each_of_her_grants_once(house, ada, other, decided):
    # Mutation tried: no `_check_decided`.
    first = await house.gives(ada, await house.client("First"))
    second = await house.gives(ada, await house.client("Second"))
    theirs = await house.gives(other, await house.client("Theirs"))
    plan = await house.agree(ada, other)
    going_on, ending = {
        "nothing": ([], []),
        "one": ([first], []),
        "both ways": ([first, second], [first]),
        "a foreign one too": ([first, second, theirs], []),
    }[decided]
    with pytest.raises(Invalid, match="each company"):
        await house.merging.confirm(ada, plan, going_on, ending)
    assert await house.owner(Grant, theirs) == other
    await house.merging.confirm(ada, plan, [first], [second])


async def test_a_grant_given_meanwhile_is_not_widened_unseen(house, ada, other):
    # Mutations tried: the fingerprint without grants; `accepted_plan` not compared.
    plan = await house.agree(ada, other)
    late = await house.gives(ada, await house.client())
    with pytest.raises(Conflict) as refused:
        await house.merging.confirm(ada, plan, [late], [])
    assert refused.value.code == "merge_changed"
    assert (await house.merging.view(ada)).stage is Stage.CLAIMED, "the other side agrees anew"
    fresh = (await house.merging.view(other)).plan
    with pytest.raises(Conflict):
        await house.merging.confirm(ada, fresh.fingerprint, [late], [])
    await house.merging.accept(other, fresh.fingerprint)
    await house.merging.confirm(ada, fresh.fingerprint, [late], [])


async def test_what_she_links_there_meanwhile_is_shown_before_it_moves(house, ada, other):
    # Mutation tried: the fingerprint without connections.
    plan = await house.agree(ada, other)
    await house.links(other)
    with pytest.raises(Conflict):
        await house.merging.confirm(ada, plan, [], [])
    with pytest.raises(Conflict):
        await house.merging.accept(other, plan)


async def test_the_same_client_granted_by_both_knows_her_by_the_name_it_had_for_who_stays(
    house, ada, other
):
    company = await house.client()
    await house.gives(ada, company)
    await house.gives(other, company)
    views = {}
    for each in (ada, other):
        async with house.database.reading() as session:
            views[each] = await find_subject(session, each, company)
    await house.merge(ada, other)
    async with house.database.reading() as session:
        assert await find_subject(session, ada, company) == views[ada] != views[other]


async def test_her_active_grant_counts_as_the_last_one_although_a_later_one_came_over(
    house, ada, other
):
    # Mutation tried: `latest_grant` ordered by id alone.
    company = await house.client()
    hers = await house.gives(ada, company)
    house.clock.advance(minutes=1)
    await house.gives(other, company)
    await house.merge(ada, other)
    async with house.database.reading() as session:
        found = await latest_grant(session, ada, company, PURPOSE, house.clock())
    assert found.id == hers


async def test_a_grant_that_expired_there_gets_its_last_receipt_before_it_moves(house, ada, other):
    # Mutation tried: `expired_grants_of` not asked: the chore fails, for want of a name.
    until = house.clock() + timedelta(hours=1)
    expired = await house.gives(other, await house.client(), until=until)
    house.clock.advance(hours=2)
    await house.merge(ada, other)
    assert await events(house, expired) == ["granted", "expired"]
    assert await house.services.grants.note_expired() == 0


async def test_whom_she_refused_there_does_not_ask_her_here(house, ada, other):
    # Mutation tried: no `copy_refusals`.
    both, there = await house.client("Both"), await house.client("There")
    async with house.database.writing() as session:
        await remember_refusal(session, ada, both, PURPOSE, house.clock())
        await remember_refusal(session, other, there, PURPOSE, house.clock())
        later = house.clock() + timedelta(minutes=1)
        await remember_refusal(session, other, both, PURPOSE, later)
    await house.merge(ada, other)
    async with house.database.reading() as session:
        since = house.clock() - timedelta(hours=1)
        assert await has_refused_since(session, ada, there, since)
        assert await has_refused_since(session, ada, both, later - timedelta(seconds=1))


# The way there.


async def test_a_code_works_once_for_an_hour_and_is_kept_nowhere(house, ada, other):
    # Mutations tried: `expires_at` not compared; `absorbed_id IS NULL` left out, where an offer is
    # found and where it is claimed: each guards alone.
    await house.merging.offer(ada)
    code = (await house.merging.view(ada)).code
    assert len(code) == 16
    async with house.database.reading() as session:
        [row] = (await session.exec(select(Merge))).all()
    assert code not in str(row.model_dump())
    assert secret_hash(code) not in str(row.model_dump()), "nor what can be found by guessing"
    assert (await house.merging.view(ada)).code == code
    typed = f" {code[:4].lower()}-{code[4:].replace('0', 'o').replace('1', 'l')} "
    third = await house.customer("jo@example.org")
    await house.merging.claim(other, typed)
    with pytest.raises(Invalid):
        await house.merging.claim(third, code)
    await house.merging.offer(ada)
    later = (await house.merging.view(ada)).code
    assert later != code
    house.clock.advance(OFFER_LIFETIME)
    with pytest.raises(Invalid):
        await house.merging.claim(other, later)


async def test_no_answer_to_a_code_tells_whether_it_is_anybodys(house, ada, other):
    # Mutation tried: another text for a code that was used.
    await house.merging.offer(ada)
    used = (await house.merging.view(ada)).code
    await house.merging.claim(await house.customer("jo@example.org"), used)
    await house.merging.offer(await house.customer("bea@example.org"))
    expired = (await house.merging.view(await house.customer("bea@example.org"))).code
    house.clock.advance(OFFER_LIFETIME)
    said = set()
    for code in (used, expired, "0" * 16, "", "ünknown", "\udcff"):
        with pytest.raises(Invalid) as refused:
            await house.merging.claim(other, code)
        said.add((refused.value.detail, refused.value.code))
    assert len(said) == 1


async def test_nobody_merges_with_herself(house, ada):
    # Mutation tried: no comparison with the survivor.
    await house.merging.offer(ada)
    with pytest.raises(Invalid, match="of this account itself") as refused:
        await house.merging.claim(ada, (await house.merging.view(ada)).code)
    assert refused.value.code == "merge_own_code"


async def test_who_stays_sees_nothing_of_the_other_before_that_one_agreed(house, ada, other):
    # Mutation tried: `shown = plan`.
    await house.links(other, "@secret")
    await house.merging.offer(ada)
    await house.merging.claim(other, (await house.merging.view(ada)).code)
    seen = await house.merging.view(ada)
    assert (seen.stage, seen.plan, seen.code) == (Stage.CLAIMED, None, "")
    shown = await house.merging.view(other)
    assert (shown.role, shown.stage) == (Role.ABSORBED, Stage.CLAIMED)
    assert shown.plan.stays == ["a…@e….org"]
    await house.merging.accept(other, shown.plan.fingerprint)
    plan = (await house.merging.view(ada)).plan
    assert [connection.handle for connection in plan.connections] == ["@secret"]
    assert "secret" not in repr(plan)
    assert "example" not in repr(plan)


async def test_who_enters_a_code_sees_nothing_of_whose_it_is(house, ada, other):
    # Mutation tried: the plan as it is for the side that entered the code.
    await house.gives(ada, await house.client("Clinic"))
    await house.agree(ada, other)
    async with house.database.writing() as session:
        kind = IdentifierType.OPENID
        value = openid_value("https://id.clinic.example", "her")
        await add_identifier(session, house.vault, ada, kind, value, house.clock())
    for _ in range(2):
        shown = (await house.merging.view(other)).plan
        assert list(shown.stays) == ["a…@e….org", "an account at a provider"]
        assert (list(shown.widening), shown.widens) == ([], 1)
        assert list(shown.moves) == ["ada@work.example"]
        await house.merging.accept(other, shown.fingerprint)
    plan = (await house.merging.view(ada)).plan
    assert [grant.client_name for grant in plan.widening] == ["Clinic"]


@pytest.mark.parametrize(
    ("name", "veiled"),
    [
        ("ada@example.org", "a…@e….org"),
        ("ada@mail.example.co", "a…@m….co"),
        ("ada@localhost", "a…@l…"),
        ("a@b@c.org", "a…@c….org"),
        ("an account at id.example", "an account at a provider"),
    ],
)
def test_an_address_is_veiled(name: str, veiled: str):
    assert veiled_name(name) == veiled


async def test_nothing_happens_before_both_have_confirmed(house, ada, other):
    # Mutations tried: `complete_merge` without `accepted_plan`; without the survivor's check.
    await house.merging.offer(ada)
    await house.merging.claim(other, (await house.merging.view(ada)).code)
    plan = (await house.merging.view(other)).plan.fingerprint
    with pytest.raises(Conflict):
        await house.merging.confirm(ada, plan, [], [])
    await house.merging.accept(other, plan)
    with pytest.raises(NotFound):
        await house.merging.confirm(other, plan, [], [])
    with pytest.raises(NotFound):
        await house.merging.accept(ada, plan)
    assert await house.customer("ada@work.example") == other


@pytest.mark.parametrize("side", ["survivor", "absorbed"])
async def test_either_side_can_give_it_up(house, ada, other, side):
    plan = await house.agree(ada, other)
    assert await house.merging.cancel(ada if side == "survivor" else other)
    assert not await house.merging.cancel(ada)
    assert await house.merging.view(other) is None
    with pytest.raises(NotFound):
        await house.merging.confirm(ada, plan, [], [])
    with pytest.raises(NotFound):
        await house.merging.accept(other, plan)


async def test_an_hour_later_it_cannot_be_confirmed_and_a_day_later_it_is_gone(house, ada, other):
    # Mutation tried: `_is_open` without `expires_at`.
    plan = await house.agree(ada, other)
    house.clock.advance(OFFER_LIFETIME)
    with pytest.raises(NotFound):
        await house.merging.confirm(ada, plan, [], [])
    house.clock.advance(days=1, seconds=1)
    await Tidy(house.database, house.clock).now()
    assert await count(house, Merge) == 0


# Chains, and several at once.


async def test_whom_somebody_was_merged_into_lately_is_not_merged_into_others(house, ada, other):
    # Mutation tried: no `_check_no_shells` in `claim`.
    third = await house.customer("jo@example.org")
    await house.merge(ada, other)
    await house.merging.offer(third)
    code = (await house.merging.view(third)).code
    with pytest.raises(Conflict, match="within the last 30 days") as refused:
        await house.merging.claim(ada, code)
    assert refused.value.code == "merge_chain"
    await house.merge(ada, third)
    assert len(await house.unmerging.list(ada)) == 2
    fourth = await house.customer("fourth@example.org")
    house.clock.advance(UNDO_WITHIN)
    await house.unmerging.settle()
    await house.merge(fourth, ada)
    assert await house.customer("ada@work.example") == fourth


async def test_a_merge_that_was_agreed_on_before_another_one_is_off(house, ada, other):
    third = await house.customer("jo@example.org")
    plan = await house.agree(third, other)
    # Somebody keeps the page of the first merge, and another one is made meanwhile.
    await house.merge(ada, other)
    with pytest.raises(NotFound):
        await house.merging.confirm(third, plan, [], [])


async def test_of_two_who_confirm_at_once_one_does(house, ada, other):
    # Mutations tried: `hold_customers` without the lock (PostgreSQL); `disabled_at` not looked at.
    await house.links(other)
    plan = await house.agree(ada, other)
    results = await asyncio.gather(
        *(house.merging.confirm(ada, plan, [], []) for _ in range(4)), return_exceptions=True
    )
    assert sum(result is None for result in results) == 1
    assert all(isinstance(result, MilieuError) for result in results if result is not None)
    assert await house.opens_all(ada)
    assert await count(house, MergedRow) == 2


async def test_of_two_opposite_merges_at_once_one_is_done(house, ada, other):
    # Both are open, although each customer has one at most: as two processes may leave it.
    plans = {ada: await agreed(house, ada, other), other: await agreed(house, other, ada)}
    results = await asyncio.gather(
        *(house.merging.confirm(each, plans[each], [], []) for each in (ada, other)),
        return_exceptions=True,
    )
    assert sum(result is None for result in results) <= 1
    [*done] = [row for row in await merges(house) if row.merged_at]
    assert len(done) == sum(result is None for result in results)


async def agreed(house: Household, survivor: str, absorbed: str) -> str:
    """Write down a merge that waits for the survivor, whatever else waits; return its plan."""
    async with house.database.writing() as session:
        plan = await plan_of(session, house.vault, survivor, absorbed, house.clock())
        session.add(
            Merge(
                id=f"mrg_{survivor}",
                survivor_id=survivor,
                absorbed_id=absorbed,
                code_index=survivor,
                offered_at=house.clock(),
                expires_at=house.clock() + OFFER_LIFETIME,
                accepted_plan=plan.fingerprint,
            )
        )
    return plan.fingerprint


async def test_a_chain_that_began_in_between_is_not_closed(house, ada, other):
    # Mutation tried: no `_check_no_shells` in `confirm`.
    third = await house.customer("jo@example.org")
    await house.merge(ada, other)
    plan = await agreed(house, third, ada)
    with pytest.raises(Conflict) as refused:
        await house.merging.confirm(third, plan, [], [])
    assert refused.value.code == "merge_chain"


async def merges(house: Household) -> list[Merge]:
    async with house.database.reading() as session:
        return list((await session.exec(select(Merge))).all())


async def test_a_link_begun_there_does_not_end_in_the_shell(house, ada, other):
    # Mutation tried: no look at `disabled_at` in `Connections._keep`.
    linked = Linked(other, "mastodon", "https://x.example", Account("1", "@x"), None)
    await house.merge(ada, other)
    with pytest.raises(Forbidden) as refused:
        await house.services.connections._linked(linked)
    assert refused.value.code == "link_unknown"
    assert await count(house, Connection) == 0


async def test_an_address_asked_for_there_is_not_added_to_the_shell(house, ada, other):
    # Mutation tried: what `hold_customer` says is not looked at in `WaysIn._add_address`.
    await house.services.customers.request_address(other, "new@example.org")
    [token] = re.findall(r"mil_si_[\w-]+", house.mails[0].text)
    await house.merge(ada, other)
    with pytest.raises(Forbidden):
        await house.services.ways_in.add_address(other, token)
    assert await count(house, Identifier) == 2


# Undoing.


async def test_undone_what_came_over_goes_back_and_what_she_added_since_stays(house, ada, other):
    # Mutations tried: `move` back without `among`; `disabled_at` left; sessions left.
    theirs = await house.links(other, "@work")
    gone = await house.links(other, "@gone")
    company = await house.client()
    ended = await house.gives(other, company)
    access = await house.reads(other, company, ended)
    merge_id = await house.merge(ada, other)
    since = await house.links(ada, "@since")
    granted = await house.gives(ada, company)
    await house.services.connections.unlink(ada, gone)
    signed_in = await house.signed_in("ada@work.example")

    await house.unmerging.undo(ada, merge_id)

    assert await house.handles(ada) == ["@since"]
    assert await house.handles(other) == ["@work"]
    assert [await house.owner(Connection, each) for each in (since, theirs)] == [ada, other]
    assert await house.owner(Grant, granted) == ada
    assert [await house.owner(Grant, ended), await house.owner(Access, access)] == [other, other]
    assert not await house.active(ended), "a grant that ended does not revive"
    assert await house.opens_all(ada)
    assert await house.opens_all(other)
    assert await house.services.customers.session(signed_in.session_secret) is None
    assert await house.customer("ada@work.example") == other
    assert await house.unmerging.list(ada) == []
    with pytest.raises(NotFound):
        await house.unmerging.undo(ada, merge_id)
    await house.merge(other, ada)


async def test_undone_neither_side_has_a_session_or_a_way_that_was_added_since(house, ada, other):
    # Mutations tried: the sessions of the other side left; ways added since left, by which whoever
    # was absorbed would own the other account; what came by another merge since taken for such.
    third = await house.customer("ada@third.example")
    merge_id = await house.merge(ada, other)
    house.clock.advance(minutes=1)
    late = await house.customer("ada@late.example")
    await house.merge(ada, third)
    second = await house.merge(ada, late)
    async with house.database.writing() as session:
        kind, now = IdentifierType.EMAIL, house.clock()
        await add_identifier(session, house.vault, ada, kind, "since@example.org", now)
        begin_session(session, other, now, now)
    await house.unmerging.undo(ada, merge_id)
    async with house.database.reading() as session:
        rows = (await session.exec(select(Session))).all()
    assert not [row for row in rows if row.customer_id in (ada, other)]
    emails = await house.services.customers.emails(ada)
    assert sorted(emails) == ["ada@example.org", "ada@late.example", "ada@third.example"]
    assert await house.customer("since@example.org") not in (ada, other)
    await house.unmerging.undo(ada, second)
    assert await house.customer("ada@late.example") == late


async def test_only_who_stayed_can_undo_it_and_for_thirty_days(house, ada, other):
    # Mutations tried: `undo_merge` without `merged_at > since`; the survivor compared nowhere.
    third = await house.customer("jo@example.org")
    merge_id = await house.merge(ada, other)
    for who, which in ((third, merge_id), (ada, "mrg_made_up")):
        with pytest.raises(NotFound):
            await house.unmerging.undo(who, which)
    house.clock.advance(UNDO_WITHIN)
    assert await house.unmerging.list(ada) == []
    with pytest.raises(NotFound):
        await house.unmerging.undo(ada, merge_id)


async def test_of_two_who_undo_at_once_one_does(house, ada, other):
    await house.links(other)
    merge_id = await house.merge(ada, other)
    results = await asyncio.gather(
        *(house.unmerging.undo(ada, merge_id) for _ in range(3)), return_exceptions=True
    )
    assert sum(result is None for result in results) == 1
    assert await house.opens_all(other)


async def test_after_thirty_days_the_shell_is_erased_and_all_that_moved_stays(house, ada, other):
    # Mutations tried: `_settle` without the time; without `pass_late_accesses`.
    await house.links(other, "@work")
    company = await house.client()
    ended = await house.gives(other, company)
    await house.merge(ada, other)
    late = await house.reads(other, company, ended)  # recorded while the grant passed on
    chore = Finality(house.unmerging, house.services.merging._mails, house.clock)
    assert await chore.now() == 1
    assert await house.owner(Access, late) == ada
    house.clock.advance(UNDO_WITHIN - timedelta(seconds=1))
    assert await chore.now() == 0
    house.clock.advance(seconds=1)
    assert await chore.now() == 1
    assert await chore.now() == 0
    async with house.database.reading() as session:
        assert await session.get(Customer, other) is None
        assert await session.get(DataKey, other) is None
    assert await count(house, Merge) == await count(house, MergedRow) == 0
    assert await house.handles(ada) == ["@work"]
    assert await house.opens_all(ada)
    assert await house.owner(Access, late) == ada


async def test_a_merge_undone_in_the_last_moment_is_not_made_final(house, ada, other):
    # Mutation tried: `_settle` does not read the merge again.
    merge_id = await house.merge(ada, other)
    house.clock.advance(UNDO_WITHIN - timedelta(seconds=1))
    await house.unmerging.undo(ada, merge_id)
    house.clock.advance(seconds=1)
    assert await house.unmerging._settle(merge_id) == 0
    assert await house.customer("ada@work.example") == other


async def test_erasing_the_account_that_stays_erases_the_shell_too(house, ada, other):
    # Mutation tried: no `delete_shells` in `erase`.
    await house.links(other)
    await house.merge(ada, other)
    await house.services.customers.request_sign_in("ada@work.example", "context")
    await house.services.erasure.erase(ada)
    for table in (Customer, DataKey, Identifier, Connection, ConnectionDigest, Merge, MergedRow):
        assert await count(house, table) == 0, table
    assert await house.customer("ada@work.example") not in {ada, other}


# Mails.


async def test_both_are_told_when_merged_and_when_undone(house, ada, other):
    # Mutation tried: only the survivor's addresses.
    before = len(house.mails)
    merge_id = await house.merge(ada, other)
    told = house.mails[: len(house.mails) - before]
    told = [mail for mail in told if "merged" in mail.subject]
    assert {mail.to for mail in told} == {"ada@example.org", "ada@work.example"}
    assert "ada@work.example is part of the account of ada@example.org" in told[0].text
    assert "https://milieu.test/account" in told[0].text
    await house.unmerging.undo(ada, merge_id)
    parted = [mail for mail in house.mails if "parted" in mail.subject]
    assert {mail.to for mail in parted} == {"ada@example.org", "ada@work.example"}
    assert "ada@work.example signs in to an account of its own" in parted[0].text


async def test_who_could_not_be_told_is_told_later_and_the_merge_stands(
    house, ada, other, monkeypatch
):
    # Mutation tried: `note_told` before the mails.
    async def down(_mail):
        raise Unavailable("The mail server does not answer.")

    plan = await house.agree(ada, other)
    with monkeypatch.context() as patched:
        patched.setattr(house.services.outbox, "send", down)
        await house.merging.confirm(ada, plan, [], [])
    assert await house.owner(Identifier, (await rows(house, Identifier))[0].id) == ada
    mails = house.services.merging._mails
    assert await mails.tell_all() == 1
    assert {mail.to for mail in house.mails if "merged" in mail.subject} == {
        "ada@example.org",
        "ada@work.example",
    }
    assert await mails.tell_all() == 0
    assert not await mails.tell("mrg_gone")


@pytest.mark.parametrize("broken", ["an address", "the data key"])
async def test_what_cannot_be_read_keeps_no_other_mail_back(house, ada, other, monkeypatch, broken):
    # Mutations tried: `_readable` lets the error through; `tell` does.
    async def down(_mail):
        raise Unavailable("The mail server does not answer.")

    third, fourth = [await house.customer(f"{who}@example.org") for who in ("jo", "jan")]
    with monkeypatch.context() as patched:
        patched.setattr(house.services.outbox, "send", down)
        await house.merge(ada, other)
        await house.merge(third, fourth)
    async with house.database.writing() as session:
        if broken == "an address":
            [_, over] = await identifiers_of(session, ada)
            over.sealed_value = b"put back in part"
            session.add(over)
        else:
            await session.delete(await session.get_one(DataKey, ada))
    told = await house.services.merging._mails.tell_all()
    whom = {mail.to for mail in house.mails if "merged" in mail.subject}
    if broken == "an address":
        assert (told, whom) == (2, {"ada@example.org", "jo@example.org", "jan@example.org"})
    else:
        assert (told, whom) == (1, {"jo@example.org", "jan@example.org"})


async def rows(house: Household, table: type) -> list:
    async with house.database.reading() as session:
        return list((await session.exec(select(table))).all())


async def test_a_disabled_customer_takes_part_in_no_merge(house, ada, other):
    plan = await house.agree(ada, other)
    async with house.database.writing() as session:
        held = await hold_customers(session, [other])
        held[other].disabled_at = house.clock()
        assert await pass_late_accesses(session, other, ada) == 0
    with pytest.raises(NotFound):
        await house.merging.confirm(ada, plan, [], [])
    with pytest.raises(NotFound):
        await house.merging.offer(other)
