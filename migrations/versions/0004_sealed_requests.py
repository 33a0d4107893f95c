"""Requests that wait are sealed; of a grant it is noted once that it expired.

Requests that wait are dropped: they last ten minutes, and the client starts again. `parameters`
goes at once: no release has it.

Deploy: pre
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in ("pushed_requests", "consent_requests"):
        if is_postgresql:
            # Nothing may come between the deleting and the new column, which no row lacks.
            op.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        op.execute(sa.delete(sa.table(table)))
        with op.batch_alter_table(table) as requests:
            requests.add_column(sa.Column("sealed_parameters", sa.LargeBinary(), nullable=False))
            requests.drop_column("parameters")
    op.execute(
        "DELETE FROM consent_events WHERE type = 'expired' AND id NOT IN"
        " (SELECT MIN(id) FROM consent_events WHERE type = 'expired' GROUP BY grant_id)"
    )
    op.create_index(
        op.f("ix_consent_events_expired_once"),
        "consent_events",
        ["grant_id"],
        unique=True,
        sqlite_where=sa.text("type = 'expired'"),
        postgresql_where=sa.text("type = 'expired'"),
    )
