"""A level more in a second Release of a wave, together with late answers: nobody lies between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from fixtures_earlier import UNITS, hidden, ledger_with, made, plan
from fixtures_moved import AGES, MANY, PLAN, THERE, THREE, force, joined

from analysis.attack import editions
from analysis.attack.material import Material, Published
from analysis.disclosure.plans import merge
from analysis.errors import Unprotectable
from analysis.plan import Breakdown, Table, TablePlan, Value
from analysis.publish import earlier, making
from analysis.release.model import Release


def rolled_up(**values: str) -> Breakdown:
    """The ages as they were, with a level above them."""
    coarse = [
        Value(name, name, "roll", None, frozenset(inside.split()))
        for name, inside in values.items()
    ]
    fine = [
        replace(value, parent=next(one.id for one in coarse if value.categories <= one.categories))
        for value in AGES.values
    ]
    return replace(AGES, levels=("roll", "age"), values=(*coarse, *fine))


FURTHER = plan(UNITS, rolled_up(young="20 25", old="30 40"), crossed=True)
OTHER = plan(UNITS, replace(AGES, values=tuple(
    replace(one, categories=frozenset(inside.split()))
    for one, inside in zip(AGES.values, ("20", "25 30", "", "40"), strict=True) if inside
)), crossed=True)  # fmt: skip


def fallen(both: Sequence[Release], plans: Sequence[TablePlan]) -> list[str]:
    """What is found in two Releases, whichever is given first."""
    marked = [
        Published(f"r{at}", replace(one, manifest=replace(
            one.manifest, questionnaire_fingerprint=f"of {at}")))
        for at, one in enumerate(both)
    ]  # fmt: skip
    known = {f"of {at}": one for at, one in enumerate(plans)}
    found = []
    for given in (tuple(marked), tuple(marked[::-1])):
        material = Material(given, plans=known)
        tried = (editions.differences(material), editions.together(material))
        assert all(one.tries for one in tried)
        found += [fall.words for one in tried for fall in one.falls]
    return found


def test_a_level_more_is_the_same_breakdown() -> None:
    merged = merge(FURTHER, [PLAN])
    assert merged.otherwise == ()
    assert merged.plan == FURTHER
    assert all(old == new for old, new in merged.names[0].items())
    # Neither are these: the one lacks a level, the other has other people in a value.
    assert merge(PLAN, [FURTHER]).otherwise == ("age",)
    assert merge(FURTHER, [OTHER]).otherwise == ("age",)


def test_tables_stay_as_coarse_as_they_were_where_a_level_is_added_below() -> None:
    coarse = plan(UNITS, replace(
        FURTHER.breakdowns[1], levels=("roll",), values=FURTHER.breakdowns[1].values[:2]
    ), crossed=True)  # fmt: skip
    merged = merge(replace(FURTHER, tables=FURTHER.tables[:2]), [coarse])
    assert merged.otherwise == ()
    assert merged.plan.tables[-1] == Table("both", ("unit", "age"), (None, "roll"))
    assert merged.names[0]["unit=north&age=young"] == "unit=north&age=young"


def test_late_answers_by_a_level_more_are_published_where_they_are_many(tmp_path: Path) -> None:
    before = force(THERE, 3)
    ledger = ledger_with(PLAN, before, tmp_path)
    release = made(FURTHER, joined(before, force(MANY, 7)), ledger)
    assert release.group_by_id["age=young"].base == 566
    assert hidden(release) >= hidden(ledger.releases[0].release)
    assert fallen((ledger.releases[0].release, release), (PLAN, FURTHER)) == []


def test_late_answers_by_a_level_more_are_refused_where_they_are_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = force(THERE, 3)
    ledger, later = ledger_with(PLAN, before, tmp_path), joined(before, force(THREE, 7))
    with pytest.raises(Unprotectable, match=r"went in unit=north&age=a and unit=south&age=c\."):
        made(FURTHER, later, ledger)
    monkeypatch.setattr(earlier, "expect_many_moved", lambda *_: None)
    monkeypatch.setattr(making, "beside_earlier", lambda *_: ())
    careless = made(FURTHER, later, ledger)
    both = (ledger.releases[0].release, careless)
    assert any("3 to 3 of them came" in one for one in fallen(both, (PLAN, FURTHER)))


def test_late_answers_by_other_values_are_refused_however_many(tmp_path: Path) -> None:
    before = force(THERE, 3)
    ledger = ledger_with(PLAN, before, tmp_path)
    with pytest.raises(Unprotectable, match="other answers and splits age otherwise"):
        made(OTHER, joined(before, force(MANY, 7)), ledger)
