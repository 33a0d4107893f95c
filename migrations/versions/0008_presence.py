"""What a connection says of itself: where it is, and what it names as hers.

Deploy: pre
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("connections", sa.Column("sealed_presence", sa.LargeBinary(), nullable=True))
