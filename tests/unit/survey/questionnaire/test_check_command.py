"""`candour check`: one line for a good file, every problem of a bad one, exit code 2."""

from __future__ import annotations

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
