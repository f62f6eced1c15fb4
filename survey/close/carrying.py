"""Carrying: a closed wave as one file, for the release officers' offline machine."""

from __future__ import annotations

from pathlib import Path

from survey.close import opening, rewriting
from survey.collect import code_list
from survey.database import Stores
from survey.errors import WaveStateError
from survey.manage import bands, closings, headcounts, secret_files, wave_file, waves
from survey.manage.wave_file import Sealed, WaveFile
from survey.manage.waves import Wave
from survey.results import ledger


def gather(stores: Stores, wave_id: str) -> WaveFile:
    """A wave with what opening it takes: its rows, its headcounts and the ledger of its line.

    Of a released wave the ledger holds its Release too, which another one could correct.

    Raises:
        WaveStateError: when it cannot be opened: see `opening.expect_opening`.
    """
    wave = waves.get(stores, wave_id)
    codes = code_list.published(stores, wave)
    released = wave.state == "released"
    if released and not rewriting.path_of(stores.settings, wave_id).exists():
        raise WaveStateError(
            f"The answers of wave {wave_id} are gone, so its Release stays as it is; `candour wave "
            f"destroy {wave_id}` finishes what was begun."
        )
    sealed = _sealed(stores, wave) if released or wave.state == "closed" else None
    hashes = () if codes is None else codes.hashes
    file = WaveFile(wave, hashes, closings.told(stores, wave_id), sealed)
    opening.expect_opening(file, correcting=released)
    return file


def _sealed(stores: Stores, wave: Wave) -> Sealed:
    closed_box = rewriting.path_of(stores.settings, wave.id)
    line = wave.questionnaire.id
    released = wave.state == "released"
    published = ledger.of_line(stores, line) if released else ledger.before(stores, line, wave.id)
    return Sealed(
        headcounts.of_wave(stores, wave.id),
        tuple(rewriting.sealed_answers(closed_box)),
        rewriting.comments(closed_box),
        ledger=published.packed(),
        bands=bands.of_wave(stores, wave.id),
    )


def carry(stores: Stores, wave_id: str, out: Path) -> WaveFile:
    """Write a wave that can be opened to `out`, whole or not at all; again, nothing changes.

    Raises:
        WaveStateError: when the wave cannot be opened.
        SettingsError: when `out` is there and is something else.
    """
    file = gather(stores, wave_id)
    secret_files.write_once(out, wave_file.pack(file))
    return file
