from __future__ import annotations

from dataclasses import replace

from fixtures_release import NORTH, WAVES, make_release

from analysis.release.model import Release
from survey.results.charts import trend_lines
from survey.results.charts.trend_lines import BOTTOM, TOP, PanelPlan

RELEASE = make_release()


def panel(
    release: Release = RELEASE, measure: str = "leadership", group: str = f"command={NORTH}"
) -> trend_lines.Panel:
    lines = [("force", "The whole force", "reference"), (group, "Own", "main")]
    plan = PanelPlan("panel", "Title", measure, lines)  # type: ignore[arg-type]
    (drawn,) = trend_lines.draw(release, [plan], WAVES)
    return drawn


def test_a_drawing_is_as_tall_as_the_longest_title_below_it() -> None:
    drawn = panel()
    assert {len(lines) for _, lines in drawn.waves} == {1}
    longer = replace(drawn, waves=(*drawn.waves, (9.0, ("Culture survey", "of the", "autumn"))))
    assert longer.height == drawn.height + 2 * trend_lines.TITLE_LINE


def test_a_line_joins_every_wave_that_can_be_compared() -> None:
    (run,) = panel().lines[1].runs
    assert [point.x for point in run] == sorted(point.x for point in run)
    assert len(run) == 3


def test_the_line_is_broken_where_the_question_changed() -> None:
    drawn = panel(measure="grievance")
    assert len(drawn.breaks) == 1
    for line in drawn.lines:
        (run,) = line.runs
        assert len(run) == 2
        assert drawn.breaks[0].x < run[0].x
        assert len([point for point in line.points if point.y is not None]) == 3


def test_a_pulse_that_left_a_question_out_breaks_no_line_of_it() -> None:
    pulse = make_release("autumn")
    measures = tuple(one for one in pulse.measures if one.measure != "leadership")
    gone = tuple(
        replace(row, comparable=False, value=None, lower=None, upper=None, status="c")
        if (row.measure, row.wave) == ("leadership", "autumn")
        else row
        for row in RELEASE.trends
    )
    release = replace(RELEASE, trends=gone)
    plan = PanelPlan("panel", "Title", "leadership", [("force", "The whole force", "main")])
    (broken,) = trend_lines.draw(release, [plan], WAVES, [pulse])
    assert len(broken.breaks) == 2
    (drawn,) = trend_lines.draw(release, [plan], WAVES, [replace(pulse, measures=measures)])
    assert drawn.breaks == ()
    assert [len(run) for run in drawn.lines[0].runs] == [2]
    assert not any("worded or answered otherwise" in sentence for sentence in drawn.said)


def test_two_waves_that_the_newest_cannot_be_compared_with_are_not_joined() -> None:
    rows = tuple(
        replace(row, comparable=row.wave == "winter") if row.measure == "leadership" else row
        for row in RELEASE.trends
    )
    drawn = panel(replace(RELEASE, trends=rows))
    assert [line.runs for line in drawn.lines] == [(), ()]
    assert len(drawn.breaks) == 2


def test_a_wave_that_is_not_shown_leaves_a_gap_and_a_mark_at_the_foot() -> None:
    drawn = panel(group="command=crime")
    own = drawn.lines[1]
    assert own.points[1].y is None
    assert own.points[1].text == "[c]"
    assert own.runs == ()
    assert drawn.rows[1][1][1] == "[c]"


def test_marks_of_hidden_points_differ_in_nothing_but_the_wave() -> None:
    hidden = panel(group=f"command={NORTH}-2").lines[1].points
    assert {(point.y, point.text, point.whisker) for point in hidden} == {(None, "[c]", None)}


def test_every_point_lies_in_the_drawing() -> None:
    for line in panel().lines:
        assert all(TOP <= (point.y or 0) <= BOTTOM for point in line.points)


def test_no_value_is_printed_over_the_names_of_the_surveys() -> None:
    for at in (0, 1, 2, 40, 41, 47):
        rows = tuple(
            replace(row, value=at + 2, lower=at, upper=at + 4, status="shown")
            if row.group == f"command={NORTH}"
            else row
            for row in RELEASE.trends
        )
        (_, own) = panel(replace(RELEASE, trends=rows)).lines
        assert all(point.label_y is not None for point in own.points)
        assert max(point.label_y or 0 for point in own.points) <= BOTTOM + 5


def test_all_panels_of_a_page_share_one_scale() -> None:
    plans = [
        PanelPlan(measure, measure, measure, [("force", "Force", "main")])
        for measure in ("leadership", "resourcing")
    ]
    one, other = trend_lines.draw(RELEASE, plans, WAVES)
    assert one.ticks == other.ticks


def test_there_is_no_line_of_one_wave() -> None:
    first = make_release("spring")
    plan = PanelPlan("panel", "Title", "leadership", [("force", "Force", "main")])
    assert trend_lines.draw(first, [plan], WAVES) == ()
