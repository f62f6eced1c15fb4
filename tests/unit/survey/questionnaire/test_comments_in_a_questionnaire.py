"""Comments are asked for in a questionnaire, and are in nothing that is counted or published."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from fixtures_wave import QUESTIONNAIRES

from survey.errors import QuestionnaireError
from survey.questionnaire import answers
from survey.questionnaire.answers import AnswersRefused
from survey.questionnaire.codebook import codebook
from survey.questionnaire.commands import check
from survey.questionnaire.loader import load, parse
from survey.questionnaire.model import LONGEST_COMMENT, Questionnaire

FILE = QUESTIONNAIRES / "commented.yaml"
TEXT = FILE.read_text()
WHY = """      - id: why
        type: comment
        text: Why do you say so?
        themes:
          pay: Pay and promotion
          treatment: How people are treated
"""


@pytest.fixture(scope="module")
def commented() -> Questionnaire:
    return load(FILE)


def problems(text: str) -> list[str]:
    with pytest.raises(QuestionnaireError) as caught:
        parse(text, "q.yaml")
    return [str(problem) for problem in caught.value.problems]


def changed(old: str, new: str) -> str:
    assert TEXT.count(old) == 1
    return TEXT.replace(old, new)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_comments_stand_in_their_sections_in_order(commented: Questionnaire) -> None:
    assert [comment.id for comment in commented.comments] == ["why", "change"]
    assert [[c.id for c in section.comments] for section in commented.sections] == [
        ["why"],
        ["change"],
        [],
    ]
    assert str(commented.comments[1].hint) == "One thing is enough."


def test_comments_are_in_nothing_that_is_counted(commented: Questionnaire) -> None:
    without = parse(changed(WHY, ""), "q.yaml")
    asked = {comment.id for comment in commented.comments}
    assert not asked & set(commented.question_by_id)
    assert commented.stored_codes == without.stored_codes
    assert commented.plan == without.plan
    book = codebook(commented)
    assert not asked & {*book.item_by_id, *book.variable_by_id}
    assert answers.fold(commented, {"fair": ["agree"], "why": ["Because."]}) == {"fair": "agree"}


def test_comments_change_what_respondents_see_and_so_the_fingerprint(
    commented: Questionnaire,
) -> None:
    assert commented.fingerprint != parse(changed(WHY, ""), "q.yaml").fingerprint


def test_a_fourth_comment_is_refused() -> None:
    more = "".join(WHY.replace("why", f"why{n}") for n in range(2))
    text = changed(WHY, WHY + more)
    place = line_of(text, "      - id: change") + 1
    assert problems(text) == [
        f"q.yaml:{place}: `change` is comment number 4; a questionnaire asks for 3 at most, "
        "because how people write tells who they are"
    ]


def test_a_comment_before_a_question_is_refused() -> None:
    text = changed(WHY, "").replace("      - id: fair\n", WHY + "      - id: fair\n")
    place = line_of(text, "      - id: why")
    assert problems(text) == [
        f"q.yaml:{place}: comment `why` stands before `fair`; put comments at the end of their "
        "section"
    ]


def test_a_comment_in_a_file_of_answers_is_refused() -> None:
    text = TEXT.replace("minutes: 1\n", "minutes: 1\nfielded: elsewhere\n")
    found = problems(text)
    assert found[0].startswith(f"q.yaml:{line_of(text, '      - id: why') + 1}: `why` asks for a")
    assert "`ignore_columns`" in found[0]
    assert len(found) == 2


@pytest.mark.parametrize("field", ["theme: fairness", "scale: agree", "options: [a]"])
def test_a_comment_has_no_field_of_another_type(field: str) -> None:
    text = changed(WHY, f"{WHY}        {field}\n")
    name = field.partition(":")[0]
    place = line_of(text, f"        {field}")
    assert problems(text)[0].startswith(f"q.yaml:{place}: there is no field `{name}` here")


def test_nobody_is_grouped_by_a_comment() -> None:
    text = changed("  sex: {variable: sex}", "  sex: {variable: sex}\n  why: {variable: why}")
    place = line_of(text, "  why: {variable: why}")
    assert (
        f"q.yaml:{place}: breakdown `why` names `why`, a comment question; people are grouped by a "
        "choice or unit question" in problems(text)
    )


def test_an_id_stands_once_among_questions_and_comments() -> None:
    text = changed("      - id: change", "      - id: fair")
    assert "the question id `fair` stands twice" in problems(text)[0]


def test_every_comment_is_there_empty_or_not(commented: Questionnaire) -> None:
    form = {"fair": ["agree"], "why": ["  One.\r\nTwo.\rThree. \n"]}
    assert answers.comments(commented, form) == {"why": "One.\nTwo.\nThree.", "change": ""}
    assert answers.comments(commented, {}) == {"why": "", "change": ""}


def test_a_comment_is_measured_in_bytes_and_never_cut(commented: Questionnaire) -> None:
    longest = "é" * (LONGEST_COMMENT // 2)
    assert answers.comments(commented, {"why": [longest]})["why"] == longest
    assert answers.bytes_too_many(longest + "é") == 2
    for form in ({"why": [longest + "a"]}, {"why": ["one", "two"]}):
        with pytest.raises(AnswersRefused, match="Why do you say so"):
            answers.comments(commented, form)


def test_check_counts_comments() -> None:
    said = CliRunner().invoke(check, [str(FILE)]).output
    assert "2 questions (1 statements) and 2 comments" in said


def test_themes_stand_with_their_comment_and_change_the_fingerprint(
    commented: Questionnaire,
) -> None:
    found = {c.id: [(t.id, str(t.label)) for t in c.themes] for c in commented.comments}
    assert found["why"] == [("pay", "Pay and promotion"), ("treatment", "How people are treated")]
    assert list(dict(found["change"])) == ["time", "kit"]
    other = parse(changed("Pay and promotion", "Pay"), "q.yaml")
    assert other.fingerprint != commented.fingerprint


def test_a_comment_without_themes_is_asked_all_the_same() -> None:
    text = WHY.partition("        themes:")[0]
    assert parse(changed(WHY, text), "q.yaml").comments[0].themes == ()


WRONG_THEMES = {
    "Other: Something else": "every comment has the theme `Other` by itself",
    "nothing: Nothing": "every comment has the theme `nothing` by itself",
    "PAY: Wages": "the themes `pay` and `PAY` differ in capitals alone",
    "wages: Pay and promotion": "two themes of `why` are called “Pay and promotion”",
    "two words: Two": "",
}


@pytest.mark.parametrize("theme", WRONG_THEMES)
def test_a_theme_that_coders_could_not_tell_apart_is_refused(theme: str) -> None:
    text = changed(WHY, f"{WHY}          {theme}\n")
    assert f"q.yaml:{line_of(text, theme)}: {WRONG_THEMES[theme]}" in "\n".join(problems(text))


def test_a_theme_that_lacks_a_language_is_refused() -> None:
    text = TEXT.replace("minutes: 1\n", "minutes: 1\nlanguages: [en, cy]\n")
    assert any("(cy) of “Pay and promotion” is missing" in one for one in problems(text))


def test_more_themes_than_two_people_sort_alike_by_are_refused() -> None:
    more = "".join(f"          t{n}: Theme {n}\n" for n in range(19))
    text = changed(WHY, WHY + more)
    assert "`why` has 21 themes; 20 at most" in problems(text)[0]
