"""Units under other names: whose people a group holds in an earlier wave, and its trend line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from fixtures_analysis import Study, small
from fixtures_earlier import after
from fixtures_reorganised import Was, reorganised

from analysis.attack.editions import differences, together, trends
from analysis.attack.material import Material, Published
from analysis.attack.reorganised import merged
from analysis.earlier_tallies import EarlierTallies, kept
from analysis.errors import Unprotectable
from analysis.ledger import Ledger
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.publish.lineage import Lineage
from analysis.publish.pooling import earlier_waves
from analysis.release.model import Release
from analysis.release.rows import TrendRow
from analysis.tally import tally

POLICY = DisclosurePolicy()
MERGED: Was = (("north-ab", ("north-a", "north-b")),)
TOGETHER = {"north-a": "north-ab", "north-b": "north-ab"}
DAYS = [date(2025, 5, 1), date(2025, 11, 1), date(2026, 5, 1)]


def published(
    study: Study, wave: int, *previous: Release, tallies: tuple[EarlierTallies, ...] = ()
) -> Release:
    return publish(
        *(study.codebook, study.plan, study.microdata),
        wave=WaveFacts(f"wave-{wave}", f"Wave {wave}", DAYS[wave - 1]),
        policy=POLICY,
        previous=previous,
        previous_tallies=tallies,
    )


@cache
def first() -> Release:
    return published(small(900, seed=1), 1)


def past(study: Study, group: str, then: Release | None = None) -> tuple[str, ...]:
    return Lineage(study.plan, then or first()).of(study.plan.group_by_id[group])


def test_what_was_not_reorganised_is_what_it_was() -> None:
    study = small(900)
    for group in study.plan.groups:
        assert past(study, group.id) == (group.id,)


@pytest.mark.parametrize(
    ("new", "was", "group", "groups"),
    [
        # Renamed: the department, and all that holds it.
        ({"north-a": "hill"}, (("hill", ("north-a",)),), "command=hill", ("command=north-a",)),
        ({"north-a": "hill"}, (("hill", ("north-a",)),), "command=north", ("command=north",)),
        # Not declared: other people, for all that anybody knows.
        ({"north-a": "hill"}, (), "command=hill", ()),
        ({"north-a": "hill"}, (), "command=north", ()),
        ({"north-a": "hill"}, (), "command=south", ("command=south",)),
        # Merged: two departments, and the command that still holds both.
        (TOGETHER, MERGED, "command=north-ab", ("command=north-a", "command=north-b")),
        (TOGETHER, MERGED, "command=north", ("command=north",)),
        # One takes the other in and keeps its name.
        (
            *({"north-b": "north-a"}, (("north-a", ("north-a", "north-b")),)),
            *("command=north-a", ("command=north-a", "command=north-b")),
        ),
        # By way of a name that is gone since.
        (
            *({"north-a": "dale"}, (("dale", ("hill",)), ("hill", ("north-a",)))),
            *("command=dale", ("command=north-a",)),
        ),
        # One of the parts is none that the wave had.
        ({"north-a": "hill"}, (("hill", ("north-a", "moor")),), "command=hill", ()),
    ],
)
def test_a_declared_unit_has_the_past_of_what_went_into_it(
    new: Mapping[str, str], was: Was, group: str, groups: tuple[str, ...]
) -> None:
    assert past(reorganised(small(900), new, was=was), group) == groups


def test_crossings_and_commands_follow_their_units() -> None:
    to = {"north": "field", "south": "field"}
    study = reorganised(small(900), commands=to, was=(("field", ("north", "south")),))
    assert past(study, "command=field") == ("command=north", "command=south")
    assert past(study, "command=field&ethnicity=minority") == (
        "command=north&ethnicity=minority",
        "command=south&ethnicity=minority",
    )
    assert past(study, "command=north-a") == ("command=north-a",)
    assert past(study, "ethnicity=minority") == ("ethnicity=minority",)


def test_a_unit_that_gained_or_lost_a_department_has_no_past() -> None:
    study = reorganised(small(900), home={"north-b": "crime"})
    for unit in ("north", "crime", "response", "specialist"):
        assert past(study, f"command={unit}") == ()
    assert past(study, "command=north-b") == ("command=north-b",)
    assert past(study, "force") == ("force",)


def line(release: Release, group: str, measure: str = "leadership") -> tuple[TrendRow, ...]:
    return release.trend_by_key[group, measure]


def test_the_line_of_a_renamed_unit_goes_on_and_says_what_it_was() -> None:
    was = (("hill", ("north-a",)),)
    now = published(reorganised(small(900, seed=2), {"north-a": "hill"}, was=was), 2, first())
    then = line(now, "command=hill")[0]
    estimate = first().estimate_by_key["command=north-a", "leadership"]
    assert (then.value, then.lower, then.upper) == (
        estimate.positive,
        estimate.lower,
        estimate.upper,
    )
    assert (then.comparable, then.was, line(now, "command=north")[0].was) == (
        *(True, "command=north-a", None),
    )


def test_the_line_of_a_reorganised_unit_is_broken_where_nothing_is_declared() -> None:
    now = published(reorganised(small(900, seed=2), home={"north-b": "crime"}), 2, first())
    then = line(now, "command=north")[0]
    assert then.value == first().estimate_by_key["command=north", "leadership"].positive
    assert not then.comparable
    assert line(now, "command=north-b")[0].comparable
    unknown = published(reorganised(small(900, seed=2), {"north-a": "hill"}), 2, first())
    then = line(unknown, "command=hill")[0]
    assert (then.status, then.value, then.comparable) == ("c", None, False)


def test_a_merged_unit_has_the_figure_that_its_parts_had_together_within_limits_that_hold() -> None:
    then = first()
    parts = [then.estimate_by_key[f"command={one}", "leadership"] for one in ("north-a", "north-b")]
    bases = [row.base or 0 for row in parts]
    now = published(reorganised(small(900, seed=2), TOGETHER, was=MERGED), 2, then)
    row = line(now, "command=north-ab")[0]
    mean = sum((one.positive or 0) * base for one, base in zip(parts, bases, strict=True))
    assert row.value is not None
    assert row.lower is not None
    assert row.upper is not None
    assert abs(row.value - mean / sum(bases)) <= 0.5
    assert row.was == "command=north-a + command=north-b"
    # The command holds nobody else, so its own figure was the truth of both together.
    whole = then.estimate_by_key["command=north", "leadership"]
    assert row.lower <= (whole.lower or 0) <= (whole.positive or 0) <= (whole.upper or 0)
    assert (whole.upper or 0) <= row.upper


@pytest.mark.parametrize(
    "change", [{"positive": None, "status": "c"}, {"positive_bound": "or_more"}]
)
def test_a_merged_unit_has_no_figure_where_a_part_was_not_shown_or_stood_in_a_band(
    change: dict[str, object],
) -> None:
    rows = tuple(
        replace(row, **change) if row.group == "command=north-b" else row  # type: ignore[arg-type]
        for row in first().estimates
    )
    before = replace(first(), estimates=rows, trends=())
    now = published(reorganised(small(900, seed=2), TOGETHER, was=MERGED), 2, before)
    row = line(now, "command=north-ab")[0]
    assert (row.status, row.value, row.lower, row.upper) == ("c", None, None, None)
    assert trends(Material((Published("then", before), Published("now", now)))).falls == []


def test_sums_of_merged_units_are_pooled_exactly() -> None:
    of, after = small(900, seed=1), small(900, seed=2)
    sums = kept(tally(of.codebook, of.plan, of.microdata), first())
    now = reorganised(after, TOGETHER, was=MERGED)
    found = earlier_waves((sums,), (first(),), now.plan, published(now, 2, first()))
    parts = [sums.sums("leadership", f"command={one}") for one in ("north-a", "north-b")]
    both = tuple(sum(column) for column in zip(*(one or () for one in parts), strict=True))
    whole = sums.sums("leadership", "command=north")
    assert found.sums_of(sums, "leadership", "command=north-ab") == both == whole
    undeclared = reorganised(after, TOGETHER)
    found = earlier_waves((sums,), (first(),), undeclared.plan, published(undeclared, 2, first()))
    assert found.sums_of(sums, "leadership", "command=north-ab") is None


@pytest.mark.slow
def test_the_same_wave_by_merged_units_is_refused_and_by_merged_commands_is_one_system(
    tmp_path: Path,
) -> None:
    study = small(900, seed=2)

    def again(of: Study, ledger: Ledger) -> Release:
        facts = WaveFacts("wave-1", "Wave 1", DAYS[0], ledger, "The units were others.")
        return publish(of.codebook, of.plan, of.microdata, wave=facts, policy=POLICY)

    facts = WaveFacts("wave-1", "Wave 1", DAYS[0], Ledger("small"))
    made = publish(study.codebook, study.plan, study.microdata, wave=facts, policy=POLICY)
    ledger = after(made, study.plan, Ledger("small"), tmp_path)
    with pytest.raises(Unprotectable, match="categories of unit that this questionnaire lacks"):
        again(reorganised(study, TOGETHER, was=MERGED), ledger)
    to = {"north": "field", "south": "field"}
    field = reorganised(study, commands=to, was=(("field", ("north", "south")),))
    corrected = again(field, ledger)
    material = Material((Published("old", made), Published("new", corrected)))
    for tried in (merged, together, differences, trends):
        assert tried(material).falls == []
    assert merged(material).tries
