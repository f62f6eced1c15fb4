"""Headcounts of a wave that is published again, beside those that are told already."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import fixtures_analysis as fixtures
import pytest
from fixtures_earlier import DAY, POLICY, UNITS, after, book, people, plan, why

from analysis.errors import Unprotectable
from analysis.ledger import Ledger
from analysis.publish import WaveFacts, exact, publish
from analysis.publish.changed import narrowed, people_span
from analysis.release.model import Release

STUDY = fixtures.small(900)
PEOPLE = dict(
    zip(
        (figures := exact(STUDY.codebook, STUDY.plan, STUDY.microdata)).names,
        figures.sums.people.tolist(),
        strict=True,
    )
)
MANY = {f"command={unit}": 300 for unit in fixtures.DEPARTMENTS}
FEW = MANY | {"command=north-a": PEOPLE["command=north-a"] + 3}


def made(headcounts: Mapping[str, int], ledger: Ledger) -> Release:
    facts = WaveFacts("autumn", "Autumn", DAY, ledger, why(ledger))
    parts = (STUDY.codebook, STUDY.plan, STUDY.microdata)
    return publish(*parts, wave=facts, policy=POLICY, headcounts=headcounts)


def told(release: Release) -> dict[str, int]:
    return {row.group: row.headcount for row in release.groups if row.headcount is not None}


def test_the_same_headcounts_again_are_told_again(tmp_path: Path) -> None:
    empty = Ledger(STUDY.codebook.questionnaire)
    first = made(FEW, empty)
    again = made(FEW, after(first, STUDY.plan, empty, tmp_path))
    assert told(again) == told(first) != {}


@pytest.mark.slow
def test_what_is_left_out_now_does_not_follow_from_what_was_told_before(tmp_path: Path) -> None:
    """Of one unit all but three answered: its whole less the other unit, told before, says so."""
    empty = Ledger(STUDY.codebook.questionnaire)
    assert {"command=north-a", "command=north-b"} <= set(told(made(MANY, empty)))
    alone = told(made(FEW, empty))
    assert "command=north" in alone
    assert not {"command=north-a", "command=north-b"} & set(alone)
    beside = told(made(FEW, after(made(MANY, empty), STUDY.plan, empty, tmp_path)))
    assert not {"command=north", "command=north-a", "command=north-b"} & set(beside)
    assert "command=south-a" in beside


@pytest.mark.slow
def test_two_rates_of_a_small_group_do_not_tell_its_base(tmp_path: Path) -> None:
    empty = Ledger(STUDY.codebook.questionnaire)
    rows = [row for row in made(MANY, empty).groups if row.status == "shown"]
    single = [row.group for row in rows if "&" not in row.group and PEOPLE[row.group] >= 20]
    group = min(single, key=lambda one: PEOPLE[one])
    n, policy = PEOPLE[group], POLICY.as_dict()
    base = 5 * round(n / 5)

    def span(size: int) -> tuple[float, float]:
        return people_span(base, size, 5 * round(20 * n / size), policy)

    sizes = range(base + 20, base + 200, 5)
    one, other = next((a, b) for a in sizes for b in sizes if narrowed(span(a), span(b)))
    first, second = MANY | {group: one}, MANY | {group: other}
    assert told(made(second, empty))[group]
    later = made(second, after(made(first, empty), STUDY.plan, empty, tmp_path))
    assert later.group_by_id[group].response_rate is None
    assert later.group_by_id[group].headcount is None


def test_late_answers_that_leave_few_of_an_earlier_headcount_are_refused(tmp_path: Path) -> None:
    first = {"north": 250, "south": 240, "west": 260, "east": 160}
    frame = {f"unit={unit}": 300 for unit in first}

    def of(answers: Mapping[str, int], ledger: Ledger, headcounts: Mapping[str, int]) -> Release:
        facts = WaveFacts("autumn", "Autumn", DAY, ledger, why(ledger))
        tables = plan(UNITS)
        return publish(
            *(book(), tables, people(answers)), wave=facts, policy=POLICY, headcounts=headcounts
        )

    empty = Ledger("small")
    ledger = after(of(first, empty, frame), plan(UNITS), empty, tmp_path)
    assert of(first | {"north": 296}, empty, {}).group_by_id["unit=north"].base == 296
    with pytest.raises(Unprotectable, match="few of unit=north did not answer"):
        of(first | {"north": 296}, ledger, {})
