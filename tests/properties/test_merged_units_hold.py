"""The figure of units that were merged, from published figures, holds what the answers say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

from fixtures_analysis import small
from fixtures_reorganised import reorganised
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure import rounding
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.publish.trends import trend_rows
from analysis.release.model import Release
from analysis.release.rows import EstimateRow
from analysis.statistics.intervals import wilson

POLICY = DisclosurePolicy()
PARTS = {"command=north-a": "north-ab", "command=north-b": "north-ab"}
NEW = "command=north-ab"
ANSWERS = st.integers(10, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@cache
def then() -> Release:
    study = small(900, seed=1)
    facts = WaveFacts("one", "One", date(2025, 5, 1))
    return publish(study.codebook, study.plan, study.microdata, wave=facts, policy=POLICY)


@cache
def now() -> Release:
    names = {part.partition("=")[2]: new for part, new in PARTS.items()}
    study = reorganised(small(900, seed=2), names, was=(("north-ab", tuple(names)),))
    facts = WaveFacts("two", "Two", date(2026, 5, 1))
    return publish(study.codebook, study.plan, study.microdata, wave=facts, policy=POLICY)


def showing(answers: dict[str, tuple[int, int]]) -> Release:
    """The earlier Release with these answers to one statement, as they would be published."""

    def row_of(row: EstimateRow) -> EstimateRow:
        if row.measure != "led" or row.group not in answers:
            return row
        x, n = answers[row.group]
        percent, bound = rounding.share(x, n, POLICY)
        base = rounding.base(n, POLICY)

        def interval(share: float) -> tuple[float, float]:
            found = wilson(share * n, n)
            return found.lower, found.upper

        lower, upper = rounding.share_limits((percent, bound), n, POLICY, interval)
        return replace(row, base=base, positive=percent, positive_bound=bound, lower=lower,
                       upper=upper, status="shown")  # fmt: skip

    bases = {group: rounding.base(n, POLICY) for group, (_, n) in answers.items()}
    groups = tuple(
        replace(row, base=bases.get(row.group, row.base), status="shown") for row in then().groups
    )
    return replace(then(), groups=groups, estimates=tuple(map(row_of, then().estimates)))


@settings(max_examples=150, deadline=None)
@given(one=ANSWERS, other=ANSWERS)
def test_the_range_of_merged_units_holds_that_of_all_their_answers(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    before = showing(dict(zip(PARTS, (one, other), strict=True)))
    study = reorganised(
        small(60), {"north-a": "north-ab", "north-b": "north-ab"},
        was=(("north-ab", ("north-a", "north-b")),),
    )  # fmt: skip
    measures = [row for row in now().measures if row.measure == "led"]
    rows = trend_rows(study.plan, "two", measures, now().estimate_by_key, [before])
    (row,) = (row for row in rows if (row.group, row.wave) == (NEW, "one"))
    banded = any(before.estimate_by_key[part, "led"].positive_bound for part in PARTS)
    assert (row.status == "c") is banded
    if banded:
        assert (row.value, row.lower, row.upper) == (None, None, None)
        return
    whole = wilson(one[0] + other[0], one[1] + other[1])
    assert row.value is not None
    assert row.lower is not None
    assert row.upper is not None
    assert row.lower <= 100 * whole.lower
    assert 100 * whole.upper <= row.upper
    assert row.lower <= row.value <= row.upper
