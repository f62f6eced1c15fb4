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


class ResponseRow(IssuerTable):
    """Roughly what share of a wave's people had used their code: when it opened, and on one day.

    The first row says of how many people, for good. The share is rounded before it is stored, and
    told two days later: nothing here is finer than what is told. Destroyed with the answers.
    """

    __tablename__ = "response_so_far"
    __table_args__ = (
        CheckConstraint("percent BETWEEN 0 AND 100", name="response_so_far_percent"),
        CheckConstraint("people > 0", name="response_so_far_people"),
        UNORDERED,
    )

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    percent: Mapped[int]
    people: Mapped[int]


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


class PublishedRow(ResultsTable):
    """A Release that is out. One that is not here waits: only release officers know of it."""

    __tablename__ = "published_release"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)


class AgreementRow(ResultsTable):
    """What somebody proposed to do with a wave or a Release, and what another person said to it.

    It holds for `state` alone, the hash of all that was shown. `live` names what it is about while
    it stands, so that there is one at a time; it is empty when it is over. Nobody answers what
    they proposed themselves: the table refuses it, too.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        CheckConstraint("act IN ('open', 'close', 'publish', 'discard')", name="agreement_act"),
        CheckConstraint(
            "verdict IN ('proposed', 'agreed', 'done', 'declined', 'withdrawn', 'lapsed', 'void')",
            name="agreement_verdict",
        ),
        CheckConstraint("second IS NULL OR second <> first", name="agreement_two_people"),
        CheckConstraint(
            "verdict NOT IN ('agreed', 'done', 'declined') OR second IS NOT NULL",
            name="agreement_second",
        ),
        CheckConstraint(
            "(live IS NULL) = (verdict NOT IN ('proposed', 'agreed'))", name="agreement_live"
        ),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    act: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(64))
    told: Mapped[str] = mapped_column(Text)
    first: Mapped[str] = mapped_column(String(64))
    first_role: Mapped[str] = mapped_column(String(16))
    proposed: Mapped[int] = mapped_column(BigInteger)
    verdict: Mapped[str] = mapped_column(String(16))
    live: Mapped[str | None] = mapped_column(String(80), unique=True)
    second: Mapped[str | None] = mapped_column(String(64), default=None)
    second_role: Mapped[str | None] = mapped_column(String(16), default=None)
    answered: Mapped[int | None] = mapped_column(BigInteger, default=None)
    reason: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[str] = mapped_column(Text, default="")


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


class ActionRow(ResultsTable):
    """One version of a board's action. A later version is a new row; none is ever changed.

    `command` is the board's, empty for what HR does for the whole force. `concerns` is a JSON list
    of the findings that it answers, each `[wave, group, measure, kind]`; empty where it stands
    alone.
    """

    __tablename__ = "action"
    __table_args__ = (
        CheckConstraint("version > 0", name="action_version"),
        CheckConstraint("role IN ('board', 'hr')", name="action_role"),
        CheckConstraint("(role = 'hr') = (command = '')", name="action_command"),
        CheckConstraint("answer IN ('will_do', 'will_not', 'more_evidence')", name="action_answer"),
        CheckConstraint(
            "state IN ('none', 'planned', 'under_way', 'done', 'dropped')", name="action_state"
        ),
        CheckConstraint("(answer = 'will_not') = (state = 'none')", name="action_will_not"),
        CheckConstraint("(state = 'done') = (done_on IS NOT NULL)", name="action_done_on"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    command: Mapped[str] = mapped_column(String(64))
    wave: Mapped[str] = mapped_column(String(64))
    day: Mapped[date]
    role: Mapped[str] = mapped_column(String(16))
    concerns: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(String(120))
    words: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(80))
    due: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(16))
    done: Mapped[str] = mapped_column(Text)
    done_on: Mapped[date | None]
    asked_as: Mapped[str] = mapped_column(String(64))
    published: Mapped[bool]
    figures: Mapped[bool]
    shared: Mapped[bool]


class DoneBeforeRow(ResultsTable):
    """What a wave's page says was done before: written when it opens, the same for everybody."""

    __tablename__ = "done_before"

    wave: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[str] = mapped_column(Text)


class PersonRow(ResultsTable):
    """Somebody who signs in to read results. Respondents never sign in.

    Whoever signs in by the organisation has no password here, and the name is the directory's
    object id. Changing `epoch` ends all their sessions. A password with `first_until` is for
    choosing another one until then; `factor` is the sealed key of the app that shows codes, and
    `factor_step` the step of time of the last code that was taken.
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
    first_until: Mapped[int | None] = mapped_column(BigInteger, default=None)
    factor: Mapped[str | None] = mapped_column(String(255), default=None)
    factor_step: Mapped[int | None] = mapped_column(BigInteger, default=None)


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
