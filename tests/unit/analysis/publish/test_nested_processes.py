"""A process whose cases are among another's: their difference is protected too."""

from __future__ import annotations

from dataclasses import replace

import fixtures_procedures as fixtures
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_procedures import row

from analysis.attack.audit import audit
from analysis.beside.procedures import Counted
from analysis.errors import DataError, Unprotectable
from analysis.ledger import Ledger, Published
from analysis.plan import FORCE, TablePlan
from analysis.release import folder
from analysis.release.model import Release

UNIT = "command=north-b"
WITHIN = (UNIT, "command=north", "command=response", FORCE)


def declared() -> TablePlan:
    """Those promoted are among those referred: another pair would do as well."""
    part = replace(fixtures.PROMOTED, part_of="referral")
    return replace(fixtures.plan(), processes=(fixtures.REFERRED, part))


def two(left: int = 4) -> tuple[Counted, Counted]:
    """Of one department `left` cases of the whole are none of the part; of all others a third."""
    whole = fixtures.counted(tables=["command"], risks={})
    leaves = [
        group for group in whole.cases if group != FORCE and group.count("-") and group != UNIT
    ]
    cases = dict(whole.cases)
    parents = {f"command={one.id}": one.parent for one in fixtures.plan().breakdowns[0].values}
    for group in [UNIT, *leaves]:
        gone = left if group == UNIT else whole.cases[group] // 3
        at: str | None = group
        while at is not None:
            cases[at] -= gone
            above = parents.get(at)
            at = f"command={above}" if above else (None if at == FORCE else FORCE)
    return whole, replace(whole, process="promotion", cases=cases)


def released(plan: TablePlan, *given: Counted, **more: object) -> Release:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(fixtures, "plan", lambda: plan)
        return fixtures.released(*given, **more)  # type: ignore[arg-type]


def test_few_who_are_a_case_of_the_whole_alone_are_not_told() -> None:
    undeclared = released(fixtures.plan(), *two())
    assert row(undeclared, UNIT).status == row(undeclared, UNIT, "promotion").status == "shown"
    # Whoever knows that one is part of the other subtracts the two.
    manifest = replace(undeclared.manifest, processes=declared().processes)
    found = audit(replace(undeclared, manifest=manifest), fixtures.plan())
    assert any("without promotion" in one.words and UNIT in one.words for one in found)
    told = released(declared(), *two())
    assert row(told, UNIT).status == row(told, UNIT, "promotion").status == "c"
    assert row(told, FORCE).status == "shown"
    assert audit(told, declared()) == ()
    many = released(declared(), *two(left=30))
    assert row(many, UNIT).status == "shown"


def test_a_part_that_is_nearly_the_whole_is_refused() -> None:
    whole, part = two()
    nearly = {group: cases - (group in WITHIN) * 4 for group, cases in whole.cases.items()}
    with pytest.raises(Unprotectable, match="too few cases or people are left"):
        released(declared(), whole, replace(part, cases=nearly))


def test_a_part_with_more_cases_or_other_people_is_refused() -> None:
    whole, part = two()
    more = {**part.cases, UNIT: whole.cases[UNIT] + 1}
    others = {**part.at_risk, UNIT: whole.at_risk[UNIT] + 5}
    for wrong in (replace(part, cases=more), replace(part, at_risk=others)):
        with pytest.raises(DataError, match=f"in {UNIT} it has other people"):
            released(declared(), whole, wrong)


def test_one_of_the_two_in_an_earlier_release_is_not_told_later_alone() -> None:
    whole, part = two(left=30)
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    for first, second in ((whole, part), (part, whole)):
        before = released(declared(), first)
        ledger = Ledger("small").plus(Published(folder.packed(before, key), declared()))
        with pytest.raises(Unprotectable, match="the difference of the two would be a third"):
            released(declared(), second, wave="w2", ledger=ledger)
