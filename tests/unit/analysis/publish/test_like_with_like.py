"""People at risk beside answers of an earlier Release by other bands: like is held against like."""

from __future__ import annotations

from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

from fixtures_earlier import UNITS, breakdown, made, people, plan

from analysis.attack.people_before import at_risk_elsewhere
from analysis.disclosure.plans import merge
from analysis.plan import Breakdown
from analysis.publish.earlier import Past
from analysis.publish.people_before import AnswersBefore
from analysis.release.model import Release
from analysis.release.rows import ProcedureRow

MANY = {"north": 300, "south": 280, "west": 260, "east": 160}
AGE = {"20": 300, "25": 100, "30": 300, "40": 300}
NEW = plan(UNITS, breakdown("age", "age", young="20", old="25 30 40"))
OTHER_BAND = breakdown("age", "age", young="20 25", old="30 40")
OTHER_NAME = replace(breakdown("age", "age", young="20", old="25 30 40"), id="years")

AT_RISK = {
    "force": 1500, "age=young": 405, "age=old": 1095,
    "unit=north": 400, "unit=south": 380, "unit=west": 370, "unit=east": 350,
}  # fmt: skip
"""Of the young 300 answered here; with those of 25, who are not meant, 400."""

REST = [one.name for one in fields(ProcedureRow)][5:-1]


def past(band: Breakdown) -> Past:
    """A Release of the same people by other bands, or by the same ones under another name."""
    of = plan(UNITS, band)
    release = made(of, people(MANY, AGE), None)
    published: Any = (SimpleNamespace(release=release, plan=of),)
    return Past(NEW, published, merge(NEW, [of]), cast(Any, None))


def lost(before: tuple[Release, ...]) -> set[str]:
    """Groups of which the people at risk are not told beside these answers."""
    answers, every = AnswersBefore.of(NEW, before, ()), frozenset(AT_RISK)
    return set(every - answers.tellable(AT_RISK, every, 5))


def found(before: tuple[Release, ...]) -> set[str]:
    """Groups that the auditor names beside these answers, if all people at risk were told."""
    rows = tuple(
        ProcedureRow(
            *(group, "referral", "2025-04/2026-03", at_risk, 20),
            **dict.fromkeys(REST),  # type: ignore[arg-type]
            status="shown",
        )
        for group, at_risk in AT_RISK.items()
    )
    release = replace(made(NEW, people(MANY, AGE), None), procedures=rows)
    (first,) = before
    return {breach.group for breach in at_risk_elsewhere(first, release, None, "this Release")}


def test_groups_of_one_name_and_other_people_are_not_compared() -> None:
    of = past(OTHER_BAND)
    assert lost(of.like) == found(of.like) == set()
    unlike = tuple(one for one, _ in of.releases)
    assert found(unlike) == {"age=young"}
    assert lost(unlike) == {"age=young", "age=old"}


def test_groups_of_another_name_and_the_same_people_are_compared() -> None:
    of = past(OTHER_NAME)
    few = dict(AT_RISK, **{"age=young": 305, "age=old": 1195})
    with patch.dict(AT_RISK, few):
        assert found(of.like) == {"age=young"}
        assert lost(of.like) == {"age=young", "age=old"}
        assert lost(tuple(one for one, _ in of.releases)) == set()
