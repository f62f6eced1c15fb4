"""Unsealing: opens the answers of a closed wave, all at once, and makes or corrects their Release.

A command and never a request. It runs on the officers' offline machine, on a file that was carried
there, or for a small force on the server; both ways make the same Release, byte for byte.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from analysis.ledger import Published
from analysis.ledger import folder as ledgers
from analysis.release import folder
from analysis.release.model import Release
from survey.close.carrying import gather
from survey.close.correcting import corrected
from survey.close.keys import Keys
from survey.close.opening import Tell, Watch, ledger_of, release_of
from survey.database import Stores
from survey.errors import LedgerError
from survey.manage import secret_files, wave_file
from survey.manage.wave_file import WaveFile
from survey.results import adding, store

PACKED = ".release"


def unseal(
    stores: Stores,
    wave_id: str,
    keys: Keys,
    out: Path,
    watch: Watch = lambda rows: rows,
    tell: Tell = lambda _sentence: None,
    correction: str | None = None,
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

    Raises:
        CandourError: what `opening.release_of`, `correcting.corrected` and `adding.add` raise.
    """
    verifiers = store.verifiers(stores)
    release = _made(gather(stores, wave_id), keys, verifiers, watch, tell, correction)
    digest = folder.write(release, out, keys.signing)
    return adding.add(stores, folder.pack(out / digest))


def unseal_file(
    path: Path,
    keys: Keys,
    verifiers: Collection[bytes],
    out: Path,
    watch: Watch = lambda rows: rows,
    tell: Tell = lambda _sentence: None,
    ledger: Path | None = None,
    correction: str | None = None,
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

    Returns:
        The file to bring back to the server, `<hash>.release`.

    Raises:
        CandourError: what `wave_file.read`, `opening.release_of`, `correcting.corrected` and
            `_expect_continued` raise.
    """
    file = wave_file.read(path)
    if ledger is not None:
        _expect_continued(ledger, file)
    release = _made(file, keys, verifiers, watch, tell, correction)
    if ledger is not None:
        content = folder.packed(release, keys.signing)
        made = Published(content, file.wave.questionnaire.plan)
        ledgers.append(ledger, ledger_of(file).plus(made))
    digest = folder.write(release, out, keys.signing)
    packed = out / f"{digest}{PACKED}"
    secret_files.write_whole(packed, folder.pack(out / digest))
    return packed


def _made(
    file: WaveFile,
    keys: Keys,
    verifiers: Collection[bytes],
    watch: Watch,
    tell: Tell,
    correction: str | None,
) -> Release:
    if correction is None:
        return release_of(file, keys, verifiers, watch, tell)
    return corrected(file, keys, verifiers, correction, watch, tell)


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
