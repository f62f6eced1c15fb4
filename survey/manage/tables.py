"""What the issuer and the results databases hold, and nothing else.

Every column is listed in docs/THREAT_MODEL.md, section "What we store"; a test compares the list
with these tables. No row here belongs to an answer: answers lie in the ballot boxes alone.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedAsDataclass,
    mapped_column,
    relationship,
)

UNORDERED = {"sqlite_with_rowid": False}
"""A hidden row number would keep the order in which rows came."""


class IssuerTable(MappedAsDataclass, DeclarativeBase):
    """Base of the issuer's tables: it knows which codes exist, and never sees an answer."""


class ResultsTable(MappedAsDataclass, DeclarativeBase):
    """Base of the results' tables: what readers see and who may see it."""


class WaveRow(IssuerTable):
    """One fielding of a questionnaire. Its dates are the wave's own, announced to everybody."""

    __tablename__ = "wave"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'open', 'closing', 'closed', 'released', 'destroyed')",
            name="wave_state",
        ),
        CheckConstraint("length(public_key) = 32", name="wave_public_key"),
        CheckConstraint("length(verifier) = 32", name="wave_verifier"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16))
    questionnaire: Mapped[str] = mapped_column(Text)
    policy: Mapped[str] = mapped_column(Text)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    verifier: Mapped[bytes] = mapped_column(LargeBinary)
    cards: Mapped[int] = mapped_column(default=0)
    opened: Mapped[date | None] = mapped_column(default=None)
    closed: Mapped[date | None] = mapped_column(default=None)
    keys: Mapped[WaveKeyRow | None] = relationship(default=None, lazy="joined")


class WaveKeyRow(IssuerTable):
    """The keys of a wave that the page uses beside its public key.

    Waves that were finished before there was a sealed mode have none.
    """

    __tablename__ = "wave_key"
    __table_args__ = (
        CheckConstraint("length(fallback_key) = 65", name="wave_key_fallback_key"),
        CheckConstraint("length(token_key) = 422", name="wave_key_token_key"),
        UNORDERED,
    )

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True, init=False)
    fallback_key: Mapped[bytes] = mapped_column(LargeBinary)
    token_key: Mapped[bytes] = mapped_column(LargeBinary)


class CodeRow(IssuerTable):
    """A code, as two hashes under the wave's secret salt, and a sealed record for the auditor.

    `mark` and `record` are as long before and after, and read as noise to whoever lacks the salt
    and the officers' key: the file does not tell which codes were used.
    """

    __tablename__ = "code"
    __table_args__ = (
        CheckConstraint("length(hash) = 32", name="code_hash"),
        CheckConstraint("length(mark) = 32", name="code_mark"),
        CheckConstraint("length(record) = 528", name="code_record"),
        UNORDERED,
    )

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    mark: Mapped[bytes] = mapped_column(LargeBinary(32))
    record: Mapped[bytes] = mapped_column(LargeBinary)


class CodeListRow(IssuerTable):
    """What is published of a wave's codes: SHA-256 of every public half, sorted, end to end."""

    __tablename__ = "code_list"
    __table_args__ = (CheckConstraint("length(hashes) % 32 = 0", name="code_list_hashes"),)

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class HeadcountRow(IssuerTable):
    """How many people a declared group has on the frame of a wave."""

    __tablename__ = "headcount"
    __table_args__ = (CheckConstraint("people >= 0", name="headcount_people"), UNORDERED)

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    group_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    people: Mapped[int]


class BandRow(IssuerTable):
    """Roughly how many people a declared group has, as the wave's page tells everybody."""

    __tablename__ = "headcount_band"
    __table_args__ = (CheckConstraint("edge > 0", name="headcount_band_edge"), UNORDERED)

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    group_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    edge: Mapped[int]


class MarkerRow(IssuerTable):
    """What this installation is; `demo` is the only marker."""

    __tablename__ = "marker"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)


class ReleaseRow(ResultsTable):
    """A Release, packed. A correction is a new row; none is ever changed."""

    __tablename__ = "release"
    __table_args__ = (
        CheckConstraint("length(hash) = 64", name="release_hash"),
        CheckConstraint("length(verifier) = 32", name="release_verifier"),
    )

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    wave: Mapped[str] = mapped_column(String(64), index=True)
    closed: Mapped[date]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    verifier: Mapped[bytes] = mapped_column(LargeBinary)


class CommentThemesRow(ResultsTable):
    """What people wrote about, as the signed file that came in; one of a wave, never changed."""

    __tablename__ = "comment_themes"

    wave: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ClosingRow(ResultsTable):
    """What is told to everybody when a wave closes: counts, sorted receipts, sorted tokens."""

    __tablename__ = "closing"

    wave: Mapped[str] = mapped_column(String(64), primary_key=True)
    cards: Mapped[int]
    redeemed: Mapped[int | None]
    received: Mapped[int | None]
    receipts: Mapped[str] = mapped_column(Text)
    tokens: Mapped[bytes] = mapped_column(LargeBinary, default=b"")


class DestructionRow(ResultsTable):
    """The signed note that a wave's answers and keys are gone."""

    __tablename__ = "destruction"

    wave: Mapped[str] = mapped_column(String(64), primary_key=True)
    note: Mapped[str] = mapped_column(Text)
    signature: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)


class PersonRow(ResultsTable):
    """Somebody who signs in to read results. Respondents never sign in.

    Whoever signs in by the organisation has no password here, and the name is the directory's
    object id. Changing `epoch` ends all their sessions.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint(
            "role IN ('board', 'hr', 'officer', 'manager', 'association', 'administrator')",
            name="person_role",
        ),
        CheckConstraint("(role = 'board') = (command IS NOT NULL)", name="person_command"),
    )

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    epoch: Mapped[str] = mapped_column(String(32))
    device: Mapped[str] = mapped_column(String(32))
    device_failures: Mapped[int] = mapped_column(default=0)
    password: Mapped[str | None] = mapped_column(String(255), default=None)
    command: Mapped[str | None] = mapped_column(String(64), default=None)


class WrongTriesRow(ResultsTable):
    """How often a password was wrong for the names of one mark, whether or not there are any.

    A mark is two bytes of a keyed hash of the name, so the table cannot grow without end.
    """

    __tablename__ = "wrong_tries"

    mark: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    failures: Mapped[int]
    until: Mapped[int] = mapped_column(BigInteger)


class LogEntryRow(ResultsTable):
    """What somebody who signs in did, in a chain: `hash` is of this entry and of the one before."""

    __tablename__ = "log_entry"
    __table_args__ = (CheckConstraint("length(hash) = 64", name="log_entry_hash"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[int] = mapped_column(BigInteger)
    who: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16))
    what: Mapped[str] = mapped_column(String(600))
    once: Mapped[str | None] = mapped_column(String(32), unique=True)
    hash: Mapped[str] = mapped_column(String(64))


class LogHeadRow(ResultsTable):
    """The end of the chain, in its one row: whoever appends holds it meanwhile."""

    __tablename__ = "log_head"

    chain: Mapped[str] = mapped_column(String(16), primary_key=True)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
