"""Comments of a wave that was carried to the officers' machine in one file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fixtures_comments import EXPECTED, closed_box, export, read
from fixtures_wave import LiveWave

from survey.close import rewriting
from survey.errors import DataError, WaveStateError
from survey.manage import closings, wave_file, waves
from survey.manage.wave_file import Sealed, WaveFile


def carry(live: LiveWave, path: Path, **changes: object) -> Path:
    """The closed wave as a file for the officers' offline machine."""
    told = closings.told(live.stores, "autumn")
    assert told
    rows = tuple(rewriting.sealed_answers(closed_box(live)))
    kept = {"headcounts": None, "answers": rows, "comments": rewriting.comments(closed_box(live))}
    sealed = Sealed(**{**kept, **changes})  # type: ignore[arg-type]
    file = WaveFile(waves.get(live.stores, "autumn"), (), told, sealed)
    path.write_bytes(wave_file.pack(file))
    return path


def test_a_carried_file_gives_the_same_comments_offline(closed: LiveWave, tmp_path: Path) -> None:
    path = carry(closed, tmp_path / "autumn.wave")
    offline = replace(closed, settings=replace(closed.settings, home=tmp_path / "nothing here"))
    done = export(offline, tmp_path / "coding", str(path))
    assert done.exit_code == 0, done.output
    assert sorted(read(tmp_path / "coding")[1:]) == EXPECTED
    assert not (tmp_path / "nothing here").exists()


@pytest.mark.parametrize(
    "lacking",
    [
        lambda kept: {},
        lambda kept: {"why": kept["why"]},
        lambda kept: {**kept, "why": kept["why"] * 2},
        lambda kept: {**kept, "more": kept["why"]},
    ],
)
def test_a_carried_file_with_other_comments_is_damaged(
    closed: LiveWave, tmp_path: Path, lacking: Callable[[dict], dict]
) -> None:
    kept = rewriting.comments(closed_box(closed))
    path = carry(closed, tmp_path / "autumn.wave", comments=lacking(kept))
    done = export(closed, tmp_path / "coding", str(path))
    assert isinstance(done.exception, WaveStateError)
    assert "the file is damaged" in str(done.exception)


def test_the_public_file_has_no_comments(closed: LiveWave, tmp_path: Path) -> None:
    path = carry(closed, tmp_path / "autumn.wave")
    path.write_bytes(wave_file.pack(wave_file.read(path).public))
    done = export(closed, tmp_path / "coding", str(path))
    assert isinstance(done.exception, DataError)
    assert "the public file" in str(done.exception)
