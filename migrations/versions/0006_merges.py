"""Merges of customers who turn out to be one, and what came over by each.

Deploy: pre
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "merges",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("survivor_id", sa.String(), nullable=False),
        sa.Column("absorbed_id", sa.String(), nullable=True),
        sa.Column("code_index", sa.String(), nullable=False),
        sa.Column("offered_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("accepted_plan", sa.String(), nullable=True),
        sa.Column("merged_at", moment, nullable=True),
        sa.Column("undone_at", moment, nullable=True),
        sa.Column("told_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["survivor_id"],
            ["customers.id"],
            name=op.f("fk_merges_survivor_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["absorbed_id"],
            ["customers.id"],
            name=op.f("fk_merges_absorbed_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
        sa.UniqueConstraint("code_index", name=op.f("uq_merges_code_index")),
    )
    op.create_index(op.f("ix_merges_survivor_id"), "merges", ["survivor_id"], unique=False)
    op.create_index(op.f("ix_merges_absorbed_id"), "merges", ["absorbed_id"], unique=False)
    op.create_index(
        op.f("ix_merges_absorbed_once"),
        "merges",
        ["absorbed_id"],
        unique=True,
        sqlite_where=sa.text("merged_at IS NOT NULL AND undone_at IS NULL"),
        postgresql_where=sa.text("merged_at IS NOT NULL AND undone_at IS NULL"),
    )
    op.create_table(
        "merged_rows",
        sa.Column("merge_id", sa.String(), nullable=False),
        sa.Column("row_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merge_id"],
            ["merges.id"],
            name=op.f("fk_merged_rows_merge_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("merge_id", "row_id", name=op.f("pk_merged_rows")),
    )
