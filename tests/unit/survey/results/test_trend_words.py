"""What stands under a trend line: how it moved, why it is broken, and who it was."""

from __future__ import annotations

from dataclasses import replace

from fixtures_release import NORTH, WAVES, make_release

from analysis.release.model import Release
from analysis.release.rows import SlopeRow
from survey.results.charts import trend_lines
from survey.results.charts.trend_lines import PanelPlan

OWN = f"command={NORTH}"
RELEASES = [make_release("spring"), make_release("autumn")]


def said(release: Release, measure: str = "leadership") -> tuple[str, ...]:
    lines = [("force", "The whole force", "reference"), (OWN, "Response North", "main")]
    plan = PanelPlan("panel", "Title", measure, lines)  # type: ignore[arg-type]
    (drawn,) = trend_lines.draw(release, [plan], WAVES, RELEASES)
    return drawn.said


def with_points(release: Release, wave: str, **changes: object) -> Release:
    rows = tuple(
        replace(row, **changes)  # type: ignore[arg-type]
        if (row.group, row.measure, row.wave) == (OWN, "leadership", wave)
        else row
        for row in release.trends
    )
    return replace(release, trends=rows)


def test_the_main_line_says_how_it_moved() -> None:
    force = SlopeRow("force", "leadership", "spring", 3, -4, -7, -1, "fell", "shown")
    own = replace(force, group=OWN, change=9, lower=2, upper=16, direction="rose")
    found = said(replace(make_release(), slopes=(force, own)))
    assert found == (
        "It rose by about 9 points over 3 surveys (plausible range 2 to 16 more in every 100). "
        "This is unlikely to be chance. It does not tell us why.",
    )


def test_nothing_is_said_where_nothing_can_be() -> None:
    none = SlopeRow(OWN, "leadership", *(None,) * 6, "c")  # type: ignore[arg-type]
    assert said(replace(make_release(), slopes=(none,))) == ()


def test_a_reworded_theme_says_why_its_line_is_broken() -> None:
    before = [
        replace(one, measures=tuple(replace(row, fingerprint="old") for row in one.measures))
        for one in RELEASES[:1]
    ]
    release = make_release()
    lines = [("force", "The whole force", "reference"), (OWN, "Response North", "main")]
    plan = PanelPlan("panel", "Title", "grievance", lines)  # type: ignore[arg-type]
    (drawn,) = trend_lines.draw(release, [plan], WAVES, [*before, *RELEASES[1:]])
    assert len(drawn.breaks) == 1
    assert drawn.said == (
        "In Spring 2025 it was worded or answered otherwise, so the line is broken: figures on "
        "the two sides cannot be compared.",
    )


def test_a_reorganised_unit_says_why_its_line_is_broken() -> None:
    release = with_points(make_release(), "spring", comparable=False)
    release = with_points(release, "autumn", comparable=False)
    assert said(release) == (
        "Response North was reorganised: in Spring 2025 and Autumn 2025 it was other people, or "
        "was not there, so the line is broken.",
    )


def test_a_renamed_or_merged_unit_says_what_it_was() -> None:
    renamed = with_points(make_release(), "spring", was="command=custody")
    assert said(renamed) == ("In Spring 2025 Response North was called Custody.",)
    merged = with_points(make_release(), "spring", was="command=custody + command=crime")
    assert said(merged) == (
        "In Spring 2025 the figure is that of Custody and Crime together, which Response North "
        "was then.",
    )
    same_name = with_points(make_release(), "spring", was=OWN)
    assert said(same_name) == ()


def test_how_many_lines_were_looked_at_stands_on_the_page_of_the_force() -> None:
    row = SlopeRow("force", "leadership", "spring", 3, 4, 1, 7, "unclear", "shown")
    rows = (row, replace(row, group=OWN), replace(row, group="command=crime", status="c"))
    release = replace(make_release(), slopes=rows)
    plan = PanelPlan("panel", "Title", "leadership", [("force", "The whole force", "main")])
    (drawn,) = trend_lines.draw(release, [plan], WAVES, RELEASES)
    assert drawn.tested == 2
