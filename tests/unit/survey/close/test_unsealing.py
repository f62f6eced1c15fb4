"""Unsealing: opens a closed wave with its key, all at once, and publishes its Release."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from fixtures_wave import LiveWave

from analysis.release import folder
from survey.close import keys, rewriting, unsealing
from survey.close.closing import close_wave
from survey.close.keys import Keys
from survey.close.unsealing import unseal
from survey.collect import submit
from survey.errors import SettingsError, WaveStateError
from survey.manage import headcounts, waves
from survey.results import store

CLOSED = date(2026, 9, 30)


def answers(number: int) -> dict[str, str]:
    return {
        "fair_treatment": "agree" if number % 3 else "disagree",
        "challenge_safe": "strongly_agree",
        "ethnicity": "white" if number % 2 else "asian",
        "department": "north-a" if number % 4 else "north-b",
        "in_probation": "no",
    }


@pytest.fixture
def closed_wave(live_wave: LiveWave) -> LiveWave:
    sendings = [(code, answers(number)) for number, code in enumerate(live_wave.codes)]
    submit.submit_many(live_wave.stores, live_wave.wave, sendings)
    close_wave(live_wave.stores, "autumn", CLOSED)
    return live_wave


def keys_of(live: LiveWave) -> Keys:
    return Keys(live.opener, live.signer)


def test_release_is_written_stored_and_signed(closed_wave: LiveWave, tmp_path: Path) -> None:
    digest = unseal(closed_wave.stores, "autumn", keys_of(closed_wave), tmp_path / "out")
    written = folder.read(tmp_path / "out" / digest, closed_wave.signer.public_key())
    assert written == store.by_wave(closed_wave.stores, "autumn")
    assert (written.manifest.wave, written.manifest.closed) == ("autumn", "2026-09-30")
    assert written.manifest.answered == 60
    assert waves.get(closed_wave.stores, "autumn").state == "released"


def test_published_figures_are_those_of_the_answers(closed_wave: LiveWave, tmp_path: Path) -> None:
    unseal(closed_wave.stores, "autumn", keys_of(closed_wave), tmp_path / "out")
    release = store.latest(closed_wave.stores)
    assert release
    force = release.estimate_by_key["force", "fair_treatment"]
    assert force.status == "shown"
    assert force.positive == pytest.approx(100 * 40 / 60, abs=5)


def test_headcounts_become_response_rates(closed_wave: LiveWave, tmp_path: Path) -> None:
    headcounts.store(closed_wave.stores, "autumn", {"force": 100})
    unseal(closed_wave.stores, "autumn", keys_of(closed_wave), tmp_path / "out")
    release = store.latest(closed_wave.stores)
    assert release
    assert release.group_by_id["force"].response_rate == 60


def test_wrong_key_is_one_sentence_and_opens_nothing(closed_wave: LiveWave, tmp_path: Path) -> None:
    for wrong in (keys.new(), Keys(keys.new().unsealing, closed_wave.signer)):
        with pytest.raises(SettingsError, match="not the key of wave autumn"):
            unseal(closed_wave.stores, "autumn", wrong, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_right_opener_with_another_signer_is_refused(closed_wave: LiveWave, tmp_path: Path) -> None:
    wrong = Keys(closed_wave.opener, keys.new().signing)
    with pytest.raises(SettingsError, match="not the key of wave autumn"):
        unseal(closed_wave.stores, "autumn", wrong, tmp_path / "out")


def test_open_wave_cannot_be_unsealed(live_wave: LiveWave, tmp_path: Path) -> None:
    with pytest.raises(WaveStateError, match="is open; only a closed wave"):
        unseal(live_wave.stores, "autumn", keys_of(live_wave), tmp_path / "out")


def test_unsealing_no_answers_is_one_sentence(live_wave: LiveWave, tmp_path: Path) -> None:
    close_wave(live_wave.stores, "autumn", CLOSED)
    with pytest.raises(WaveStateError, match="Nobody answered"):
        unseal(live_wave.stores, "autumn", keys_of(live_wave), tmp_path / "out")
    assert waves.get(live_wave.stores, "autumn").state == "closed"


def test_damaged_answer_is_told_and_nothing_is_published(
    closed_wave: LiveWave, tmp_path: Path
) -> None:
    path = rewriting.path_of(closed_wave.settings, "autumn")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE answer SET sealed = randomblob(length(sealed)) WHERE number = 7")
    with pytest.raises(WaveStateError, match="1 of 60 answers"):
        unseal(closed_wave.stores, "autumn", keys_of(closed_wave), tmp_path / "out")
    assert store.latest(closed_wave.stores) is None


def test_interrupted_unsealing_publishes_the_same_release(
    closed_wave: LiveWave, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as planted:
        planted.setattr(unsealing.store, "add", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            unseal(closed_wave.stores, "autumn", keys_of(closed_wave), tmp_path / "out")
    assert waves.get(closed_wave.stores, "autumn").state == "closed"
    digest = unseal(closed_wave.stores, "autumn", keys_of(closed_wave), tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [digest]


def test_released_wave_is_not_unsealed_again(closed_wave: LiveWave, tmp_path: Path) -> None:
    unseal(closed_wave.stores, "autumn", keys_of(closed_wave), tmp_path / "out")
    with pytest.raises(WaveStateError, match="is released"):
        unseal(closed_wave.stores, "autumn", keys_of(closed_wave), tmp_path / "again")


def test_progress_is_shown_answer_by_answer(closed_wave: LiveWave, tmp_path: Path) -> None:
    seen = []
    unseal(
        closed_wave.stores,
        "autumn",
        keys_of(closed_wave),
        tmp_path / "out",
        watch=lambda rows: (seen.append(1) or row for row in rows),
    )
    assert len(seen) == 60
