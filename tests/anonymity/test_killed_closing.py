"""Killed while a wave is closed: no answer lost, the counts true, the secrets gone.

`kill -9` before every single step that the work does to the disk (`tests/interrupting.py`); some of
them in tests that are not `long`. Beside
each promise stands a closing whose steps are in the wrong order, and is caught.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fixtures_interrupted import (
    LAST_FIRST,
    OPENED,
    WAVE,
    Disk,
    Stages,
    at_every,
    sweep,
    until,
)

from survey.close import closing, rewriting
from survey.collect import box, salts
from survey.config import Settings
from survey.database import Stores
from survey.manage import erasing, waves
from survey.manage.closings import Closing

CLOSE = f"wave close {WAVE}"


def killed(disk: Disk, stages: Stages) -> None:
    assert set(disk.answers) == stages.rows
    assert len(disk.answers) == len(stages.rows)
    assert not disk.holding(*OPENED)
    if disk.told is None:
        assert disk.used == len(stages.rows), "whoever counts later can still count"
    else:
        expect_told(disk, stages)
    if disk.state == "open":
        assert disk.issues
    if disk.state == "closed":
        expect_no_secrets(disk, stages)


def expect_told(disk: Disk, stages: Stages) -> None:
    told = disk.told
    assert told
    assert told.received == told.redeemed == len(stages.rows)
    assert list(told.receipts) == sorted(stages.acknowledged) == disk.receipts


def expect_no_secrets(disk: Disk, stages: Stages) -> None:
    assert not disk.holding(*stages.secrets.values())
    # Published when the wave closes, and beside no answer.
    assert disk.holding(*(token[:32] for token in stages.tokens)) <= {"home/results.db"}


def closed(disk: Disk, stages: Stages) -> None:
    assert disk.state == "closed"
    expect_told(disk, stages)
    expect_no_secrets(disk, stages)
    gone = {f"home/boxes/{WAVE}.box", f"home/salts/{WAVE}.issuing", f"home/salts/{WAVE}.salt"}
    assert disk.names == Disk(stages.at("open")).names - gone | {f"home/boxes/{WAVE}.closed"}


def sweep_closing(stages: Stages, every: int) -> int:
    return sweep(
        stages.at("open"),
        until("closed", CLOSE),
        lambda disk: killed(disk, stages),
        lambda disk, _said: closed(disk, stages),
        every,
    )


@at_every(7)
def test_closing_is_finished_by_running_it_again(stages: Stages, every: int) -> None:
    assert sweep_closing(stages, every) > 80


Plant = Callable[[pytest.MonkeyPatch], None]


def box_erased_before_the_closed_one_has_its_name(patch: pytest.MonkeyPatch) -> None:
    rewrite = rewriting.rewrite

    def wrong(old: Path, new: Path) -> None:
        later = new.with_suffix(".later")
        rewrite(old, later)
        box.erase_file(old)
        later.replace(new)

    patch.setattr(rewriting, "rewrite", wrong)


def counts_told_after_the_salt_is_gone(patch: pytest.MonkeyPatch) -> None:
    tell = closing._tell

    def wrong(stores: Stores, wave_id: str, uncounted: bool) -> Closing:
        salt = salts.read(stores.settings, wave_id)
        erasing.erase(salts.path_of(stores.settings, wave_id))
        if salt:
            patch.setattr(salts, "read", lambda *_: salt)
        return tell(stores, wave_id, uncounted)

    patch.setattr(closing, "_tell", wrong)


def called_closed_before_the_secrets_are_gone(patch: pytest.MonkeyPatch) -> None:
    erase_file = box.erase_file

    def wrong(path: Path) -> bool:
        if path.suffix == ".box":
            stores = Stores.open(Settings.at(path.parents[1]))
            with stores.issuer() as session:
                waves.move(session, WAVE, "closing", "closed")
        return erase_file(path)

    patch.setattr(box, "erase_file", wrong)


def half_a_closed_box_under_its_name(patch: pytest.MonkeyPatch) -> None:
    """Written where it is looked for: what an interruption leaves is taken for a whole one."""
    rewrite = rewriting.rewrite

    def wrong(old: Path, new: Path) -> None:
        rewrite(old, new.with_suffix(".later"))
        content = new.with_suffix(".later").read_bytes()
        with new.open("wb") as file:
            for byte in range(0, len(content), len(content) // 8):
                file.write(content[byte : byte + len(content) // 8])
                file.flush()
        new.with_suffix(".later").unlink()

    patch.setattr(rewriting, "rewrite", wrong)


def drafts_left_lying(patch: pytest.MonkeyPatch) -> None:
    """A draft with sealed answers stays when the closing goes on under another name."""
    rewrite = rewriting.rewrite

    def wrong(old: Path, new: Path) -> None:
        rewrite(old, new)
        new.with_suffix(".making").write_bytes(new.read_bytes())

    patch.setattr(rewriting, "rewrite", wrong)


@pytest.mark.parametrize(
    "plant",
    [
        box_erased_before_the_closed_one_has_its_name,
        counts_told_after_the_salt_is_gone,
        called_closed_before_the_secrets_are_gone,
        half_a_closed_box_under_its_name,
        drafts_left_lying,
    ],
)
@pytest.mark.slow
def test_wrong_order_of_steps_is_noticed(
    stages: Stages, monkeypatch: pytest.MonkeyPatch, plant: Plant
) -> None:
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        sweep_closing(stages, 5 * LAST_FIRST)
