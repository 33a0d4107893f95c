"""A connection as its owner sees it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import httpx

from app.connectors.catalogue import About, Account, Catalogue, Means, Reads
from app.store.connections import Connection, ConnectionState
from app.store.secrets import Box, SealError
from app.usecases.accounts import open_account
from app.usecases.advice import ADVICE
from app.usecases.verified_links import presences_of, verified_links

UNREADABLE_HANDLE = "@unreadable"


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """A connection as she sees it.

    Args:
        id: Its id.
        provider: The connector's name.
        instance: Her server's host, with its port if it has one.
        handle: Her name there, or her page.
        address: What to give to link it again.
        linked_by: How it was linked; what was uploaded cannot be read again.
        state: Where it stands.
        advice: What she can do about it; empty if there is nothing to say.
        refreshed_at: When its digest was last replaced.
        due_at: When it is refreshed next.
        engine: The engine that made its digest.
        followers_only: Whether what she writes for followers is read too; None where that cannot
            be told apart.
        verified_by: Handles of her connections of which each and this one verify each other.
    """

    id: str
    provider: str
    instance: str = field(repr=False)
    handle: str = field(repr=False)
    address: str = field(repr=False)
    linked_by: Means
    state: ConnectionState
    advice: str = field(repr=False)
    refreshed_at: datetime | None
    due_at: datetime | None
    engine: str | None
    followers_only: bool | None = None
    verified_by: Sequence[str] = field(default=(), repr=False)


def views_of(
    box: Box, rows: Sequence[tuple[Connection, str | None]], catalogue: Catalogue
) -> list[ConnectionView]:
    """Return connections as their owner sees them, and which of them verify each other.

    Args:
        box: Hers.
        rows: All of hers, each with the engine of its digest, if there is one.
        catalogue: The connectors.
    """
    views = {
        connection.id: view_of(box, connection, engine, catalogue.find(connection.provider).about)
        for connection, engine in rows
    }
    kept = ((connection.id, connection.state, connection.sealed_presence) for connection, _ in rows)
    found = verified_links(presences_of(box, kept))
    return [
        replace(view, verified_by=sorted(views[other].handle for other in found.get(key, ())))
        for key, view in views.items()
    ]


def view_of(box: Box, connection: Connection, engine: str | None, about: About) -> ConnectionView:
    """Return a connection as its owner sees it, also where what is sealed does not open.

    Args:
        box: Hers.
        connection: Which.
        engine: The engine that made its digest, if there is one.
        about: What its provider is like.
    """
    account, means = _account(box, connection), about.linked_by
    # What is linked by proof is at the address that names it, which is sealed with it.
    address = {Means.OAUTH: connection.instance, Means.PROOF: account.id if account else ""}
    host = httpx.URL(address.get(means, "")).netloc.decode("ascii")
    state = ConnectionState(connection.state)
    handle = account.handle if account else UNREADABLE_HANDLE
    return ConnectionView(
        id=connection.id,
        provider=connection.provider,
        instance=host,
        handle=handle,
        address=_again(account, host, means),
        linked_by=means,
        state=state,
        advice=ADVICE[means][state].format(host=host or "Your blog"),
        refreshed_at=connection.refreshed_at,
        due_at=connection.due_at,
        engine=engine,
        followers_only=connection.followers_only if Reads.FOLLOWERS_ONLY in about.reads else None,
    )


def _again(account: Account | None, host: str, means: Means) -> str:
    """Return what to give to link it again: whose account it is, where that says it."""
    if means is Means.PROOF:
        return account.handle if account else ""
    return account.handle if account and account.handle.startswith("@") else host


def _account(box: Box, connection: Connection) -> Account | None:
    try:
        return open_account(box, connection)
    except SealError:  # she must still see that it is there, to link it again or unlink it
        return None
