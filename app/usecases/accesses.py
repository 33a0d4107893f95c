"""The access log as its customer sees it: who read what, when and why; refused attempts too."""

from dataclasses import dataclass
from datetime import datetime

from app.store.engine import Database
from app.store.history import accesses_of
from app.usecases.clients import host_of
from app.usecases.purposes import label_of

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class AccessView:
    """One read, or one refused attempt."""

    id: str
    at: datetime
    client_name: str
    client_host: str
    purpose_label: str
    agent: str | None
    call_id: str | None
    outcome: str
    served: list[str]
    withheld: dict[str, str]


@dataclass(frozen=True, slots=True)
class AccessPage:
    """A page of the log, newest first; `next_before` continues it."""

    accesses: list[AccessView]
    next_before: str | None


class Accesses:
    """Reads the access log of one customer.

    Args:
        database: Where it is kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, customer_id: str, before: str | None = None) -> AccessPage:
        """List her accesses, a page at a time.

        Args:
            customer_id: Whose log.
            before: The `next_before` of the page before; None for the newest.
        """
        async with self._database.reading() as session:
            rows = await accesses_of(session, customer_id, before, PAGE_SIZE + 1)
        views = [
            AccessView(
                id=access.id,
                at=access.at,
                client_name=client.name,
                client_host=host_of(client.uri),
                purpose_label=label_of(access.purpose),
                agent=access.agent,
                call_id=access.call_id,
                outcome=access.outcome,
                served=list(access.served),
                withheld=dict(access.withheld),
            )
            for access, client in rows[:PAGE_SIZE]
        ]
        return AccessPage(views, views[-1].id if len(rows) > PAGE_SIZE else None)
