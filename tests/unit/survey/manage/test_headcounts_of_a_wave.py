"""Headcounts: kept per wave by group, until the answers are destroyed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from fixtures_wave import LiveWave

from survey.errors import DataError, WaveStateError
from survey.manage import destructions, headcounts, waves
from survey.manage.destructions import Destruction

pytestmark = pytest.mark.both_databases


def test_headcounts_are_loaded_from_a_file(live_wave: LiveWave, tmp_path: Path) -> None:
    path = tmp_path / "headcount.csv"
    path.write_text("group,headcount\nforce,120\ncommand=north,80\n")
    assert headcounts.load(live_wave.stores, "autumn", path) == 2
    assert headcounts.of_wave(live_wave.stores, "autumn") == {"force": 120, "command=north": 80}


def test_second_file_takes_the_place_of_the_first(live_wave: LiveWave) -> None:
    headcounts.store(live_wave.stores, "autumn", {"force": 120, "command=north": 80})
    headcounts.store(live_wave.stores, "autumn", {"force": 130})
    assert headcounts.of_wave(live_wave.stores, "autumn") == {"force": 130}


def test_wave_without_headcounts_has_none(live_wave: LiveWave) -> None:
    assert headcounts.of_wave(live_wave.stores, "autumn") is None


def test_group_that_is_not_declared_is_refused(live_wave: LiveWave, tmp_path: Path) -> None:
    path = tmp_path / "headcount.csv"
    path.write_text("group,headcount\ncommand=south,80\n")
    with pytest.raises(DataError, match="row 2"):
        headcounts.load(live_wave.stores, "autumn", path)
    assert headcounts.of_wave(live_wave.stores, "autumn") is None


def test_headcounts_of_a_released_wave_can_change_for_a_correction(live_wave: LiveWave) -> None:
    headcounts.store(live_wave.stores, "autumn", {"force": 120})
    with live_wave.stores.issuer() as session:
        waves.find(session, "autumn").state = "released"
    headcounts.store(live_wave.stores, "autumn", {"force": 130})
    assert headcounts.of_wave(live_wave.stores, "autumn") == {"force": 130}


def test_headcounts_do_not_change_once_the_answers_are_destroyed(live_wave: LiveWave) -> None:
    headcounts.store(live_wave.stores, "autumn", {"force": 120})
    destructions.keep(
        live_wave.stores, Destruction("autumn", date(2026, 10, 1), "sealed answers", "gone"), None
    )
    for state in ("released", "destroyed"):  # an interrupted destroying leaves the first
        with live_wave.stores.issuer() as session:
            waves.find(session, "autumn").state = state
        with pytest.raises(WaveStateError, match="cannot change"):
            headcounts.store(live_wave.stores, "autumn", {"force": 130})
    assert headcounts.of_wave(live_wave.stores, "autumn") == {"force": 120}
