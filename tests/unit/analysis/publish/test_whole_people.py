"""Whole people behind shares: what fractions of people hide from the program and not from readers.

Response has four parts, of which two of nine and eight people are not shown. They agree with each
other on every item, so nobody may find out how they answered.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import fixtures_analysis as fixtures
import fixtures_disclosure as small
import numpy as np
import pytest

from analysis.attack import answers
from analysis.attack.answers import attack_answers
from analysis.codebook import AnswerCategory, Codebook
from analysis.microdata import Microdata
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish, told
from analysis.publish.people_behind import fits_alone, people_behind
from analysis.publish.shown import control
from analysis.release.model import Release
from analysis.tally import tally

WAVE = WaveFacts("one", "One", date(2026, 3, 31))
PEOPLE = {"a": 134, "b": 9, "c": 8, "d": 277, "e": 110}
PLAN = small.plan(
    [small.nested("unit", {"response": ["a", "b", "c", "e"], "other": ["d"]})],
    [small.table("unit")],
)
YES_OR_NO = (
    AnswerCategory("yes", "Yes", "positive", 100.0),
    AnswerCategory("no", "No", "negative", 0.0),
)
AGREE_IN_A_AND_E = ((52, 70), (64, 58), (64, 37), (99, 70))
"""Of 134 and 110 people; beside them all 17 who are hidden do."""
HIDDEN = 17
COUNTED = np.array([True])
FROM_100 = 0.005
"""Half a step of one point."""


def asked() -> tuple[Codebook, Microdata]:
    units = np.repeat(np.arange(len(PEOPLE)), list(PEOPLE.values())).astype(np.int16)
    items = {}
    for number, (in_a, in_e) in enumerate(AGREE_IN_A_AND_E):
        agree = {"a": in_a, "b": 9, "c": 8, "d": 140, "e": in_e}
        given = [np.arange(n) >= agree[unit] for unit, n in PEOPLE.items()]
        items[f"q{number}"] = np.concatenate(given).astype(np.int16)
    book = fixtures.codebook(tuple(fixtures.item(q, categories=YES_OR_NO) for q in items), ())
    book = replace(book, themes=(), variables=(fixtures.variable("unit", tuple(PEOPLE)),))
    return book, Microdata(len(units), {"unit": units}, items)


def drawn() -> Release:
    book, data = asked()
    return publish(book, PLAN, data, wave=WAVE, policy=DisclosurePolicy())


def in_fractions(low: Any, high: Any, n: Any, whole: Any) -> Any:
    return people_behind(low, high, n, np.zeros_like(whole))


def people(release: Release, group: str, item: str) -> range:
    """All whole numbers of people that round to a published share."""
    row = release.estimate_by_key[group, item]
    n = release.group_by_id[group].base
    assert n is not None
    if row.positive is None:
        return range(n + 1)
    half = FROM_100 * release.coarser_by_key.get((group, item), 1)
    low = 0 if row.positive_bound == "or_less" else math.ceil((row.positive / 100 - half) * n)
    most = n if row.positive_bound == "or_more" else math.floor((row.positive / 100 + half) * n)
    return range(low, most + 1)


def told_of(release: Release) -> Iterator[str]:
    """Items of which it is known that nearly all or nearly nobody of the hidden agrees."""
    for item in release.measure_by_id:
        whole, one, other = (people(release, f"unit={at}", item) for at in ("response", "a", "e"))
        least, most = whole[0] - one[-1] - other[-1], whole[-1] - one[0] - other[0]
        if least > 0.9 * HIDDEN or most < 0.1 * HIDDEN:
            yield item


def test_no_whole_number_of_hidden_people_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not list(told_of(drawn()))
    monkeypatch.setattr(told, "people_behind", in_fractions)
    assert list(told_of(drawn())), "the attacker sees through shares that are taken in fractions"


def test_the_auditor_counts_whole_people_where_it_knows_of_how_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not list(attack_answers(drawn(), PLAN, everybody_answered=True))
    with monkeypatch.context() as patch:
        patch.setattr(told, "people_behind", in_fractions)
        planted = drawn()
    found = {one.measure for one in attack_answers(planted, PLAN, everybody_answered=True)}
    assert found >= set(told_of(planted)) != set()
    monkeypatch.setattr(answers, "of_people", lambda limits, _: limits)
    assert not list(attack_answers(planted, PLAN, everybody_answered=True))


def test_the_upper_end_of_a_step_belongs_to_the_next_one() -> None:
    # 35 % of 200 are 69 or 70 people: 71 are 35.5 %, which is shown as 36.
    found = people_behind(*(np.array([one]) for one in (0.345, 0.355, 200.0)), COUNTED)
    assert [float(one[0]) for one in found] == [69, 70]
    everybody = people_behind(*(np.array([one]) for one in (0.985, 1.0, 200.0)), COUNTED)
    assert [float(one[0]) for one in everybody] == [197, 200]


def test_nobody_counts_people_of_whom_it_is_not_told_how_many_they_are() -> None:
    found = people_behind(*(np.array([one]) for one in (0.345, 0.355, 50.0)), ~COUNTED)
    assert [float(one[0]) for one in found] == [17.25, 17.75]


def percents(*shown: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """What categories of one reading each say, in whole points; the readings say the same."""
    middle = np.array([*shown, *shown], dtype=float)[:, None] / 100
    return middle - FROM_100, middle + FROM_100


def alone(stated: int, *shown: int) -> bool:
    parts = [[at] for at in range(len(shown))]
    return bool(fits_alone(*percents(*shown), parts, np.array([stated]))[0])


def test_percents_tell_how_many_answered_where_one_number_fits_alone() -> None:
    # 105 and 95 of 200; of 181 to 203 people no others are 53 and 48 % together.
    fits = [
        n
        for n in range(183, 204)
        for yes in range(n)
        if math.floor(100 * yes / n + 0.5) == 53 and math.floor(100 * (n - yes) / n + 0.5) == 48
    ]
    assert fits == [200]
    assert alone(201, 53, 48)
    assert alone(203, 53, 48)
    assert not alone(201, 53, 47)
    assert not alone(1000, 53, 47)


@pytest.mark.parametrize(("yes", "known"), [(39, True), (40, False)])
def test_people_are_whole_where_percents_tell_of_how_many(yes: int, known: bool) -> None:
    """Six of the 110 of `e` left the first item out: 39 of 104 are 38 %, and the others 63."""
    book, data = asked()
    first, units = data.items["q0"].copy(), data.variables["unit"]
    given = np.repeat([0, 1, -1], [yes, 104 - yes, 6])
    first[units == list(PEOPLE).index("e")] = given
    counts = tally(book, PLAN, replace(data, items={**data.items, "q0": first}))
    shown = control(counts, DisclosurePolicy())
    look = told.Telling(shown, counts)
    at = [group.id for group in PLAN.groups].index("unit=e")
    assert bool(look.whole(shown, "q0", look.steps(shown, "q0"))[at]) is known
    assert look.whole(shown, "q1", look.steps(shown, "q1"))[at], "there everybody answered"
