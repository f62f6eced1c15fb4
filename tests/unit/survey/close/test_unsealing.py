"""Unsealing: opens a closed wave with its key, all at once, and publishes its Release."""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fixtures_tokens import seal, take_ticket
from fixtures_wave import LiveWave, as_left, copied

from analysis.beside.given import BesideFiles
from analysis.release import folder
from survey.close import keys, rewriting
from survey.close.closing import close_wave
from survey.close.unsealing import unseal
from survey.collect import envelope, submit
from survey.errors import DataError, SettingsError, WaveStateError
from survey.manage import headcounts, waves
from survey.results import adding, store

CLOSED = date(2026, 9, 30)


def answers(number: int) -> dict[str, str]:
    return {
        "fair_treatment": "agree" if number % 3 else "disagree",
        "challenge_safe": "strongly_agree",
        "ethnicity": "white" if number % 2 else "asian",
        "department": "north-a" if number % 4 else "north-b",
        "in_probation": "no",
    }


def post(live: LiveWave, number: int, sealed: bytes) -> None:
    ticket = take_ticket(live, number)
    submit.accept(live.stores, live.wave, ticket.token, sealed, ticket.proof(sealed))


@pytest.fixture(scope="module")
def answered_once(opened_once: LiveWave, tmp_path_factory: pytest.TempPathFactory) -> LiveWave:
    live = copied(opened_once, tmp_path_factory.mktemp("closed") / "home")
    sendings = [(code, answers(number)) for number, code in enumerate(live.codes)]
    submit.submit_many(live.stores, live.wave, sendings)
    close_wave(live.stores, "autumn", CLOSED)
    return live


@pytest.fixture
def closed_wave(answered_once: LiveWave, live_wave: LiveWave) -> LiveWave:
    return as_left(answered_once, live_wave)


def test_release_is_written_stored_and_signed(closed_wave: LiveWave, tmp_path: Path) -> None:
    digest = unseal(closed_wave.stores, "autumn", closed_wave.keys, tmp_path / "out")
    written = folder.read(tmp_path / "out" / digest, closed_wave.signer.public_key())
    assert written == store.by_wave(closed_wave.stores, "autumn")
    assert (written.manifest.wave, written.manifest.closed) == ("autumn", "2026-09-30")
    assert written.manifest.answered == 60
    assert waves.get(closed_wave.stores, "autumn").state == "released"


def test_published_figures_are_those_of_the_answers(closed_wave: LiveWave, tmp_path: Path) -> None:
    unseal(closed_wave.stores, "autumn", closed_wave.keys, tmp_path / "out")
    release = store.latest(closed_wave.stores)
    assert release
    force = release.estimate_by_key["force", "fair_treatment"]
    assert force.status == "shown"
    assert force.positive == pytest.approx(100 * 40 / 60, abs=5)


def test_headcounts_become_response_rates(closed_wave: LiveWave, tmp_path: Path) -> None:
    headcounts.store(closed_wave.stores, "autumn", {"force": 100})
    unseal(closed_wave.stores, "autumn", closed_wave.keys, tmp_path / "out")
    release = store.latest(closed_wave.stores)
    assert release
    assert release.group_by_id["force"].response_rate == 60


def test_counts_of_processes_are_published_beside_the_answers(
    closed_wave: LiveWave, tmp_path: Path
) -> None:
    counts = tmp_path / "hr.csv"
    header = "process,period,group,people,cases\n"
    counts.write_text(f"{header}grievance,2025-10/2026-09,force,100,20\n")
    made = unseal(
        *(closed_wave.stores, "autumn", closed_wave.keys, tmp_path / "out"),
        beside=BesideFiles(procedures=counts),
    )
    (row,) = folder.read(tmp_path / "out" / made, None).procedures
    assert (row.group, row.at_risk, row.cases, row.rate) == ("force", 100, 20, 20.0)


def test_a_wrong_count_is_one_sentence_and_publishes_nothing(
    closed_wave: LiveWave, tmp_path: Path
) -> None:
    counts = tmp_path / "hr.csv"
    counts.write_text("process,period,group,people,cases\ngrievance,2025,force,100,20\n")
    with pytest.raises(DataError, match=r"hr.csv, row 2: the period is '2025'"):
        unseal(
            *(closed_wave.stores, "autumn", closed_wave.keys, tmp_path / "out"),
            beside=BesideFiles(procedures=counts),
        )
    assert waves.get(closed_wave.stores, "autumn").state == "closed"


def test_wrong_key_is_one_sentence_and_opens_nothing(closed_wave: LiveWave, tmp_path: Path) -> None:
    mine, other = closed_wave.keys, keys.new()
    for wrong in (
        other,
        replace(mine, unsealing=other.unsealing),
        replace(mine, fallback=other.fallback),
        replace(mine, fallback=None),
    ):
        with pytest.raises(SettingsError, match="not the key of wave autumn"):
            unseal(closed_wave.stores, "autumn", wrong, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_right_opener_with_another_signer_is_refused(closed_wave: LiveWave, tmp_path: Path) -> None:
    wrong = replace(closed_wave.keys, signing=keys.new().signing)
    with pytest.raises(SettingsError, match="not the key of wave autumn"):
        unseal(closed_wave.stores, "autumn", wrong, tmp_path / "out")


def test_open_wave_cannot_be_unsealed(live_wave: LiveWave, tmp_path: Path) -> None:
    with pytest.raises(WaveStateError, match="is open; only a closed wave"):
        unseal(live_wave.stores, "autumn", live_wave.keys, tmp_path / "out")


def test_unsealing_no_answers_is_one_sentence(live_wave: LiveWave, tmp_path: Path) -> None:
    close_wave(live_wave.stores, "autumn", CLOSED)
    with pytest.raises(WaveStateError, match="Nobody answered"):
        unseal(live_wave.stores, "autumn", live_wave.keys, tmp_path / "out")
    assert waves.get(live_wave.stores, "autumn").state == "closed"


def test_damaged_answer_is_told_and_nothing_is_published(
    closed_wave: LiveWave, tmp_path: Path
) -> None:
    path = rewriting.path_of(closed_wave.settings, "autumn")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE answer SET sealed = randomblob(length(sealed)) WHERE number = 7")
    with pytest.raises(WaveStateError, match="is damaged; put back a copy"):
        unseal(closed_wave.stores, "autumn", closed_wave.keys, tmp_path / "out")
    assert store.latest(closed_wave.stores) is None


def spoilt(live: LiveWave) -> list[bytes]:
    """Rows that a page which somebody changed may send."""
    size = envelope.sealed_size(live.wave.questionnaire)
    room = envelope.packed_size(live.wave.questionnaire, envelope.X25519)
    contents = [b"not json", b"[]", b"1" * room, b'{"ethnicity":1}', b'{"ethnicity":["white"]}']
    contents += [b'{"ethnicity":"indian"}', b'{"staff_number":"4711"}', b"[" * room, b"\xff"]
    rows = [envelope.seal(content.ljust(room), live.wave) for content in contents]
    rows += [bytes([suite]) + secrets.token_bytes(size - 1) for suite in envelope.SUITES]
    return [*rows, b"\x02" + bytes(size - 1)]


def test_answers_of_both_suites_are_opened(live_wave: LiveWave, tmp_path: Path) -> None:
    for number in range(20):
        post(live_wave, number, seal(live_wave, envelope.P256, **answers(number)))
    sendings = [(live_wave.codes[number], answers(number)) for number in range(20, 60)]
    submit.submit_many(live_wave.stores, live_wave.wave, sendings)
    close_wave(live_wave.stores, "autumn", CLOSED)
    unseal(live_wave.stores, "autumn", live_wave.keys, tmp_path / "out")
    release = store.latest(live_wave.stores)
    assert release
    assert release.manifest.answered == 60


def test_spoilt_answers_are_left_out_and_told(live_wave: LiveWave, tmp_path: Path) -> None:
    rows = spoilt(live_wave)
    for number, row in enumerate(rows):
        post(live_wave, number, row)
    sendings = [(code, answers(n)) for n, code in enumerate(live_wave.codes[len(rows) :])]
    submit.submit_many(live_wave.stores, live_wave.wave, sendings)
    assert close_wave(live_wave.stores, "autumn", CLOSED).received == 60
    said: list[str] = []
    unseal(live_wave.stores, "autumn", live_wave.keys, tmp_path / "out", tell=said.append)
    release = store.latest(live_wave.stores)
    assert release
    assert release.manifest.answered == 50, "of 48, rounded"
    assert said == [f"{len(rows)} of 60 answers were spoilt when they were sent, and are left out."]


def test_wave_of_spoilt_answers_alone_is_one_sentence(live_wave: LiveWave, tmp_path: Path) -> None:
    post(live_wave, 0, spoilt(live_wave)[-1])
    close_wave(live_wave.stores, "autumn", CLOSED)
    with pytest.raises(WaveStateError, match="none opens"):
        unseal(live_wave.stores, "autumn", live_wave.keys, tmp_path / "out")


def test_interrupted_unsealing_publishes_the_same_release(
    closed_wave: LiveWave, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as planted:
        planted.setattr(adding.store, "add", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            unseal(closed_wave.stores, "autumn", closed_wave.keys, tmp_path / "out")
    assert waves.get(closed_wave.stores, "autumn").state == "closed"
    digest = unseal(closed_wave.stores, "autumn", closed_wave.keys, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [digest]


def test_released_wave_is_not_unsealed_again(closed_wave: LiveWave, tmp_path: Path) -> None:
    unseal(closed_wave.stores, "autumn", closed_wave.keys, tmp_path / "out")
    with pytest.raises(WaveStateError, match="is released"):
        unseal(closed_wave.stores, "autumn", closed_wave.keys, tmp_path / "again")


def test_progress_is_shown_answer_by_answer(closed_wave: LiveWave, tmp_path: Path) -> None:
    seen = []
    unseal(
        closed_wave.stores,
        "autumn",
        closed_wave.keys,
        tmp_path / "out",
        watch=lambda rows: (seen.append(1) or row for row in rows),
    )
    assert len(seen) == 60


def test_a_file_of_interventions_that_names_no_earlier_wave_publishes_nothing(
    closed_wave: LiveWave, tmp_path: Path
) -> None:
    path = tmp_path / "done.csv"
    path.write_text(
        "group,measure,before,done,picked,declared\n"
        "command=north,fairness,spring,Talks,other,2026-05-20\n"
    )
    with pytest.raises(DataError, match="row 2: before is 'spring', a wave that has no Release"):
        unseal(
            *(closed_wave.stores, "autumn", closed_wave.keys, tmp_path / "out"),
            beside=BesideFiles(interventions=path),
        )
    assert waves.get(closed_wave.stores, "autumn").state == "closed"
    assert not (tmp_path / "out").exists()
