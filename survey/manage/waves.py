"""Waves: one fielding of a questionnaire each, from draft to destroyed.

    draft > open > closing > closed > released > destroyed

A draft, and a closed wave that nobody answered, can also be destroyed as they are; a closed wave
that gets no Release, with a reason.

`closing` lasts for the seconds in which the box is rewritten; only an interrupted `wave close` is
found in it, and finishes when it is run again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from analysis.plan import FORCE
from analysis.policy import DisclosurePolicy
from survey.config import ISSUE
from survey.database import Stores
from survey.errors import CandourError, FixedWave, SettingsError, WaveStateError
from survey.manage import issuing_keys
from survey.manage.officers import FALLBACK_BYTES, KEY_BYTES, PublicKeys
from survey.manage.tables import (
    CodeListRow,
    HeadcountRow,
    MarkerRow,
    ResponseRow,
    WaveKeyRow,
    WaveRow,
)
from survey.questionnaire import loader
from survey.questionnaire.model import Questionnaire

State = Literal["draft", "open", "closing", "closed", "released", "destroyed"]

HASH_BYTES = 32
SMALLEST_WAVE = 50
"""Cards. In a smaller wave, time alone tells who answered what."""
LARGEST_WAVE = 200_000
"""Cards. A file of more is not read, so that a small zip cannot fill the memory."""

DEMO = "demo"
LONGEST_TITLE = 200
CHANGED = "can be changed"
"""What only a draft can be; whoever tries it of another wave is logged."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Wave:
    """One fielding of a questionnaire.

    Attributes:
        public_key: 32 bytes, X25519; answers are sealed to it.
        fallback_key: 65 bytes, P-256; answers of browsers without X25519 are sealed to it.
        token_key: DER, RSA-3072; checks the tokens that the issuer signed. Like the fallback key
            empty in a wave of before sealed mode, which can take no answers any more.
        verifier: 32 bytes, Ed25519; checks the signature on the wave's Release.
        cards: codes that were made for it, spare ones included.
    """

    id: str
    title: str
    state: State
    questionnaire: Questionnaire
    policy: DisclosurePolicy
    public_key: bytes
    fallback_key: bytes
    token_key: bytes
    verifier: bytes
    opened: date | None
    closed: date | None
    cards: int

    @property
    def is_public(self) -> bool:
        """Whether it ever took answers; a draft, a destroyed one too, is nobody's business."""
        return self.state != "draft" and self.opened is not None


@lru_cache(maxsize=32)
def _parsed(source: str) -> Questionnaire:
    # One object for all waves that ask the same: what is cached by questionnaire finds it at once.
    return loader.parse(source, "the questionnaire of a wave")


def _stored(row: WaveRow) -> tuple[Questionnaire, DisclosurePolicy]:
    """Its questionnaire and its rules, which were checked before they were stored."""
    try:
        return _parsed(row.questionnaire), DisclosurePolicy(**json.loads(row.policy))
    except (CandourError, ValueError, TypeError) as error:
        raise SettingsError(
            f"What is stored of wave {row.id} cannot be read ({' '.join(str(error).split())}): the "
            "issuer's database is damaged, or another version's; put it back as it was."
        ) from error


def _wave(row: WaveRow) -> Wave:
    questionnaire, policy = _stored(row)
    return Wave(
        id=row.id,
        title=row.title,
        state=row.state,  # type: ignore[arg-type]  # the table's own check allows no other
        questionnaire=questionnaire,
        policy=policy,
        public_key=row.public_key,
        fallback_key=row.keys.fallback_key if row.keys else b"",
        token_key=row.keys.token_key if row.keys else b"",
        verifier=row.verifier,
        opened=row.opened,
        closed=row.closed,
        cards=row.cards,
    )


def create(
    stores: Stores,
    wave_id: str,
    title: str,
    questionnaire: Questionnaire,
    keys: PublicKeys,
    policy: DisclosurePolicy | None = None,
) -> Wave:
    """Make a draft wave and its issuing key. Everything else is fixed from here on.

    Raises:
        WaveStateError: when the id is taken or is not lower-case words joined by hyphens, the title
            is none, a key has not its length, the questionnaire was fielded elsewhere, or this host
            has no issuer.
    """
    if ISSUE not in stores.settings.surfaces:
        raise WaveStateError(
            "This host has no issuer (CANDOUR_SURFACES): make the wave on the host that has it, "
            "and bring it here with `candour wave export` and `candour wave import`."
        )
    row = _draft(wave_id, title, questionnaire, keys, policy or DisclosurePolicy())
    with stores.issuer() as session:
        there = session.get(WaveRow, wave_id)
        if there is not None and there.state != "draft":
            raise FixedWave(
                wave_id,
                f"There is a wave {wave_id} already, and it is {there.state}: its questionnaire, "
                "keys and disclosure rules are fixed. Choose another id.",
            )
        if there is not None:
            raise WaveStateError(f"There is a wave {wave_id} already; choose another id.")
        token_key = issuing_keys.make(stores.settings, wave_id)
        row.keys = WaveKeyRow(keys.fallback_key, token_key)
        session.add(row)
    return _wave(row)


def copy(session: Session, wave: Wave) -> None:
    """Keep a draft that another host made, with its cards; this host can issue nothing for it.

    Raises:
        WaveStateError: when it could not have been made with `create`.
    """
    keys = PublicKeys(wave.public_key, wave.fallback_key, wave.verifier)
    row = _draft(wave.id, wave.title, wave.questionnaire, keys, wave.policy)
    if issuing_keys.checked(wave.token_key) is None:
        raise WaveStateError(f"The issuing key of wave {wave.id} is none; export the wave again.")
    row.cards, row.keys = wave.cards, WaveKeyRow(wave.fallback_key, wave.token_key)
    session.add(row)


def _draft(
    wave_id: str,
    title: str,
    questionnaire: Questionnaire,
    keys: PublicKeys,
    policy: DisclosurePolicy,
) -> WaveRow:
    """The row of a new draft; what could not be read back is never stored."""
    _expect_makeable(wave_id, title, questionnaire, keys)
    row = WaveRow(
        id=wave_id,
        title=title,
        state="draft",
        questionnaire=questionnaire.source,
        policy=json.dumps(policy.as_dict()),
        public_key=keys.public_key,
        verifier=keys.verifier,
    )
    _parsed(row.questionnaire)
    return row


def expect_id(wave_id: str) -> None:
    """Raise WaveStateError when `wave_id` can be no wave's id."""
    if not _ID.fullmatch(wave_id) or len(wave_id) > 64:
        raise WaveStateError(
            f"{wave_id!r} cannot be a wave's id; use up to 64 lower-case letters and digits in "
            "words joined by hyphens, such as autumn-2026."
        )


def _expect_makeable(
    wave_id: str, title: str, questionnaire: Questionnaire, keys: PublicKeys
) -> None:
    expect_id(wave_id)
    if questionnaire.fielded != "here":
        raise WaveStateError(
            f"{questionnaire.title} describes a file of answers from elsewhere (`fielded`); use "
            "`candour tabulate` for those."
        )
    lengths = tuple(len(key) for key in (keys.public_key, keys.fallback_key, keys.verifier))
    if lengths != (KEY_BYTES, FALLBACK_BYTES, KEY_BYTES):
        raise WaveStateError(
            "A wave's public keys have 32, 65 and 32 bytes; use the public.json of this version's "
            "`candour keys new` as it is."
        )
    if not keys.can_seal:
        raise WaveStateError(
            "Answers cannot be sealed to the wave's public keys: one of them is no key at all. Use "
            "the public.json of `candour keys new` as it is, or export the wave again."
        )
    if not title.strip() or len(title) > LONGEST_TITLE:
        raise WaveStateError(f"A wave has a title of 1 to {LONGEST_TITLE} characters.")


def find(session: Session, wave_id: str) -> WaveRow:
    """The stored wave.

    Raises:
        WaveStateError: when there is none of that id.
    """
    row = session.get(WaveRow, wave_id)
    if row is None:
        raise WaveStateError(f"There is no wave {wave_id}; `candour wave status` lists the waves.")
    return row


def get(stores: Stores, wave_id: str) -> Wave:
    """The wave of that id.

    Raises:
        WaveStateError: when there is none.
    """
    with stores.issuer() as session:
        return read(session, wave_id)


def read(session: Session, wave_id: str) -> Wave:
    """The wave of that id, as this transaction sees it.

    Raises:
        WaveStateError: when there is none.
    """
    return _wave(find(session, wave_id))


def all_waves(stores: Stores) -> tuple[Wave, ...]:
    """Every wave: those that opened, oldest first, and the drafts after them."""
    with stores.issuer() as session:
        waves = [_wave(row) for row in session.scalars(select(WaveRow))]
    return tuple(sorted(waves, key=lambda wave: (wave.opened or date.max, wave.id)))


def open_waves(stores: Stores) -> tuple[Wave, ...]:
    """The waves that take answers now."""
    return tuple(wave for wave in all_waves(stores) if wave.state == "open")


def open_wave(
    stores: Stores,
    wave_id: str,
    today: date,
    expect: Callable[[Session], None] = lambda _session: None,
) -> Wave:
    """Let a draft wave take answers. Its cards must have been imported: they size its ballot box.

    `expect` looks once more, when nobody can change the draft any more, and may refuse.

    Raises:
        WaveStateError: when it is not a draft, has too few cards or no list of codes to publish.
    """
    with stores.issuer() as session:
        hold_draft(session, wave_id, "can be opened")
        row = find(session, wave_id)
        _expect_openable(session, row)
        expect(session)
        row.state, row.opened = "open", today
        force = session.get(HeadcountRow, (wave_id, FORCE))
        # Fixed here, where two people agreed: another headcount would move the steps of the share.
        people = (force.people if force else 0) or row.cards
        session.merge(ResponseRow(wave=wave_id, day=today, percent=0, people=people))
    return _wave(row)


def hold_draft(session: Session, wave_id: str, what: str = CHANGED) -> None:
    """Let no other transaction change a draft until this one ends.

    It writes before it looks, so that what is read afterwards is what the last one left.

    Raises:
        FixedWave: when it is no draft and somebody wants to change it.
        WaveStateError: when there is no such wave, or it is no draft.
    """
    if move(session, wave_id, "draft", "draft"):
        return
    state = find(session, wave_id).state
    sentence = f"Wave {wave_id} is {state}; only a draft {what}."
    if what == CHANGED:
        raise FixedWave(wave_id, sentence)
    raise WaveStateError(sentence)


def _expect_openable(session: Session, row: WaveRow) -> None:
    if row.keys is None:
        raise WaveStateError(
            f"Wave {row.id} was made by an earlier version or came out of a backup, and has no "
            "issuing key; make a new wave with `candour wave new`."
        )
    if row.cards < SMALLEST_WAVE:
        raise WaveStateError(
            f"Wave {row.id} has {row.cards} cards; it opens with {SMALLEST_WAVE} or more, "
            "because in a smaller wave the time alone tells who answered what."
        )
    listed = session.get(CodeListRow, row.id)
    if listed is None or len(listed.hashes) != HASH_BYTES * row.cards:
        raise WaveStateError(
            f"Wave {row.id} has no list of all its codes to publish; import its codes again "
            "with `candour codes import`."
        )


def move(session: Session, wave_id: str, before: State, after: State) -> bool:
    """Take a wave from one state to the next; False when another process has done so."""
    done = session.execute(
        update(WaveRow).where(WaveRow.id == wave_id, WaveRow.state == before).values(state=after)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def mark_demo(stores: Stores) -> None:
    """Mark this installation as a demo's."""
    with stores.issuer() as session:
        session.merge(MarkerRow(DEMO))


def is_demo(stores: Stores) -> bool:
    """Whether this installation is a demo's."""
    with stores.issuer() as session:
        return session.get(MarkerRow, DEMO) is not None
