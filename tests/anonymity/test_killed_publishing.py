"""Killed between a closed wave and its end: carried, unsealed, taken in, destroyed; keys combined.

`kill -9` before every single step that the work does to the disk (`tests/interrupting.py`); some of
them in tests that are not `long`.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fixtures_interrupted import (
    LAST_FIRST,
    OPENED,
    WAVE,
    Disk,
    Stages,
    at_every,
    command,
    private_pieces,
    stores_of,
    sweep,
    until,
)

from analysis.release import folder
from survey.close import counted_rows, destroying
from survey.close import keys as release_keys
from survey.manage import destructions, headcounts, officers, wave_file, waves
from survey.results import store

CARRY = f"wave carry {WAVE} --out {WAVE}.wave"
UNSEAL_FILE = f"unseal {WAVE}.wave --key officers --out releases"
UNSEAL = f"unseal {WAVE} --key officers --out releases"
ADD = "release add back.release"
CORRECT = f"unseal {WAVE} --key officers --out releases --correct Headcounts"
DESTROY = f"wave destroy {WAVE} --yes"
COMBINE = (
    "keys combine officers/share-1.txt officers/share-2.txt --locked officers/release.locked "
    "--out officers"
)


def verifier(disk: Disk) -> Ed25519PublicKey:
    raw = officers.read(disk.root / "officers" / "public.json").verifier
    return Ed25519PublicKey.from_public_bytes(raw)


def expect_whole_releases(disk: Disk) -> None:
    """Whatever bears the name of a Release is one: hashes and signature fit."""
    for path in disk.root.glob("releases/*"):
        if path.name.startswith(".") or path.suffix in {".making", ".erasing"}:
            continue
        if path.is_dir():
            folder.read(path, verifier(disk))
        else:
            folder.unpack(path.read_bytes(), verifier(disk))


def expect_sealed(disk: Disk, stages: Stages) -> None:
    """Nothing opened, nothing lost; a Release is stored before its wave is called released."""
    assert not disk.holding(*OPENED)
    assert set(disk.answers) == stages.rows
    expect_whole_releases(disk)
    stored = store.by_wave(disk.stores, WAVE)
    if disk.state == "released":
        assert stored is not None


def expect_only(disk: Disk, other: Path, *more: str) -> None:
    assert disk.names == Disk(other).names | set(more)


@at_every(3)
def test_carrying_leaves_a_whole_file_or_none(stages: Stages, every: int) -> None:
    def killed(disk: Disk) -> None:
        expect_sealed(disk, stages)
        if (disk.root / f"{WAVE}.wave").exists():
            expect_whole(disk)

    def expect_whole(disk: Disk) -> None:
        sealed = wave_file.read(disk.root / f"{WAVE}.wave").sealed
        assert sealed
        assert set(sealed.answers) == stages.rows

    def done(disk: Disk, _said: str) -> None:
        expect_whole(disk)
        expect_only(disk, stages.at("closed"), f"{WAVE}.wave")

    assert sweep(stages.at("closed"), command(CARRY), killed, done, every) > 5


@at_every(11)
def test_unsealing_a_file_leaves_a_whole_release_or_none(stages: Stages, every: int) -> None:
    def done(disk: Disk, _said: str) -> None:
        expect_sealed(disk, stages)
        assert disk.names == Disk(stages.at("opened")).names - {"back.release"}
        assert disk.state == "closed"

    def killed(disk: Disk) -> None:
        expect_sealed(disk, stages)

    work = command(UNSEAL_FILE)
    assert sweep(stages.at("carried"), work, killed, done, every) > 40


def expect_released(disk: Disk, stages: Stages) -> None:
    expect_sealed(disk, stages)
    assert disk.state == "released"
    assert len(store.in_force(disk.stores)) == 1


def sweep_unsealing(stages: Stages, every: int) -> int:
    def done(disk: Disk, _said: str) -> None:
        expect_released(disk, stages)
        mine = {n for n in Disk(stages.at("opened")).names if n.startswith("releases/")}
        packed = {name for name in mine if name.endswith(".release")}
        assert disk.names == Disk(stages.at("carried")).names | mine - packed

    return sweep(
        stages.at("carried"),
        until("released", UNSEAL),
        lambda disk: expect_sealed(disk, stages),
        done,
        every,
    )


def sweep_adding(stages: Stages, every: int) -> int:
    def done(disk: Disk, _said: str) -> None:
        expect_released(disk, stages)
        expect_only(disk, stages.at("opened"))

    def killed(disk: Disk) -> None:
        expect_sealed(disk, stages)

    return sweep(stages.at("opened"), command(ADD), killed, done, every)


@at_every(11)
def test_unsealing_on_the_server_is_finished_by_running_it_again(
    stages: Stages, every: int
) -> None:
    assert sweep_unsealing(stages, every) > 60


@at_every(5)
def test_release_is_taken_in_once(stages: Stages, every: int) -> None:
    assert sweep_adding(stages, every) > 20


@at_every(11)
def test_a_correction_leaves_the_old_release_in_force_or_the_new_one(
    stages: Stages, every: int, tmp_path: Path
) -> None:
    shutil.copytree(stages.at("released"), tmp_path / "recounted")
    headcounts.store(stores_of(tmp_path / "recounted"), WAVE, {"force": 200})
    (first,) = store.every(stores_of(tmp_path / "recounted"))

    def killed(disk: Disk) -> None:
        expect_released(disk, stages)
        (now,) = store.in_force(disk.stores)
        assert {first, now} == set(store.every(disk.stores))

    def done(disk: Disk, _said: str) -> None:
        killed(disk)
        ((name, now),) = store.in_force(disk.stores).items()
        assert (now.manifest.replaces, now.manifest.correction) == (first, "Headcounts")
        more = disk.names - Disk(tmp_path / "recounted").names
        assert all(one.startswith(f"releases/{name}/") for one in more)

    assert sweep(tmp_path / "recounted", command(CORRECT), killed, done, every) > 60


@pytest.mark.slow
def test_wave_called_released_before_its_release_is_stored_is_noticed(
    stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = store.add

    def wrong(stores: Any, content: bytes, raw: bytes) -> str:
        with stores.issuer() as session:
            waves.move(session, WAVE, "closed", "released")
        return add(stores, content, raw)

    monkeypatch.setattr(store, "add", wrong)
    with pytest.raises(AssertionError, match="killed before step"):
        sweep_adding(stages, 5 * LAST_FIRST)


@pytest.mark.slow
def test_answers_opened_on_disk_for_a_moment_are_noticed(
    stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened_row = counted_rows.opened_row

    def wrong(sealed: bytes, keys: Any, wave: Any) -> dict[str, str] | None:
        found = opened_row(sealed, keys, wave)
        scratch = Path("rows.json")
        scratch.write_text(repr(found).replace("'", '"'))
        scratch.unlink()
        return found

    monkeypatch.setattr(counted_rows, "opened_row", wrong)
    with pytest.raises(AssertionError, match="killed before step"):
        sweep_unsealing(stages, 2)


@pytest.mark.slow
def test_half_a_release_under_its_name_is_noticed(
    stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_place(target: Path, files: Mapping[str, bytes]) -> None:
        target.mkdir(parents=True)
        for name, content in files.items():
            (target / name).write_bytes(content)

    monkeypatch.setattr(folder, "_make", in_place)
    with pytest.raises(AssertionError, match="killed before step"):
        sweep_unsealing(stages, 3)


def expect_destroyed_when_it_says_so(disk: Disk, stages: Stages, key: bool) -> None:
    """A note, and a wave that is called destroyed, are true when they come to be on disk."""
    carried = {f"{WAVE}.wave"}  # the officers' to destroy
    note = destructions.told(disk.stores, WAVE)
    if note or disk.state == "destroyed":
        assert not [name for name in disk.holding(*stages.rows) if name not in carried]
    if disk.state == "destroyed":
        assert note
        assert not key or not disk.holding(*private_pieces(stages.at("released")))
    assert store.by_wave(disk.stores, WAVE) is not None
    assert not disk.holding(*OPENED)


def sweep_destroying(stages: Stages, key: bool, every: int) -> int:
    def done(disk: Disk, _said: str) -> None:
        expect_destroyed_when_it_says_so(disk, stages, key)
        assert disk.state == "destroyed"
        keys = {"officers/release.key", "officers/release.locked"} if key else set()
        gone = {f"home/boxes/{WAVE}.closed"} | keys
        assert disk.names == Disk(stages.at("released")).names - gone

    line = f"{DESTROY} --key officers" if key else DESTROY
    return sweep(
        stages.at("released"),
        until("destroyed", line),
        lambda disk: expect_destroyed_when_it_says_so(disk, stages, key),
        done,
        every,
    )


@pytest.mark.parametrize("key", [True, False])
@at_every(7)
def test_destroying_is_finished_by_running_it_again(stages: Stages, key: bool, every: int) -> None:
    assert sweep_destroying(stages, key, every) > 40


@at_every(7)
def test_destroying_unpublished_is_finished_by_running_it_again(stages: Stages, every: int) -> None:
    def killed(disk: Disk) -> None:
        note = destructions.told(disk.stores, WAVE)
        assert disk.state != "destroyed" or note
        assert not note or not disk.holding(*stages.rows)
        assert not disk.holding(*OPENED)

    def done(disk: Disk, _said: str) -> None:
        killed(disk)
        note = destructions.told(disk.stores, WAVE)
        assert note
        assert note.reason == "lost"
        assert disk.names == Disk(stages.at("closed")).names - {f"home/boxes/{WAVE}.closed"}

    work = until("destroyed", f"{DESTROY} --unpublished lost")
    assert sweep(stages.at("closed"), work, killed, done, every) > 40


@pytest.mark.slow
def test_note_that_comes_before_the_answers_go_is_noticed(
    stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase, note = destroying._erase_answers, destroying._note
    monkeypatch.setattr(destroying, "_erase_answers", lambda *_: None)

    def wrong(stores: Any, wave: Any, *others: Any) -> None:
        note(stores, wave, *others)
        erase(stores, wave.id)

    monkeypatch.setattr(destroying, "_note", wrong)
    with pytest.raises(AssertionError, match="killed before step"):
        sweep_destroying(stages, True, 5 * LAST_FIRST)


def sweep_combining(stages: Stages, every: int) -> int:
    pieces = private_pieces(stages.at("released"))

    def killed(disk: Disk) -> None:
        if "officers/release.key" in disk.names:
            release_keys.load(disk.root / "officers")

    def done(disk: Disk, _said: str) -> None:
        killed(disk)
        assert disk.holding(*pieces) == {"officers/release.key"}
        expect_only(disk, stages.at("closed"), "officers/release.key")

    return sweep(stages.at("closed"), command(COMBINE), killed, done, every)


@at_every(3)
def test_key_is_whole_or_not_there(stages: Stages, every: int) -> None:
    assert sweep_combining(stages, every) > 3


@pytest.mark.slow
def test_key_written_in_place_is_noticed(stages: Stages, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(path: Path, content: bytes) -> None:
        path.write_bytes(content)

    monkeypatch.setattr(release_keys.secret_files, "write_whole", wrong)
    with pytest.raises(AssertionError, match="killed before step"):
        sweep_combining(stages, LAST_FIRST)
