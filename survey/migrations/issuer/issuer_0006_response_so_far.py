"""Roughly how many have used their code, by day. Open waves have none yet."""

import sqlalchemy as sa
from alembic import op

revision = "issuer_0006"
down_revision = "issuer_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "response_so_far",
        sa.Column("wave", sa.String(64), sa.ForeignKey("wave.id"), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("percent", sa.Integer, nullable=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.CheckConstraint("people > 0", name="response_so_far_people"),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="response_so_far_percent"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("response_so_far")
