"""The public list of a wave's codes. Drafts import their codes again, and then have one."""

import sqlalchemy as sa
from alembic import op

revision = "issuer_0003"
down_revision = "issuer_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_list",
        sa.Column("wave", sa.String(64), sa.ForeignKey("wave.id"), primary_key=True),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("length(hashes) % 32 = 0", name="code_list_hashes"),
    )


def downgrade() -> None:
    op.drop_table("code_list")
