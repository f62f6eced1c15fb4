"""`--scheduler` changes nothing in a Release, whatever pieces answers are counted in."""

from __future__ import annotations

import json
import os
import pickle
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import dask
import numpy as np
import pytest
from click.testing import CliRunner
from distributed import LocalCluster
from fixtures_wave import LiveWave

from analysis import answer_files, schedulers
from analysis.errors import CandourError
from analysis.release import folder
from analysis.schedulers import HERE, Dask, Processes, Scheduler
from survey import tabulate, unseal_command
from survey.close import counted_rows, keys, opening
from survey.close.carrying import gather

TINY = Path(__file__).parents[3] / "questionnaires" / "tiny.yaml"
OFFICERS = keys.new()
PEOPLE = 300
SPILL = "distributed.worker.memory.spill"


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(8)
    path = tmp_path_factory.mktemp("answers") / "spring.csv"
    columns = {
        "staff_number": [str(at) for at in range(PEOPLE)],
        **{name: rng.choice(["1", "2", "3", "dk", ""], PEOPLE) for name in ("fair", "Q2")},
        "bullied": rng.choice(["never", "once", "often", "-"], PEOPLE),
        **{name: rng.choice(["1", "0"], PEOPLE) for name in ("r_work", "r_people", "r_none")},
        "unit": rng.choice(["north-a", "north-b", "south-a", ""], PEOPLE),
        "ethnicity": rng.choice(["irish", "white", "asian", "black"], PEOPLE),
    }
    lines = [",".join(columns), *map(",".join, zip(*columns.values(), strict=True))]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def cluster() -> Iterator[Dask]:
    with (
        dask.config.set({SPILL: False}),
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50
        ) as found,
    ):
        yield Dask(found.scheduler_address)


@pytest.fixture(params=["here", "processes", pytest.param("dask", marks=pytest.mark.slow)])
def scheduler(request: pytest.FixtureRequest) -> Scheduler:
    if request.param == "dask":
        found: Scheduler = request.getfixturevalue("cluster")
        return found
    return HERE if request.param == "here" else Processes(2)


def tabulated(path: Path, scheduler: Scheduler) -> bytes:
    asked = tabulate.Asked(TINY, path, None, None, "spring", date(2025, 3, 31), scheduler=scheduler)
    return folder.packed(tabulate.made_of(asked).release, OFFICERS.signing)


def test_a_file_in_pieces_gives_the_same_release(
    answers: Path, scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tabulated(answers, HERE)
    monkeypatch.setattr(answer_files, "BLOCK", 2_000)
    assert len(list(answer_files.AnswerFile.opened(answers).pieces())) > 3
    assert tabulated(answers, scheduler) == whole


def test_nothing_is_at_an_address_without_a_scheduler(
    answers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedulers, "PATIENCE", 1)
    with pytest.raises(
        CandourError, match=r"no Dask scheduler at tcp://127\.0\.0\.1:9 \(\w+\); start one"
    ):
        tabulated(answers, Dask("tcp://127.0.0.1:9"))


def released(live: LiveWave, scheduler: Scheduler) -> bytes:
    file = gather(live.stores, "autumn")
    made = opening.made_of(file, live.keys, replace(opening.ASKED, scheduler=scheduler))
    return folder.packed(made.release, live.keys.signing)


def test_a_wave_opened_in_pieces_gives_the_same_release(
    closed_wave: LiveWave, scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = released(closed_wave, HERE)
    monkeypatch.setattr(counted_rows, "PIECE", 17)
    assert released(closed_wave, scheduler) == whole


def test_a_piece_that_is_left_out_would_be_seen(
    closed_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, pieces = released(closed_wave, HERE), counted_rows._pieces
    monkeypatch.setattr(counted_rows, "PIECE", 17)
    monkeypatch.setattr(counted_rows, "_pieces", lambda rows: list(pieces(rows))[1:])
    assert released(closed_wave, HERE) != whole


def test_what_opens_answers_is_sent_without_what_signs() -> None:
    sent = pickle.dumps(OFFICERS.opening)
    held = json.loads(keys.as_json(OFFICERS))
    assert held["unsealing"].encode() in sent
    assert held["signing"].encode() not in sent
    assert OFFICERS.signing.private_bytes_raw() not in sent
    assert pickle.loads(sent).unsealing.private_bytes_raw().hex() == held["unsealing"]


@pytest.mark.slow
def test_workers_that_may_write_to_their_disks_are_given_nothing(answers: Path) -> None:
    with (
        dask.config.set({SPILL: 0.7}),
        LocalCluster(
            n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50
        ) as spilling,
        pytest.raises(CandourError, match="may write to disk"),
    ):
        tabulated(answers, Dask(spilling.scheduler_address))


@pytest.mark.long
def test_a_cluster_that_loses_its_workers_is_told_in_a_sentence(
    cluster: Dask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are started again by their nannies, and are others then, whom nobody asked.

    `pytest -m long tests/unit/survey/close/test_counting_in_pieces.py`.
    """
    monkeypatch.setattr(schedulers, "PATIENCE", 1)
    with pytest.raises(CandourError, match=r"lost its workers \(\w+\), perhaps for want of memory"):
        list(cluster.results(kill_who_works_on_it, range(8)))


def kill_who_works_on_it(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_cluster_that_asks_nobody_who_they_are_opens_nothing(tmp_path: Path) -> None:
    key = tmp_path / "release.key"
    key.write_text(keys.as_json(OFFICERS))
    given = ["autumn.wave", "--key", str(key), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(
        unseal_command.unseal, [*given, "--scheduler", "tcp://127.0.0.1:8786"]
    )
    assert "sends what opens answers" in str(done.exception)


def test_a_cluster_without_certificates_is_told_in_a_sentence(answers: Path) -> None:
    with pytest.raises(CandourError, match="needs certificates"):
        tabulated(answers, Dask("tls://127.0.0.1:1"))
