"""A theme that not everybody was asked says whose answers its figures are."""

from __future__ import annotations

from dataclasses import replace

from fixtures_release import NORTH, make_release

from survey.results import themes, words
from survey.results.scope import of_command, whole_force

RELEASE = make_release()
THEME = next(row for row in RELEASE.measures if row.kind == "theme")
OFFICERS = "those who answered “Officer” to “How do you work here?”"


def test_the_page_of_a_theme_says_of_whom_it_was_asked() -> None:
    for asked, said in (("", ""), (OFFICERS, f"Asked of {OFFICERS}. Figures are of those asked")):
        page = themes.theme_page(
            *(RELEASE, [RELEASE], whole_force(RELEASE)),
            theme=replace(THEME, asked_of=asked),
            group="force",
        )
        assert page.asked_of.startswith(said)
        assert bool(page.asked_of) == bool(asked)
    assert "everybody was asked" in words.asked_of(replace(THEME, asked_of=OFFICERS))


def test_its_page_opens_at_a_group_in_which_it_is_shown() -> None:
    shown = "command=response-south"
    estimates = tuple(
        replace(row, status="shown" if row.group == shown else "c")
        if row.measure == THEME.measure
        else row
        for row in RELEASE.estimates
    )
    release, routed = replace(RELEASE, estimates=estimates), replace(THEME, asked_of=OFFICERS)
    seen = whole_force(release)
    assert themes.opens_at(release, seen, routed, "force") == shown
    assert themes.opens_at(release, seen, THEME, "force") == "force"
    assert themes.opens_at(release, of_command(release, NORTH), routed, "own") == "own"
