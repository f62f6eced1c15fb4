"""What the demo's boards write is what their own form would take."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from fixtures_release import CLOSED, WAVES
from fixtures_results import make_site

from survey.demo import bilingual, noticed, promised, reorganised
from survey.demo.making import QUESTIONNAIRE
from survey.questionnaire import loader
from survey.questionnaire.model import Questionnaire
from survey.results.acts import checks, forms, record


@cache
def library() -> Questionnaire:
    return loader.load(QUESTIONNAIRE)


def test_the_demos_actions_keep_the_rules_of_the_form(tmp_path: Path) -> None:
    stores = make_site(tmp_path / "home").stores
    for number, wave in enumerate(WAVES, start=1):
        promised.write(stores, number, wave, date.fromisoformat(CLOSED[wave]))
    courses = record.courses(stores)
    assert [course.now.version for course in courses] == [2, 3, 4, 4, 1, 1]
    for action in (one for course in courses for one in course.versions):
        texts = {name: str(getattr(action, name)) for name in forms.LONGEST}
        assert all(len(text) <= forms.LONGEST[name] for name, text in texts.items())
        assert checks.owner_problem(action.owner) is None
        assert checks.warnings(texts, ()) == ()
        assert all(texts[name] for name in ("title", "words", "reason"))
    north = [one.now for one in courses if one.now.command == promised.NORTH]
    assert [(one.title, one.state) for one in north if one.shared] == [(promised.TALKS, "done")]
    assert {key.wave for one in north for key in one.concerns} == {"spring", "autumn"}
    asked_as = {one.now.asked_as for one in courses} - {""}
    asked = reorganised.asked(library(), 3, noticed.actions(3))
    assert asked_as == {noticed.TALKS, noticed.VISITS} <= set(asked.question_by_id)


def test_the_open_survey_asks_of_actions_in_both_languages() -> None:
    asked = bilingual.asked(reorganised.asked(library(), 4, noticed.actions(4)))
    *_, page = asked.sections
    assert [one.id for one in page.questions] == ["noticed_more_talks", "noticed_contacts"]
    assert all(one.text.cy for one in page.questions)
    assert set(asked.routes) >= {"noticed_more_talks"}
