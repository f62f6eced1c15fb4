"""Waves, codes, headcounts and the marker of a demo."""

import sqlalchemy as sa
from alembic import op

revision = "issuer_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wave",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("questionnaire", sa.Text, nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("verifier", sa.LargeBinary, nullable=False),
        sa.Column("cards", sa.Integer, nullable=False),
        sa.Column("opened", sa.Date),
        sa.Column("closed", sa.Date),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'closing', 'closed', 'released', 'destroyed')",
            name="wave_state",
        ),
        sa.CheckConstraint("length(public_key) = 32", name="wave_public_key"),
        sa.CheckConstraint("length(verifier) = 32", name="wave_verifier"),
    )
    op.create_table(
        "code",
        sa.Column("wave", sa.String(64), sa.ForeignKey("wave.id"), primary_key=True),
        sa.Column("hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("mark", sa.LargeBinary(32), nullable=False),
        sa.CheckConstraint("length(hash) = 32", name="code_hash"),
        sa.CheckConstraint("length(mark) = 32", name="code_mark"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "headcount",
        sa.Column("wave", sa.String(64), sa.ForeignKey("wave.id"), primary_key=True),
        sa.Column("group_id", sa.String(255), primary_key=True),
        sa.Column("people", sa.Integer, nullable=False),
        sa.CheckConstraint("people >= 0", name="headcount_people"),
        sqlite_with_rowid=False,
    )
    op.create_table("marker", sa.Column("name", sa.String(16), primary_key=True))


def downgrade() -> None:
    for table in ("marker", "headcount", "code", "wave"):
        op.drop_table(table)
