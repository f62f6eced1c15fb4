"""What stands in place of a group that is not shown: decided on what is shown alone."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.publish.shown import Shown
from analysis.release.rows import LadderRow

ABSENT = "Not shown"


def ladder_rows(shown: Shown) -> tuple[LadderRow, ...]:
    """The rung that each ladder of the plan reaches, in the order of the plan."""
    return tuple(_rows(shown))


def _rows(shown: Shown) -> Iterator[LadderRow]:
    for ladder in shown.plan.ladders:
        number, rung = ladder.reached(shown.protection.shown)
        for group, label in zip(rung.groups, rung.labels, strict=True):
            yield LadderRow(ladder.name, ladder.asked, number, group, rung.kind, label, "shown")
        if not rung.groups:
            yield LadderRow(ladder.name, ladder.asked, number, None, rung.kind, ABSENT, "c")
