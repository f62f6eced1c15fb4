"""Correcting: another Release of a wave, made from its answers while they exist.

It names the Release that it replaces and why, and is audited together with it: what the two would
tell together that neither tells alone is hidden in the new one, or there is none.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from analysis.errors import Unprotectable
from analysis.release import folder
from survey.close.keys import Keys
from survey.close.opening import Asked, Made, expect_opening, ledger_of, made_of
from survey.close.reasons import for_everybody
from survey.close.unchanged import expect_change
from survey.errors import WaveStateError
from survey.manage.wave_file import WaveFile

OPTION = "--correct"


def corrected(file: WaveFile, keys: Keys, asked: Asked) -> Made:
    """The Release that replaces the one that is out.

    A correction that stands in the ledger already, because an earlier run was interrupted after it
    was stored, is made again.

    Args:
        file: a released wave, with its Release in the ledger.
        keys: the release officers'.
        asked: how, with a correction: why, for everybody to read.

    Raises:
        SettingsError: when the reason is none.
        LeakingRelease: when it names a group that is not shown.
        WaveStateError: when nothing would change.
        CandourError: what `opening.made_of` raises.
    """
    reason = for_everybody(asked.correction or "", OPTION)
    asked = replace(asked, correction=reason)
    sealed = expect_opening(file, correcting=True)
    ledger = ledger_of(file)
    *earlier, last = ledger.of_wave(file.wave.id) or (None,)
    if last is None:
        raise WaveStateError(
            f"The Release of wave {file.wave.id} is not in this file; make the file again with "
            f"`candour wave carry {file.wave.id}`."
        )
    if earlier and last is ledger.entries[-1] and last.release.manifest.correction == reason:
        before = replace(file, sealed=replace(sealed, ledger=sealed.ledger[:-1]))
        with suppress(Unprotectable):
            again = made_of(before, keys, asked)
            if folder.packed(again.release, keys.signing) == last.content:
                return again
    made = made_of(file, keys, asked)
    expect_change(made.release, last)
    return made
