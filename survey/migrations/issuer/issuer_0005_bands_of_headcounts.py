"""Bands of headcounts that a wave's page tells. Open waves have none."""

import sqlalchemy as sa
from alembic import op

revision = "issuer_0005"
down_revision = "issuer_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "headcount_band",
        sa.Column("wave", sa.String(64), sa.ForeignKey("wave.id"), primary_key=True),
        sa.Column("group_id", sa.String(255), primary_key=True),
        sa.Column("edge", sa.Integer, nullable=False),
        sa.CheckConstraint("edge > 0", name="headcount_band_edge"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("headcount_band")
