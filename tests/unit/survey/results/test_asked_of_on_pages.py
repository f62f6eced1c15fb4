"""A theme that not everybody was asked says whose answers its figures are."""

from __future__ import annotations

from dataclasses import replace

from fixtures_release import make_release

from survey.results import themes, words
from survey.results.scope import whole_force

RELEASE = make_release()
OFFICERS = "those who answered “Officer” to “How do you work here?”"


def test_the_page_of_a_theme_says_of_whom_it_was_asked() -> None:
    theme = next(row for row in RELEASE.measures if row.kind == "theme")
    for asked, said in (("", ""), (OFFICERS, f"Asked of {OFFICERS}. Figures are of those asked")):
        page = themes.theme_page(
            *(RELEASE, [RELEASE], whole_force(RELEASE)),
            theme=replace(theme, asked_of=asked),
            group="force",
            back=("/", "Back"),
        )
        assert page.asked_of.startswith(said)
        assert bool(page.asked_of) == bool(asked)
    assert "everybody was asked" in words.asked_of(replace(theme, asked_of=OFFICERS))
