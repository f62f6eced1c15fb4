"""What two people agree on, and which Releases are out: all that are here already."""

import sqlalchemy as sa
from alembic import op

revision = "results_0006"
down_revision = "results_0005"
branch_labels = None
depends_on = None

VERDICTS = "'proposed', 'agreed', 'done', 'declined', 'withdrawn', 'lapsed', 'void'"


def upgrade() -> None:
    op.create_table("published_release", sa.Column("hash", sa.String(64), primary_key=True))
    op.execute("INSERT INTO published_release SELECT hash FROM release")
    op.create_table(
        "agreement",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("act", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("first", sa.String(64), nullable=False),
        sa.Column("first_role", sa.String(16), nullable=False),
        sa.Column("proposed", sa.BigInteger, nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("live", sa.String(80), unique=True),
        sa.Column("second", sa.String(64)),
        sa.Column("second_role", sa.String(16)),
        sa.Column("answered", sa.BigInteger),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.CheckConstraint("act IN ('open', 'close', 'publish', 'discard')", name="agreement_act"),
        sa.CheckConstraint(f"verdict IN ({VERDICTS})", name="agreement_verdict"),
        sa.CheckConstraint("second IS NULL OR second <> first", name="agreement_two_people"),
        sa.CheckConstraint(
            "verdict NOT IN ('agreed', 'done', 'declined') OR second IS NOT NULL",
            name="agreement_second",
        ),
        sa.CheckConstraint(
            "(live IS NULL) = (verdict NOT IN ('proposed', 'agreed'))", name="agreement_live"
        ),
    )
    op.create_index("ix_agreement_subject", "agreement", ["subject"])


def downgrade() -> None:
    for table in ("agreement", "published_release"):
        op.drop_table(table)
