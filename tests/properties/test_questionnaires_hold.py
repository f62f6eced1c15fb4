"""Properties of the loader and of folding, over many questionnaires and forms."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from survey.errors import QuestionnaireError
from survey.questionnaire.answers import AnswersRefused, fold, microdata
from survey.questionnaire.codebook import codebook
from survey.questionnaire.loader import load, parse

TINY = load(Path(__file__).parents[1] / "questionnaires" / "tiny.yaml")
BOOK = codebook(TINY)


SOURCE = YAML(typ="safe", pure=True).load(StringIO(TINY.source))


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in parts if isinstance(value, (dict, list)) else ():
        found += paths(part, (*path, key))
    return found


PATHS = paths(SOURCE)
BROKEN_PARTS = st.sampled_from(
    [None, "", "x", "1", [], {}, ["x"], [None], {"x": "y"}, {"en": None}, {"include": "x.yaml"}]
)


def assert_good_or_refused(text: str) -> None:
    problems = None
    try:
        questionnaire = parse(text, "q.yaml")
    except QuestionnaireError as error:
        problems = error.problems
    if problems is None:
        assert parse(questionnaire.source, "q.yaml") == questionnaire
    else:
        assert problems
        assert all(one.file == "q.yaml" and one.line > 0 for one in problems)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(PATHS), BROKEN_PARTS), min_size=1, max_size=3))
def test_any_broken_part_gives_problems_with_lines_and_never_a_crash(
    changes: list[tuple[tuple[str | int, ...], Any]],
) -> None:
    document = json.loads(json.dumps(SOURCE))
    for path, part in changes:
        here = document
        for step in path[:-1]:
            if not isinstance(here, (dict, list)) or isinstance(here, list) != isinstance(
                step, int
            ):
                break
            if isinstance(here, list) and int(step) >= len(here):
                break
            here = here.get(step) if isinstance(here, dict) else here[int(step)]
        else:
            if isinstance(here, dict) and isinstance(path[-1], str):
                here[path[-1]] = part
    assert_good_or_refused(json.dumps(document, indent=1))


@settings(max_examples=50)
@given(st.text(max_size=200))
def test_any_text_is_a_questionnaire_or_a_list_of_problems(text: str) -> None:
    assert_good_or_refused(text)


CODES = [*sorted({code for question in TINY.questions for code in question.codes}), "", "zzz"]
FORMS = st.dictionaries(
    st.sampled_from([*TINY.question_by_id, "other"]),
    st.lists(st.sampled_from(CODES), max_size=3),
)
GOOD_FORMS = st.fixed_dictionaries(
    {},
    optional={
        question.id: st.lists(st.sampled_from(question.codes), max_size=1)
        for question in TINY.questions
    },
)


@given(FORMS)
def test_a_folded_row_holds_only_codes_that_are_published(form: dict[str, list[str]]) -> None:
    try:
        stored = fold(TINY, form)
    except AnswersRefused:
        return
    assert all(code in TINY.stored_codes[field] for field, code in stored.items())


@given(st.lists(GOOD_FORMS, max_size=5))
def test_every_form_that_a_page_can_send_is_taken_and_counted(
    forms: list[dict[str, list[str]]],
) -> None:
    rows = [fold(TINY, form) for form in forms]
    data = microdata(BOOK, rows)
    data.check(BOOK)
    for item in BOOK.items:
        given = [row.get(item.id) for row in rows]
        assert data.items[item.id].tolist() == [
            -1 if code is None else item.codes.index(code) for code in given
        ]
