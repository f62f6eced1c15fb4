"""The keys of sealed mode: the fallback key that answers are sealed to, and the token key."""

import sqlalchemy as sa
from alembic import op

from survey.errors import UnfinishedWaves

revision = "issuer_0002"
down_revision = "issuer_0001"
branch_labels = None
depends_on = None

UNFINISHED = sa.text("SELECT id FROM wave WHERE state IN ('open', 'closing', 'closed') ORDER BY id")


def upgrade() -> None:
    unfinished = op.get_bind().scalars(UNFINISHED).all()
    if unfinished:
        raise UnfinishedWaves(
            f"Wave {', '.join(unfinished)} has answers that an earlier version sealed; close and "
            "unseal it with that version, then run `candour migrate` again."
        )
    op.create_table(
        "wave_key",
        sa.Column("wave", sa.String(64), sa.ForeignKey("wave.id"), primary_key=True),
        sa.Column("fallback_key", sa.LargeBinary, nullable=False),
        sa.Column("token_key", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("length(fallback_key) = 65", name="wave_key_fallback_key"),
        sa.CheckConstraint("length(token_key) = 422", name="wave_key_token_key"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("wave_key")
