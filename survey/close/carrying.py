"""Carrying: a closed wave as one file, for the release officers' offline machine."""

from __future__ import annotations

from pathlib import Path

from survey.close import opening, rewriting
from survey.collect import code_list
from survey.database import Stores
from survey.manage import closings, headcounts, secret_files, wave_file, waves
from survey.manage.wave_file import Sealed, WaveFile
from survey.manage.waves import Wave
from survey.results import ledger


def gather(stores: Stores, wave_id: str) -> WaveFile:
    """A wave with what opening it takes: its rows, its headcounts and the ledger of its line.

    Raises:
        WaveStateError: when it cannot be opened: see `opening.expect_opening`.
    """
    wave = waves.get(stores, wave_id)
    codes = code_list.published(stores, wave)
    sealed = _sealed(stores, wave) if wave.state == "closed" else None
    hashes = () if codes is None else codes.hashes
    file = WaveFile(wave, hashes, closings.told(stores, wave_id), sealed)
    opening.expect_opening(file)
    return file


def _sealed(stores: Stores, wave: Wave) -> Sealed:
    closed_box = rewriting.path_of(stores.settings, wave.id)
    return Sealed(
        headcounts.of_wave(stores, wave.id),
        tuple(rewriting.sealed_answers(closed_box)),
        rewriting.comments(closed_box),
        ledger=ledger.before(stores, wave.questionnaire.id, wave.id).packed(),
    )


def carry(stores: Stores, wave_id: str, out: Path) -> WaveFile:
    """Write a closed wave to `out`, whole or not at all; the same file again changes nothing.

    Raises:
        WaveStateError: when the wave cannot be opened.
        SettingsError: when `out` is there and is something else.
    """
    file = gather(stores, wave_id)
    secret_files.write_once(out, wave_file.pack(file))
    return file
