"""The ledger on its way: to the officers in the wave's file, back in the Release, and checked."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from fixtures_carried import changed
from fixtures_wave import LiveWave
from sqlalchemy import delete

from analysis.ledger import Ledger
from analysis.ledger import folder as ledgers
from analysis.release import folder
from survey.close.opening import ledger_of
from survey.close.unsealing import unseal, unseal_file
from survey.errors import ReleaseError
from survey.manage import wave_file, waves
from survey.manage.tables import ReleaseRow
from survey.manage.wave_file import WaveFile
from survey.results import adding, ledger, store


def shortened(file: WaveFile) -> WaveFile:
    """The file without the Release of the spring, as if there had been none."""
    assert file.sealed
    return replace(file, sealed=replace(file.sealed, ledger=()))


def test_the_ledger_travels_with_the_file_and_stands_in_the_release(
    closed_wave: LiveWave, carried: Path, tmp_path: Path
) -> None:
    line = ledger.before(closed_wave.stores, closed_wave.wave.questionnaire.id, "autumn")
    line = ledger.told_of(closed_wave.stores, line, "autumn")
    assert [one.wave for one in line.entries] == ["spring", "spring", "autumn"]
    assert ledger_of(wave_file.read(carried)).head == line.head
    content = unseal_file(carried, closed_wave.keys, (), tmp_path / "out").read_bytes()
    assert folder.unpack(content, None).manifest.ledger == line.head
    adding.add(closed_wave.stores, content)
    after = ledger.of_line(closed_wave.stores, closed_wave.wave.questionnaire.id)
    assert after.begins_with(line)
    assert [one.wave for one in after.releases] == ["spring", "autumn"]


def test_a_file_with_a_shortened_ledger_is_noticed_by_the_server(
    closed_wave: LiveWave, carried: Path, tmp_path: Path
) -> None:
    path = changed(carried, shortened)
    content = unseal_file(path, closed_wave.keys, (), tmp_path / "out").read_bytes()
    with pytest.raises(ReleaseError, match="its ledger was shortened or changed"):
        adding.add(closed_wave.stores, content)
    assert waves.get(closed_wave.stores, "autumn").state == "closed"


def test_a_file_with_a_shortened_ledger_is_noticed_by_the_officers_own(
    closed_wave: LiveWave, carried: Path, tmp_path: Path
) -> None:
    own, line = tmp_path / "ledger", closed_wave.wave.questionnaire.id
    ledgers.append(own, ledger.of_line(closed_wave.stores, line))
    path = changed(shutil.copy(carried, tmp_path / "short.wave"), shortened)
    with pytest.raises(ReleaseError, match="one of them was shortened or changed"):
        unseal_file(path, closed_wave.keys, (), tmp_path / "out", ledger=own)
    assert not (tmp_path / "out").exists()
    for _ in range(2):  # again, nothing changes
        packed = unseal_file(carried, closed_wave.keys, (), tmp_path / "out", ledger=own)
        assert [one.wave for one in ledgers.read(own, line).releases] == ["spring", "autumn"]
    adding.add(closed_wave.stores, packed.read_bytes())
    assert ledgers.read(own, line).head == ledger.of_line(closed_wave.stores, line).head


def test_a_file_with_a_gap_in_its_ledger_is_not_opened(
    closed_wave: LiveWave, carried: Path, tmp_path: Path
) -> None:
    def without_first(file: WaveFile) -> WaveFile:
        assert file.sealed
        return replace(file, sealed=replace(file.sealed, ledger=file.sealed.ledger[1:]))

    with pytest.raises(ReleaseError, match="entry 1 of the ledger does not follow"):
        unseal_file(changed(carried, without_first), closed_wave.keys, (), tmp_path / "out")


def test_a_stored_release_that_is_missing_is_noticed(
    closed_wave: LiveWave, carried: Path, tmp_path: Path
) -> None:
    unseal(closed_wave.stores, "autumn", closed_wave.keys, tmp_path / "out")
    assert isinstance(ledger.of_line(closed_wave.stores, closed_wave.wave.questionnaire.id), Ledger)
    with closed_wave.stores.results() as session:
        session.execute(delete(ReleaseRow).where(ReleaseRow.wave == "spring"))
    with pytest.raises(ReleaseError, match="have a gap"):
        ledger.of_line(closed_wave.stores, closed_wave.wave.questionnaire.id)


def test_an_interrupted_unsealing_makes_the_same_release_again(
    closed_wave: LiveWave, tmp_path: Path
) -> None:
    digest = unseal(closed_wave.stores, "autumn", closed_wave.keys, tmp_path / "out")
    with closed_wave.stores.issuer() as session:  # as it is between storing and releasing
        waves.find(session, "autumn").state = "closed"
    assert unseal(closed_wave.stores, "autumn", closed_wave.keys, tmp_path / "out") == digest
    assert len(store.every(closed_wave.stores)) == 2
