"""`candour forecast` and the short form in `candour check`."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import fixtures_coarser as coarse
import pytest

from analysis.forecast import Answering, Merge
from analysis.policy import DisclosurePolicy
from survey import cli
from survey.questionnaire.forecasting import look_ahead, reservations
from survey.questionnaire.loader import load

ROOT = Path(__file__).parents[3]
TINY = ROOT / "tests" / "questionnaires" / "tiny.yaml"
HEADCOUNTS = {
    **{"command=north-a": 30, "command=north-b": 200, "command=south-a": 170},
    **{"ethnicity=white": 355, "ethnicity=asian": 30, "ethnicity=black": 15},
}


@pytest.fixture
def headcount(tmp_path: Path) -> Path:
    return written(tmp_path, HEADCOUNTS)


def written(folder: Path, people: dict[str, int]) -> Path:
    path = folder / "headcount.csv"
    lines = [f"{group},{number}" for group, number in people.items()]
    path.write_text("\n".join(["group,headcount", *lines]))
    return path


def candour(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr("sys.argv", ["candour", *map(str, arguments)])
    try:
        cli.main()
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def options(people: Path, **changed: object) -> list[object]:
    given = {"questionnaire": TINY, "headcount": people, "rate": 60, "draws": 10} | changed
    return ["forecast", *(part for name, value in given.items() for part in (f"--{name}", value))]


def test_it_tells_groups_tables_assumptions_and_the_dearest_crossing(
    headcount: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert candour(monkeypatch, *options(headcount)) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0].split() == ["expected", "shown", "too", "small", "for", "others", "group"]
    plan = load(TINY).plan
    assert [line.split()[-1] for line in lines[1 : len(plan.groups) + 1]] == list(plan.group_by_id)
    assert [line.split()[0] for line in lines if line.startswith(("command ", "ethnicity"))] == [
        *("command", "ethnicity", "ethnicity-command")
    ]
    assert "400 people; 60 % answer" in said.out
    assert "do not give all of the crossings of ethnicity-command:" in said.out
    assert "Coarser answers" not in said.out  # none are offered
    assert "costliest crossing" in lines[-1] or "No crossing costs" in lines[-1]
    assert "Drawing waves" in said.err


def test_the_file_has_every_group_in_the_order_of_the_plan(
    headcount: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "forecast.csv"
    assert candour(monkeypatch, *options(headcount, out=out)) == 0
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["group"] for row in rows] == list(load(TINY).plan.group_by_id)
    for row in rows:
        shares = [float(row[name]) for name in ("shown", "hidden_small", "hidden_for_others")]
        assert sum(shares) == pytest.approx(1, abs=0.002)
    assert float(rows[0]["expected_base"]) == pytest.approx(240, abs=20)


@pytest.mark.slow
def test_the_same_seed_says_the_same_and_another_does_not(
    headcount: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    for seed in (1, 1, 2):
        assert candour(monkeypatch, *options(headcount, seed=seed, draws=3)) == 0
        said.append(capsys.readouterr().out.replace(f"seed {seed}", ""))
    assert said[0] == said[1] != said[2]


@pytest.mark.slow
def test_a_stricter_policy_and_a_rate_of_its_own_are_used(
    headcount: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {}
    for name, more in {"plain": (), "strict": ("--policy", "k=40"), "low": LOW}.items():
        out = tmp_path / f"{name}.csv"
        assert candour(monkeypatch, *options(headcount, out=out, draws=5), *more) == 0
        with out.open(newline="") as file:
            found[name] = {row["group"]: row for row in csv.DictReader(file)}
    assert float(found["plain"]["command=north-a"]["hidden_small"]) < 0.2
    assert float(found["strict"]["command=north-a"]["hidden_small"]) == 1
    assert float(found["low"]["command=north-a"]["expected_base"]) < 8
    assert float(found["low"]["command=north-b"]["expected_base"]) > 90


LOW = ("--rate-of", "command=north-a=10")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"rate": 0}, "The response rate of everybody is 0 %"),
        ({"rate": 101}, "must be over 0 and at most 100"),
        ({"rate-of": "command=moon=40"}, "declares no group 'command=moon'"),
        ({"rate-of": "command=north"}, "write a group, then = and its rate in percent"),
        ({"rate-of": "40"}, "write a group, then = and its rate in percent"),
        ({"rate-of": "command=north=400"}, "The response rate of command=north is 400 %"),
        ({"withheld": 100}, "The share that is withheld is 100 %"),
        ({"coarser": 100}, "The share that is answered more coarsely is 100 %"),
        ({"policy": "k=3"}, "--policy: policy value k is 3"),
        ({"headcount": TINY}, "they must be group,headcount"),
        ({"questionnaire": "absent.yaml"}, "absent.yaml"),
        ({"out": "absent/file.csv"}, "absent/file.csv cannot be written"),
        ({"draws": 0}, "0 is not in the range"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_two(
    changed: dict[str, object],
    sentence: str,
    headcount: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert candour(monkeypatch, *options(headcount, **changed)) == 2
    said = capsys.readouterr()
    assert sentence in said.err
    assert "Traceback" not in said.err
    assert not said.out


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"command=north": 229}, "command=north has 229 people, and its parts"),
        ({"force": 399}, "force has 399 people, and its parts"),
    ],
)
def test_headcounts_with_parts_larger_than_the_whole_are_refused(
    changed: dict[str, int],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = written(tmp_path, HEADCOUNTS | changed)
    assert candour(monkeypatch, *options(path)) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.slow
def test_check_shows_the_author_the_short_form(
    headcount: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert candour(monkeypatch, "check", TINY, "--headcount", headcount, "--rate", 60) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "good" in lines[0]
    assert lines[1].startswith("If 60 % of 400 people answer")
    assert [line.split(":")[0].strip() for line in lines[2:5]] == [
        *("command", "ethnicity", "ethnicity-command")
    ]
    assert "rossing" in lines[-1]


@pytest.mark.slow
def test_check_warns_the_author_of_a_level_that_would_be_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few = {**HEADCOUNTS, "ethnicity=white": 388, "ethnicity=asian": 6, "ethnicity=black": 6}
    for people, warned in ((HEADCOUNTS, False), (few, True)):
        file = written(tmp_path, people)
        assert candour(monkeypatch, "check", TINY, "--headcount", file, "--rate", 90) == 0
        said = capsys.readouterr().out
        assert ("Table ethnicity is not published at ethnicity=group in" in said) == warned, said


@pytest.mark.slow
def test_the_author_is_told_which_pair_to_merge_beside_the_warning() -> None:
    few = {**HEADCOUNTS, "ethnicity=white": 388, "ethnicity=asian": 6, "ethnicity=black": 6}
    outlook = look_ahead(load(TINY), few, Answering(90), DisclosurePolicy(), draws=range(3))
    assert outlook.merges == ()  # Two of two are the value above them.
    merge = Merge("ethnicity", "Ethnicity", ("Black", "Mixed"), 1234.4)
    lines = reservations(replace(outlook, merges=(merge,)))
    (said,) = [line for line in lines if line.startswith("Table ethnicity is not published")]
    assert said.endswith(
        "merge categories, or declare it coarser. Of all pairs that were tried, Black and Mixed of "
        "Ethnicity as one category show most: groups of 1,234 people more."
    )


def test_both_commands_say_how_many_are_taken_to_answer_more_coarsely(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = tmp_path / "coarse.yaml"
    asked.write_text(coarse.ASKED.source)
    people = written(tmp_path, {f"unit={one}": 100 for one in "abcd"})
    for command in (
        ["check", asked, "--headcount", people, "--rate", 60],
        options(people, questionnaire=asked, draws=2),
    ):
        for given, share in (((), "1 %"), (("--coarser", "2.5"), "2.5 %")):
            assert candour(monkeypatch, *command, *given) == 0
            said = capsys.readouterr().out
            assert f"Coarser answers are offered of Unit: {share} of the people" in said


def test_check_takes_headcounts_and_a_rate_together(
    headcount: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for alone in (["--headcount", headcount], ["--rate", 60]):
        assert candour(monkeypatch, "check", TINY, *alone) == 2
        assert "--headcount and --rate come together" in capsys.readouterr().err
    assert candour(monkeypatch, "check", TINY, "--headcount", headcount, "--rate", 0) == 2
    assert "over 0 and at most 100" in capsys.readouterr().err
