"""A sealed record beside each code, for the auditor.

Codes of before have none, and none can be made up. Drafts lose their codes and import them again;
of a released wave the rows have been noise since its salt was destroyed, so they go too.
"""

import sqlalchemy as sa
from alembic import op

from survey.errors import UnfinishedWaves

revision = "issuer_0004"
down_revision = "issuer_0003"
branch_labels = None
depends_on = None

UNFINISHED = sa.text("SELECT id FROM wave WHERE state IN ('open', 'closing', 'closed') ORDER BY id")
NO_CARDS = sa.text("UPDATE wave SET cards = 0 WHERE state = 'draft'")
NO_LIST = sa.text("DELETE FROM code_list WHERE wave IN (SELECT id FROM wave WHERE state = 'draft')")


def upgrade() -> None:
    unfinished = op.get_bind().scalars(UNFINISHED).all()
    if unfinished:
        raise UnfinishedWaves(
            f"Wave {', '.join(unfinished)} has codes of which an earlier version kept no record "
            "for the auditor; close and unseal it with that version, then run `candour migrate` "
            "again."
        )
    _without_codes()
    op.create_table(
        "code",
        *_columns(),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("length(hash) = 32", name="code_hash"),
        sa.CheckConstraint("length(mark) = 32", name="code_mark"),
        sa.CheckConstraint("length(record) = 528", name="code_record"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    _without_codes()
    op.create_table(
        "code",
        *_columns(),
        sa.CheckConstraint("length(hash) = 32", name="code_hash"),
        sa.CheckConstraint("length(mark) = 32", name="code_mark"),
        sqlite_with_rowid=False,
    )


def _without_codes() -> None:
    op.drop_table("code")
    op.execute(NO_LIST)
    op.execute(NO_CARDS)


def _columns() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("wave", sa.String(64), sa.ForeignKey("wave.id"), primary_key=True),
        sa.Column("hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("mark", sa.LargeBinary(32), nullable=False),
    )
