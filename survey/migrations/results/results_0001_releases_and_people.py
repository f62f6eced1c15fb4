"""Releases, what is told when a wave closes and is destroyed, and the people who sign in."""

import sqlalchemy as sa
from alembic import op

revision = "results_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "release",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("wave", sa.String(64), nullable=False, index=True),
        sa.Column("closed", sa.Date, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("verifier", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("length(hash) = 64", name="release_hash"),
        sa.CheckConstraint("length(verifier) = 32", name="release_verifier"),
    )
    op.create_table(
        "closing",
        sa.Column("wave", sa.String(64), primary_key=True),
        sa.Column("cards", sa.Integer, nullable=False),
        sa.Column("redeemed", sa.Integer),
        sa.Column("received", sa.Integer, nullable=False),
        sa.Column("receipts", sa.Text, nullable=False),
    )
    op.create_table(
        "destruction",
        sa.Column("wave", sa.String(64), primary_key=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("signature", sa.LargeBinary),
    )
    op.create_table(
        "person",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password", sa.String(255), nullable=False),
        sa.Column("command", sa.String(64)),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", sa.Integer, nullable=False),
        sa.CheckConstraint("role IN ('board', 'hr')", name="person_role"),
        sa.CheckConstraint("(role = 'board') = (command IS NOT NULL)", name="person_command"),
    )


def downgrade() -> None:
    for table in ("person", "destruction", "closing", "release"):
        op.drop_table(table)
