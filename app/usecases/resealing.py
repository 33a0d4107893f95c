"""Everything that is sealed under a customer's own key, and sealing it under another's.

Whoever adds a sealed column of hers names it here: a test compares this list with the tables.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlmodel import SQLModel

from app.store.connections import Connection, ConnectionDigest
from app.store.customers import Identifier
from app.store.grants import ConsentEvent, Grant
from app.store.secrets import Box, SealError
from app.usecases.accounts import account_place, presence_place, tokens_place
from app.usecases.consent_log import receipt_place
from app.usecases.giving import external_id_place
from app.usecases.identifiers import identifier_place
from app.usecases.renderings import digest_place

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column that is sealed under her key.

    Attributes:
        table: Of which table.
        column: Its name.
        place: What a row's value is bound to.
    """

    table: type[SQLModel]
    column: str
    place: Callable[[Any], str]


SEALED = (
    Sealed(Identifier, "sealed_value", lambda row: identifier_place(row.id)),
    Sealed(Connection, "sealed_account", lambda row: account_place(row.id)),
    Sealed(Connection, "sealed_presence", lambda row: presence_place(row.id)),
    Sealed(Connection, "sealed_tokens", lambda row: tokens_place(row.id)),
    Sealed(ConnectionDigest, "sealed", lambda row: digest_place(row.connection_id)),
    Sealed(ConsentEvent, "sealed_receipt", lambda row: receipt_place(row.id)),
    Sealed(
        Grant,
        "sealed_external_id",
        lambda row: external_id_place(row.client_id, row.external_id_index or ""),
    ),
)


def reseal(row: SQLModel, of: Box, to: Box) -> None:
    """Seal what is sealed of a row under another key; what is empty stays so.

    What does not open is left as it is: no more can be read of it than before, and should the row
    go back, neither less.

    Args:
        row: A row of any table.
        of: The box it was sealed with.
        to: The box that is to open it.
    """
    for sealed in SEALED:
        value = getattr(row, sealed.column) if isinstance(row, sealed.table) else None
        if not value:
            continue
        place = sealed.place(row)
        try:
            setattr(row, sealed.column, to.seal(of.open(value, place), place))
        except SealError:
            logger.warning("what does not open stays sealed as it is: %s", place)
