"""Killed while codes are imported, a wave is opened and an answer is sent: none lost, none twice.

`kill -9` before every single step that the work does to the disk (`tests/interrupting.py`); some of
them in tests that are not `long`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_interrupted import (
    LAST_FIRST,
    OPENED,
    WAVE,
    Disk,
    Stages,
    answers,
    at_every,
    command,
    stores_of,
    sweep,
    until,
)
from sqlalchemy import select

from survey.collect import box, codes, submit
from survey.manage import waves
from survey.manage.alone import LOCK
from survey.manage.tables import CodeRow

ATTEMPT = "5" * 64
IMPORT = f"codes import {WAVE} public-halves.txt"


def send(root: Path) -> str:
    """The last card's answer, always in the same attempt; tells the receipt."""
    stores = stores_of(root)
    card = (root / "last-card").read_text()
    return submit.submit(stores, waves.get(stores, WAVE), card, answers(0), ATTEMPT)


@pytest.fixture
def with_last_card(stages: Stages) -> Path:
    """The open wave, and the card whose holder has not answered."""
    return stages.at("open")


def expect_apart(disk: Disk, stages: Stages) -> None:
    """Nothing is opened, and no file tells tokens and codes together."""
    assert not disk.holding(*OPENED)
    with disk.stores.issuer() as session:
        hashes = tuple(session.scalars(select(CodeRow.hash)))
    keys = {half for code in stages.cards for half in (_half(code), _half(code).hex().encode())}
    with_codes = disk.holding(*hashes, *keys) - {"public-halves.txt", "last-card"}
    with_tokens = disk.holding(*(token[:32] for token in stages.tokens))
    assert with_codes
    assert not with_codes & with_tokens
    assert {name.partition(".")[2] for name in with_tokens} <= {"box", "box-journal"}


def _half(code: str) -> bytes:
    return codes.public_half(codes.parse(code), WAVE)


@at_every(7)
def test_import_is_finished_by_running_it_again(stages: Stages, every: int) -> None:
    def killed(disk: Disk) -> None:
        assert disk.state == "draft"
        with disk.stores.issuer() as session:
            cards = len(session.scalars(select(CodeRow)).all())
        assert cards in (0, len(stages.cards))
        assert not cards or disk.issues, "codes that are in can be redeemed"

    def done(disk: Disk, _said: str) -> None:
        assert waves.get(disk.stores, WAVE).cards == len(stages.cards)
        assert disk.issues
        new = {f"home/boxes/{WAVE}.box", f"home/salts/{WAVE}.salt"}
        assert disk.beside(stages.at("draft")) == new
        with disk.box as file:
            (slots,) = file.execute("SELECT count(*) FROM slot").fetchone()
        assert slots == box.slots_for(len(stages.cards))

    steps = sweep(stages.at("draft"), command(IMPORT), killed, done, every)
    assert steps > 50


@at_every(7)
def test_opening_is_finished_by_running_it_again(stages: Stages, every: int) -> None:
    work = until("open", f"wave open {WAVE}")

    def killed(disk: Disk) -> None:
        assert disk.state in {"draft", "open"}
        assert disk.issues

    def done(disk: Disk, _said: str) -> None:
        assert disk.state == "open"
        assert disk.beside(stages.at("imported")) == {f"home/{LOCK}"}

    assert sweep(stages.at("imported"), work, killed, done, every) > 10


def killed_while_sending(disk: Disk, stages: Stages) -> None:
    assert stages.acknowledged <= set(disk.receipts)
    assert stages.rows <= set(disk.answers)
    assert len(disk.answers) <= (disk.used or 0) <= len(stages.cards)
    assert disk.issues
    expect_apart(disk, stages)


def sent(disk: Disk, said: str, stages: Stages, before: Path) -> None:
    assert said in disk.receipts
    assert set(disk.receipts) == stages.acknowledged | {said}
    assert len(disk.answers) == disk.used == len(stages.cards)
    assert not disk.beside(before), "no journal stays"
    expect_apart(disk, stages)


def sweep_sending(stages: Stages, template: Path, every: int) -> int:
    return sweep(
        template,
        send,
        lambda disk: killed_while_sending(disk, stages),
        lambda disk, said: sent(disk, said, stages, template),
        every,
    )


@at_every(5)
def test_answer_that_is_sent_again_counts_once(
    stages: Stages, with_last_card: Path, every: int
) -> None:
    assert sweep_sending(stages, with_last_card, every) > 20


@pytest.mark.slow
def test_answer_acknowledged_before_it_is_on_disk_is_noticed(
    stages: Stages, with_last_card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A box that only remembers what it took tells a receipt of nothing."""
    monkeypatch.setattr(submit.box, "put", lambda _path, _token, sealed, _comments: sealed)
    with pytest.raises(AssertionError):
        sweep_sending(stages, with_last_card, LAST_FIRST)


@pytest.mark.slow
def test_answer_that_counts_twice_is_noticed(
    stages: Stages, with_last_card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box, "_seen", lambda *_: None)
    with pytest.raises(AssertionError, match="killed before step"):
        sweep_sending(stages, with_last_card, LAST_FIRST)


@pytest.mark.slow
def test_codes_and_tokens_in_one_file_are_noticed(
    stages: Stages, with_last_card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = box.put

    def telling(path: Path, token: bytes, sealed: bytes, comments: box.Comments) -> bytes:
        log = path.parent / "log"
        log.write_bytes(token + next(iter(stages.tokens)) + _half(stages.cards[0]))
        kept = put(path, token, sealed, comments)
        log.unlink()
        return kept

    monkeypatch.setattr(box, "put", telling)
    with pytest.raises(AssertionError, match="killed before step"):
        sweep_sending(stages, with_last_card, 5 * LAST_FIRST)


@at_every(5)
def test_wave_is_closed_over_the_journal_that_a_kill_leaves(
    stages: Stages, with_last_card: Path, every: int
) -> None:
    """`autumn.box-journal` holds old pages; whoever opens the box next removes it."""
    journals: list[int] = []

    def killed(disk: Disk) -> None:
        killed_while_sending(disk, stages)
        journal = f"home/boxes/{WAVE}.box-journal"
        journals.append(journal in disk.names)
        # It is a part of the box as it was: of the new answer it holds nothing.
        new = set(disk.answers) - stages.rows
        assert journal not in disk.holding(*new)

    def done(disk: Disk, _said: str) -> None:
        told = disk.told
        assert told
        assert stages.acknowledged <= set(told.receipts)
        assert list(told.receipts) == disk.receipts
        assert told.received == len(told.receipts) <= (told.redeemed or 0)
        assert not [name for name in disk.names if "journal" in name]
        assert not disk.holding(*stages.secrets.values())
        assert disk.holding(*stages.tokens) <= {"home/results.db"}

    sweep(
        with_last_card,
        send,
        killed,
        done,
        every,
        again=command(f"wave close {WAVE}"),
    )
    assert any(journals)
