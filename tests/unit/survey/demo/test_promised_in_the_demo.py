"""What the demo's boards write is what their own form would take."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from fixtures_release import CLOSED, WAVES
from fixtures_results import make_site

from survey.demo import promised
from survey.results.acts import checks, forms, record


def test_the_demos_actions_keep_the_rules_of_the_form(tmp_path: Path) -> None:
    stores = make_site(tmp_path / "home").stores
    for number, wave in enumerate(WAVES, start=1):
        promised.write(stores, number, wave, date.fromisoformat(CLOSED[wave]))
    courses = record.courses(stores)
    assert [course.now.version for course in courses] == [2, 2, 4, 3, 1, 1]
    for action in (one for course in courses for one in course.versions):
        texts = {name: str(getattr(action, name)) for name in forms.LONGEST}
        assert all(len(text) <= forms.LONGEST[name] for name, text in texts.items())
        assert checks.owner_problem(action.owner) is None
        assert checks.warnings(texts, ()) == ()
        assert all(texts[name] for name in ("title", "words", "reason"))
    north = [one.now for one in courses if one.now.command == promised.NORTH]
    assert [(one.title, one.state) for one in north if one.shared] == [(promised.TALKS, "done")]
    assert {key.wave for one in north for key in one.concerns} == {"spring", "autumn"}
