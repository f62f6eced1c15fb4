"""A disk that fills before any step: one sentence, nothing lost, and it goes on when there is room.

From the step on the kernel refuses every call that needs room (`tests/interrupting.py`), in SQLite
and anywhere else. Each twentieth step or so in tests that are not `long`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import full_disk
import interrupting
import pytest
from fixtures_interrupted import (
    OPENED,
    WAVE,
    Disk,
    Stages,
    at_every,
)
from fixtures_results import HR, make_site
from full_disk import DONE, application, expect_sentence, said_by, send

from survey.collect import box
from survey.database import Stores
from survey.errors import BoxError
from survey.manage import audit_log, destructions
from survey.results import store


def command(line: str) -> Callable[[Path], str]:
    """`candour ...` as work for a sweep."""
    return lambda root: said_by(root, line)


def is_in(state: str) -> Callable[[Disk], bool]:
    """Whether a command that, run once more, would only say that the wave is there already."""
    return lambda disk: disk.state == state


def expect_refused_or_done(said: str) -> None:
    if said != DONE:
        expect_sentence(said)


def expect_acknowledged_is_kept(disk: Disk, said: str, stages: Stages) -> None:
    """No receipt without its answer; who gets none is told to press again."""
    expect_all_kept(disk, stages)
    assert stages.acknowledged <= set(disk.receipts)
    new = set(disk.receipts) - stages.acknowledged
    if said.startswith("200"):
        assert [one for one in new if one in said]
    else:
        assert said.startswith(("500", "503"))
        assert "sending twice counts once" in said
        assert "Traceback" not in said


def expect_counted_once(disk: Disk, said: str, stages: Stages) -> None:
    (new,) = set(disk.receipts) - stages.acknowledged
    assert said.startswith("200")
    assert new in said
    assert len(disk.answers) == disk.used == len(stages.cards)
    assert not [name for name in disk.names if "journal" in name]


def sweep_sending(stages: Stages, every: int) -> int:
    application()  # made once, before the disk is full
    return full_disk.sweep(
        stages.at("open"),
        send,
        lambda disk, said: expect_acknowledged_is_kept(disk, said, stages),
        lambda disk, said: expect_counted_once(disk, said, stages),
        every,
    )


@at_every(13)
def test_an_answer_that_finds_no_room_is_not_acknowledged_and_counts_once_later(
    stages: Stages, every: int
) -> None:
    assert sweep_sending(stages, every) > 20


@pytest.mark.long
def test_a_box_that_says_it_kept_what_had_no_room_is_noticed(
    stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = box.put

    def wrong(path: Path, token: bytes, sealed: bytes, comments: box.Comments) -> bytes:
        with suppress(BoxError):
            put(path, token, sealed, comments)
        return sealed

    monkeypatch.setattr(box, "put", wrong)
    with pytest.raises(AssertionError, match="full from step"):
        sweep_sending(stages, 13)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of its own in memory; only who is root can have one."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        os.chdir("/")
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.long
@pytest.mark.parametrize("left", [0, 4_096, 65_536, 200_000])
def test_an_answer_on_a_disk_that_is_really_full(stages: Stages, tmp_path: Path, left: int) -> None:
    application()
    with small_disk(tmp_path / "small") as disk:
        root = shutil.copytree(stages.at("open"), disk / "run")
        filler, room = disk / "filler", os.statvfs(disk)
        with filler.open("wb") as file:
            file.write(bytes(room.f_bavail * room.f_frsize - left))
        before = interrupting.run(lambda: send(root)).said or ""
        assert left >= 200_000 or not before.startswith("200")
        filler.unlink()
        expect_acknowledged_is_kept(Disk(root), before, stages)
        again = interrupting.run(lambda: send(root)).said or ""
        expect_counted_once(Disk(root), again, stages)


def expect_all_kept(disk: Disk, stages: Stages) -> None:
    """No answer is lost or opened, and none counts twice."""
    assert stages.rows <= set(disk.answers)
    assert len(set(disk.answers)) == len(disk.answers)
    assert not disk.holding(*OPENED)


@at_every(61)
def test_closing_that_finds_no_room_goes_on_later(stages: Stages, every: int) -> None:
    def full(disk: Disk, said: str) -> None:
        expect_refused_or_done(said)
        expect_all_kept(disk, stages)
        assert disk.told is not None or disk.used == len(stages.rows)

    def done(disk: Disk, _said: str) -> None:
        told = disk.told
        assert disk.state == "closed"
        assert told
        assert list(told.receipts) == sorted(stages.acknowledged) == disk.receipts
        assert told.received == told.redeemed == len(stages.rows)
        assert not disk.holding(*stages.secrets.values())

    work = command(f"wave close {WAVE}")
    assert full_disk.sweep(stages.at("open"), work, full, done, every, is_in("closed")) > 80


def expect_whole_log(disk: Disk) -> None:
    found = audit_log.check(audit_log.entries(disk.stores), audit_log.head(disk.stores))
    assert found.problem is None


def expect_released(disk: Disk, stages: Stages) -> None:
    expect_all_kept(disk, stages)
    assert disk.state == "released"
    assert len(store.in_force(disk.stores)) == 1


@pytest.mark.long
def test_unsealing_that_finds_no_room_goes_on_later(stages: Stages) -> None:
    def full(disk: Disk, said: str) -> None:
        expect_refused_or_done(said)
        expect_all_kept(disk, stages)
        stored = store.by_wave(disk.stores, WAVE)
        assert stored is not None or disk.state == "closed"

    def done(disk: Disk, _said: str) -> None:
        expect_released(disk, stages)

    work = command(f"unseal {WAVE} --key officers --out releases")
    steps = full_disk.sweep(stages.at("carried"), work, full, done, 2, is_in("released"))
    assert steps > 60


@at_every(31)
def test_taking_a_release_in_that_finds_no_room_goes_on_later(stages: Stages, every: int) -> None:
    def full(disk: Disk, said: str) -> None:
        expect_refused_or_done(said)
        expect_all_kept(disk, stages)
        assert disk.state == "closed" or store.by_wave(disk.stores, WAVE) is not None
        expect_whole_log(disk)

    def done(disk: Disk, _said: str) -> None:
        expect_released(disk, stages)

    work = command("release add back.release")
    steps = full_disk.sweep(stages.at("opened"), work, full, done, every)
    assert steps > 20


@at_every(61)
def test_destroying_that_finds_no_room_goes_on_later(stages: Stages, every: int) -> None:
    def full(disk: Disk, said: str) -> None:
        expect_refused_or_done(said)
        if destructions.told(disk.stores, WAVE) or disk.state == "destroyed":
            assert not disk.holding(*stages.rows) - {f"{WAVE}.wave"}

    def done(disk: Disk, _said: str) -> None:
        assert disk.state == "destroyed"
        assert destructions.told(disk.stores, WAVE)
        assert not disk.holding(*stages.rows) - {f"{WAVE}.wave"}

    work = command(f"wave destroy {WAVE} --yes")
    assert full_disk.sweep(stages.at("released"), work, full, done, every, is_in("destroyed")) > 40


@at_every(15)
def test_a_page_that_the_log_has_no_room_for_is_not_shown(tmp_path: Path, every: int) -> None:
    site = make_site(tmp_path / "home")
    reader, before = site.client(HR), list(audit_log.entries(site.stores))

    def open_page() -> str:
        browser = site.app.test_client()
        browser._cookies = dict(reader._cookies or {})  # type: ignore[attr-defined]
        return str(browser.get("/results/hr").status_code)

    shutil.copytree(tmp_path / "home", tmp_path / "kept")
    steps = interrupting.run(open_page).steps
    for step in range(0, len(steps), every):
        shutil.rmtree(tmp_path / "home")
        shutil.copytree(tmp_path / "kept", tmp_path / "home")
        shown = interrupting.run(open_page, full_from=step).said
        found = list(audit_log.entries(Stores.open(site.settings)))
        assert (shown, len(found)) in {("500", len(before)), ("200", len(before) + 1)}
        assert found[: len(before)] == before
        assert audit_log.check(found, audit_log.head(Stores.open(site.settings))).problem is None
