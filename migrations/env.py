"""Run by Alembic for every command; the caller hands over an open connection."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel.sql.sqltypes import AutoString

from app.store.tables import metadata
from app.store.types import UtcDateTime


def render_plain_type(
    kind: str,
    item: Any,  # noqa: ANN401 - Alembic's own signature
    _autogen: AutogenContext,
) -> str | Literal[False]:
    """Write our column types as plain SQLAlchemy ones: a revision outlives our code."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=render_plain_type,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
