"""Two breakdowns of one question: refused in one plan, one system across Releases of a wave."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from fixtures_earlier import UNITS, after, breakdown, hidden, ledger_with, made, plan
from fixtures_overlaps import CROSSED, FLAT, UNDER_25, UNDER_30, careless, force, rolled_up

from analysis.attack.audit import audit
from analysis.attack.differences import overlaps
from analysis.attack.editions import together
from analysis.attack.material import Material, Published
from analysis.disclosure import plans
from analysis.disclosure.plans import merge
from analysis.errors import Unprotectable
from analysis.ledger import Ledger
from analysis.plan import Table, TablePlan
from analysis.release.model import Release


def fallen(release: Release, of: TablePlan | None) -> list[str]:
    return [fall.words for fall in overlaps(Material((Published("r", release),), plan=of)).falls]


@pytest.mark.parametrize("of", [FLAT, CROSSED], ids=["flat", "crossed"])
def test_two_breakdowns_of_one_question_are_not_published(of: TablePlan) -> None:
    with pytest.raises(Unprotectable, match=r"`under25` and `under30` both split `age`.*`roll_up`"):
        made(of, force(60), None)


def test_ages_that_differ_by_three_people_are_what_is_prevented() -> None:
    release = careless(FLAT, force(3))
    bases = {row.group: row.base for row in release.groups}
    assert (bases["under25=young"], bases["under30=younger"]) == (300, 303)
    assert "r: under25=old&under30=younger is 3 to 3 people" in fallen(release, FLAT)
    assert any(breach.kind == "overlap" for breach in audit(release, FLAT))
    unrefused = patch.object(TablePlan, "expect_split_once", lambda _: None)
    with unrefused, pytest.raises(Unprotectable, match="is 3 to 3 people"):
        made(FLAT, force(3), None)  # The auditor alone stops it, too.


def test_those_between_two_bandings_in_one_unit_are_found() -> None:
    """In the force more than ten lie between the bands, and in the east four."""
    release = careless(CROSSED, force(60, in_the_east=4))
    assert not hidden(release)
    found = fallen(release, CROSSED)
    assert "r: unit=east&under25=old&under30=younger is 4 to 4 people" in found
    assert not any("unit=north" in one and one.endswith("people") for one in found)
    # Nobody knows which ages a band holds without the questionnaire, and nothing is guessed.
    assert fallen(release, None) == []


def test_a_release_tells_by_its_finest_values_which_breakdowns_are_of_one_question() -> None:
    one, other = (
        rolled_up("under25", young="20", old="25 30 40"),
        rolled_up("under30", younger="20 25", older="30 40"),
    )
    by_unit = plan(UNITS, one, other)
    tables = tuple(
        Table(f"unit-{each.id}", ("unit", each.id), (None, "roll_up")) for each in (one, other)
    )
    release = careless(replace(by_unit, tables=tables), force(60, in_the_east=4))
    between = "unit=east&under25=under25-old&under30=under30-younger is 4 to 4 people"
    assert f"r: {between}" in fallen(release, None)
    # Two questions with the same answers are not one: other people gave them.
    row = release.group_by_id["under30=under30-younger"]
    apart = replace(row, values=(*row.values[:2], "20"), base=290)
    assert fallen(replace(release, groups=(*release.groups, _fine(release, "20", 1, 300), apart)),
                  None) == []  # fmt: skip


def _fine(release: Release, age: str, at: int, base: int):  # type: ignore[no-untyped-def]
    row = release.group_by_id["under25=under25-young"]
    return replace(row, group=f"under25={age}", values=("", age, "") if at == 1 else ("", "", age),
                   base=base)  # fmt: skip


def test_how_those_between_answered_is_found_where_they_are_many_enough() -> None:
    for between, told in ((15, True), (45, False)):
        answers = force(between)
        answers.items["led"][answers.variables["age"] == 1] = 0
        found = fallen(careless(FLAT, answers), FLAT)
        assert any("more than 90 % of" in one for one in found) is told


def test_bands_of_another_name_in_a_correction_are_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second Release calls its ages otherwise; its bands are differences all the same."""
    answers, old, new = force(3), plan(UNITS, UNDER_25), plan(UNITS, UNDER_30)
    ledger = ledger_with(old, answers, tmp_path)
    assert hidden(made(new, answers, ledger)) == {"under30=younger", "under30=older"}
    assert hidden(made(new, force(60), ledger_with(old, force(60), tmp_path / "many"))) == set()
    alone = (made(old, answers, None), made(new, answers, None))
    other = replace(alone[1].manifest, questionnaire_fingerprint="other")
    given = (Published("a", alone[0]), Published("b", replace(alone[1], manifest=other)))
    known = {alone[0].manifest.questionnaire_fingerprint: old, "other": new}
    words = [fall.words for fall in together(Material(given, plans=known)).falls]
    assert any("under25=old&under30=younger is 3 to 3 people" in one for one in words)
    monkeypatch.setattr(plans, "_both_go", lambda *_: {})
    assert hidden(made(new, answers, ledger)) == set(), "without the crossing nobody sees it"


def test_bands_of_the_force_beside_other_bands_by_unit_are_not_shown(tmp_path: Path) -> None:
    """The first one crosses ages with units, the second one tells its ages of the force alone."""
    by_unit = plan(UNITS, UNDER_25)
    by_unit = replace(by_unit, tables=(Table("both", ("unit", "under25"), (None, None)),))
    ledger = ledger_with(by_unit, force(3), tmp_path)
    found = hidden(made(plan(UNITS, UNDER_30), force(3), ledger))
    assert found == {"under30=younger", "under30=older"}


def test_a_wave_that_was_published_by_two_breakdowns_is_read_and_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Release from before they were refused: what it tells already cannot be protected."""
    answers, empty = force(3), Ledger("small")
    release = careless(FLAT, answers)
    ledger = after(release, FLAT, empty, tmp_path)
    with pytest.raises(Unprotectable, match=r"split age otherwise"):
        made(plan(UNITS, UNDER_25), answers, ledger)
    many = after(careless(FLAT, force(60)), FLAT, empty, tmp_path / "many")
    assert not hidden(made(plan(UNITS, UNDER_25), force(60), many))


def test_three_bandings_are_crossed_with_each_other() -> None:
    """Three Releases leave groups that no two of them do."""
    bands = [
        breakdown(f"b{at}", "age", inside=inside, outside=outside)
        for at, (inside, outside) in enumerate(
            [("20 25", "30 40"), ("20 30", "25 40"), ("20 40", "25 30")]
        )
    ]
    first, *others = [plan(UNITS, one) for one in bands]
    tables = merge(first, others).plan.tables
    assert {"b0", "b1", "b2"} in [set(table.breakdowns) for table in tables]
    assert not any({"unit", "b0"} <= set(table.breakdowns) for table in tables)
    alike = merge(first, [plan(UNITS, replace(bands[0], id="other"))])
    assert alike.otherwise == ()
    assert alike.names[0]["other=inside"] == "b0=inside"
