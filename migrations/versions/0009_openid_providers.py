"""Signing in at OpenID providers, and links that add an address to somebody who is signed in.

Deploy: pre
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "sign_in_attempts",
        sa.Column("state_hash", sa.String(), nullable=False),
        sa.Column("browser_hash", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("wish", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("session_hash", sa.String(), nullable=True),
        sa.Column("return_to", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("consumed_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_sign_in_attempts_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index(
        op.f("ix_sign_in_attempts_customer_id"), "sign_in_attempts", ["customer_id"], unique=False
    )
    with op.batch_alter_table("sign_in_links") as links:
        links.add_column(sa.Column("customer_id", sa.String(), nullable=True))
        links.create_foreign_key(
            op.f("fk_sign_in_links_customer_id"),
            "customers",
            ["customer_id"],
            ["id"],
            ondelete="CASCADE",
        )
        links.create_index(op.f("ix_sign_in_links_customer_id"), ["customer_id"], unique=False)
