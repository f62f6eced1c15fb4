"""Follow-ups: what the bases of questions tell that were asked because of an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from analysis.attack.breaches import Breach
from analysis.release.known import step_of_few
from analysis.release.model import Release
from analysis.release.rows import EstimateRow, MeasureRow

_NAMED = re.compile("to “([^”]*)”")
"""A question as who was asked is told: `those who answered “Yes” to “Were you told?”`."""


def attack_follow_ups(release: Release) -> Iterator[Breach]:
    """What follow-ups tell of how many gave an answer, by their words and bases as published."""
    shown: dict[str, list[EstimateRow]] = {}
    for row in release.estimates:
        if row.base is not None:
            shown.setdefault(row.measure, []).append(row)
    followed = {
        measure: questions
        for measure in shown
        if (questions := _followed(release, release.measure_by_id[measure]))
    }
    for measure, questions in followed.items():
        rows = shown[measure]
        if len(rows) > 1:
            where = ", ".join(row.group for row in rows)
            yield _breach(rows[-1], f"{measure} follows an answer and stands in {where}")
        for row in rows:
            whole = release.group_by_id[row.group].base
            if row.base != whole and (row.base or 0) % step_of_few(release.manifest.policy):
                yield _breach(row, f"{measure} follows an answer and its base is {row.base}")
        if chained := [one for one in followed if _names(release.measure_by_id[one], questions)]:
            yield _breach(rows[0], f"{measure} follows {chained[0]}, which follows an answer")
    for one, other in combinations(followed, 2):
        different = _who(release, one) != _who(release, other)
        if different and followed[one] & followed[other]:
            words = f"{one} and {other} follow one question in different ways"
            yield _breach(shown[other][0], f"{words}: their bases subtract")


def _breach(row: EstimateRow, words: str) -> Breach:
    return Breach("follow-up", row.group, words, row.measure)


def _who(release: Release, measure: str) -> str:
    return release.measure_by_id[measure].asked_of


def _followed(release: Release, measure: MeasureRow) -> frozenset[str]:
    """The questions among what is measured by whose answers somebody was asked this."""
    named = frozenset(_NAMED.findall(measure.asked_of))
    return frozenset(text for text in named if any(_names(one, {text}) for one in release.measures))


def _names(measure: MeasureRow, questions: frozenset[str] | set[str]) -> bool:
    """Whether a measure is one of these questions, or an option of one."""
    return measure.kind == "item" and any(
        measure.label == text or measure.label.startswith(f"{text} ") for text in questions
    )
