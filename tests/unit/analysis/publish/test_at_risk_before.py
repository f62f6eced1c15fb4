"""People at risk of an earlier Release beside answers that come without the process."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import fixtures_procedures as fixtures
import pytest

from analysis.attack.counted import processes
from analysis.attack.material import Material, Published
from analysis.disclosure.rounding import nearest
from analysis.errors import Unprotectable
from analysis.plan import FORCE
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.publish.at_risk_before import beside_at_risk
from analysis.publish.response import GroupFacts, Response
from analysis.publish.shown import control
from analysis.release.model import Release
from analysis.tally import tally

GROUP = "command=crime-a"
ASKED = 6000


@cache
def told(wave: str = "w1", beside: int = 3) -> Release:
    """Of one department so many more are at risk as answer in each wave."""
    made = fixtures.released(fixtures.counted(tables=["command"]), wave=wave)
    near = nearest((made.group_by_id[GROUP].base or 0) + beside, 5)
    rows = tuple(
        replace(row, at_risk=near) if row.group == GROUP else row for row in made.procedures
    )
    return replace(made, procedures=rows)


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
        beside_at_risk(shown, known, (told(),), ())
    assert beside_at_risk(shown, known, (told("w1", 40),), ()) == known
    assert beside_at_risk(shown, known, (), (told(),)) == known
