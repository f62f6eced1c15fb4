"""What the synthetic force writes: the same each time, and no other figure depends on it."""

from __future__ import annotations

from survey.close.coding import themes_of
from survey.demo import remarks
from survey.demo.making import QUESTIONNAIRE
from survey.questionnaire import loader, telling
from survey.questionnaire.model import LONGEST_COMMENT

ASKED = loader.load(QUESTIONNAIRE).comments


def test_the_same_people_write_the_same_each_time_and_another_in_another_wave() -> None:
    first = remarks.written(ASKED, 3000, 7, 1)
    assert first == remarks.written(ASKED, 3000, 7, 1)
    assert first != remarks.written(ASKED, 3000, 7, 2)


def test_about_a_third_write_and_everything_fits() -> None:
    written = remarks.written(ASKED, 3000, 7, 1)
    assert len(written) == 3000
    assert 800 < sum(bool(one) for one in written) < 1000
    texts = {text for one in written for text in one.values()}
    assert texts == set(remarks.REMARKS)
    assert all(len(text.encode()) <= LONGEST_COMMENT for text in texts)
    assert {name for one in written for name in one} == {comment.id for comment in ASKED}


def test_every_remark_is_about_something_that_coders_can_write_down() -> None:
    (asked,) = ASKED
    known = set(themes_of(asked))
    assert all(set(themes.split()) <= known for themes in remarks.THEMES.values())
    used = {code for themes in remarks.THEMES.values() for code in themes.split()}
    assert used >= {theme.id for theme in asked.themes}
    assert not any(telling.find(remark) for remark in remarks.REMARKS)


def test_no_comments_are_written_where_none_are_asked_for() -> None:
    assert remarks.written((), 5, 7, 1) == [{}] * 5
