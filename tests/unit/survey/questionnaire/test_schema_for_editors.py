"""The JSON Schema that `candour check --schema` prints takes what the checker takes."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import json_schema
import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from survey import resources
from survey.errors import QuestionnaireError
from survey.questionnaire.commands import check
from survey.questionnaire.loader import parse
from survey.questionnaire.schema import schema

MADE = Path(__file__).parents[3] / "questionnaires"
SHIPPED = sorted([*resources.QUESTIONNAIRES.glob("*.yaml"), *MADE.glob("*.yaml")])
SCHEMA = schema()


def fits(text: str) -> bool:
    # As an editor reads it: numbers and truth values are no texts.
    document: Any = YAML(typ="safe", pure=True).load(StringIO(text))
    return json_schema.holds(document, SCHEMA, SCHEMA)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_questionnaire_fits(path: Path) -> None:
    assert fits(path.read_text(encoding="utf-8"))


BROKEN = [
    ("small", "id: small\n", ""),
    ("small", "minutes: 2", "minutes: soon"),
    ("small", "minutes: 2", "minutes: 90"),
    ("small", "theme: speaking", "theem: speaking"),
    ("small", "type: multiple", "type: slider"),
    ("small", "polarity: best_last", "polarity: best"),
    ("small", "exclusive: true", "exclusive: perhaps"),
    ("small", "url: https://", "url: http://"),
    ("small", "id: challenge_safe", "id: challenge safe"),
    ("small", "  - [command]\n", "  - []\n  - {cross: []}\n"),
    ("small", "outcome: adverse", "outcome: bad"),
    ("routed", "{employment: officer}", "{}"),
    ("routed", '{none_of: "3"}', '{never: "3"}'),
    ("routed", "[nobody]}", "[[nobody]]}"),
    ("scaled", "points: 0-10", "points: ten"),
    ("scaled", "ends: [", "ends: [Third, "),
    ("scaled", "type: grid", "type: grid\n        columns: 2"),
    ("scaled", "        statements:\n", "        statements: []\n        lines:\n"),
    ("tiny", "{minority: [asian, black]", "{minority: {groups: [asian, black]}"),
    ("tiny", "languages: [en, cy]", "languages: [en, fr]"),
]


@pytest.mark.parametrize(("name", "good", "bad"), BROKEN)
def test_what_is_misshapen_is_refused_by_both(name: str, good: str, bad: str) -> None:
    text = (MADE / f"{name}.yaml").read_text(encoding="utf-8")
    assert good in text
    broken = text.replace(good, bad, 1)
    assert not fits(broken)
    with pytest.raises(QuestionnaireError):
        parse(broken, "q.yaml")


def test_the_command_prints_it_without_a_file() -> None:
    printed = CliRunner().invoke(check, ["--schema"])
    assert printed.exit_code == 0
    assert json.loads(printed.output) == SCHEMA
    assert CliRunner().invoke(check, []).exit_code == 2


def test_an_include_may_stand_for_anything_and_nothing_else_may() -> None:
    text = (MADE / "small.yaml").read_text(encoding="utf-8")
    support = text[text.index("support:") : text.index("procedures:")]
    assert fits(text.replace(support, "support: {include: bank/support.yaml}\n", 1))
    assert fits(text.replace(support, "support: [{include: bank/support.yaml#all}]\n", 1))
    assert not fits(text.replace(support, "support: {includes: bank/support.yaml}\n", 1))
