"""Requests that wait are sealed.

Requests that wait are dropped: they last ten minutes, and the client starts again. `parameters`
goes at once: no release has it.

Deploy: pre
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for table in ("pushed_requests", "consent_requests"):
        op.execute(sa.delete(sa.table(table)))
        with op.batch_alter_table(table) as requests:
            requests.add_column(sa.Column("sealed_parameters", sa.LargeBinary(), nullable=False))
            requests.drop_column("parameters")
