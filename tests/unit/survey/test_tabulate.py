"""`candour tabulate`: from a file of answers to a Release, or one sentence and exit code 2."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from analysis.beside import benchmarks
from analysis.release import folder
from analysis.release.model import Release
from survey import cli
from survey.close import keys
from survey.config import Settings
from survey.database import Stores
from survey.errors import WaveStateError
from survey.manage import waves
from survey.questionnaire.codebook import codebook
from survey.questionnaire.loader import load, parse
from survey.tabulate import Asked, made_of

TINY = Path(__file__).parents[2] / "questionnaires" / "tiny.yaml"
HEADER = [
    "staff_number", "fair", "Q2", "bullied", "r_work", "r_people", "r_none", "unit", "ethnicity",
]  # fmt: skip
PEOPLE = 400


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(7)
    path = tmp_path_factory.mktemp("answers") / "spring.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        for number in range(PEOPLE):
            rows.writerow(
                [
                    f"collar{number:06d}",
                    *rng.choice(["1", "2", "3", "dk", "99", ""], 2),
                    rng.choice(["never", "once", "often", "-"]),
                    *rng.choice(["1", "0", ""], 3),
                    rng.choice(["north-a", "north-b", "south-a", ""], p=[0.4, 0.3, 0.25, 0.05]),
                    rng.choice(["irish", "white", "asian", "black"], p=[0.2, 0.5, 0.2, 0.1]),
                ]
            )
    return path


def candour(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr("sys.argv", ["candour", "tabulate", *map(str, arguments)])
    try:
        cli.main()
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def test_a_file_of_answers_becomes_a_signed_release(
    answers: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    public = keys.make(tmp_path / "keys")
    headcount = tmp_path / "headcount.csv"
    headcount.write_text("group,headcount\nforce,900\n")
    arguments = ["--questionnaire", TINY, "--responses", answers, "--headcount", headcount]
    arguments += ["--key", tmp_path / "keys", "--closed", "2025-03-31", "--out", tmp_path / "out"]
    assert candour(monkeypatch, *arguments) == 0
    (made,) = (tmp_path / "out").iterdir()
    assert made.name in capsys.readouterr().out
    verifier = keys.load(tmp_path / "keys").signing.public_key()
    assert verifier.public_bytes_raw() == public.verifier
    release = folder.read(made, verifier)
    assert release.manifest.wave == "spring"
    assert release.manifest.closed == "2025-03-31"
    assert release.manifest.invited == 900
    assert release.estimate_by_key["force", "respect"].status == "shown"


def test_counts_of_processes_stand_in_the_release(
    answers: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = tmp_path / "asked.yaml"
    asked.write_text(
        f"{TINY.read_text(encoding='utf-8')}\nprocedures:\n  - id: leaving\n"
        "    label: {en: Leavers, cy: Ymadawyr}\n    event: {en: left, cy: wedi gadael}\n"
        "    outcome: adverse\n    measures: [respect]\n",
        encoding="utf-8",
    )
    counts = tmp_path / "hr.csv"
    rows = ["force,900,90", "ethnicity=minority,300,60", "ethnicity=majority,600,30"]
    lines = [f"leaving,2024-04/2025-03,{row}" for row in rows]
    counts.write_text("\n".join(["process,period,group,people,cases", *lines]))
    arguments = ["--questionnaire", asked, "--responses", answers, "--procedures", counts]
    arguments += ["--out", tmp_path / "out"]
    assert candour(monkeypatch, *arguments) == 2
    assert "--procedures needs --ledger" in capsys.readouterr().err
    keys.make(tmp_path / "keys")
    arguments += ["--ledger", tmp_path / "ledger", "--key", tmp_path / "keys"]
    assert candour(monkeypatch, *arguments) == 0
    (made,) = (tmp_path / "out").iterdir()
    found = {row.group: row for row in folder.read(made, None).procedures}
    assert found["ethnicity=minority"].rate == 20.0
    assert found["ethnicity=minority"].clear


def test_ignored_columns_reach_no_file_of_the_release(
    answers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["--questionnaire", TINY, "--responses", answers, "--out", tmp_path / "out"]
    assert candour(monkeypatch, *arguments) == 0
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(written) > 5
    for path in written:
        content = path.read_bytes()
        assert b"collar" not in content
        assert b"staff_number" not in content


def test_without_a_key_it_says_that_nobody_can_check_the_signature(
    answers: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["--questionnaire", TINY, "--responses", answers, "--out", tmp_path / "out"]
    assert candour(monkeypatch, *arguments) == 0
    assert "throw-away key" in capsys.readouterr().out


def test_bad_input_is_one_sentence_and_exit_code_two(
    answers: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    dirty = tmp_path / "dirty.csv"
    dirty.write_text(answers.read_text().replace("never", "Never", 1))
    not_a_key = tmp_path / "release.key"
    not_a_key.write_text("{}")
    keys.make(tmp_path / "keys")
    in_ledger = {"--ledger": tmp_path / "ledger", "--key": tmp_path / "keys"}
    good = {"--questionnaire": TINY, "--responses": answers, "--out": tmp_path / "out"}
    for change, sentence in [
        ({"--responses": dirty}, "column bullied: 'Never' is not an answer"),
        ({"--responses": tmp_path / "absent.csv"}, "cannot be read"),
        ({"--questionnaire": answers}, "spring.csv:1: "),
        ({"--key": not_a_key}, "is not a release.key"),
        ({"--weight": "POSTWT"}, "the column POSTWT is missing"),
        ({"--headcount": answers}, "they must be group,headcount"),
        (
            {"--procedures": answers, **in_ledger},
            "they must be process,period,group,people,cases",
        ),
        ({"--responses": tmp_path / "my answers.csv"}, "say its id with --wave"),
        ({"--wave": ""}, "'' cannot be a wave's id; use up to 64"),
        ({"--wave": "../../evil"}, "'../../evil' cannot be a wave's id; use up to 64"),
    ]:
        merged = {**good, **change}
        flat = [part for pair in merged.items() for part in pair]
        assert candour(monkeypatch, *flat) == 2
        error = capsys.readouterr().err
        assert sentence in error
        assert "Traceback" not in error
    assert not (tmp_path / "out").exists()


def released(answers: Path, weight: str | None = None) -> Release:
    return made_of(Asked(TINY, answers, None, weight, "w", date(2025, 1, 1))).release


def test_weights_move_the_figure_and_not_the_base(answers: Path, tmp_path: Path) -> None:
    weighted = tmp_path / "weighted.csv"
    with answers.open() as source, weighted.open("w", newline="") as target:
        rows = csv.writer(target)
        for number, row in enumerate(csv.reader(source)):
            rows.writerow([*row, "w" if number == 0 else "4" if row[1] == "3" else "1"])
    plain, heavy = released(answers), released(weighted, weight="w")
    one, other = (r.estimate_by_key["force", "fair"] for r in (plain, heavy))
    assert one.base == other.base
    assert one.positive is not None
    assert other.positive is not None
    assert other.positive > one.positive + 10
    assert heavy.manifest.weight == "w"


def test_a_tabulated_file_and_the_questionnaire_share_one_codebook(answers: Path) -> None:
    release = released(answers)
    questionnaire = load(TINY)
    assert release.manifest.questionnaire_fingerprint == questionnaire.fingerprint
    assert [group.group for group in release.groups] == [g.id for g in questionnaire.plan.groups]


def test_a_questionnaire_from_elsewhere_cannot_be_opened_as_a_wave(tmp_path: Path) -> None:
    stores = Stores.open(Settings.at(tmp_path))
    elsewhere = parse(load(TINY).source.replace("id: tiny", "id: tiny\nfielded: elsewhere", 1), "q")
    with pytest.raises(WaveStateError, match="candour tabulate"):
        waves.create(stores, "spring", "Spring", elsewhere, keys.new().public)


def test_figures_of_others_stand_in_the_release(
    answers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = codebook(load(TINY))
    others = tmp_path / "others.csv"
    row = f"fair,,{book.item_by_id['fair'].fingerprint},61.5,4000,National survey,2024"
    others.write_text(f"{','.join(benchmarks.COLUMNS)}\n{row}\n")
    arguments = ["--questionnaire", TINY, "--responses", answers, "--out", tmp_path / "out"]
    assert candour(monkeypatch, *arguments, "--benchmarks", others) == 0
    (made,) = (tmp_path / "out").iterdir()
    (found,) = folder.read(made, None).benchmarks
    assert (found.measure, found.value, found.base, found.year) == ("fair", 61.5, 4000, 2024)
    assert found.status == "shown"


def test_a_wrong_row_of_benchmarks_is_named(
    answers: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    others = tmp_path / "others.csv"
    others.write_text(f"{','.join(benchmarks.COLUMNS)}\nfair,,{'0' * 64},many,,Them,2024\n")
    arguments = ["--questionnaire", TINY, "--responses", answers, "--out", tmp_path / "out"]
    assert candour(monkeypatch, *arguments, "--benchmarks", others) == 2
    assert f"{others}, row 2: the value is 'many'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
