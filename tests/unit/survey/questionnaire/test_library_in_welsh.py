"""The library in both languages: whole, asked alike, and compared with itself in English."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fixtures_questionnaires import texts_of
from fixtures_wave import QUESTIONNAIRES
from ruamel.yaml import YAML

from survey import resources
from survey.collect import envelope
from survey.demo import bilingual
from survey.errors import QuestionnaireError
from survey.questionnaire import differences, loader
from survey.questionnaire.codebook import codebook
from survey.questionnaire.model import Questionnaire

BOTH = ("culture", "leavers")
"""The longest, and the one with a question of several answers; wordings of all are looked up."""
SAID = {"text", "label", "title", "intro", "warning", "hint", "detail", "event", "done"}
SAME = {"Roma", "Protect", "Police Care UK"}
"""What is called the same in both languages."""


def plain(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text())


TABLE = {
    one["en"]: one["cy"]
    for one in plain(resources.QUESTIONNAIRES / "bank" / "cymraeg.yaml")["wordings"]
}


def said(part: Any, field: str = "") -> Iterator[str]:
    """Every English wording of a file that has no Welsh of its own."""
    if isinstance(part, dict):
        for name, value in part.items():
            if isinstance(value, str):
                if name in SAID or field in {"themes"}:
                    yield " ".join(value.split())
            else:
                yield from said(value, name)
    elif isinstance(part, list):
        for one in part:
            if isinstance(one, str) and field == "ends":
                yield one
            yield from said(one, field)


def untranslated(files: dict[str, Any]) -> list[str]:
    found = (one for content in files.values() for one in said(content))
    return sorted({one for one in found if one not in TABLE})


FILES = {
    path.name: plain(path)
    for path in resources.QUESTIONNAIRES.rglob("*.yaml")
    if path.name not in {"cymraeg.yaml", "actions.yaml"}  # boards read the second, in English
}


def in_both(name: str) -> Questionnaire:
    return bilingual.asked(loader.load(resources.QUESTIONNAIRES / f"{name}.yaml"))


def test_every_wording_of_the_library_and_the_bank_has_its_welsh() -> None:
    assert untranslated(FILES) == []
    assert not [one for one in TABLE if TABLE[one] == one and one not in SAME]


def test_a_new_wording_is_noticed() -> None:
    files = FILES | {"new.yaml": {"sections": [{"title": "Something new"}]}}
    assert untranslated(files) == ["Something new"]


@pytest.mark.parametrize("name", BOTH)
def test_welsh_changes_no_line_and_no_size(name: str) -> None:
    english, both = loader.load(resources.QUESTIONNAIRES / f"{name}.yaml"), in_both(name)
    assert all(text.cy for text in texts_of(both.sections))
    assert dict(both.welsh_labels).keys() >= {one.label for one in both.plan.breakdowns}
    before, after = codebook(english), codebook(both)
    assert before.items == after.items
    assert before.themes == after.themes
    assert english.plan == both.plan
    assert envelope.sealed_size(english) == envelope.sealed_size(both)
    compared = differences.compare(english, both)
    told = [(one.effect, one.about, one.words) for one in compared.differences]
    assert told == [
        ("unseen", "languages", "it is asked in English and Welsh, and was in English"),
        (
            "none",
            "version",
            f"the version is {english.version} as before, though the questionnaire is another",
        ),
    ]


def test_a_text_that_the_table_lacks_is_named_with_its_line() -> None:
    text = (QUESTIONNAIRES / "bilingual.yaml").read_text()
    changed = text.replace("text: I know whom to tell.", "text: I do not know whom to tell.")
    with pytest.raises(QuestionnaireError, match=r"\(cy\) of “I do not know whom to tell.” is"):
        loader.parse(changed, "both")


def test_one_wording_with_two_in_welsh_is_refused() -> None:
    """The table of the library and one of the force's own are one list."""
    text = (QUESTIONNAIRES / "bilingual.yaml").read_text()
    joined = text.replace("welsh:\n", "welsh:\n  - include: bank/cymraeg.yaml#wordings\n", 1)
    with pytest.raises(QuestionnaireError, match="“Command” is “Uned reoli” already"):
        loader.parse(joined, "both")
    table = text.replace("  - {en: Command, cy: Uned}\n", "")
    with pytest.raises(QuestionnaireError, match=r"\(cy\) of “Command” is missing"):
        loader.parse(table, "both")
