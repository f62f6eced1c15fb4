"""Two Releases of one wave by other bands: how those answered who lie between them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fixtures_earlier import AGES, UNITS, after, breakdown, made, plan

from analysis.attack.alike import Beside, ways
from analysis.attack.bands import both
from analysis.attack.editions import together
from analysis.attack.material import Material, Published
from analysis.attack.united import impossible, united
from analysis.errors import Unprotectable
from analysis.ledger import Ledger
from analysis.microdata import Microdata
from analysis.publish import making
from analysis.release.model import Release

OLD = plan(UNITS, breakdown("age", "age", young="20", old="25 30 40"))
NEW = plan(UNITS, breakdown("age", "age", young="20 25", old="30 40"))
STRONGLY_AGREE = 0
EVERY_UNIT = ("unit=north", "unit=south", "unit=west", "unit=east")


def answers(between: int, *, alike: bool) -> Microdata:
    """500 people; so many are of the age that one plan counts as young and the other as old."""
    rng = np.random.default_rng(0)
    sizes = dict(zip(AGES, (101, between, 199 - between, 200), strict=True))
    ages = rng.permutation(np.repeat(range(4), list(sizes.values()))).astype(np.int16)
    units = np.repeat(range(4), 125).astype(np.int16)
    led, harassed = (rng.integers(0, 5, 500).astype(np.int16) for _ in range(2))
    if alike:
        led[ages == AGES.index("25")] = STRONGLY_AGREE
    return Microdata(500, {"unit": units, "age": ages}, {"led": led, "harassed": harassed}, None)


def with_late(answers: Microdata, late: int, age: str) -> Microdata:
    """So many more of one age, in the north."""
    rng = np.random.default_rng(5)
    more = {"unit": 0, "age": AGES.index(age)}
    return Microdata(
        answers.n + late,
        {
            name: np.concatenate([column, np.full(late, more[name], np.int16)])
            for name, column in answers.variables.items()
        },
        {
            name: np.concatenate([column, rng.integers(0, 5, late).astype(np.int16)])
            for name, column in answers.items.items()
        },
        None,
    )


def fallen(first: Release, second: Release) -> list[str]:
    other = replace(second.manifest, questionnaire_fingerprint="other")
    given = (Published("first", first), Published("second", replace(second, manifest=other)))
    plans = {first.manifest.questionnaire_fingerprint: OLD, "other": NEW}
    return [fall.words for fall in together(Material(given, plans=plans)).falls]


def shown(release: Release) -> set[tuple[str, str]]:
    return {key for key, row in release.estimate_by_key.items() if row.status == "shown"}


def test_answers_of_those_between_two_bandings_are_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people, empty = answers(15, alike=True), Ledger("small")
    first = made(OLD, people, empty)
    ledger = after(first, OLD, empty, tmp_path)
    careful = made(NEW, people, ledger)
    with monkeypatch.context() as careless_now:
        careless_now.setattr(making, "beside_earlier", lambda *_: ())
        careless = made(NEW, people, ledger)
    assert ("age=young", "led") in shown(careless) - shown(careful)
    assert any("more than 90 % of" in one for one in fallen(first, careless))
    assert fallen(first, careful) == []
    # What the first one shows already is shown again.
    assert {("force", "led"), ("unit=north", "led")} <= shown(careful)


def test_many_between_two_bandings_cost_nothing(tmp_path: Path) -> None:
    people, empty = answers(45, alike=True), Ledger("small")
    ledger = after(made(OLD, people, empty), OLD, empty, tmp_path)
    again, alone = made(NEW, people, ledger), made(NEW, people, None)
    assert ("age=young", "led") in shown(again)
    assert shown(alone) == shown(again)


def test_few_between_two_bandings_are_found_where_both_plans_are_known() -> None:
    """Without the ledger each Release shows all of its own bands."""
    people = answers(4, alike=False)
    found = fallen(made(OLD, people, None), made(NEW, people, None))
    assert any("age=old&age@other=young is 4 to 4 people" in one for one in found)


@pytest.mark.parametrize("late", [12, 20])
def test_late_answers_of_others_do_not_hide_who_lies_between(tmp_path: Path, late: int) -> None:
    """Nobody who came late lies between: what the first Release says of the young still holds."""
    people, empty = answers(15, alike=True), Ledger("small")
    later, first = with_late(people, late, "40"), made(OLD, people, empty)
    ledger = after(first, OLD, empty, tmp_path)
    with pytest.raises(Unprotectable, match=r"has other answers and splits age otherwise"):
        made(NEW, later, ledger)
    assert made(OLD, later, ledger).manifest.not_shown == 0
    careless = made(NEW, later, None)
    assert ("age=young", "led") in shown(careless)
    told = fallen(first, careless)
    assert any("more than 90 % of age=old&age@other=young" in one for one in told)
    harmless = with_late(answers(45, alike=True), late, "40")
    assert fallen(made(OLD, answers(45, alike=True), None), made(NEW, harmless, None)) == []


def test_late_answers_of_those_between_are_not_held_against_them() -> None:
    """With 30 more of these it is a group of 45 in the second, and nothing follows of 15."""
    few = answers(15, alike=True)
    assert fallen(made(OLD, few, None), made(NEW, with_late(few, 30, "25"), None)) == []


def test_a_few_between_are_found_beside_late_answers() -> None:
    people = answers(4, alike=False)
    told = fallen(made(OLD, people, None), made(NEW, with_late(people, 12, "40"), None))
    assert any("age=old&age@other=young is 4 to 4 people" in one for one in told)


@pytest.mark.parametrize(
    ("late", "kept"),
    [
        (0, [{"force", "age=young", "age=old", *EVERY_UNIT}]),
        (12, [{"age=young", *EVERY_UNIT[1:]}, {"age=old", *EVERY_UNIT[1:]}]),
    ],
)
def test_each_group_is_taken_with_all_that_can_be_as_it_was(
    late: int, kept: list[set[str]]
) -> None:
    """Force and north surely grew; young and old cannot both be as they were, and each may be."""
    people = answers(15, alike=True)
    first, second = made(OLD, people, None), made(NEW, with_late(people, late, "40"), None)
    plan_of_both, names = both(NEW, OLD)
    written = united(second, (), plan_of_both)
    assert written is not None
    nobody = impossible(written, plan_of_both)
    found = ways(written, [Beside(first, names)], plan_of_both, nobody)
    assert sorted(sorted(one.names) for (one,) in found) == sorted(map(sorted, kept))
