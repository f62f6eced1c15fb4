"""What a Release says of a unit where something was done, from published figures alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest
from fixtures_analysis import Study, fallen

from analysis.attack.audit import audit
from analysis.beside.given import Beside
from analysis.beside.interventions import Intervention
from analysis.errors import CandourError, DataError, LeakingRelease, ReleaseError
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release import tables
from analysis.release.change_rows import change_row
from analysis.release.consistency import check
from analysis.release.model import Release
from analysis.release.rows import ChangeRow
from analysis.statistics.change_words import NOT_DECLARED, NOT_PROVED, NOT_SHOWN

UNIT, THEME = "command=south-b", "leadership"
CLOSED = [date(2025, 5, 1), date(2025, 11, 1)]
DECLARED = Intervention(
    UNIT, THEME, "wave-1", "Talks", "other", date(2025, 6, 1), "done.csv, row 2"
)


def study(wave: int, fall: int) -> Study:
    return fallen(2400, wave, fall)


@cache
def first(fall: int = 1) -> Release:
    return released(1, fall)


def released(
    wave: int, fall: int, *declared: Intervention, previous: tuple[Release, ...] = ()
) -> Release:
    of = study(wave, fall)
    return publish(
        *(of.codebook, of.plan, of.microdata),
        wave=WaveFacts(f"wave-{wave}", f"Wave {wave}", CLOSED[wave - 1]),
        policy=DisclosurePolicy(),
        previous=previous,
        beside=Beside(interventions=declared),
    )


@cache
def second(fall: int = 0, fell_before: int = 1, **changes: object) -> Release:
    one = replace(DECLARED, **changes)  # type: ignore[arg-type]
    return released(2, fall, one, previous=(first(fell_before),))


def row(release: Release) -> ChangeRow:
    (found,) = release.changes
    return found


def test_a_recovery_stands_out_from_the_changes_of_the_others() -> None:
    found = row(second())
    assert found.state == "stood_out", found.words
    assert (found.before, found.after, found.others) == ("wave-1", "wave-2", 5)
    assert found.change == (found.value_after or 0) - (found.value_before or 0) > 20
    assert found.lower is not None
    assert found.lower > 0
    assert NOT_PROVED in found.words
    assert "declared on 1 June 2025, before this survey closed" in found.words


def test_its_figures_are_those_that_both_releases_publish() -> None:
    found = row(second())
    one, other = first().estimate_by_key[UNIT, THEME], second().estimate_by_key[UNIT, THEME]
    assert (found.value_before, found.value_after) == (one.positive, other.positive)
    others = [
        (second().estimate_by_key[unit, THEME].positive or 0)
        - (first().estimate_by_key[unit, THEME].positive or 0)
        for unit in (
            f"command={name}" for name in ("north-a", "north-b", "south-a", "crime-a", "crime-b")
        )
    ]
    assert found.others_change == pytest.approx(np.mean(others), abs=0.05)
    assert found.excess == pytest.approx((found.change or 0) - np.mean(others), abs=0.05)


def test_where_nothing_changed_nothing_stands_out() -> None:
    found = row(second(0, 0))
    assert found.state == "not_clear"
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower <= 0 <= found.upper


def test_of_a_unit_picked_for_being_low_the_words_say_what_would_have_come_back() -> None:
    found = row(second(picked="low_score"))
    assert found.regression is not None
    assert found.regression > 0
    assert "picked because its figure was low" in found.words
    assert row(second()).regression is None


def test_what_is_declared_after_the_survey_closed_says_so() -> None:
    found = row(second(declared=date(2025, 12, 24)))
    assert "after this survey closed: that is a description" in found.words


def test_units_around_and_other_declared_ones_are_no_yardstick() -> None:
    both = (DECLARED, replace(DECLARED, group="command=crime"))
    department, command = released(2, 0, *both, previous=(first(),)).changes
    # Of six departments: without its own, and without both of the other command that is declared.
    assert department.others == 3
    assert (command.state, command.others, command.excess) == ("no_yardstick", None, None)
    assert "Fewer than 3 other units at command level" in command.words


def test_a_question_that_changed_gives_no_change() -> None:
    then = first()
    reworded = replace(
        then, measures=tuple(replace(one, fingerprint="other") for one in then.measures)
    )
    found = row(released(2, 0, DECLARED, previous=(reworded,)))
    assert (found.state, found.status, found.value_before, found.change) == (
        *("not_comparable", "shown"),
        *(None, None),
    )


def pulse(then: Release) -> Release:
    """A wave straight after, which did not ask the theme."""
    return replace(
        then,
        manifest=replace(then.manifest, wave="pulse", wave_title="Pulse", closed="2025-06-01"),
        measures=tuple(one for one in then.measures if one.measure != THEME),
        estimates=tuple(one for one in then.estimates if one.measure != THEME),
        comparisons=tuple(one for one in then.comparisons if one.measure != THEME),
        concerns=(),
    )


def test_a_wave_that_did_not_ask_is_passed_over() -> None:
    line = (first(), pulse(first()))
    for picked in ("other", "low_score"):
        after_pulse = replace(DECLARED, before="pulse", picked=picked)
        assert row(released(2, 0, after_pulse, previous=line)) == row(second(picked=picked))
    twice = (DECLARED, replace(DECLARED, before="pulse"))
    with pytest.raises(DataError, match=r"row 2: .* after wave-1 is twice"):
        released(2, 0, *twice, previous=line)


def test_the_figure_before_both_is_looked_for_beyond_a_wave_that_did_not_ask() -> None:
    def with_sooner(*waves: str) -> Release:
        trends = [
            replace(one, wave=wave, comparable=wave != "pulse", value=None if gone else one.value)
            for one in second().trends
            for wave in ((*waves, one.wave) if one.wave == "wave-1" else (one.wave,))
            for gone in (wave == "pulse",)
        ]
        return replace(second(), trends=tuple(trends), changes=())

    low = replace(DECLARED, picked="low_score")
    found = change_row(first(), with_sooner("wave-0", "pulse"), low).regression
    assert found == change_row(first(), with_sooner("wave-0"), low).regression
    assert found != change_row(first(), with_sooner("pulse"), low).regression


def test_a_unit_that_is_hidden_now_looks_alike_whatever_it_was_asked() -> None:
    other = replace(second(), trends=(), estimates=hidden(second()).estimates)
    reworded = replace(other, changes=())
    found = change_row(first(), reworded, DECLARED)
    assert (found.status, found.state, found.words) == ("c", "not_shown", NOT_SHOWN)


def hidden(release: Release, **more: object) -> Release:
    """The Release, with the unit's figure of the theme taken out."""
    empty: dict[str, object] = dict.fromkeys(("base", "positive", "lower", "upper", "score"))
    empty |= {"neutral": None, "negative": None, "positive_bound": "", "status": "c"}
    return replace(
        release,
        estimates=tuple(
            replace(one, **empty) if (one.group, one.measure) == (UNIT, THEME) else one
            for one in release.estimates
        ),
        **more,  # type: ignore[arg-type]
    )


def test_a_figure_that_was_hidden_once_looks_like_every_hidden_one() -> None:
    found = row(released(2, 0, DECLARED, previous=(hidden(first()),)))
    assert (found.status, found.state, found.words) == ("c", "not_shown", NOT_SHOWN)
    figures = (found.value_before, found.value_after, found.change, found.others, found.excess)
    assert set(figures) == {None}


def test_a_unit_cannot_have_been_picked_for_a_figure_that_nobody_saw() -> None:
    low = replace(DECLARED, picked="low_score")
    with pytest.raises(DataError, match=r"done\.csv, row 2: .* is not shown in wave wave-1"):
        released(2, 0, low, previous=(hidden(first()),))


def test_a_wave_without_a_release_is_named() -> None:
    with pytest.raises(DataError, match=r"row 2: before is 'spring', .* there are: wave-1"):
        released(2, 0, replace(DECLARED, before="spring"), previous=(first(),))


def test_a_banded_figure_gives_no_change() -> None:
    then = first()
    banded = replace(
        then,
        estimates=tuple(
            replace(one, positive_bound="or_less")
            if (one.group, one.measure) == (UNIT, THEME)
            else one
            for one in then.estimates
        ),
    )
    found = row(released(2, 0, DECLARED, previous=(banded,)))
    assert (found.state, found.change) == ("banded", None)


def test_a_figure_that_the_trend_line_does_not_have_is_of_another_unit() -> None:
    then = first()
    other = replace(
        then,
        estimates=tuple(
            replace(one, positive=33) if (one.group, one.measure) == (UNIT, THEME) else one
            for one in then.estimates
        ),
    )
    found = change_row(other, second(), DECLARED)
    assert (found.state, found.change) == ("not_comparable", None)


def reorganised(*was: str) -> tuple[Release, Release]:
    """Both waves, the unit under other names before, its people in equal parts."""
    then, now = first(), second()
    old = then.estimate_by_key[UNIT, THEME]
    parts = [replace(old, group=name, base=(old.base or 0) // len(was)) for name in was]
    others = [row for row in then.estimates if row.group != UNIT]
    trends = [
        replace(row, was=" + ".join(was)) if row.group == UNIT and row.wave == "wave-1" else row
        for row in now.trends
    ]
    return (
        replace(then, estimates=(*others, *parts)),
        replace(now, trends=tuple(trends), changes=()),
    )


@pytest.mark.parametrize("was", [("command=old",), ("command=old", "command=older")])
def test_a_reorganised_unit_is_compared_with_what_it_was(was: tuple[str, ...]) -> None:
    found, same = change_row(*reorganised(*was), DECLARED), row(second())
    assert (found.value_before, found.change) == (same.value_before, same.change)
    assert found.state == "stood_out"
    low = change_row(*reorganised(*was), replace(DECLARED, picked="low_score"))
    assert low.regression is not None


def test_an_undeclared_change_has_the_same_figures_and_other_words() -> None:
    found = change_row(first(), second(), replace(DECLARED, done="", where="here"))
    declared = row(second())
    assert (found.excess, found.lower, found.upper) == (
        *(declared.excess, declared.lower),
        declared.upper,
    )
    assert NOT_DECLARED in found.words
    assert NOT_DECLARED not in declared.words


def test_the_table_is_written_and_read_as_it_is() -> None:
    release = second(picked="low_score")
    headings = tables.columns("changes", [])
    content = tables.to_csv(headings, tables.records(release, "changes"))
    read = tables.rows("changes", tables.from_csv(content, headings, "changes.csv"), 0)
    assert read == release.changes
    assert not audit(release)


@pytest.mark.parametrize(
    "planted",
    [
        {"value_after": 3},
        {"after": "wave-1"},
        {"state": "not_shown"},
        {"words": NOT_SHOWN, "state": "not_shown", "status": "c"},
    ],
)
def test_a_change_that_the_release_does_not_bear_out_is_refused(planted: dict[str, object]) -> None:
    release = second()
    check(release)
    wrong = replace(release, changes=(replace(row(release), **planted),))  # type: ignore[arg-type]
    with pytest.raises(CandourError):
        check(wrong)


def test_a_change_of_what_is_hidden_is_refused() -> None:
    trends = tuple(
        replace(one, value=None, bound="", lower=None, upper=None, status="c")
        if (one.group, one.measure, one.wave) == (UNIT, THEME, "wave-2")
        else one
        for one in second().trends
    )
    with pytest.raises((LeakingRelease, ReleaseError), match=r"changes|comparisons|concerns"):
        check(hidden(second(), trends=trends, comparisons=(), concerns=()))
