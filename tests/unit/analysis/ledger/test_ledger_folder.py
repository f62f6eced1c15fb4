"""The ledger's folder: whole entries in a chain, and one sentence for whatever breaks it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import interrupting
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_release import make_release, packed, plan

from analysis import zipped
from analysis.errors import LedgerError
from analysis.ledger import BEGINNING, Count, Ledger, Published
from analysis.ledger import folder as ledgers

SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(32))
LINE = "culture"


def published(wave: str, home: Path, **facts: object) -> Published:
    return Published(packed(make_release(wave, **facts), home, SIGNER), plan())


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """Two waves, each counted and released, the second audited with the first."""
    home = tmp_path_factory.mktemp("releases")
    found = Ledger(LINE)
    for wave, received in (("spring", 3600), ("autumn", 3580)):
        found = found.plus(Count(wave, 6000, received))
        found = found.plus(published(wave, home, ledger=found.head))
    return found


@pytest.fixture
def there(ledger: Ledger, tmp_path: Path) -> Path:
    ledgers.append(tmp_path / "ledger", ledger)
    return tmp_path / "ledger"


def entry(folder: Path, number: int) -> Path:
    return folder / ledgers.name_of(number)


def test_a_ledger_is_read_as_it_was_written(ledger: Ledger, there: Path) -> None:
    assert ledgers.read(there, LINE) == ledger
    assert sorted(path.name for path in there.iterdir()) == [
        f"000{number}.entry" for number in (1, 2, 3, 4)
    ]
    assert [one.wave for one in ledger.releases] == ["spring", "autumn"]
    assert ledger.releases[1].release.manifest.ledger == ledger.up_to(3).head


def test_the_same_ledger_is_the_same_bytes(ledger: Ledger, there: Path, tmp_path: Path) -> None:
    ledgers.append(tmp_path / "again", ledger)
    for path in there.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


def test_a_folder_that_is_not_there_is_an_empty_ledger(tmp_path: Path) -> None:
    found = ledgers.read(tmp_path / "none", LINE)
    assert found.entries == ()
    assert found.head == BEGINNING


def test_appending_again_changes_nothing(ledger: Ledger, there: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in there.iterdir()}
    ledgers.append(there, ledger)
    assert {path: path.stat().st_mtime_ns for path in there.iterdir()} == before


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_deleted_entry_is_noticed(there: Path, number: int) -> None:
    entry(there, number).unlink()
    with pytest.raises(LedgerError, match=f"000{number}.entry is missing: the ledger has a gap"):
        ledgers.read(there, LINE)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_deleted_entry_is_noticed_though_the_others_move_up(there: Path, number: int) -> None:
    for after in range(number, 4):
        shutil.copy(entry(there, after + 1), entry(there, after))
    entry(there, 4).unlink()
    with pytest.raises(LedgerError, match="does not follow the entry before it"):
        ledgers.read(there, LINE)


def test_reordered_entries_are_noticed(there: Path) -> None:
    one, other = entry(there, 1).read_bytes(), entry(there, 3).read_bytes()
    entry(there, 1).write_bytes(other)
    entry(there, 3).write_bytes(one)
    with pytest.raises(LedgerError, match="does not follow the entry before it"):
        ledgers.read(there, LINE)


def edited(path: Path, old: bytes, new: bytes) -> None:
    files = zipped.unpack(path.read_bytes(), lambda _: None)
    assert old in files["entry.json"]
    path.write_bytes(zipped.pack(files | {"entry.json": files["entry.json"].replace(old, new)}))


def test_an_edited_count_is_noticed_by_the_next_entry(there: Path) -> None:
    edited(entry(there, 1), b"3600", b"3601")
    with pytest.raises(LedgerError, match=r"audited with other entries|does not follow"):
        ledgers.read(there, LINE)


def test_an_edited_plan_is_noticed_by_the_next_entry(there: Path) -> None:
    edited(entry(there, 2), b'"label": "', b'"label": "x')
    with pytest.raises(LedgerError, match="does not follow the entry before it"):
        ledgers.read(there, LINE)


def test_another_release_in_an_entry_is_noticed(there: Path, tmp_path: Path) -> None:
    files = zipped.unpack(entry(there, 4).read_bytes(), lambda _: None)
    other = packed(make_release("autumn", seed=9), tmp_path, SIGNER)
    entry(there, 4).write_bytes(zipped.pack(files | {"release.zip": other}))
    with pytest.raises(LedgerError, match="another Release than it says"):
        ledgers.read(there, LINE)


def test_damaged_and_foreign_files_are_noticed(there: Path) -> None:
    content = entry(there, 4).read_bytes()
    entry(there, 4).write_bytes(content[:-9])
    with pytest.raises(LedgerError, match="is damaged or was changed"):
        ledgers.read(there, LINE)
    entry(there, 4).write_bytes(content)
    (there / "note.txt").write_text("mine")
    with pytest.raises(LedgerError, match="does not belong into a ledger"):
        ledgers.read(there, LINE)


def test_the_ledger_of_another_questionnaire_is_noticed(there: Path) -> None:
    with pytest.raises(LedgerError, match="questionnaire culture, not of uniform"):
        ledgers.read(there, "uniform")


def test_a_release_of_another_questionnaire_does_not_enter(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="keep one folder"):
        ledger.plus(published("spring", tmp_path, questionnaire="uniform"))


def test_a_release_that_was_audited_with_a_shorter_ledger_does_not_enter(
    ledger: Ledger, tmp_path: Path
) -> None:
    short = published("winter", tmp_path, ledger=ledger.up_to(2).head)
    with pytest.raises(LedgerError, match="audited with other entries"):
        ledger.plus(short)
    with pytest.raises(LedgerError, match="made without the ledger"):
        ledger.plus(published("winter", tmp_path))


def test_a_folder_with_other_entries_takes_no_more(there: Path, ledger: Ledger) -> None:
    other = Ledger(LINE).plus(Count("spring", 6000, 3601))
    with pytest.raises(LedgerError, match="holds other entries"):
        ledgers.append(there, other)
    assert ledgers.read(there, LINE) == ledger


def test_a_name_that_was_taken_meanwhile_is_not_overwritten(
    there: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "read", lambda *_: ledger.up_to(3))
    mine = ledger.up_to(3).plus(Count("winter", 1, 1))
    with pytest.raises(LedgerError, match="by somebody else just now"):
        ledgers.append(there, mine)
    monkeypatch.undo()
    assert ledgers.read(there, LINE) == ledger


def test_a_count_is_told_once(ledger: Ledger) -> None:
    assert ledger.plus(Count("spring", 6000, 3600)) == ledger
    assert replace(ledger) == ledger


@pytest.mark.slow
def test_killed_before_any_step_the_folder_holds_whole_entries_only(
    ledger: Ledger, tmp_path: Path
) -> None:
    def work(folder: Path) -> str:
        ledgers.append(folder, ledger)
        return "done"

    steps = interrupting.run(lambda: work(tmp_path / "whole")).steps
    assert len(steps) > 12
    for step in range(len(steps)):
        folder = tmp_path / str(step)
        killed = interrupting.run(lambda folder=folder: work(folder), kill_before=step)
        assert not killed.finished
        assert ledger.begins_with(ledgers.read(folder, LINE))
        work(folder)
        assert ledgers.read(folder, LINE) == ledger
        assert len(list(folder.iterdir())) == 4
