"""Pushed requests, bound tokens, keys of clients, signing in, receipts, refusals.

Deploy: pre
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "pushed_requests",
        sa.Column("uri_hash", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["clients.id"],
            name=op.f("fk_pushed_requests_client_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("uri_hash", name=op.f("pk_pushed_requests")),
    )
    op.create_table(
        "used_once",
        sa.Column("once_hash", sa.String(), nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("once_hash", name=op.f("pk_used_once")),
    )
    op.create_index(op.f("ix_used_once_expires_at"), "used_once", ["expires_at"], unique=False)
    op.create_table(
        "refusals",
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_refusals_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_refusals_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("customer_id", "client_id", "purpose", name=op.f("pk_refusals")),
    )
    with op.batch_alter_table("clients") as clients:
        clients.add_column(sa.Column("jwks", sa.JSON(), nullable=True))
        clients.add_column(_text("profile", "oauth2.1"))
        clients.add_column(_text("id_token_algorithm", "RS256"))
        clients.add_column(sa.Column("lens", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("grants") as grants:
        grants.add_column(_flag("signs_in"))
        grants.add_column(_flag("is_single_call"))
        grants.add_column(sa.Column("lens", sa.JSON(), nullable=False, server_default="{}"))
        grants.add_column(sa.Column("external_id_index", sa.String(), nullable=True))
        grants.add_column(sa.Column("sealed_external_id", sa.LargeBinary(), nullable=True))
        grants.add_column(sa.Column("lasts_days", sa.Integer(), nullable=True))
    with op.batch_alter_table("consent_events") as events:
        events.add_column(sa.Column("sealed_receipt", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("authorization_codes") as codes:
        codes.add_column(_text("scope", ""))
        codes.add_column(_text("audience", ""))
        codes.add_column(sa.Column("nonce", sa.String(), nullable=True))
        codes.add_column(sa.Column("auth_time", moment, nullable=True))
        codes.add_column(sa.Column("jkt", sa.String(), nullable=True))
    with op.batch_alter_table("tokens") as tokens:
        tokens.add_column(_text("audience", ""))
        tokens.add_column(sa.Column("jkt", sa.String(), nullable=True))


def _text(name: str, default: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False, server_default=default)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
