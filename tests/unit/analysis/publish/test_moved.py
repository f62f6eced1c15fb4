"""Late answers of a few of whom several lines tell together, and no line alone.

Of units by age six cells are hidden, two in each of three units and three ages, in a circle. What
the shown parts of a unit leave changes by 17 people or more, and so does each age by ten or more;
but two units less one age are `north&a` and `south&c`, and three came to these.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_earlier import hidden, ledger_with, made
from fixtures_moved import MANY, NOBODY, PLAN, THERE, THREE, Table, force, joined

from analysis.attack import editions
from analysis.attack.material import Material, Published
from analysis.errors import Unprotectable
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
