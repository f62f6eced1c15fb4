from __future__ import annotations

from dataclasses import replace

import pytest
from fixtures_release import NORTH, make_release

from survey.results.charts import diverging_bars

RELEASE = make_release()


def bars(group: str = "force", theme: str = "leadership"):
    return diverging_bars.draw(RELEASE, "bars", group, "label", theme)


def test_bars_share_one_centre_in_the_middle_of_the_neutral_part() -> None:
    (chart,) = bars()
    for bar in chart.bars:
        neutral = bar.segments[2]
        assert neutral.x + neutral.width / 2 == pytest.approx(chart.centre, abs=0.01)


def test_parts_are_as_wide_as_the_answers_and_stay_in_the_drawing() -> None:
    (chart,) = bars()
    ends = []
    for bar in chart.bars:
        widths = [part.width for part in bar.segments]
        figures = [int(part.text.removesuffix("%")) for part in bar.segments]
        assert widths == pytest.approx([widths[0] / figures[0] * it for it in figures], rel=0.01)
        ends += [bar.segments[0].x, bar.segments[-1].x + bar.segments[-1].width]
    assert min(ends) == pytest.approx(0, abs=0.01)
    assert max(ends) == pytest.approx(100, abs=0.01)


def test_each_response_scale_has_its_own_chart_negative_end_first() -> None:
    agree, often = bars(theme="discrimination")
    assert agree.legend[0][0] == "Strongly disagree"
    assert [label for label, _ in often.legend] == ["More than once", "Once", "Never"]


def test_the_whole_force_does_not_stand_beside_itself() -> None:
    for group, beside in (("force", False), ("ethnicity=majority", True)):
        assert {bool(bar.force) for chart in bars(group) for bar in chart.bars} == {beside}


def test_a_hidden_group_has_no_parts_and_only_c_in_its_table() -> None:
    (chart,) = bars(group=f"command={NORTH}-2")
    for bar in chart.bars:
        assert bar.segments == ()
        assert set(bar.cells) == {"[c]"}
        assert (bar.positive, bar.answers) == ("[c]", "[c]")


def test_a_statement_with_one_category_hidden_is_not_drawn() -> None:
    rows = list(RELEASE.distributions)
    at = next(i for i, row in enumerate(rows) if (row.group, row.item) == ("force", "leadership-1"))
    rows[at] = replace(rows[at], percent=None, status="c")
    release = replace(RELEASE, distributions=tuple(rows))
    (chart,) = diverging_bars.draw(release, "bars", "force", "label", "leadership")
    assert chart.bars[0].segments == ()
    assert chart.bars[0].cells.count("[c]") == 1
    assert chart.bars[1].segments != ()


def test_a_bound_is_said_in_words_and_by_a_sign() -> None:
    rows = tuple(
        replace(row, percent=10, bound="or_less")
        if (row.group, row.item, row.category) == ("force", "leadership-1", "1")
        else row
        for row in RELEASE.distributions
    )
    release = replace(RELEASE, distributions=rows)
    (chart,) = diverging_bars.draw(release, "bars", "force", "label", "leadership")
    part = chart.bars[0].segments[0]
    assert (part.text, part.short) == ("10% or less", "≤10")
