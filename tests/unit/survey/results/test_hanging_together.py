"""HR reads how well a theme's statements hang together; a board is not shown it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fixtures_release import NORTH, make_release
from fixtures_results import BOARD, HR, make_site
from html_page import parse

from survey.results import goes_with, together, words

RELEASE = make_release()


def test_alpha_stands_with_its_range_and_words() -> None:
    first, second, *_ = together.rows(RELEASE)
    assert (first.theme, first.statements) == ("Leadership", "3")
    assert (first.alpha, first.words) == ("0.78 (0.75 to 0.80)", "hang together well")
    assert (second.alpha, second.words) == ("[x]", "")


def test_without_any_figure_there_is_no_table() -> None:
    nothing = tuple(
        replace(row, alpha=None, lower=None, upper=None, status="c") for row in RELEASE.reliability
    )
    assert together.rows(replace(RELEASE, reliability=nothing)) == ()


@pytest.mark.parametrize(
    ("alpha", "said"), [(0.7, "well"), (0.69, "loosely"), (0.5, "loosely"), (0.3, "hardly")]
)
def test_alpha_has_its_words(alpha: float, said: str) -> None:
    assert said in words.hanging_together(alpha)


def test_the_theme_that_goes_most_with_the_outcome_stands_first() -> None:
    found = goes_with.goes_with(RELEASE)
    assert found is not None
    assert found.outcome.startswith("Statement 1 about leadership")
    assert found.explained == 40
    assert [(row.theme, row.share, row.ranks) for row in found.rows] == [
        ("Discrimination", "69%", "1st"),
        ("Misconduct and Grievance", "31%", "2nd"),
    ]
    assert goes_with.goes_with(replace(RELEASE, drivers=())) is None


def test_places_are_said_as_chance_allows_them() -> None:
    assert words.ranks(2, 4) == "2nd to 4th"
    assert [words.ordinal(number) for number in (1, 3, 11)] == ["1st", "3rd", "11th"]


def test_only_hr_is_shown_it(tmp_path: Path) -> None:
    site = make_site(tmp_path, waves=("winter",))
    pages = {
        name: site.client(name).get(f"{address}/spring/statements")
        for name, address in ((BOARD, f"/results/board/{NORTH}"), (HR, "/results/hr"))
    }
    for reply in pages.values():
        parse(reply.data)
    for section in ('id="together"', 'id="goes-with"'):
        assert section in pages[HR].text
        assert section not in pages[BOARD].text
