"""A closed wave as it is published, and what an auditor gets of it: real, to plant faults in."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from fixtures_wave import LiveWave

from survey.close import redemptions as records
from survey.close.closing import close_wave
from survey.collect import published, submit
from survey.collect.redemptions import Redemption
from survey.config import Settings
from survey.database import Stores
from survey.manage import wave_file, waves
from survey.manage.closings import Closing
from survey.manage.wave_file import WaveFile
from survey.verify.findings import Finding

CLOSED = date(2026, 9, 30)
SENT = 40


@dataclass(frozen=True)
class Honest:
    """A wave that forty of sixty answered, closed, with what an auditor gets of it."""

    live: LiveWave
    before: WaveFile
    file: WaveFile
    receipts: tuple[str, ...]
    redeemed: tuple[Redemption, ...]

    @property
    def told(self) -> Closing:
        assert self.file.closing
        return self.file.closing

    def telling(self, **changes: object) -> WaveFile:
        """The file with something else told at closing."""
        return replace(self.file, closing=replace(self.told, **changes))

    def of(self, **changes: object) -> WaveFile:
        """The file with something else said of the wave."""
        return replace(self.file, wave=replace(self.file.wave, **changes))


def copied(live: LiveWave, home: Path) -> LiveWave:
    shutil.copytree(live.settings.home, home)
    settings = Settings.at(home, surfaces=live.settings.surfaces)
    return replace(live, settings=settings, stores=Stores.open(settings))


def file_of(live: LiveWave) -> WaveFile:
    found = published.file_of(live.stores, waves.get(live.stores, "autumn"))
    assert found
    return wave_file.unpack(published.packed(found), "autumn.wave")


def answer(live: LiveWave, people: int = SENT) -> tuple[str, ...]:
    """Some through the plain page's steps, the others at once; their receipts."""
    one_by_one = [
        submit.submit(live.stores, live.wave, code, {}, submit.new_attempt())
        for code in live.codes[:5]
    ]
    rest = submit.submit_many(live.stores, live.wave, [(c, {}) for c in live.codes[5:people]])
    return (*one_by_one, *rest)


def closed(live: LiveWave) -> WaveFile:
    close_wave(live.stores, "autumn", CLOSED)
    return file_of(live)


def close_honestly(opened: LiveWave, home: Path) -> Honest:
    """A copy of an open wave in `home`, answered and closed."""
    live = copied(opened, home)
    before = file_of(live)
    receipts = answer(live)
    file = closed(live)
    opened = records.open_records(live.stores, "autumn", live.keys)
    return Honest(live, before, file, receipts, opened.redeemed)


def failures(findings: object) -> set[tuple[str, str]]:
    """What fails: (about, sentence)."""
    assert isinstance(findings, list)
    return {(one.about, one.sentence) for one in findings if one.holds is False}


def words(findings: list[Finding]) -> str:
    """The sentences of what fails, a line each."""
    return "\n".join(sentence for _, sentence in failures(findings))
