"""Whether what she writes for her followers is read too.

Deploy: pre
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column(
        "connections",
        sa.Column("followers_only", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
