"""Signing keys have an algorithm, a beginning and an end.

`retired_at` goes at once: no release has it, and nothing ever set it.

Deploy: pre
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    with op.batch_alter_table("signing_keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("algorithm", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("signs_from", moment, nullable=True))
        batch_op.add_column(sa.Column("retires_at", moment, nullable=True))
        batch_op.add_column(sa.Column("withdrawn_at", moment, nullable=True))
    op.execute(
        "UPDATE signing_keys"
        " SET algorithm = 'ES256', signs_from = created_at, retires_at = retired_at"
    )
    with op.batch_alter_table("signing_keys", schema=None) as batch_op:
        batch_op.alter_column("algorithm", existing_type=sa.String(), nullable=False)
        batch_op.alter_column("signs_from", existing_type=moment, nullable=False)
        batch_op.drop_column("retired_at")
