"""`candour check`: one line for a good file, every problem of a bad one, exit code 2."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from click.testing import CliRunner
from pydantic import BaseModel

from survey.questionnaire import grammar
from survey.questionnaire.commands import check
from survey.questionnaire.loader import load

ROOT = Path(__file__).parents[4]


def test_a_good_file_gets_one_line_with_questions_minutes_and_groups() -> None:
    result = CliRunner().invoke(check, [str(ROOT / "questionnaires" / "culture.yaml")])
    assert result.exit_code == 0
    assert len(result.output.splitlines()) == 1
    for word in ("questions", "minutes", "groups"):
        assert word in result.output


def test_every_bad_file_is_reported_and_the_exit_code_is_two(tmp_path: Path) -> None:
    bad = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    bad[0].write_text("id: x\ncolour: red\n")
    bad[1].write_text("id: [\n")
    good = ROOT / "tests" / "questionnaires" / "tiny.yaml"
    result = CliRunner().invoke(check, [str(bad[0]), str(good), str(bad[1])])
    assert result.exit_code == 2
    assert f"{bad[0]}:2: there is no field `colour` here" in result.output
    assert f"{bad[1]}:2: this is not YAML" in result.output
    assert f"{good}: good." in result.output
    assert "Traceback" not in result.output


def test_a_folder_and_a_name_with_a_slip_are_told_apart(tmp_path: Path) -> None:
    result = CliRunner().invoke(check, [str(tmp_path), str(tmp_path / "culture.yml")])
    assert result.exit_code == 2
    assert "this is a folder; name a file in it" in result.output
    assert "culture.yml:1: the file cannot be read: there is none of this name" in result.output
    assert "Errno" not in result.output


def test_the_example_in_the_guide_is_good(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "QUESTIONNAIRES.md").read_text(encoding="utf-8")
    example = tmp_path / "small.yaml"
    example.write_text(guide.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    assert load(example).plan.intersections


def test_every_field_of_the_grammar_is_in_the_guide() -> None:
    guide = (ROOT / "docs" / "QUESTIONNAIRES.md").read_text(encoding="utf-8")
    parts = [p for p in vars(grammar).values() if isinstance(p, type) and issubclass(p, BaseModel)]
    fields = {field for part in parts for field in part.model_fields}
    assert not {field for field in fields if not re.search(rf"\b{field}\b", guide)}
    assert not {kind for kind in grammar.QUESTION_TYPES if f"`{kind}`" not in guide}


def test_benchmarks_are_filled_in_from_a_template_and_checked(tmp_path: Path) -> None:
    tiny = str(ROOT / "tests" / "questionnaires" / "tiny.yaml")
    path = tmp_path / "others.csv"
    written = CliRunner().invoke(check, [tiny, "--benchmark-template", str(path)])
    assert written.exit_code == 0
    assert f"{path}: fill in value, base, source and year" in written.output
    table = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    table[0] |= {"value": "62", "base": "800", "source": "Them", "year": "2025"}
    fill_in(path, table)
    checked = CliRunner().invoke(check, [tiny, "--benchmarks", str(path)])
    assert f"{path}: good. 1 figure of the same wording and scale." in checked.output
    table[0]["fingerprint"] = "0" * 64
    fill_in(path, table)
    checked = CliRunner().invoke(check, [tiny, "--benchmarks", str(path)])
    assert "1 figure, of which 1 cannot be compared" in checked.output
    assert f"{table[0]['item']} (Them, 2025)" in checked.output


def fill_in(path: Path, table: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.DictWriter(stream, list(table[0]))
        rows.writeheader()
        rows.writerows(table)


def test_a_template_is_of_one_questionnaire_and_overwrites_nothing(tmp_path: Path) -> None:
    tiny = str(ROOT / "tests" / "questionnaires" / "tiny.yaml")
    there = tmp_path / "others.csv"
    there.write_text("mine\n")
    again = CliRunner().invoke(check, [tiny, "--benchmark-template", str(there)])
    assert "is there already" in str(again.exception)
    two = CliRunner().invoke(check, [tiny, tiny, "--benchmark-template", str(tmp_path / "x.csv")])
    assert "of one questionnaire" in str(two.exception)
    assert there.read_text() == "mine\n"


def test_tables_in_a_circle_are_named_with_what_closes_it(tmp_path: Path) -> None:
    text = (ROOT / "tests" / "questionnaires" / "small.yaml").read_text()
    tables = "  - [command]\n  - [ethnicity]\n  - [probationer]\n"
    pairs = "  - [command, ethnicity]\n  - [command, probationer]\n  - [ethnicity, probationer]\n"
    assert tables in text
    path = tmp_path / "circle.yaml"
    said = {}
    for crossed in (pairs, pairs + "  - [command, ethnicity, probationer]\n"):
        path.write_text(text.replace(tables, crossed))
        checked = CliRunner().invoke(check, [str(path)])
        assert checked.exit_code == 0, checked.output
        said[crossed] = "go round in a circle" in checked.output
    assert list(said.values()) == [True, False]
