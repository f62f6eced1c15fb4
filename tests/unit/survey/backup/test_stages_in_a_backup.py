"""What a wave has at each stage: a backup whose rows say another stage is not restored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from fixtures_backup import NOW, STAGES, Stage, backup_of, stages_of
from fixtures_wave import LiveWave, copied

from survey.backup import kept, packing, restoring
from survey.backup.packing import Backup
from survey.config import Settings
from survey.errors import DataError, WaveStateError
from survey.manage import closings, destructions, drafts
from survey.manage.destructions import Destruction

LATER = NOW + timedelta(days=3)


@pytest.fixture(scope="module")
def stages(commented_once: LiveWave, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stage]:
    return stages_of(copied(commented_once, tmp_path_factory.mktemp("stages") / "home"))


def with_changed(backup: Backup, store: str, table: str, **new: Any) -> Backup:
    """The backup with other values in the rows of the wave `autumn`."""
    columns = kept.KEPT[store][table]
    key = "id" if table == "wave" else "wave"
    rows = []
    for row in backup.tables[store, table]:
        found = dict(zip(columns, row, strict=True))
        rows.append(tuple((found | new if found[key] == "autumn" else found).values()))
    assert tuple(rows) != backup.tables[store, table]
    return replace(backup, tables={**backup.tables, (store, table): tuple(rows)})


def without(backup: Backup, *names: tuple[str, str]) -> Backup:
    return replace(backup, tables={**backup.tables, **dict.fromkeys(names, ())})


def wave(**new: Any) -> Callable[[Backup], Backup]:
    return lambda backup: with_changed(backup, "issuer", "wave", **new)


def closing(**new: Any) -> Callable[[Backup], Backup]:
    return lambda backup: with_changed(backup, "results", "closing", **new)


def without_note(changed: Callable[[Backup], Backup]) -> Callable[[Backup], Backup]:
    return lambda backup: without(changed(backup), ("results", "destruction"))


def draft_of_a_destroyed_wave(backup: Backup) -> Backup:
    names = (("results", "destruction"), ("issuer", "wave_key"), ("issuer", "code_list"))
    return wave(state="draft", opened=None, closed=None)(without(backup, *names))


RELEASES = (("results", "release"), ("results", "published_release"), ("results", "comment_themes"))
NOTE = "note that it was destroyed"
COUNTS = "counts and lists"
FORGED: list[tuple[str, Callable[[Backup], Backup], str]] = [
    ("destroyed", wave(state="draft"), NOTE),
    ("destroyed", wave(state="closing"), "is being closed"),
    ("destroyed", wave(state="released"), NOTE),
    ("destroyed", wave(state="closed"), NOTE),
    ("destroyed", wave(state="open"), NOTE),
    ("destroyed", lambda backup: without(backup, ("results", "destruction")), NOTE),
    ("destroyed", without_note(wave(state="draft", opened=None, closed=None)), "keys or codes"),
    ("destroyed", draft_of_a_destroyed_wave, COUNTS),
    ("released", wave(state="open", closed=None), COUNTS),
    ("released", lambda backup: without(backup, *RELEASES), "has no Release"),
    ("closed", wave(state="released"), "has no Release"),
    ("closed", wave(state="draft"), "has days"),
    ("closed", wave(closed=None), "has days"),
    ("open", wave(opened=None), "has days"),
    ("destroyed", closing(receipts=""), COUNTS),
    ("destroyed", closing(tokens=b""), COUNTS),
    ("destroyed", closing(received=None), COUNTS),
    ("destroyed", closing(redeemed=-1), COUNTS),
    ("destroyed", closing(redeemed=2**62), COUNTS),
    ("destroyed", closing(cards=61), COUNTS),
    ("destroyed", closing(received=0, receipts="", tokens=b""), "Release of wave autumn"),
    ("destroyed", wave(closed=date(9999, 12, 31)), "Release of wave autumn"),
    ("destroyed", wave(title="Another"), "Release of wave autumn"),
]


@pytest.mark.parametrize(("stage", "forge", "said"), FORGED)
def test_a_wave_that_is_called_something_else_than_its_rows_say_is_found(
    stages: dict[str, Stage],
    tmp_path: Path,
    stage: str,
    forge: Callable[[Backup], Backup],
    said: str,
) -> None:
    forged = forge(packing.unpack(stages[stage].content, "it"))
    with pytest.raises(DataError, match=f"nothing was restored: .*{said}"):
        restoring.restore(Settings.at(tmp_path / "new"), forged, LATER)
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"secret_key"}


@pytest.mark.parametrize("stage", STAGES)
def test_what_was_made_at_any_stage_is_restored(
    stages: dict[str, Stage], tmp_path: Path, stage: str
) -> None:
    settings = Settings.at(tmp_path / "new")
    restoring.restore(settings, packing.unpack(stages[stage].content, "it"), LATER)


def test_more_answers_than_used_codes_are_restored_for_all_to_see(
    stages: dict[str, Stage], tmp_path: Path
) -> None:
    """A ballot box that was stuffed tells so by its counts: a backup does not hide it."""
    stuffed = closing(redeemed=7)(packing.unpack(stages["destroyed"].content, "it"))
    restoring.restore(Settings.at(tmp_path / "new"), stuffed, LATER)


def test_nothing_is_backed_up_while_a_wave_is_being_destroyed(live_wave: LiveWave) -> None:
    """It would be a backup that no restoring takes."""
    note = Destruction("autumn", NOW.date(), drafts.WHAT, "not on this machine")
    destructions.keep(live_wave.stores, note, None)
    with pytest.raises(WaveStateError, match="run `candour wave destroy autumn` to its end"):
        backup_of(live_wave)


def test_nothing_is_backed_up_when_a_wave_began_to_close_meanwhile(live_wave: LiveWave) -> None:
    """The issuer's database was read while it was open, the results' when all was told."""
    closings.tell(live_wave.stores, "autumn", closings.Closing(60, 0, 0))
    with pytest.raises(WaveStateError, match="run `candour wave close autumn` to its end"):
        backup_of(live_wave)
