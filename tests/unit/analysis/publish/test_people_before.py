"""People whom an earlier Release told, asked or at risk, beside the answers of another wave."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import fixtures_procedures as fixtures
import numpy as np
import pytest
from fixtures_earlier import SIGNER

from analysis.attack.audit import examine
from analysis.attack.counted import processes
from analysis.attack.frames import frames
from analysis.attack.material import Material, Published
from analysis.attack.people_before import at_risk_elsewhere
from analysis.beside.given import Beside
from analysis.beside.procedures import Procedures
from analysis.disclosure.rounding import nearest
from analysis.errors import Unprotectable
from analysis.ledger import Ledger
from analysis.ledger import Published as Told
from analysis.microdata import Microdata
from analysis.plan import FORCE
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.publish.people_before import AnswersBefore, beside_people_before
from analysis.publish.response import GroupFacts, Response
from analysis.publish.shown import control
from analysis.release import folder
from analysis.release.model import Release
from analysis.tally import tally

GROUP = "command=crime-a"
ASKED = 6000
FULL = 240
FAMILY = {GROUP: "command=specialist", "command=north-a": "command=response"}


@cache
def told(wave: str = "w1", beside: int = 3) -> Release:
    """Of one department so many more are at risk as answer in each wave."""
    made = fixtures.released(fixtures.counted(tables=["command"]), wave=wave)
    near = nearest((made.group_by_id[GROUP].base or 0) + beside, 5)
    rows = tuple(
        replace(row, at_risk=near) if row.group == GROUP else row for row in made.procedures
    )
    return replace(made, procedures=rows)


def fewer_answers(release: Release) -> Release:
    """The same, when forty of the department had not answered yet."""
    rows = (
        replace(row, base=(row.base or 0) - 40) if row.group == GROUP else row
        for row in release.groups
    )
    return replace(release, groups=tuple(rows))


@cache
def later(asked: int = ASKED, beside: int | None = None) -> Release:
    """Without the process, after a wave that told it so, if any."""
    study = fixtures.study()
    return publish(
        *(study.codebook, fixtures.plan(), study.microdata),
        wave=WaveFacts("w2", "w2", date(2027, 3, 31)),
        policy=DisclosurePolicy(),
        headcounts={FORCE: asked},
        previous=() if beside is None else (told("w1", beside),),
    )


def asked(
    name: str, month: int, answering: int, *previous: Release, given: Procedures = ()
) -> Release:
    """A wave that so many of 500 people of a department answered, of one list of people."""
    study = fixtures.study()
    units = study.microdata.variables["unit"]
    inside = units == study.codebook.variable_by_id["unit"].codes.index("crime-a")
    keep = ~inside | (np.cumsum(inside) <= answering)
    people = Microdata(
        int(keep.sum()),
        {one: codes[keep] for one, codes in study.microdata.variables.items()},
        {one: codes[keep] for one, codes in study.microdata.items.items()},
    )
    sizes = {GROUP: FULL + 4, FORCE: ASKED}
    return publish(
        *(study.codebook, fixtures.plan(), people),
        wave=WaveFacts(name, name, date(2026, month, 28)),
        policy=DisclosurePolicy(),
        headcounts=sizes,
        previous=previous,
        beside=Beside(procedures=given),
    )


@cache
def at_risk(more: int = 0) -> Procedures:
    """Of one department all are at risk who were asked, and so many more of each other one."""
    made = fixtures.counted(tables=["command"])
    people = dict(made.at_risk)
    for name, added in ((GROUP, FULL + 3 - people[GROUP]), ("command=north-a", None)):
        change = ASKED + more - people[FORCE] if added is None else added
        for one in (name, name.rpartition("-")[0], FAMILY[name], FORCE):
            people[one] += change
    return (replace(made, at_risk=people),)


def fallen(*releases: Release) -> list[str]:
    given = tuple(Published(f"r{at}", one) for at, one in enumerate(releases))
    tried = processes(Material(given, plan=fixtures.plan()))
    return [fall.words for fall in tried.falls if fall.words.startswith("r1 and r0")]


def test_counts_of_those_who_seem_to_be_asked_now_are_found_and_no_headcount_is_told() -> None:
    careless = later()
    assert careless.group_by_id[FORCE].headcount == ASKED
    assert any(f"{GROUP}: referral of r0 tells of" in words for words in fallen(told(), careless))
    careful = later(ASKED, 3)
    assert {(row.headcount, row.response_rate) for row in careful.groups} == {(None, None)}
    assert fallen(told(), careful) == []


@pytest.mark.parametrize("change", [4, -4])
def test_a_list_that_is_longer_by_a_step_tells_as_well(change: int) -> None:
    """6,004 and 5,996 are not 6,000 in steps of 5, and leave next to no room all the same."""
    careless = later(ASKED + change)
    assert any(f"{GROUP}: referral of r0 tells of" in words for words in fallen(told(), careless))
    careful = later(ASKED + change, 3)
    assert {row.headcount for row in careful.groups} == {None}
    assert fallen(told(), careful) == []


def test_an_old_count_of_other_people_says_nothing() -> None:
    """Fifty more are asked by now; or there is room beside the group."""
    for first, second in ((told(), later(ASKED + 50, 3)), (told("w1", 40), later(ASKED))):
        assert second.group_by_id[FORCE].headcount
        assert fallen(first, second) == []
    assert later(ASKED, 40).group_by_id[FORCE].headcount == ASKED


def test_counts_of_the_same_wave_are_of_those_who_were_asked() -> None:
    again = replace(later(ASKED + 50), manifest=replace(later().manifest, wave="w1"))
    assert any(GROUP in words for words in fallen(told(), again))
    study, policy = fixtures.study(), DisclosurePolicy()
    shown = control(tally(study.codebook, fixtures.plan(), study.microdata), policy)
    known = Response(dict.fromkeys(shown.figures.names, GroupFacts()), ())
    with pytest.raises(Unprotectable, match=f"how many people of {GROUP} referral counts"):
        beside_people_before(shown, known, (fewer_answers(told()),), ())
    assert beside_people_before(shown, known, (told(),), ()) == known, "it said so by itself"
    assert beside_people_before(shown, known, (told("w1", 40),), ()) == known
    assert beside_people_before(shown, known, (), (told(),)) == known


@pytest.mark.parametrize("answering", [(FULL - 60, FULL), (FULL, FULL - 60)])
def test_a_list_that_is_loaded_twice_tells_who_did_not_answer(answering: tuple[int, int]) -> None:
    """In one of two waves nearly all answered, which leaves the headcount out there, not here."""
    first, careless = asked("w1", 3, answering[0]), asked("w2", 9, answering[1])
    both = Material(
        tuple(Published(one.manifest.wave, one) for one in (first, careless)), plan=fixtures.plan()
    )
    told_in = [one.group_by_id[GROUP].headcount for one in (first, careless)]
    assert sorted(told_in, key=str) == [FULL + 4, None]
    assert any(f"{GROUP}: the list of" in fall.words for fall in frames(both).falls)
    careful = asked("w2", 9, answering[1], first)
    assert {row.headcount for row in careful.groups} == {None}
    kept = replace(both, releases=(both.releases[0], Published("w2", careful)))
    assert frames(kept).falls == []


def test_people_at_risk_that_are_told_later_are_held_against_the_answers_of_then() -> None:
    """Nearly all of a department answered in spring; in autumn fewer, and HR counts them all."""
    first, alone = asked("w1", 3, FULL), asked("w2", 9, FULL - 60, given=at_risk())
    assert fixtures.row(alone, GROUP).at_risk == nearest(FULL + 3, 5)
    words = "referral of w2 tells of 24"
    for found in (
        [fall.words for fall in processes(_pair(first, alone)).falls],
        [one.words for one in examine(alone, fixtures.plan(), earlier=[first]).breaches],
    ):
        assert any(f"{GROUP}: {words}" in one for one in found)
    careful = asked("w2", 9, FULL - 60, first, given=at_risk())
    assert processes(_pair(first, careful)).falls == []
    hidden = {row.group for row in careful.procedures if row.at_risk is None}
    assert FORCE not in hidden
    assert hidden == {row.group for row in alone.procedures if row.at_risk is None} | {
        GROUP, "command=crime-b",
    }  # fmt: skip


def test_a_wave_that_closed_before_is_held_against_one_that_was_published_before() -> None:
    second = asked("w2", 9, FULL - 60, given=at_risk())
    careless = asked("w1", 3, FULL)
    assert any(f"{GROUP}: " in fall.words for fall in processes(_pair(careless, second)).falls)
    careful = asked("w1", 3, FULL, second)
    assert processes(_pair(careful, second)).falls == []
    assert frames(_pair(careful, second)).falls == []


def test_the_same_answers_are_published_again_beside_the_same_counts(tmp_path: Path) -> None:
    """Of 2,440 people at risk few more than answered are left, which its own Release says too."""
    study, given = fixtures.study(), Beside(procedures=(fixtures.counted(seed=24, people=2440),))

    def published(ledger: Ledger, why: str | None = None) -> Release:
        return publish(
            *(study.codebook, fixtures.plan(), study.microdata),
            wave=WaveFacts("w1", "w1", date(2026, 3, 28), ledger, why),
            policy=DisclosurePolicy(),
            beside=given,
        )

    empty = Ledger(study.codebook.questionnaire)
    first = published(empty)
    packed = folder.pack(tmp_path / folder.write(first, tmp_path, SIGNER))
    again = published(empty.plus(Told(packed, fixtures.plan())), "a reason")
    assert again.procedures == first.procedures


def test_people_at_risk_of_a_longer_list_hide_nothing() -> None:
    first = asked("w1", 3, FULL)
    for more in (0, 50):
        alone, beside = (
            asked("w2", 9, FULL - 60, *some, given=at_risk(more)) for some in ((), (first,))
        )
        assert (alone.procedures == beside.procedures) == bool(more)


def test_those_of_the_same_wave_were_asked_and_are_held_against_its_earlier_release() -> None:
    first, later = asked("w1", 3, FULL), asked("w1", 3, FULL - 60, given=at_risk())
    (found,) = at_risk_elsewhere(first, later, fixtures.plan(), "w1")
    assert found.group == GROUP
    counts = at_risk()[0].at_risk
    before = AnswersBefore.of(fixtures.plan(), (first,), ())
    left = before.tellable(counts, frozenset(counts), 5)
    assert counts.keys() - left == {GROUP, "command=crime-b"}
    nobody = AnswersBefore.of(fixtures.plan(), (), ())
    assert nobody.tellable(counts, frozenset(counts), 5) == counts.keys()


def _pair(first: Release, second: Release) -> Material:
    both = (first, second)
    return Material(tuple(Published(one.manifest.wave, one) for one in both), plan=fixtures.plan())
