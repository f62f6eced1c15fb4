"""Late answers of a few of whom several lines tell together, and no line alone.

Of units by age six cells are hidden, two in each of three units and three ages, in a circle. What
the shown parts of a unit leave changes by 17 people or more, and so does each age by ten or more;
but two units less one age are `north&a` and `south&c`, and three came to these.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fixtures_earlier import hidden, ledger_with, made
from fixtures_moved import MANY, NOBODY, PLAN, THERE, THREE, Table, force, joined

from analysis.attack import editions
from analysis.attack.material import Material, Published
from analysis.errors import Unprotectable
from analysis.microdata import Microdata
from analysis.publish import earlier, making
from analysis.release.model import Release


def published(there: Table, came: Table, went: Table, home: Path) -> tuple[Release, Release]:
    """A Release, and a second one of the same wave."""
    stayed = force(there, 3)
    ledger = ledger_with(PLAN, joined(stayed, force(went, 7)), home)
    return ledger.releases[0].release, made(PLAN, joined(stayed, force(came, 7)), ledger)


def fallen(both: tuple[Release, Release]) -> list[str]:
    given = tuple(Published(f"r{at}", one) for at, one in enumerate(both))
    return [fall.words for fall in editions.differences(Material(given)).falls]


@pytest.fixture
def careless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks at several lines but whoever is given both Releases."""
    monkeypatch.setattr(earlier, "expect_many_moved", lambda *_: None)
    monkeypatch.setattr(making, "beside_earlier", lambda *_: ())


@pytest.mark.parametrize(("came", "went"), [(THREE, NOBODY), (NOBODY, THREE)])
def test_three_who_came_or_went_over_several_lines_are_refused(
    came: Table, went: Table, tmp_path: Path
) -> None:
    words = r"came or went in unit=north&age=a and unit=south&age=c\."
    with pytest.raises(Unprotectable, match=f"fewer than 10 people {words}"):
        published(THERE, came, went, tmp_path)


@pytest.mark.usefixtures("careless")
def test_the_attacker_finds_them_in_two_releases_alone(tmp_path: Path) -> None:
    both = published(THERE, THREE, NOBODY, tmp_path)
    assert len(hidden(both[0])) == len(hidden(both[1])) == 6
    assert fallen(both) == [
        "r0 and r1: if no more than 57 people came or went, 3 to 3 of them came to north & a and "
        "south & c"
    ]


def test_the_auditor_of_a_release_finds_them_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(earlier, "expect_many_moved", lambda *_: None)
    with pytest.raises(Unprotectable, match="3 to 3 of them came to north & a and south & c"):
        published(THERE, THREE, NOBODY, tmp_path)


@pytest.mark.parametrize(
    ("came", "went"),
    [
        (MANY, NOBODY),
        (NOBODY, MANY),
        # Forty were counted in another unit than theirs.
        (((0, 0, 40, 0), *NOBODY[1:]), (NOBODY[0], (0, 0, 0, 40), *NOBODY[2:])),
    ],
)
def test_many_who_came_or_went_are_published(came: Table, went: Table, tmp_path: Path) -> None:
    both = published(THERE, came, went, tmp_path)
    assert both[1].manifest.replaces
    assert fallen(both) == []


def test_the_same_answers_are_looked_at_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = force(THERE, 3)
    ledger = ledger_with(PLAN, answers, tmp_path)
    monkeypatch.setattr("analysis.publish.moved.few_moved", lambda *_: pytest.fail("looked at"))
    assert made(PLAN, answers, ledger).groups == ledger.releases[0].release.groups


def answering(of: Microdata, answered: int) -> Microdata:
    """One item answered by so many of these, in turn, and left out by all others."""
    left_out = np.where(np.arange(of.n) % of.n < answered, of.items["led"], -1)
    return replace(of, items={**of.items, "led": left_out.astype(np.int16)})


def late_with(answered: int, home: Path) -> tuple[Release, Release]:
    """Of many more in one unit and age so many answered an item that three in five answered."""
    there, late = force(THERE, 3), force((*NOBODY[:3], (0, 0, 0, 40)), 7)
    rng = np.random.default_rng(5)
    led = np.where(rng.random(there.n) < 0.6, there.items["led"], -1).astype(np.int16)
    there = replace(there, items={**there.items, "led": led})
    ledger = ledger_with(PLAN, there, home)
    return ledger.releases[0].release, made(PLAN, joined(there, answering(late, answered)), ledger)


def groups_with(release: Release, measure: str) -> set[str]:
    return {row.group for row in release.estimates
            if row.measure == measure and row.status == "shown"}  # fmt: skip


@pytest.mark.parametrize("answered", [3, 37])
def test_few_late_who_answered_an_item_or_left_it_out_are_not_told(
    answered: int, tmp_path: Path
) -> None:
    both = late_with(answered, tmp_path)
    assert fallen(both) == []
    assert groups_with(both[0], "led")
    assert groups_with(both[1], "led") == set()
    assert groups_with(both[0], "harassed") == groups_with(both[1], "harassed") != set()


@pytest.mark.usefixtures("careless")
@pytest.mark.parametrize(("answered", "who"), [(3, "answered"), (37, "did not answer")])
def test_the_attacker_finds_few_late_who_answered_an_item(
    answered: int, who: str, tmp_path: Path
) -> None:
    words = f"of those who {who} led, if no more than 3 people came or went, 3 to 3 of them came"
    assert any(words in one for one in fallen(late_with(answered, tmp_path)))


def test_many_late_of_both_kinds_cost_no_item(tmp_path: Path) -> None:
    both = late_with(20, tmp_path)
    assert groups_with(both[0], "led") == groups_with(both[1], "led")
    assert fallen(both) == []
