"""The shipped questionnaires: what each must ask, and how it is worded."""

from __future__ import annotations

import hashlib
import json
import re
import runpy
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from survey.errors import QuestionnaireError
from survey.questionnaire import loader, located
from survey.questionnaire.codebook import codebook
from survey.questionnaire.model import Choice, Questionnaire, Statement

ROOT = Path(__file__).parents[4]
LIBRARY = ROOT / "questionnaires"
SHIPPED = ("culture", "pulse", "probation", "leavers")
THEMES = ("leadership", "misconduct", "discrimination", "specialist", "communities")

NAMES = ("diversity, equality and inclusion board",)
JOINED = {
    "development": "training and experience are had by turns, and the question is whether they do",
    "witnessed_sexism": "to see and to hear are both to witness",
    "witnessed_racism": "to see and to hear are both to witness",
}
"""Statements with an "and" or an "or" that ask one thing nevertheless, and why."""

EDITION_OF_THE_BANK = ("2", "52316334b8cf")


@pytest.fixture(scope="module")
def writer() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "docs" / "write_library.py"))


@pytest.fixture(scope="module")
def library(writer: dict[str, Any]) -> dict[str, Questionnaire]:
    return {name: writer["loaded"](name) for name in SHIPPED}


@pytest.fixture
def constructs(writer: dict[str, Any]) -> Callable[[str], dict[str, str]]:
    found: Callable[[str], dict[str, str]] = writer["constructs"]
    return found


def statements(questionnaire: Questionnaire) -> list[Statement]:
    return [one for one in questionnaire.questions if isinstance(one, Statement)]


def test_every_questionnaire_that_is_shipped_is_in_these_tests() -> None:
    assert {path.stem for path in LIBRARY.glob("*.yaml")} == set(SHIPPED)


def test_the_tables_in_the_guide_are_what_the_files_ask(writer: dict[str, Any]) -> None:
    page = (ROOT / "docs" / "QUESTIONNAIRES-LIBRARY.md").read_text()
    planted = page.replace("| retention |", "| loyalty |")
    assert planted != page
    assert writer["written"](planted) == page, "run `make docs`"


def test_culture_asks_five_themes_in_35_to_45_statements(
    library: dict[str, Questionnaire],
) -> None:
    culture = library["culture"]
    of_all = [one for one in statements(culture) if one.id not in culture.routes]
    assert 35 <= len(of_all) < 45
    assert tuple(theme.id for theme in culture.themes) == THEMES
    assert {one.id for one in of_all if one.theme is None} == {
        "wellbeing",
        "trust_survey",
    }
    assert len(statements(library["pulse"])) == 8


def test_questions_about_the_person_come_last_but_for_one_that_decides_who_is_asked_what(
    library: dict[str, Questionnaire],
) -> None:
    for questionnaire in library.values():
        *before, last = questionnaire.sections
        assert all(isinstance(one, Choice) for one in last.questions)
        deciding = {one.question for when in questionnaire.routes.values() for one in when}
        early = {one.id for part in before for one in part.questions if isinstance(one, Choice)}
        assert early == deciding


def test_every_question_says_what_it_measures(
    library: dict[str, Questionnaire], constructs: Callable[[str], dict[str, str]]
) -> None:
    for name, questionnaire in library.items():
        measured = constructs((LIBRARY / f"{name}.yaml").read_text())
        asked = {one.id for one in (*questionnaire.questions, *questionnaire.comments)}
        assert asked == measured.keys() & asked
    bank = located.read((LIBRARY / BANK).read_text(), BANK, LIBRARY, located.Problems())
    assert constructs((LIBRARY / BANK).read_text()).keys() == bank.keys() - {"version"}


def test_a_question_without_its_construct_is_noticed(
    constructs: Callable[[str], dict[str, str]],
) -> None:
    text = "# construct: workload\n- id: a\n  text: A.\n# a note\n- id: b\n- id: c\n"
    assert constructs(text) == {"a": "workload"}


def test_a_statement_that_two_questionnaires_share_is_the_same_in_both(
    library: dict[str, Questionnaire],
) -> None:
    prints = [{i.id: i.fingerprint for i in codebook(one).items} for one in library.values()]
    for position, these in enumerate(prints):
        for those in prints[position + 1 :]:
            both = these.keys() & those.keys()
            assert {one: these[one] for one in both} == {one: those[one] for one in both}
    culture, pulse = (library[name] for name in ("culture", "pulse"))
    assert culture.id == pulse.id
    assert {one.id for one in statements(pulse)} <= {one.id for one in statements(culture)}


def joined(texts: Iterable[tuple[str, str]]) -> set[str]:
    """Ids of statements that may ask two things in one."""
    found = set()
    for name, text in texts:
        if re.search(r"\b(and|or)\b|/", re.sub("|".join(NAMES), "", text)):
            found.add(name)
    return found


def test_no_statement_asks_two_things(library: dict[str, Questionnaire]) -> None:
    texts = [(one.id, one.text.en) for each in library.values() for one in statements(each)]
    assert joined(texts) == set(JOINED)
    assert joined([("planted", "My manager is fair and kind.")]) == {"planted"}


def grade(texts: list[str]) -> float:
    """Flesch-Kincaid grade; a reading age is about five more. Vowels in a row are a syllable."""
    split = [re.findall(r"[A-Za-z’']+", text) for text in texts]
    number = sum(map(len, split))
    syllables = sum(_syllables(word.lower()) for words in split for word in words)
    return 0.39 * number / len(split) + 11.8 * syllables / number - 15.59


def _syllables(word: str) -> int:
    silent = re.search(r"[^aeiouyl]e$|[^td]ed$", word) is not None
    return max(1, len(re.findall(r"[aeiouy]+", word)) - silent)


def test_statements_are_plain_and_short(library: dict[str, Questionnaire]) -> None:
    for questionnaire in library.values():
        texts = [one.text.en for one in statements(questionnaire)]
        lengths = [len(text.split()) for text in texts]
        assert grade(texts) <= 7
        assert sum(lengths) / len(lengths) <= 12
        assert max(lengths) <= 18
    assert (
        grade(["Organisational communication regarding operational priorities is inadequate."]) > 7
    )


def test_few_statements_are_reversed_and_scales_are_balanced(
    library: dict[str, Questionnaire],
) -> None:
    for questionnaire in library.values():
        asked = statements(questionnaire)
        assert sum(one.reversed for one in asked) <= len(asked) / 5
        for one in asked:
            readings = [point.reading for point in one.scale.points if point.valid]
            if not one.sensitive:
                assert readings == ["negative", "negative", "neutral", "positive", "positive"]


def test_pages_hold_one_to_five_questions(library: dict[str, Questionnaire]) -> None:
    for questionnaire in library.values():
        assert all(len(section.questions) <= 5 for section in questionnaire.sections)


BANK = "bank/demographics.yaml"


def asked_of_the_bank(*parts: str) -> Questionnaire:
    """A questionnaire of these parts, each with its breakdown and table."""
    ids = {part: {"ethnicity_police_codes": "ethnicity"}.get(part, part) for part in parts}
    return loader.parse(
        "\n".join(
            [
                *("id: bank", 'version: "1"', "title: Bank", "minutes: 5", "fielded: elsewhere"),
                *("sections:", "  - id: all", "    title: All", "    questions:"),
                *(f"      - include: {BANK}#{part}" for part in parts),
                "breakdowns:",
                *(f"  {part}: {{variable: {ids[part]}}}" for part in parts),
                "tables:",
                *(f"  - [{part}]" for part in parts),
            ]
        ),
        "bank",
    )


def bank_parts() -> list[str]:
    text = (LIBRARY / BANK).read_text()
    return re.findall(r"^([a-z_]+):$", text, re.MULTILINE)


def test_every_part_of_the_bank_can_be_asked() -> None:
    broad = {"ethnicity_broad", "ethnicity_police_codes", "employment_broad"}
    questionnaire = asked_of_the_bank(*(one for one in bank_parts() if one not in broad))
    assert set(questionnaire.question_by_id) == set(bank_parts()) - broad
    by_id = {one.id: one for one in questionnaire.questions if isinstance(one, Choice)}
    assert len(by_id["age"].categories) == 4
    assert len(by_id["entry_route"].categories) == 3
    assert [by_id["disability"].fold(one) for one in ("a-little", "no-condition")] == ["yes", "no"]
    with pytest.raises(QuestionnaireError):
        asked_of_the_bank("ethnicity", "ethnicity_broad")


def folds(part: str) -> dict[str, str | None]:
    (question,) = asked_of_the_bank(part).questions
    assert isinstance(question, Choice)
    return {str(one.label): one.folds_to for one in question.options}


def test_nineteen_ethnic_groups_and_the_police_s_codes_fold_alike() -> None:
    census, police = folds("ethnicity"), folds("ethnicity_police_codes")
    assert len(census) == 19
    assert len(police) == 18
    # The police have no code for Roma.
    assert {label: to for label, to in census.items() if label != "Roma"} == police
    (question,) = asked_of_the_bank("ethnicity_police_codes").questions
    assert isinstance(question, Choice)
    assert question.missing_codes == ("NS",)


def test_the_bank_s_edition_rises_with_every_change() -> None:
    bank = located.read((LIBRARY / BANK).read_text(), BANK, LIBRARY, located.Problems())
    digest = hashlib.sha256(json.dumps(bank, sort_keys=True).encode()).hexdigest()[:12]
    assert (bank["version"], digest) == EDITION_OF_THE_BANK, (
        "the bank has changed: give it the next version, and write both here"
    )


def test_commands_alone_are_those_of_the_units() -> None:
    def commands(file: str) -> list[tuple[str, str, list[tuple[str, str]]]]:
        families = located.read((LIBRARY / file).read_text(), file, LIBRARY, located.Problems())
        return [
            (one["id"], one["label"], [(unit["id"], unit["label"]) for unit in one["units"]])
            for one in families
        ]

    assert commands("bank/commands.yaml") == commands("bank/units.yaml")
