"""Published limits hold the exact ones, and follow from published figures alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from fixtures_analysis import codebook, item, small, variable
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.attack.audit import audit
from analysis.attack.limits import attack_limits
from analysis.codebook import AnswerCategory
from analysis.disclosure import rounding
from analysis.disclosure.stated import least_answers
from analysis.errors import LeakingRelease
from analysis.microdata import Microdata
from analysis.plan import Breakdown, Table, TablePlan, Value
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, compared, exact, making, publish
from analysis.publish.compared import exact_differences
from analysis.publish.comparing import Made
from analysis.publish.rounded import Percent, Rounder
from analysis.release.consistency import check
from analysis.release.limits import gap_limits, limits_of, said_of, with_limits
from analysis.release.model import Manifest, Release
from analysis.release.rows import (
    ComparisonRow,
    ConcernRow,
    EstimateRow,
    GroupRow,
    MeasureRow,
    ReliabilityRow,
)
from analysis.release.sides import published_gap
from analysis.statistics.comparisons import miettinen_nurminen
from analysis.statistics.intervals import wilson

POLICY = DisclosurePolicy()
WAVE = WaveFacts("w", "W", date(2026, 1, 1))
COUNTS = st.integers(POLICY.k, 400).flatmap(
    lambda n: st.tuples(st.just(n), st.integers(0, n), st.booleans())
)
MANIFEST = Manifest(
    *[""] * 7,
    policy=POLICY.as_dict(),
    methods={},
    breakdowns=(),
    tables=(),
    intersections=(),
    invited=None,
    answered=0,
    shown=0,
    not_shown=0,
    comparisons=0,
)


def rounder(n: int, *, sensitive: bool, step: int = 0) -> Rounder:
    return Rounder(rounding.coarser(POLICY, step) if step else POLICY, n, sensitive)


def percent(rounds: Rounder, positive: int) -> Percent:
    share = positive / rounds.base if rounds.base else 0.0
    return rounds.percents((share, 1 - share), (share, 1 - share))[0]


def told(
    mine: tuple[int, int],
    rest: tuple[int, int],
    *,
    sensitive: bool = False,
    step: int = 0,
    headcount: int | None = None,
) -> Release:
    """What is published of two counts: (people, positive answers) of a group and of its rest."""
    rounds = [rounder(n, sensitive=sensitive, step=step) for n, _ in (mine, rest)]
    both = mine[0] + rest[0], mine[1] + rest[1]
    shown = {"a": (rounds[0], mine), "force": (rounder(both[0], sensitive=sensitive), both)}
    groups, estimates = [], []
    for name, (of, (n, positive)) in shown.items():
        base = rounding.base(n, POLICY)
        size = headcount if name == "a" else None
        groups.append(GroupRow(name, "", "", None, (), base, size, None, "shown"))
        figures = (base, *percent(of, positive), None, "", None, "", None, None, None, None)
        estimates.append(EstimateRow(name, "m", "item", *figures, "shown"))
    one, other = (percent(of, x) for of, (_, x) in zip(rounds, (mine, rest), strict=True))
    gap = None
    if one[0] is not None and other[0] is not None:
        least = min(mine[0], rest[0])
        gap = rounding.points(published_gap(one, other), least, rounds[1].policy)
    row = ComparisonRow("a", "m", "item", "force", gap, None, None, "c" if gap is None else "shown")
    coarser = ((("a",), (("m", step),)),) if step else ()
    return with_limits(
        Release(
            replace(MANIFEST, coarser=coarser),
            (MeasureRow("m", "item", "", None, sensitive, "", ()),),
            *(tuple(groups), tuple(estimates), (), (row,), (), ()),
        )
    )


@given(st.integers(POLICY.k, 400), st.data())
def test_limits_of_a_measure_on_its_groups_base_hold_those_of_its_own(
    n: int, data: st.DataObject
) -> None:
    answers = data.draw(st.integers(max(POLICY.k, int(least_answers(n, POLICY))), n))
    positive = data.draw(st.integers(0, answers))
    release = told((n, 0), (500, 200))
    row = release.estimate_by_key["a", "m"]
    shown = rounder(n, sensitive=False).percents(
        *[(positive / answers, 1 - positive / answers)] * 2
    )
    lower, upper = limits_of(
        release, replace(row, positive=shown[0][0], positive_bound=shown[0][1])
    )
    found = wilson(positive, answers)
    assert lower is not None
    assert upper is not None
    assert lower <= 100 * found.lower + 1e-6
    assert upper >= 100 * found.upper - 1e-6


@given(COUNTS)
def test_published_limits_hold_the_exact_ones(counts: tuple[int, int, bool]) -> None:
    n, positive, sensitive = counts
    row = told((n, positive), (500, 200), sensitive=sensitive).estimate_by_key["a", "m"]
    if row.positive is None:
        assert (row.lower, row.upper) == (None, None)
        return
    found = wilson(positive, n)
    assert row.lower is not None
    assert row.upper is not None
    assert row.lower <= 100 * found.lower + 1e-6
    assert row.upper >= 100 * found.upper - 1e-6
    assert row.positive_bound or row.lower <= row.positive <= row.upper


SIDES = st.tuples(COUNTS, st.integers(POLICY.k, 3000), st.floats(0, 1), st.sampled_from([0, 2, 5]))


@settings(max_examples=150)
@given(SIDES)
def test_limits_of_a_gap_hold_the_exact_ones(
    sides: tuple[tuple[int, int, bool], int, float, int],
) -> None:
    (n, positive, sensitive), rest, share, step = sides
    others = round(share * rest)
    release = told((n, positive), (rest, others), sensitive=sensitive, step=step)
    (row,) = release.comparisons
    lower, upper = gap_limits(release, row, None)
    if row.gap is None:
        assert (lower, upper) == (None, None)
        return
    found = miettinen_nurminen(positive, n, others, rest)
    assert lower is not None
    assert upper is not None
    assert lower <= 100 * found.lower + 1e-6
    assert upper >= 100 * found.upper - 1e-6
    assert lower <= row.gap <= upper


@settings(max_examples=15)
@given(st.integers(POLICY.k, 99))
def test_below_a_hundred_limits_tell_nothing_that_the_percent_does_not(n: int) -> None:
    seen: dict[object, set[object]] = {}
    # Nor do they tell one base from another that is published alike.
    same = [m for m in range(POLICY.k, 98) if rounding.base(m, POLICY) == rounding.base(n, POLICY)]
    for other in (n, *same):
        for positive in range(other + 1):
            row = told((other, positive), (500, 200)).estimate_by_key["a", "m"]
            key = row.base, row.positive, row.positive_bound
            seen.setdefault(key, set()).add((row.lower, row.upper))
    assert len(seen) > 5
    assert all(len(limits) == 1 for limits in seen.values())


@settings(max_examples=150)
@given(
    SIDES, st.sampled_from(["", "emerging", "confirmed"]), st.sampled_from([100, 130]), st.data()
)
def test_who_publishes_and_who_attacks_work_out_the_same_limits(
    sides: tuple[tuple[int, int, bool], int, float, int],
    state: str,
    weights: int,
    data: st.DataObject,
) -> None:
    """They share no code; a point more or less is seen by the one that did not make it."""
    (n, positive, sensitive), rest, share, step = sides
    counts = (n, positive), (rest, round(share * rest))
    headcount = data.draw(st.sampled_from([None, 45, 60, 900]))
    release = told(*counts, sensitive=sensitive, step=step, headcount=headcount)
    alpha = data.draw(st.sampled_from([None, 0.55, 0.93]))
    release = replace(
        release,
        manifest=replace(release.manifest, design_effect=weights),
        reliability=(ReliabilityRow("m", "force", 4, alpha, None, None, "shown"),),
    )
    release = with_limits(release)
    (row,) = release.comparisons
    if row.gap is None:
        return
    if state:
        gap = min(row.gap, -5)
        row = replace(row, gap=gap)
        raised = ("a", "m", "concern", state, "force", gap, 0, 0, 0, "", "")
        release = replace(release, concerns=(ConcernRow(*raised),))  # type: ignore[arg-type]
    lower, upper = gap_limits(release, row, said_of(release).get(("a", "m", "force")))
    row = replace(row, lower=lower, upper=upper, status="shown")
    concerns = tuple(replace(one, lower=lower, upper=upper) for one in release.concerns)
    release = replace(release, comparisons=(row,), concerns=concerns)
    assert list(attack_limits(release)) == []
    planted = replace(row, lower=(lower or 0) + 1)
    assert list(attack_limits(replace(release, comparisons=(planted,))))
    mine = release.estimates[0]
    if mine.positive is not None:
        narrow = replace(mine, upper=(mine.upper or 0) - 1)
        assert list(attack_limits(replace(release, estimates=(narrow, release.estimates[1]))))


# Answers that are worth a whole number: one side worked that number out, the other a hair less.
_WHOLE = [
    (alpha, items, weights, answers)
    for items in (2, 3, 4, 5, 7)
    for alpha in range(3, 100, 4)
    for weights in (110, 130, 150, 170, 240)
    for answers in (30, 60, 115, 240)
    if answers * (100 * items - alpha * (items - 1)) % weights == 0
]


@pytest.mark.parametrize("headcount", [None, 90, 400])
def test_answers_worth_a_whole_number_have_the_same_limits_on_both_sides(
    headcount: int | None,
) -> None:
    assert len(_WHOLE) > 100
    assert (91, 5, 170, 115) in _WHOLE
    for alpha, items, weights, answers in _WHOLE:
        release = told((answers + 12, answers // 2), (900, 300), headcount=headcount)
        told_of = ReliabilityRow("m", "force", items, alpha / 100, None, None, "shown")
        manifest = replace(release.manifest, design_effect=weights)
        release = with_limits(replace(release, manifest=manifest, reliability=(told_of,)))
        release = replace(release, comparisons=())
        assert list(attack_limits(release)) == []


@pytest.mark.parametrize("seed", range(4))
def test_published_gaps_hold_the_exact_ones(seed: int) -> None:
    study = small(700, seed=seed)
    release = publish(study.codebook, study.plan, study.microdata, wave=WAVE, policy=POLICY)
    figures = exact(study.codebook, study.plan, study.microdata)
    differences = exact_differences(figures, study.plan)
    shown = [row for row in release.comparisons if (row.status, row.against) == ("shown", "force")]
    assert len(shown) > 50
    for row in shown:
        found = differences[row.group, row.measure]
        assert row.gap is not None
        assert row.lower is not None
        assert row.upper is not None
        assert row.lower <= 100 * found.lower + 1e-6
        assert row.upper >= 100 * found.upper - 1e-6
        assert row.lower <= row.gap <= row.upper
        keys = [(one, row.measure) for one in (row.group, row.against)]
        step = max(POLICY.coarse_share_step, *(release.coarser_by_key.get(key, 0) for key in keys))
        # Half a step of both shares, and of the gap.
        assert abs(row.gap - 100 * found.gap) <= 1.5 * step + 0.5


@pytest.mark.parametrize(
    ("mine", "theirs", "points"),
    [
        ((55, ""), (66, ""), -11),
        # 60 or more is not fewer than 66, and 40 or less than 66 is 26 fewer at least.
        ((60, "or_more"), (66, ""), 0),
        ((40, "or_less"), (66, ""), -26),
        ((60, "or_more"), (40, ""), 20),
        ((60, ""), (90, "or_more"), -30),
        ((90, "or_more"), (90, "or_more"), 0),
    ],
)
def test_a_gap_beside_a_band_is_the_least_that_the_band_allows(
    mine: Percent, theirs: Percent, points: int
) -> None:
    assert published_gap(mine, theirs) == pytest.approx(points / 100)
    assert published_gap(theirs, mine) == pytest.approx(-points / 100)


UNITS = {"a": 120, "b": 400, "c": 40, "d": 300}
ITEMS = 6
YES_NO = (
    AnswerCategory("yes", "Yes", "positive", 100.0),
    AnswerCategory("no", "No", "negative", 0.0),
)
_LIMITED = compared._row


def of_few(few: int) -> Release:
    """Of three units `few` people said yes to every item, and a tenth of the fourth."""
    units = np.repeat(np.arange(4), list(UNITS.values())).astype(np.int16)
    answers = np.ones(len(units), dtype=np.int16)
    for unit, people in enumerate(UNITS.values()):
        at = np.flatnonzero(units == unit)
        answers[at[: few if unit < 3 else people // 10]] = 0
    items = [item(f"q{at}", categories=YES_NO, sensitive=at % 2 == 0) for at in range(ITEMS)]
    book = replace(codebook(tuple(items), themes=()), variables=(variable("unit", tuple(UNITS)),))
    values = tuple(Value(one, one, "command", None, frozenset(one)) for one in UNITS)
    plan = TablePlan(
        (Breakdown("unit", "unit", "unit", ("command",), values),),
        (Table("unit", ("unit",), (None,)),),
    )
    data = Microdata(len(units), {"unit": units}, {one.id: answers for one in items}, None)
    return publish(book, plan, data, wave=WAVE, policy=POLICY)


def limits_beside_all_else(make: Callable[[int], Release]) -> dict[object, set[object]]:
    """Everything else that is published of a gap -> the limits that stood beside it."""
    found: dict[object, set[object]] = {}
    for few in range(6):
        release = make(few)
        of = release.estimate_by_key
        for row in release.comparisons:
            mine, whole = of[row.group, row.measure], of["force", row.measure]
            key = (
                *(row.group, row.measure, row.gap, mine.base, whole.base),
                *(mine.positive, mine.positive_bound, whole.positive, whole.positive_bound),
            )
            found.setdefault(key, set()).add((row.lower, row.upper))
    return found


def exactly(
    draft: Release, pair: object, measure: str, made: Made | None, raised: object
) -> ComparisonRow:
    """Planted: limits as wide as the exact counts make them, about the published gap."""
    row = _LIMITED(draft, pair, measure, made, raised)  # type: ignore[arg-type]
    if made is None or row.gap is None or row.lower is None or row.upper is None:
        return row
    exact_one = made.difference
    lower = math.floor(row.gap - 2 - 100 * (exact_one.gap - exact_one.lower))
    upper = math.ceil(row.gap + 2 + 100 * (exact_one.upper - exact_one.gap))
    return replace(row, lower=max(-100, lower), upper=min(100, upper))


def test_who_shares_all_published_figures_shares_the_limits() -> None:
    found = limits_beside_all_else(of_few)
    assert len(found) > 3 * ITEMS
    assert {len(limits) for limits in found.values()} == {1}


def test_limits_as_wide_as_exact_counts_make_them_are_seen_and_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    honest = of_few(3)
    monkeypatch.setattr(compared, "_row", exactly)
    with pytest.raises(LeakingRelease, match="do not follow"):
        of_few(3)
    monkeypatch.setattr(making, "check", lambda _: None)
    monkeypatch.setattr(making, "examine", lambda release, *_: type("_", (), NOTHING_SEEN)())
    found = limits_beside_all_else(of_few)
    assert max(len(limits) for limits in found.values()) > 1
    leaking = of_few(3)
    with pytest.raises(LeakingRelease, match="do not follow"):
        check(leaking)
    assert "limits" in {breach.kind for breach in audit(leaking)}
    assert "limits" not in {breach.kind for breach in audit(honest)}


NOTHING_SEEN = {"breaches": (), "certificates": None}
