"""The file that the demo's HR writes: who was referred, raised a grievance or was promoted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from analysis.beside.procedures import COLUMNS, Period
from analysis.plan import Group
from survey.demo.force import Frame
from survey.demo.truths import TREATMENTS, Treatment
from survey.questionnaire.model import Questionnaire

FOLDER = "hr"
"""Of the demo's home: only a demo keeps the file."""

WAVE = 3
"""Waves are half a year apart, and HR counts whole years."""

_FIRST, _YEAR = 1, 12

Flags = npt.NDArray[np.bool_]


def write(
    home: Path, questionnaire: Questionnaire, frame: Frame, wave: str, opens: date, seed: int
) -> Path:
    """Write HR's counts of the year before a wave opened; returns the file.

    Args:
        home: of the demo.
        questionnaire: declares the processes and the groups.
        frame: who serves.
        wave: id, which names the file.
        opens: the day on which it opened.
        seed: of who is a case.
    """
    lines = [",".join(COLUMNS)]
    lines += (",".join(map(str, row)) for row in rows(questionnaire, frame, opens, seed))
    path = home / FOLDER / f"{wave}.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def rows(
    questionnaire: Questionnaire, frame: Frame, opens: date, seed: int
) -> Iterator[tuple[str, Period, str, int, int]]:
    """Process, period, group, people and cases, for the groups that HR's system knows."""
    rng = np.random.default_rng(seed)
    given = [group for group in questionnaire.plan.groups if _is_counted(questionnaire, group)]
    inside = {group.id: frame.picked(questionnaire, group.where) for group in given}
    for treatment in TREATMENTS:
        at_risk = rng.random(frame.n) < treatment.at_risk
        case = at_risk & (rng.random(frame.n) < _risks(questionnaire, frame, treatment))
        for group, people in inside.items():
            counted, cases = (int((people & one).sum()) for one in (at_risk, case))
            yield treatment.process, year_before(opens), group, counted, cases


def _risks(
    questionnaire: Questionnaire, frame: Frame, treatment: Treatment
) -> npt.NDArray[np.float64]:
    otherwise = frame.picked(questionnaire, treatment.where) & bool(treatment.where)
    return np.where(otherwise, treatment.risk * treatment.times, treatment.risk)


def _is_counted(questionnaire: Questionnaire, group: Group) -> bool:
    """Every characteristic alone, and units down to commands: the system holds no crossings."""
    levels = dict(questionnaire.plan.level_of(group))
    return len(levels) < 2 and "department" not in levels.values()


def year_before(day: date) -> Period:
    """The twelve whole months before the month of a day."""
    last = day.year * _YEAR + day.month - 1 - _FIRST
    first = last - _YEAR + 1
    return Period(_month(first), _month(last))


def _month(months: int) -> tuple[int, int]:
    return months // _YEAR, months % _YEAR + 1
