"""Merges of two customers who turn out to be one, and what came over by each."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Index, and_, delete, or_, text, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.types import UtcDateTime


class Merge(SQLModel, table=True):
    """A merge: offered by the survivor, claimed and accepted by the other, confirmed, undone.

    From `merged_at` to `undone_at` the absorbed customer is a shell: disabled, without anything of
    her own, kept for the data key under which everything can go back.
    """

    __tablename__ = "merges"
    __table_args__ = (
        # Whatever runs at once, nobody is absorbed twice.
        Index(
            "ix_merges_absorbed_once",
            "absorbed_id",
            unique=True,
            sqlite_where=text("merged_at IS NOT NULL AND undone_at IS NULL"),
            postgresql_where=text("merged_at IS NOT NULL AND undone_at IS NULL"),
        ),
    )

    id: str = Field(primary_key=True)
    survivor_id: str = Field(foreign_key="customers.id", ondelete="CASCADE", index=True)
    absorbed_id: str | None = Field(
        default=None, foreign_key="customers.id", ondelete="CASCADE", index=True
    )
    code_index: str = Field(unique=True, description="Blind index of the code that claims it.")
    offered_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, description="Until when it can be confirmed.")
    accepted_plan: str | None = Field(
        default=None, description="Hash of what the absorbed customer has agreed to."
    )
    merged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    told_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="When both were told of the last step."
    )


class MergedRow(SQLModel, table=True):
    """Something that came over: the id of an identifier, a connection or a grant."""

    __tablename__ = "merged_rows"

    merge_id: str = Field(primary_key=True, foreign_key="merges.id", ondelete="CASCADE")
    row_id: str = Field(primary_key=True)


def is_shell_of(customer_id: str) -> ColumnElement[bool]:
    """Choose the merges by which others are this customer's shells now."""
    return and_(col(Merge.survivor_id) == customer_id, *_holds())


async def find_open_merge(session: AsyncSession, customer_id: str, now: datetime) -> Merge | None:
    """Find the merge that waits for a customer or for the other side of hers; there is one."""
    query = select(Merge).where(_is_party(customer_id), *_is_open(now)).limit(1)
    return (await session.exec(query.execution_options(populate_existing=True))).one_or_none()


async def end_open_merges(session: AsyncSession, customer_id: str) -> bool:
    """Delete whatever merges wait for a customer or her other side; say whether there was one."""
    result = await session.exec(
        delete(Merge).where(_is_party(customer_id), col(Merge.merged_at).is_(None))
    )
    return bool(result.rowcount)


async def find_offer(session: AsyncSession, code_index: str, now: datetime) -> Merge | None:
    """Find an offer that nobody has claimed, by its code."""
    query = select(Merge).where(
        col(Merge.code_index) == code_index, col(Merge.absorbed_id).is_(None), *_is_open(now)
    )
    return (await session.exec(query)).one_or_none()


async def claim_offer(
    session: AsyncSession, merge_id: str, absorbed_id: str, now: datetime
) -> bool:
    """Make a customer the other side of an offer; of two that try, one succeeds."""
    result = await session.exec(
        update(Merge)
        .where(col(Merge.id) == merge_id, col(Merge.absorbed_id).is_(None), *_is_open(now))
        .values(absorbed_id=absorbed_id)
    )
    return bool(result.rowcount)


async def accept_plan(
    session: AsyncSession, merge_id: str, absorbed_id: str, plan: str, now: datetime
) -> bool:
    """Write down what the absorbed customer agrees to; nothing if the merge was given up."""
    result = await session.exec(
        update(Merge)
        .where(col(Merge.id) == merge_id, col(Merge.absorbed_id) == absorbed_id, *_is_open(now))
        .values(accepted_plan=plan)
    )
    return bool(result.rowcount)


async def complete_merge(
    session: AsyncSession, merge_id: str, accepted_plan: str, now: datetime
) -> bool:
    """Mark a merge as done if its other side agreed to this; of two that try, one succeeds."""
    result = await session.exec(
        update(Merge)
        .where(
            col(Merge.id) == merge_id,
            col(Merge.accepted_plan) == accepted_plan,
            *_is_open(now),
        )
        .values(merged_at=now, told_at=None)
    )
    return bool(result.rowcount)


async def undo_merge(
    session: AsyncSession, merge_id: str, survivor_id: str, since: datetime, now: datetime
) -> bool:
    """Mark a merge of hers, done after `since`, as undone; of two that try, one succeeds."""
    result = await session.exec(
        update(Merge)
        .where(
            col(Merge.id) == merge_id,
            is_shell_of(survivor_id),
            col(Merge.merged_at) > since,
        )
        .values(undone_at=now, told_at=None)
    )
    return bool(result.rowcount)


async def find_merge(session: AsyncSession, merge_id: str) -> Merge | None:
    """Find a merge, whatever has become of it."""
    return await session.get(Merge, merge_id, populate_existing=True)


async def merges_into(session: AsyncSession, survivor_id: str) -> Sequence[Merge]:
    """List the merges that hold by which others came into a customer, the newest first."""
    query = select(Merge).where(is_shell_of(survivor_id)).order_by(col(Merge.id).desc())
    return (await session.exec(query)).all()


async def merges_that_hold(session: AsyncSession) -> Sequence[Merge]:
    """List all merges whose shell is still there, the oldest first."""
    query = select(Merge).where(*_holds()).order_by(col(Merge.merged_at))
    return (await session.exec(query)).all()


async def untold_merges(session: AsyncSession) -> Sequence[Merge]:
    """List merges done or undone of which the two have not been told."""
    query = select(Merge).where(col(Merge.merged_at).is_not(None), col(Merge.told_at).is_(None))
    return (await session.exec(query)).all()


async def note_told(session: AsyncSession, merge_id: str, now: datetime) -> None:
    """Write down that both have been told."""
    await session.exec(update(Merge).where(col(Merge.id) == merge_id).values(told_at=now))


async def note_came_over(session: AsyncSession, merge_id: str, row_ids: Iterable[str]) -> None:
    """Write down what came over by a merge."""
    session.add_all(MergedRow(merge_id=merge_id, row_id=row_id) for row_id in row_ids)
    await session.flush()


async def came_over(session: AsyncSession, merge_id: str) -> set[str]:
    """Return the ids of what came over by a merge."""
    query = select(MergedRow.row_id).where(col(MergedRow.merge_id) == merge_id)
    return set((await session.exec(query)).all())


def is_over(before: datetime) -> ColumnElement[bool]:
    """Choose merges that nobody confirmed before a moment, and those undone before it."""
    unconfirmed = and_(col(Merge.merged_at).is_(None), col(Merge.expires_at) < before)
    return or_(unconfirmed, col(Merge.undone_at) < before)


def _is_party(customer_id: str) -> ColumnElement[bool]:
    return or_(col(Merge.survivor_id) == customer_id, col(Merge.absorbed_id) == customer_id)


def _is_open(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(Merge.merged_at).is_(None), col(Merge.expires_at) > now


def _holds() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(Merge.merged_at).is_not(None), col(Merge.undone_at).is_(None)
