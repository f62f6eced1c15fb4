"""HR's counts are published under the survey's disclosure control, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import fixtures_analysis
import fixtures_procedures as fixtures
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_procedures import row

from analysis.attack.audit import audit
from analysis.beside.procedures import Counted, Period
from analysis.disclosure.outcomes import levels_of, outcomes
from analysis.errors import DataError, LeakingRelease, ReleaseError, Unprotectable
from analysis.ledger import Ledger, Published
from analysis.plan import FORCE
from analysis.policy import DisclosurePolicy
from analysis.release import folder
from analysis.release.consistency import check
from analysis.release.model import Release

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
UNEQUAL = {"asian": 0.14, "black": 0.14, "mixed": 0.14}


@cache
def unequal() -> Release:
    return fixtures.released(fixtures.counted(risks=UNEQUAL))


@cache
def equal() -> Release:
    return fixtures.released(fixtures.counted())


def shown(given: Counted) -> frozenset[str]:
    """The groups whose counts may be shown, were the survey to show every group."""
    plan = levels_of(fixtures.plan(), given.at_risk)
    book = fixtures_analysis.codebook()
    return outcomes(book, plan, given.at_risk, given.cases, DisclosurePolicy()).shown(())


def counts(at_risk: Mapping[str, int], cases: Mapping[str, int]) -> Counted:
    return Counted("referral", fixtures.YEAR, at_risk, cases)


def of_probation(people: tuple[int, int, int], cases: tuple[int, int, int]) -> Counted:
    names = (FORCE, "probationer=yes", "probationer=no")
    return counts(dict(zip(names, people, strict=True)), dict(zip(names, cases, strict=True)))


def test_what_is_unequal_is_told_and_what_is_equal_is_not() -> None:
    found = row(unequal(), "ethnicity=minority")
    assert found.clear
    assert found.ratio is not None
    assert found.ratio_lower is not None
    assert found.ratio_lower > 1.5
    assert "It does not tell us why." in (found.words or "")
    assert not any(one.clear for one in equal().procedures)
    assert all(
        "No clear difference" in (one.words or "")
        for one in equal().procedures
        if one.status == "shown" and one.group != FORCE
    )


def test_all_published_figures_follow_from_rounded_counts() -> None:
    for one in unequal().procedures:
        if one.at_risk is None or one.cases is None:
            continue
        assert one.at_risk % 5 == one.cases % 5 == 0
        assert one.rate == round(100 * one.cases / one.at_risk, 1)


def test_the_force_stands_alone() -> None:
    found = row(unequal(), FORCE)
    assert (found.rest_rate, found.ratio, found.clear) == (None, None, None)
    assert found.words == (
        f"The whole force: {found.rate} of every 100 people were referred for misconduct."
    )


def test_few_cases_hide_the_group_and_what_would_tell_them() -> None:
    few = of_probation((2000, 400, 1600), (104, 4, 100))
    assert shown(few) == {FORCE}
    assert shown(of_probation((2000, 400, 1600), (104, 20, 84))) == set(few.at_risk)


def test_few_who_are_no_case_hide_the_group_too() -> None:
    assert shown(of_probation((2000, 400, 1600), (1896, 396, 1500))) == {FORCE}


def test_a_few_whose_group_is_unknown_are_no_secret_where_rounding_leaves_it_open() -> None:
    assert shown(of_probation((2000, 400, 1597), (104, 30, 71))) >= {FORCE, "probationer=no"}


def test_a_whole_of_few_cases_shows_nothing() -> None:
    rows = fixtures.released(
        counts({FORCE: 6000, "probationer=yes": 1200, "probationer=no": 4800},
               {FORCE: 9, "probationer=yes": 0, "probationer=no": 9})
    ).procedures  # fmt: skip
    assert [one.status for one in rows] == ["c"] * 3
    assert {one.words for one in rows} == {None}


def test_what_the_survey_hides_is_hidden_here() -> None:
    release = fixtures.released(
        fixtures.counted(tables=[*fixtures.SINGLE, "command-ethnicity", "ethnicity-probationer"])
    )
    hidden = {one.group for one in release.groups if one.status != "shown"}
    assert hidden
    assert hidden <= {one.group for one in release.procedures if one.status == "c"}


def test_people_at_risk_do_not_tell_how_few_did_not_answer() -> None:
    """As many in a command as answered there, and three more: they would be those who did not."""
    base = {one.group: one.base or 0 for one in equal().groups}
    given = fixtures.counted(tables=["command"])
    few = dict(given.at_risk)
    for name in ("command=crime-a", "command=crime", "command=specialist", FORCE):
        few[name] -= given.at_risk["command=crime-a"] - base["command=crime-a"] - 3
    release = fixtures.released(replace(given, at_risk=few))
    hidden = {one.group for one in release.procedures if one.status == "c"}
    assert "command=crime-a" in hidden
    assert len(hidden) > 1
    assert row(fixtures.released(given), "command=crime-a").status == "shown"


def test_applicants_are_other_people_than_those_who_answered() -> None:
    release = fixtures.released(fixtures.counted("promotion", people=2000, risks={}))
    assert row(release, "ethnicity=minority", "promotion").status == "shown"


def test_what_one_process_hides_no_other_one_of_the_same_people_tells() -> None:
    both = fixtures.released(*fixtures.two_of_the_same_people())
    hidden = {
        process: {
            one.group for one in both.procedures if one.process == process and one.cases is None
        }
        for process in ("referral", "promotion")
    }
    assert hidden["referral"] == hidden["promotion"]
    assert hidden["referral"] >= {f"ethnicity={one}" for one in ("asian", "black", "mixed")}
    assert any(one.status == "shown" for one in both.procedures)


def test_a_process_that_shows_nothing_hides_nothing_of_another() -> None:
    few = replace(fixtures.counted("promotion"), at_risk={FORCE: 40}, cases={FORCE: 3})
    both = fixtures.released(fixtures.counted(risks=UNEQUAL), few)
    assert both.procedures[: len(unequal().procedures)] == unequal().procedures
    assert both.procedures[-1].status == "c"


def test_a_process_of_other_people_hides_nothing_of_another() -> None:
    applicants = fixtures.counted("promotion", people=600, risks={})
    both = fixtures.released(fixtures.counted(risks=UNEQUAL), applicants)
    assert any(one.status == "c" for one in both.procedures if one.process == "promotion")
    assert both.procedures[: len(unequal().procedures)] == unequal().procedures


def test_a_process_of_part_of_the_force_does_not_tell_who_did_not_answer() -> None:
    """Of one command all are counted: three more than answered; of the others some."""
    base = {one.group: one.base or 0 for one in equal().groups}
    given = fixtures.of_part_of_the_force(base["command=crime-a"] + 3)
    assert given.at_risk[FORCE] < base[FORCE]
    release = fixtures.released(given)
    assert row(release, "command=crime-a").status == "c"
    assert row(release, "command=north-a").status == "shown"


def test_a_favourable_process_says_when_a_clear_gap_is_under_four_fifths() -> None:
    risks = {"white": 0.4, "asian": 0.2, "black": 0.2, "mixed": 0.2}
    release = fixtures.released(fixtures.counted("promotion", people=2000, risks=risks))
    found = row(release, "ethnicity=minority", "promotion")
    assert found.clear
    assert found.ratio is not None
    assert found.ratio > 1
    assert "under four fifths" in (found.words or "")


def test_counts_that_contradict_each_other_are_refused() -> None:
    given = fixtures.counted(tables=["command", "ethnicity", "command-ethnicity"])
    cases = dict(given.cases)
    cases["command=north&ethnicity=minority"] = cases["ethnicity=minority"] + 5
    with pytest.raises(DataError, match=r"referral, 2025-04/2026-03: .* contradict"):
        fixtures.released(replace(given, cases=cases))


def of_ledger(*releases: Release) -> Ledger:
    made = Ledger("small")
    for one in releases:
        made = made.plus(Published(folder.packed(one, KEY), fixtures.plan()))
    return made


def test_the_same_months_are_told_once_or_alike() -> None:
    given = fixtures.counted(risks=UNEQUAL)
    ledger = of_ledger(unequal())
    again = fixtures.released(given, wave="w2", ledger=ledger)
    assert again.procedures == unequal().procedures
    late = (
        {**people, FORCE: people[FORCE] + 5, "probationer=no": people["probationer=no"] + 5}
        for people in (given.at_risk, given.cases)
    )
    with pytest.raises(Unprotectable, match="with other counts of force"):
        fixtures.released(counts(*late), wave="w2", ledger=ledger)
    rolling = replace(given, period=Period.parse("2025-10/2026-09"))
    with pytest.raises(Unprotectable, match="shares months with it"):
        fixtures.released(rolling, wave="w2", ledger=ledger)
    after = replace(given, period=Period.parse("2026-04/2026-09"))
    assert fixtures.released(after, wave="w2", ledger=ledger).procedures


def test_a_correction_leaves_a_wrong_process_out() -> None:
    ledger = of_ledger(unequal())
    other = fixtures.counted(seed=5)
    said = {"ledger": ledger, "correction": "HR had counted cases and not people"}
    with pytest.raises(Unprotectable, match="leave the process out"):
        fixtures.released(other, **said)  # type: ignore[arg-type]
    assert fixtures.released(**said).procedures == ()  # type: ignore[arg-type]


def test_a_release_with_processes_is_written_and_read_with_its_proofs() -> None:
    content = folder.packed(unequal(), KEY)
    found = folder.unpack(content, KEY.public_key())
    assert found.procedures == unequal().procedures
    assert found.manifest.processes == fixtures.plan().processes
    proofs = found.certificates.proofs if found.certificates else ()
    assert proofs[-1].measure == "process referral"
    assert audit(found) == ()


def changed(release: Release, group: str, **values: object) -> Release:
    rows = tuple(
        replace(one, **values) if one.group == group else one  # type: ignore[arg-type]
        for one in release.procedures
    )
    return replace(release, procedures=rows)


def test_a_release_whose_processes_cannot_stand_is_refused() -> None:
    group = "ethnicity=minority"
    with pytest.raises(LeakingRelease, match="procedures: ethnicity=minority is not shown"):
        check(changed(unequal(), group, status="c"))
    hidden = tuple(
        replace(one, base=None, status="c") if one.group == group else one
        for one in unequal().groups
    )
    with pytest.raises(LeakingRelease, match="procedures"):
        check(replace(unequal(), groups=hidden, comparisons=(), estimates=(), distributions=()))
    with pytest.raises(ReleaseError, match="cannot stand here"):
        check(changed(unequal(), group, process="leavers"))
    with pytest.raises(ReleaseError, match="cannot stand here"):
        check(changed(unequal(), group, period="2025"))
    with pytest.raises(ReleaseError, match="stands twice"):
        check(replace(unequal(), procedures=(*unequal().procedures, unequal().procedures[0])))


@pytest.mark.parametrize(
    "missing", [FORCE, "command=north", "command=crime-a", "ethnicity=minority", "probationer=yes"]
)
def test_a_release_without_a_row_of_a_process_is_refused_on_reading(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = tuple(one for one in unequal().procedures if one.group != missing)
    with pytest.raises(ReleaseError, match=f"{missing} has no row under referral"):
        folder.unpack(planted(monkeypatch, procedures=rows), KEY.public_key())


def test_a_release_whose_levels_above_are_missing_is_refused() -> None:
    above = ("command=response", "command=specialist")
    rows = tuple(one for one in unequal().procedures if one.group not in above)
    with pytest.raises(ReleaseError, match="command=response has no row under referral"):
        check(replace(unequal(), procedures=rows))


@pytest.mark.parametrize(
    "values",
    [
        {"words": "Minority officers do as they like."},
        {"rate": float("nan")},
        {"gap_lower": float("nan")},
        {"ratio": 0.9},
        {"clear": False},
        {"rest_rate": None},
    ],
)
def test_what_does_not_follow_from_the_counts_is_refused_on_reading(
    values: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = changed(unequal(), "ethnicity=minority", **values)
    with pytest.raises(ReleaseError, match="ethnicity=minority"):
        check(told)
    # What is no number is refused with its cell, before anything is worked out.
    with pytest.raises(ReleaseError, match=r"ethnicity=minority|cannot be 'nan'"):
        folder.unpack(planted(monkeypatch, procedures=told.procedures), KEY.public_key())


@pytest.mark.parametrize(
    "values", [{"cases": None}, {"at_risk": None}, {"cases": 9000}, {"at_risk": 20000}]
)
def test_counts_that_cannot_be_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ReleaseError, match="procedures"):
        check(changed(unequal(), "ethnicity=minority", **values))
    hidden = dict.fromkeys(("at_risk", "cases", "rate", "words"))
    with pytest.raises(ReleaseError, match="not the whole force"):
        check(changed(unequal(), FORCE, **hidden, status="c"))


def planted(monkeypatch: pytest.MonkeyPatch, **values: object) -> bytes:
    """A signed Release that was written without being looked at."""
    with monkeypatch.context() as patched:
        patched.setattr(folder, "prove", lambda *_: None)
        patched.setattr(folder, "check", lambda *_: None)
        return folder.packed(replace(unequal(), **values), KEY)  # type: ignore[arg-type]


def test_a_policy_of_coarser_steps_rounds_coarser() -> None:
    release = fixtures.released(
        fixtures.counted(risks=UNEQUAL), policy=DisclosurePolicy(base_step=10)
    )
    assert {(one.cases or 0) % 10 for one in release.procedures} == {0}


def test_what_an_earlier_release_hides_of_the_same_people_is_not_told_later() -> None:
    referral, promotion = fixtures.two_of_the_same_people()
    before = fixtures.released(referral)
    after = fixtures.released(promotion, wave="w2", ledger=of_ledger(before))
    hidden = {one.group for one in before.procedures if one.status == "c"}
    assert hidden >= {"ethnicity=asian", "ethnicity=black"}
    # Of the third one the first Release told how many there are, and its few cases are hidden.
    assert row(before, "ethnicity=mixed").status == "shown"
    assert {*hidden, "ethnicity=mixed"} <= {
        one.group for one in after.procedures if one.status == "c"
    }
    # By itself it would show one of them.
    alone = fixtures.released(promotion, wave="w2")
    assert row(alone, "ethnicity=black", "promotion").status == "shown"
    assert row(after, FORCE, "promotion").status == "shown"


def test_what_was_told_already_and_would_have_to_be_hidden_is_refused() -> None:
    given = of_probation((2000, 8, 1992), (104, 4, 100))
    plan = levels_of(fixtures.plan(), given.at_risk)
    book, policy = fixtures_analysis.codebook(), DisclosurePolicy()
    made = outcomes(book, plan, given.at_risk, given.cases, policy)
    assert made.shown(()) == {FORCE}
    with pytest.raises(Unprotectable, match="told already"):
        made.shown((), told=("probationer=yes",))


def test_what_an_earlier_release_told_of_other_people_hides_nothing() -> None:
    before = fixtures.released(fixtures.counted(people=5000, risks={}))
    promotion = fixtures.counted("promotion", risks=UNEQUAL)
    later = fixtures.released(promotion, wave="w2", ledger=of_ledger(before))
    assert later.procedures == fixtures.released(promotion, wave="w2").procedures
