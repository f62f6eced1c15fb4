"""A theme's score in one group beside its percent in another: planted, seen, mended.

Of items of yes and no the score, in one decimal, is the share of yes. A department shows it, and
its large unit only a percent in a coarser step. What the one leaves of the other is 10 to 18 people
in two units that are not shown, who all agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import fixtures_analysis as fixtures
import fixtures_disclosure as small
import numpy as np
import pytest

from analysis.codebook import AnswerCategory
from analysis.microdata import Microdata
from analysis.plan import Breakdown, Table, Value
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish, told
from analysis.publish.theme_figures import beside_each_other
from analysis.release.model import Release

YES_OR_NO = (
    AnswerCategory("yes", "Yes", "positive", 100.0),
    AnswerCategory("no", "No", "negative", 0.0),
)
DEPARTMENTS = {
    "d1": ("a", "c1", "c2"), "d2": ("b", "c3"), "d3": ("d", "f1", "f2"), "d4": ("e", "f3"),
}  # fmt: skip
COMMANDS = {"one": ("d1", "d2"), "two": ("d3", "d4")}
UNITS = [unit for units in DEPARTMENTS.values() for unit in units]
FEW = {"d1": ("a", "c1", "c2"), "d3": ("d", "f1", "f2")}
"""The large unit of a department, and those that are not shown."""
TELLING = (24, 33, 75)
THEME = "trust"


def plan() -> Breakdown:
    commands = [
        Value(name, name, "command", None, frozenset(u for d in of for u in DEPARTMENTS[d]))
        for name, of in COMMANDS.items()
    ]
    departments = [
        Value(one, one, "department", command, frozenset(DEPARTMENTS[one]))
        for command, of in COMMANDS.items()
        for one in of
    ]
    units = [
        Value(unit, unit, "unit", department, frozenset({unit}))
        for department, of in DEPARTMENTS.items()
        for unit in of
    ]
    levels = ("command", "department", "unit")
    return Breakdown("unit", "unit", "unit", levels, (*commands, *departments, *units))


def released(seed: int) -> tuple[Release, dict[str, int]]:
    """A drawn force, and the people of each unit."""
    rng = np.random.default_rng(seed)
    size = {}
    for unit in UNITS:
        ends = (101, 180) if len(unit) == 1 else (10, 19) if unit[1] == "3" else (5, 10)
        size[unit] = int(rng.integers(*ends))
    number = int(rng.integers(2, 5))
    unit = np.repeat(np.arange(len(UNITS)), list(size.values()))
    answers = {}
    for at in range(number):
        base = rng.choice([0.3, 0.5, 0.7])
        chance = np.array([1.0 if len(UNITS[one]) == 2 else base for one in unit])
        answers[f"q{at}"] = (1 - rng.binomial(1, chance)).astype(np.int16)
    items = tuple(fixtures.item(q, THEME, categories=YES_OR_NO) for q in answers)
    book = replace(fixtures.codebook(items), variables=(fixtures.variable("unit", tuple(UNITS)),))
    made = publish(
        *(book, small.plan([plan()], [Table("unit", ("unit",), (None,))])),
        Microdata(len(unit), {"unit": unit.astype(np.int16)}, answers),
        wave=WaveFacts("w", "w", date(2026, 9, 30), polarity=dict.fromkeys(answers, "kept")),
        policy=DisclosurePolicy(),
    )
    return made, size


def nearly_all(seed: int) -> Iterator[str]:
    """Departments of whose few it is known that they agree with more than 90 % of the theme."""
    made, size = released(seed)
    for name, (large, *hidden) in FEW.items():
        whole, part = (made.estimate_by_key[f"unit={one}", THEME] for one in (name, large))
        if whole.score is None or part.positive is None:
            continue
        half = made.coarser_by_key.get((part.group, THEME), 1) / 2
        few = sum(size[one] for one in hidden)
        least = (few + size[large]) * (whole.score - 0.05) - size[large] * (part.positive + half)
        if least / 100 > 0.9 * few + 1e-6:
            yield name


def test_a_score_and_a_percent_do_not_tell_together_how_few_people_answered() -> None:
    assert not [name for seed in TELLING for name in nearly_all(seed)]


def test_the_attacker_sees_what_is_looked_at_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "beside_each_other", lambda shares, _: shares)
    assert all(list(nearly_all(seed)) for seed in TELLING)


@pytest.mark.long
def test_nor_in_other_draws() -> None:
    assert not [name for seed in range(150) for name in nearly_all(seed)]


def test_score_and_shares_narrow_each_other() -> None:
    one = np.array([[[0.745, 0.755], [0.6, 0.8], [0.0, 1.0], [0.0, 0.4]]])
    yes_or_no = [fixtures.item("q", categories=YES_OR_NO)]
    found = beside_each_other(one, yes_or_no)[0]
    assert found[[0, 1, 3]] == pytest.approx(
        np.array([[0.745, 0.755]] * 2 + [[0.245, 0.255]]), abs=1e-5
    )
    # Of five points the positive ones score 75 or 100, and the negative ones 0 or 25.
    five = beside_each_other(one, [fixtures.item("q", categories=fixtures.agreement())])[0]
    assert five[1] == pytest.approx([0.6, 0.8], abs=1e-5)
    assert five[3] == pytest.approx([0.0, 0.34], abs=1e-5)
    counted = fixtures.item("q", categories=fixtures.agreement(), denominator="all")
    assert (beside_each_other(one, [counted]) == one).all()


def test_no_share_is_narrower_than_what_is_true() -> None:
    rng = np.random.default_rng(1)
    items = [fixtures.item("q", categories=fixtures.agreement())]
    parts = rng.dirichlet([0.5] * 5, 500)
    truth = np.column_stack(
        [parts @ [1, 0.75, 0.5, 0.25, 0], parts[:, :2].sum(1), parts[:, 2], parts[:, 3:].sum(1)]
    )
    below, above = rng.uniform(0, 0.05, (2, *truth.shape))
    told_so = np.stack([truth - below, truth + above], axis=-1)
    found = beside_each_other(told_so, items)
    assert ((found[..., 0] <= truth + 1e-9) & (truth <= found[..., 1] + 1e-9)).all()
    assert (found[..., 1] - found[..., 0]).sum() < 0.95 * (told_so[..., 1] - told_so[..., 0]).sum()
