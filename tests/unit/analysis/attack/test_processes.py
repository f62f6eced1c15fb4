"""The auditor sees through counts of processes that tell too much."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import fixtures_procedures as fixtures
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from analysis.attack.audit import audit
from analysis.attack.breaches import Breach
from analysis.attack.counted import processes
from analysis.attack.material import Material, Published
from analysis.beside.procedures import Period
from analysis.ledger import Ledger
from analysis.ledger import Published as Entry
from analysis.release import folder
from analysis.release.model import Release

GROUP = "command=crime-a"


@cache
def clean() -> Release:
    return fixtures.released(fixtures.counted(tables=["command", "probationer"]))


def changed(group: str, release: Release | None = None, **values: object) -> Release:
    made = release or clean()
    rows = tuple(
        replace(row, **values) if row.group == group else row  # type: ignore[arg-type]
        for row in made.procedures
    )
    return replace(made, procedures=rows)


def found(release: Release) -> list[Breach]:
    return [one for one in audit(release, fixtures.plan()) if one.process == "referral"]


def test_nothing_is_found_in_a_clean_release() -> None:
    assert audit(clean(), fixtures.plan()) == ()
    assert audit(clean()) == ()


def test_without_a_plan_the_certificates_say_which_parts_are_not_all_of_a_value() -> None:
    proofs = clean().certificates
    assert proofs is not None
    partial = replace(proofs, partial=(("command", "north"),))
    assert audit(replace(clean(), certificates=partial)) == ()


def test_few_cases_are_found_shown_or_worked_out_and_not_where_they_are_protected() -> None:
    few = fixtures.few_cases()
    assert "threshold" in {one.kind for one in found(fixtures.unprotected(few))}
    told = found(fixtures.unprotected(few, "command=north-b"))
    assert any("cases in command=north-b can be no more than" in one.words for one in told)
    assert found(fixtures.released(few)) == []


def test_a_missing_row_is_found() -> None:
    rows = tuple(row for row in clean().procedures if row.group != GROUP)
    (told,) = [one for one in found(replace(clean(), procedures=rows)) if one.kind == "presence"]
    assert told.group == GROUP


@pytest.mark.parametrize(
    "values",
    [{"cases": 31}, {"rate": 3.14}, {"ratio_upper": 9.9}, {"gap_lower": -9.9}, {"clear": True}],
)
def test_a_figure_that_does_not_follow_from_the_counts_is_found(values: dict[str, object]) -> None:
    told = audit(changed(GROUP, **values), fixtures.plan())
    assert any(one.kind in ("coding", "leak") and GROUP in one.words for one in told)


def test_people_at_risk_that_tell_who_did_not_answer_are_found() -> None:
    base = clean().group_by_id[GROUP].base
    assert base is not None
    told = found(changed(GROUP, at_risk=base + 3))
    assert any("leaves too few who did not" in one.words for one in told if one.kind == "rate")


def test_two_processes_that_tell_what_each_hides_are_found() -> None:
    given = fixtures.two_of_the_same_people()
    each = [fixtures.released(one) for one in given]
    # Each is safe alone, and hides another group besides.
    assert [audit(one, fixtures.plan()) for one in each] == [(), ()]
    planted = replace(each[0], procedures=tuple(row for one in each for row in one.procedures))
    told = [one for one in audit(planted, fixtures.plan()) if one.kind == "rate"]
    assert [one.group for one in told] == ["ethnicity=asian"]
    assert audit(fixtures.released(*given), fixtures.plan()) == ()


def test_a_group_wholly_counted_is_found_where_others_are_in_part() -> None:
    base = clean().group_by_id[GROUP].base or 0
    planted = fixtures.unprotected(fixtures.of_part_of_the_force(base + 3))
    assert GROUP in {one.group for one in found(planted) if one.kind == "rate"}


def test_a_headcount_beside_people_at_risk_that_tells_who_did_not_answer_is_found() -> None:
    """Two departments are hidden: the headcount of one leaves the other's, by subtraction."""
    other = "command=crime-b"
    hidden = {"at_risk": None, "cases": None, "status": "c"}
    planted = changed(other, changed(GROUP, **hidden), **hidden)
    assert not [one for one in found(planted) if one.kind == "rate"]
    whole = fixtures.row(clean(), "command=crime").at_risk or 0
    left = whole - (clean().group_by_id[GROUP].base or 0) - 5
    groups = tuple(
        replace(row, headcount=left) if row.group == other else row for row in planted.groups
    )
    told = [one for one in found(replace(planted, groups=groups)) if one.kind == "rate"]
    assert [one.group for one in told] == [GROUP]


def test_two_releases_that_count_the_same_months_otherwise_are_found() -> None:
    def both(other: Release) -> set[str]:
        material = Material(
            (Published("one", clean()), Published("two", other)), plan=fixtures.plan()
        )
        return {fall.words for fall in processes(material).falls}

    assert both(clean()) == set()
    rows = tuple(
        replace(row, period=str(Period.parse("2025-05/2026-04"))) for row in clean().procedures
    )
    (words,) = both(replace(clean(), procedures=rows))
    assert "share months" in words
    case = next(row for row in clean().procedures if row.group == GROUP).cases or 0
    told = both(changed(GROUP, cases=case + 5))
    assert any("two counts of command=crime-a" in words for words in told)


def test_two_releases_that_tell_what_each_hides_of_the_same_people_are_found() -> None:
    """In other waves: what the first Release tells, the second one hides."""
    referral, promotion = fixtures.two_of_the_same_people()
    first = fixtures.released(referral)
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    ledger = Ledger("small").plus(Entry(folder.packed(first, key), fixtures.plan()))

    def both(second: Release) -> set[str]:
        editions = (Published("one", first), Published("two", second))
        return {fall.words for fall in processes(Material(editions, plan=fixtures.plan())).falls}

    found = both(fixtures.released(promotion, wave="w2"))
    assert any("ethnicity=asian" in words and "too few who did not" in words for words in found)
    assert both(fixtures.released(promotion, wave="w2", ledger=ledger)) == set()
