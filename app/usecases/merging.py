"""Merging: two customers who turn out to be one confirm it on both sides, and become one."""

import base64
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel.ext.asyncio.session import AsyncSession

from app.clock import Clock
from app.errors import Conflict, Invalid, NotFound
from app.ids import new_id
from app.store.belongings import copy_refusals, hold_customers
from app.store.customers import Customer
from app.store.engine import Database
from app.store.merges import (
    Merge,
    accept_plan,
    claim_offer,
    complete_merge,
    end_open_merges,
    find_offer,
    find_open_merge,
    merges_into,
    note_came_over,
)
from app.store.secrets import Vault
from app.store.sessions import delete_sessions_of
from app.usecases.consent_log import ConsentLog
from app.usecases.merge_grants import settle_grants
from app.usecases.merge_mails import MergeMails
from app.usecases.merge_plan import MergePlan, plan_of
from app.usecases.moving import move, put_after_hers

OFFER_LIFETIME = timedelta(hours=1)
CODE_BYTES = 10
"""80 bits: an hour of guessing at any rate that a service could answer finds nothing."""
# Crockford's alphabet: what looks like another character when it is copied by hand counts as it.
_CHARACTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CROCKFORD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _CHARACTERS)
_AS_READ = str.maketrans("OIL", "011")


class Role(StrEnum):
    """Which side of a merge a customer is."""

    SURVIVOR = "survivor"
    ABSORBED = "absorbed"


class Stage(StrEnum):
    """How far a merge has come."""

    OFFERED = "offered"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class MergeView:
    """A merge that waits, as one of its sides sees it.

    Attributes:
        role: Which side she is.
        stage: How far it has come.
        expires_at: Until when it can be confirmed.
        code: What the other side has to enter; for the survivor, until it was.
        plan: What it will do; for the survivor, once the other side has agreed to it; for the
            other side, without what is the survivor's.
    """

    role: Role
    stage: Stage
    expires_at: datetime
    code: str = field(repr=False)
    plan: MergePlan | None


class Merging:
    """What customers do about a merge until it is done; each has one that waits at most.

    Args:
        database: Where they are kept.
        vault: Opens and seals what is theirs, and derives the codes.
        clock: The time.
        log: Writes receipts.
        mails: Tell both.
    """

    def __init__(
        self, database: Database, vault: Vault, clock: Clock, log: ConsentLog, mails: MergeMails
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._log = log
        self._mails = mails

    async def view(self, customer_id: str) -> MergeView | None:
        """Return the merge that waits for a customer or her other side, if there is one."""
        now = self._clock()
        async with self._database.reading() as session:
            merge = await find_open_merge(session, customer_id, now)
            if merge is None:
                return None
            role = Role.SURVIVOR if merge.survivor_id == customer_id else Role.ABSORBED
            if merge.absorbed_id is None:
                return MergeView(role, Stage.OFFERED, merge.expires_at, self._code(merge.id), None)
            plan = await plan_of(session, self._vault, merge.survivor_id, merge.absorbed_id, now)
        # Agreed to is what was shown, and nothing else: whatever changes takes it back.
        stage = Stage.ACCEPTED if merge.accepted_plan == plan.fingerprint else Stage.CLAIMED
        if role is Role.ABSORBED:
            return MergeView(role, stage, merge.expires_at, "", plan.veiled())
        shown = plan if stage is Stage.ACCEPTED else None
        return MergeView(role, stage, merge.expires_at, "", shown)

    async def offer(self, customer_id: str) -> None:
        """Begin a merge into a customer's account, in the place of whatever merge waited for her.

        Args:
            customer_id: Who stays, freshly signed in.
        """
        now = self._clock()
        merge_id = new_id("mrg", now)
        async with self._database.writing() as session:
            await self._hold(session, customer_id)
            await end_open_merges(session, customer_id)
            session.add(
                Merge(
                    id=merge_id,
                    survivor_id=customer_id,
                    code_index=self._code_index(self._code(merge_id)),
                    offered_at=now,
                    expires_at=now + OFFER_LIFETIME,
                )
            )

    async def claim(self, customer_id: str, code: str) -> None:
        """Enter the code of an offer, as the account that is to pass into the other.

        Args:
            customer_id: Who enters it, freshly signed in.
            code: As she typed it.

        Raises:
            Invalid: No offer that waits has this code, or it is her own.
            Conflict: Others were merged into her account so lately that this could be undone.
        """
        now = self._clock()
        async with self._database.writing() as session:
            await self._hold(session, customer_id)
            offer = await find_offer(session, self._code_index(_as_read(code)), now)
            if offer is None:
                raise _no_such_code()
            if offer.survivor_id == customer_id:
                raise Invalid(
                    "That is the code of this account itself. Sign in with your other address, "
                    "and enter it there.",
                    code="merge_own_code",
                )
            await _check_no_shells(session, customer_id)
            await end_open_merges(session, customer_id)
            if not await claim_offer(session, offer.id, customer_id, now):
                raise _no_such_code()

    async def accept(self, customer_id: str, plan: str) -> None:
        """Agree to a merge, as the account that passes into the other.

        Args:
            customer_id: Who agrees, freshly signed in.
            plan: Fingerprint of the plan she was shown.

        Raises:
            NotFound: No merge waits for that any more.
            Conflict: Something has changed since she was shown the plan.
        """
        now = self._clock()
        async with self._database.writing() as session:
            await self._hold(session, customer_id)
            merge = await find_open_merge(session, customer_id, now)
            if merge is None or merge.absorbed_id != customer_id:
                raise _over()
            current = await plan_of(session, self._vault, merge.survivor_id, customer_id, now)
            if plan != current.fingerprint:
                raise _changed()
            if not await accept_plan(session, merge.id, customer_id, plan, now):
                raise _over()

    async def confirm(
        self, customer_id: str, plan: str, going_on: Collection[str], ending: Collection[str]
    ) -> None:
        """Merge: what the other side owns passes to her, and both are told by mail.

        Args:
            customer_id: Who stays, freshly signed in.
            plan: Fingerprint of the plan she was shown.
            going_on: Her grants that are to cover what passes to her, too.
            ending: Her grants that are to end instead.

        Raises:
            NotFound: No merge waits for that any more.
            Conflict: Something has changed since she, or the other side, was shown the plan.
            Invalid: She has not decided about each of her grants, or about one in two ways.
        """
        signer = await self._log.signer()
        now = self._clock()
        async with self._database.writing() as session:
            merge = await find_open_merge(session, customer_id, now)
            if merge is None or merge.survivor_id != customer_id or merge.absorbed_id is None:
                raise _over()
            absorbed = await self._hold_both(session, merge)
            await _check_no_shells(session, absorbed.id)
            current = await plan_of(session, self._vault, customer_id, absorbed.id, now)
            if plan != current.fingerprint:
                raise _changed()
            _check_decided(current, going_on, ending)
            if not await complete_merge(session, merge.id, plan, now):
                raise _changed()
            for side in (customer_id, absorbed.id):
                await end_open_merges(session, side)
            ended = [*ending, *(grant.id for grant in current.ending)]
            await settle_grants(session, self._log, signer, absorbed.id, ended, going_on, now)
            await copy_refusals(session, absorbed.id, customer_id)
            await put_after_hers(session, self._vault, absorbed.id, now)
            moved = await move(session, self._vault, absorbed.id, customer_id)
            await note_came_over(session, merge.id, moved)
            await delete_sessions_of(session, absorbed.id)
            absorbed.disabled_at = now
        await self._mails.tell(merge.id)

    async def cancel(self, customer_id: str) -> bool:
        """Give up the merge that waits, from either side; say whether there was one."""
        async with self._database.writing() as session:
            return await end_open_merges(session, customer_id)

    async def _hold(self, session: AsyncSession, customer_id: str) -> None:
        held = await hold_customers(session, [customer_id])
        if customer_id not in held or held[customer_id].disabled_at is not None:
            raise _over()

    async def _hold_both(self, session: AsyncSession, merge: Merge) -> Customer:
        held = await hold_customers(session, [merge.survivor_id, merge.absorbed_id])
        absorbed = held.get(merge.absorbed_id or "")
        if absorbed is None or any(side.disabled_at is not None for side in held.values()):
            raise _over()
        return absorbed

    def _code(self, merge_id: str) -> str:
        """Return an offer's code, the same each time: it is kept nowhere, and shown again."""
        derived = self._vault.derive("merge code", merge_id)[:CODE_BYTES]
        return base64.b32encode(derived).decode().translate(_CROCKFORD)

    def _code_index(self, code: str) -> str:
        return self._vault.blind_index("merge code", code)


def _as_read(typed: str) -> str:
    read = typed.upper().translate(_AS_READ)
    return "".join(character for character in read if character in _CHARACTERS)


async def _check_no_shells(session: AsyncSession, customer_id: str) -> None:
    if await merges_into(session, customer_id):
        raise Conflict(
            "Another account was merged into this one within the last 30 days. Undo that first, or "
            "begin here, so that this account is the one that stays.",
            code="merge_chain",
        )


def _check_decided(plan: MergePlan, going_on: Collection[str], ending: Collection[str]) -> None:
    asked = sorted(grant.id for grant in plan.widening)
    if sorted([*going_on, *ending]) != asked:
        raise Invalid(
            "Decide about each company: whether it goes on and sees more, or ends.",
            code="merge_undecided",
        )


def _no_such_code() -> Invalid:
    # One answer for a code that never was, was used, or is too old: it tells nothing of others.
    return Invalid(
        "That code does not work, or no longer. Get a new one in the account that is to stay.",
        code="merge_code",
    )


def _over() -> NotFound:
    return NotFound("That merge is over: it was done, given up, or an hour has passed.")


def _changed() -> Conflict:
    return Conflict(
        "Something has changed since this was shown. Look at it again.", code="merge_changed"
    )
