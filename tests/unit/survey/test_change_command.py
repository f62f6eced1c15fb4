"""`tabulate --interventions` and `candour change`: declared before, and looked at afterwards."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.ledger import folder as ledgers
from analysis.release.model import Release
from survey import cli
from survey.close import keys

TEAMS = [f"{command}-{team}" for command in ("north", "south") for team in "abc"]
UNIT = "command=south-c"
QUESTIONNAIRE = """\
id: changing
version: "1"
title: A survey
languages: [en]
minutes: 1
scales:
  agree:
    polarity: best_last
    points:
      - {code: "1", label: Disagree}
      - {code: "2", label: Neither}
      - {code: "3", label: Agree}
themes: {fairness: Fairness}
sections:
  - id: fairness
    title: Fairness
    theme: fairness
    scale: agree
    questions:
      - {id: fair, text: I am treated fairly}
      - {id: heard, text: I am heard}
  - id: you
    title: You
    questions:
      - id: unit
        type: unit
        text: Where do you work?
        units:
          - id: north
            label: North
            units:
              - {id: north-a, label: North A}
              - {id: north-b, label: North B}
              - {id: north-c, label: North C}
          - id: south
            label: South
            units:
              - {id: south-a, label: South A}
              - {id: south-b, label: South B}
              - {id: south-c, label: South C}
breakdowns:
  command: {variable: unit, levels: [force, command, department]}
tables:
  - [command]
support:
  - {label: Somebody, detail: Telephone 123., url: "https://example.org"}
"""
HEADER = "group,measure,before,done,picked,declared\n"
DECLARED = f"{HEADER}{UNIT},fairness,spring,Talks with every shift,low_score,2026-05-20\n"
CLOSED = {"spring": "2026-04-30", "autumn": "2026-09-30", "winter": "2027-01-30"}


def write_answers(path: Path, seed: int, fallen: float) -> None:
    """Two hundred people of each team; those of the last answer worse by `fallen`."""
    rng = np.random.default_rng(seed)
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["fair", "heard", "unit"])
        for team in TEAMS:
            agree = 0.6 - (fallen if team == "south-c" else 0)
            for _ in range(200):
                rows.writerow([*rng.choice(["1", "3"], 2, p=[1 - agree, agree]), team])


def candour(*arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["candour", *arguments])
        try:
            cli.main()
        except SystemExit as stop:
            return int(stop.code or 0)
    return 0


def tabulate(home: Path, wave: str, *more: str) -> int:
    options = {
        "--questionnaire": home / "q.yaml",
        "--responses": home / f"{wave}.csv",
        "--wave": wave,
        "--closed": CLOSED[wave],
        "--key": home / "keys",
        "--ledger": home / "ledger",
        "--out": home / "out",
    }
    return candour("tabulate", *(str(part) for pair in options.items() for part in pair), *more)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Spring, in which a team is low; autumn, in which it is as others, with what was declared."""
    home = tmp_path_factory.mktemp("changes")
    keys.make(home / "keys")
    (home / "q.yaml").write_text(QUESTIONNAIRE)
    (home / "done.csv").write_text(DECLARED)
    for seed, (wave, fallen) in enumerate((("spring", 0.3), ("autumn", 0.0), ("winter", 0.0))):
        write_answers(home / f"{wave}.csv", seed, fallen)
    assert tabulate(home, "spring") == 0
    assert tabulate(home, "autumn", "--interventions", str(home / "done.csv")) == 0
    return home


@pytest.fixture(scope="module")
def releases(home: Path) -> dict[str, tuple[Path, Release]]:
    kept = ledgers.read(home / "ledger", "changing").releases
    return {one.wave: (home / "out" / one.hash, one.release) for one in kept}


def test_what_was_declared_stands_in_the_release(releases: dict[str, tuple[Path, Release]]) -> None:
    _, autumn = releases["autumn"]
    (row,) = autumn.changes
    assert (row.group, row.before, row.state, row.others) == (UNIT, "spring", "stood_out", 5)
    assert (row.done, row.picked, row.declared) == (
        *("Talks with every shift", "low_score"),
        "2026-05-20",
    )


def looked(
    releases: dict[str, tuple[Path, Release]], *arguments: str, order: str = "spring autumn"
) -> int:
    folders = [str(releases[wave][0]) for wave in order.split()]
    return candour("change", *folders, *arguments)


def test_a_declared_change_is_said_as_it_stands(
    releases: dict[str, tuple[Path, Release]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert looked(releases, "--group", UNIT, "--measure", "fairness") == 0
    said = capsys.readouterr().out
    assert releases["autumn"][1].changes[0].words in said
    assert "What was done: Talks with every shift" in said
    assert "would come back anyway" in said
    assert "mean change of 5 others" in said


def test_another_change_is_said_in_the_same_words_and_as_not_declared(
    releases: dict[str, tuple[Path, Release]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert looked(releases, "--group", "command=north-a", "--measure", "heard") == 0
    said = capsys.readouterr().out
    assert "It was not declared before the results were known" in said
    assert "does not prove" in said
    assert "What was done" not in said
    # The team in which something was declared is none of the others.
    assert "mean change of 4 others" in said
    assert looked(releases, "--group", "command=north", "--measure", "fairness") == 0
    assert "Fewer than 3 other units at command level" in capsys.readouterr().out


def test_a_packed_release_does_as_well(
    releases: dict[str, tuple[Path, Release]], home: Path, tmp_path: Path
) -> None:
    (first, *_), (_, other) = releases["spring"], releases["autumn"]
    packed = tmp_path / "autumn.release"
    packed.write_bytes(ledgers.read(home / "ledger", "changing").releases[1].content)
    assert other.manifest.wave == "autumn"
    assert candour("change", str(first), str(packed), "--group", UNIT, "--measure", "fairness") == 0


@pytest.mark.parametrize(
    ("arguments", "order", "sentence"),
    [
        ("--group command=east --measure fairness", "", "--group 'command=east' is no command"),
        ("--group force --measure fairness", "", "--group 'force' is no command"),
        (f"--group {UNIT} --measure luck", "", "--measure 'luck' is not in"),
        (f"--group {UNIT} --measure fair", "autumn spring", "name the Release of the earlier wave"),
        (f"--group {UNIT} --measure fair --picked why", "", "Invalid value for '--picked'"),
    ],
)
def test_a_mistake_is_one_sentence(
    releases: dict[str, tuple[Path, Release]],
    capsys: pytest.CaptureFixture[str],
    arguments: str,
    order: str,
    sentence: str,
) -> None:
    capsys.readouterr()
    assert looked(releases, *arguments.split(), order=order or "spring autumn") == 2
    shown = capsys.readouterr()
    assert sentence in shown.err
    assert "Traceback" not in shown.err
    assert not shown.out


def test_a_release_that_was_made_without_the_earlier_one_is_refused(
    releases: dict[str, tuple[Path, Release]],
    home: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = ["--questionnaire", home / "q.yaml", "--responses", home / "winter.csv"]
    line += ["--closed", CLOSED["winter"], "--out", tmp_path]
    assert candour("tabulate", *map(str, line)) == 0
    (alone,) = tmp_path.iterdir()
    capsys.readouterr()
    arguments = ["--group", UNIT, "--measure", "fair"]
    assert candour("change", str(releases["spring"][0]), str(alone), *arguments) == 2
    assert "lack wave spring" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (DECLARED.replace("spring", "last"), "row 2: before is 'last', a wave that has no Release"),
        (DECLARED.replace("low_score", "bad"), "row 2: picked is 'bad'"),
    ],
)
def test_a_wrong_file_is_one_sentence_and_nothing_is_published(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, sentence: str
) -> None:
    (tmp_path / "wrong.csv").write_text(text)
    before = sorted(path.name for path in (home / "out").iterdir())
    assert tabulate(home, "winter", "--interventions", str(tmp_path / "wrong.csv")) == 2
    assert sentence in capsys.readouterr().err
    assert sorted(path.name for path in (home / "out").iterdir()) == before


def test_interventions_need_the_ledger_in_which_the_earlier_releases_stand(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["--questionnaire", home / "q.yaml", "--responses", home / "winter.csv"]
    line += ["--interventions", home / "done.csv", "--out", tmp_path]
    assert candour("tabulate", *map(str, line)) == 2
    assert "--interventions needs --ledger" in capsys.readouterr().err


def test_an_earlier_release_that_was_replaced_is_refused(
    releases: dict[str, tuple[Path, Release]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Planted: the folder of spring holds other figures than autumn was made with."""
    spring = releases["spring"][1]
    rows = tuple(replace(one, positive=(one.positive or 0) + 1) for one in spring.estimates)
    other = replace(spring, estimates=rows)
    read = {str(tmp_path): other, str(releases["autumn"][0]): releases["autumn"][1]}
    monkeypatch.setattr("survey.change_command._read", lambda path: read[str(path)])
    arguments = ["--group", "command=north-a", "--measure", "fair"]
    assert candour("change", str(tmp_path), str(releases["autumn"][0]), *arguments) == 2
    assert "that Release was replaced by another one" in capsys.readouterr().err
