"""Which master key wraps a data key; an index makes looking for others cheap.

Deploy: pre
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column(
        "data_keys",
        sa.Column("master_key_id", sa.String(), nullable=False, server_default=""),
    )
    op.create_index(op.f("ix_data_keys_master_key_id"), "data_keys", ["master_key_id"])
