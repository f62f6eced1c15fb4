"""Unsealing: opens the answers of a closed wave, all at once, and makes or corrects their Release.

A command and never a request. It runs on the officers' offline machine, on a file that was carried
there, or for a small force on the server; both ways make the same Release, byte for byte.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from analysis.beside.given import NO_FILES, BesideFiles
from analysis.ledger import Published
from analysis.ledger import folder as ledgers
from analysis.polarity import Polarity
from analysis.release import folder
from analysis.schedulers import HERE, Scheduler
from survey.close import sealed_tallies
from survey.close.carrying import gather
from survey.close.correcting import corrected
from survey.close.counted_rows import Tell, Watch
from survey.close.keys import Keys
from survey.close.opening import Asked, Made, ledger_of, made_of
from survey.close.sealed_tallies import NO_POOLING, Pooling
from survey.database import Stores
from survey.errors import LedgerError
from survey.manage import secret_files, wave_file
from survey.manage.wave_file import WaveFile
from survey.results import adding, store

PACKED = ".release"


def unseal(  # noqa: PLR0913
    stores: Stores,
    wave_id: str,
    keys: Keys,
    out: Path,
    watch: Watch = lambda rows: rows,
    tell: Tell = lambda _sentence: None,
    *,
    correction: str | None = None,
    pooling: Pooling = NO_POOLING,
    beside: BesideFiles = NO_FILES,
    polarity: Polarity = MappingProxyType({}),
    scheduler: Scheduler = HERE,
) -> str:
    """Open a wave of these stores and publish its Release; returns the Release's hash.

    Args:
        stores: where the wave's closed box and the earlier Releases lie.
        wave_id: a wave that is closed; with a correction one that is released.
        keys: the release officers'.
        out: folder that gets the Release as a folder of its own; the store gets a packed copy.
        watch: wraps the opening loop, for a progress bar.
        tell: hears how many answers were spoilt, if any were.
        correction: why another Release replaces the one that is out; None for the first.
        pooling: what it pools with, and who keeps its own sums.
        beside: files of what is published with the answers.
        polarity: what was decided of items that run against their theme.
        scheduler: where rows are opened and counted.

    Raises:
        CandourError: what `opening.made_of`, `correcting.corrected` and `adding.add` raise.
    """
    file = gather(stores, wave_id)
    chosen: Any = {"beside": beside, "polarity": polarity, "scheduler": scheduler}
    asked = Asked(store.verifiers(stores), watch, tell, correction, **chosen)
    made = _made(file, keys, asked, pooling)
    digest = _written(made, file, keys, out, pooling)
    return adding.add(stores, folder.pack(out / digest))


def unseal_file(  # noqa: PLR0913
    path: Path,
    keys: Keys,
    verifiers: Collection[bytes],
    out: Path,
    watch: Watch = lambda rows: rows,
    tell: Tell = lambda _sentence: None,
    ledger: Path | None = None,
    *,
    correction: str | None = None,
    pooling: Pooling = NO_POOLING,
    beside: BesideFiles = NO_FILES,
    polarity: Polarity = MappingProxyType({}),
    scheduler: Scheduler = HERE,
) -> Path:
    """Open a wave in a file, without any database; nothing is written but into `out`.

    Args:
        path: what `candour wave carry` wrote.
        keys: the release officers'.
        verifiers: public keys of earlier waves' officers, for the trends.
        out: folder that gets the Release as a folder of its own and packed in one file.
        watch: wraps the opening loop, for a progress bar.
        tell: hears what was left out.
        ledger: the officers' own copy of the ledger, which the one in the file must continue; the
            Release is appended to it.
        correction: why another Release replaces the one that is out; None for the first.
        pooling: what it pools with, and who keeps its own sums.
        beside: files of what is published with the answers.
        polarity: what was decided of items that run against their theme.
        scheduler: where rows are opened and counted.

    Returns:
        The file to bring back to the server, `<hash>.release`.

    Raises:
        CandourError: what `wave_file.read`, `opening.made_of`, `correcting.corrected` and
            `_expect_continued` raise.
    """
    file = wave_file.read(path)
    if ledger is not None:
        _expect_continued(ledger, file)
    chosen: Any = {"beside": beside, "polarity": polarity, "scheduler": scheduler}
    asked = Asked(verifiers, watch, tell, correction, **chosen)
    made = _made(file, keys, asked, pooling)
    if ledger is not None:
        content = folder.packed(made.release, keys.signing)
        entry = Published(content, file.wave.questionnaire.plan)
        ledgers.append(ledger, ledger_of(file).plus(entry))
    digest = _written(made, file, keys, out, pooling)
    packed = out / f"{digest}{PACKED}"
    secret_files.write_whole(packed, folder.pack(out / digest))
    return packed


def _made(file: WaveFile, keys: Keys, asked: Asked, pooling: Pooling) -> Made:
    before = replace(pooling, keys=(keys, *pooling.keys))
    closed = file.wave.closed or date.max
    asked = replace(
        asked,
        earlier=sealed_tallies.earlier(before, ledger_of(file), closed, asked.tell),
        keep=pooling.keeper is not None,
    )
    return made_of(file, keys, asked) if asked.correction is None else corrected(file, keys, asked)


def _written(made: Made, file: WaveFile, keys: Keys, out: Path, pooling: Pooling) -> str:
    """Write the Release and, where somebody keeps them, its sums; returns the Release's hash."""
    digest = folder.write(made.release, out, keys.signing)
    if made.tallies is not None and pooling.keeper is not None:
        sealed_tallies.write(
            sealed_tallies.path_of(out, digest),
            made.tallies,
            file.wave.questionnaire.id,
            keys.signing,
            pooling.keeper,
        )
    return digest


def _expect_continued(path: Path, file: WaveFile) -> None:
    """Refuse a file whose ledger is not the officers' own with more, but for this wave's Release.

    Raises:
        LedgerError: says which of the two lacks what the other has.
    """
    wave = file.wave
    own, carried = ledgers.read(path, wave.questionnaire.id), ledger_of(file)
    beyond = own.entries[len(carried.entries) :]
    # The same file again: the Release that it makes stands there already.
    again = own.begins_with(carried) and all(one.wave == wave.id for one in beyond)
    if not again and not carried.begins_with(own):
        raise LedgerError(
            f"The ledger in the file of wave {wave.id} is not that in {path} with more entries: "
            "one of them was shortened or changed. Make the file again with `candour wave carry "
            f"{wave.id}`, and compare what is published with {path}."
        )
