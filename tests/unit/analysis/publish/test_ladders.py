"""What stands for a hidden group: its first rung that is shown, whatever anybody answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from fixtures_analysis import Study, small, with_answers

from analysis.errors import ReleaseError
from analysis.ladders import Ladder, Rung
from analysis.microdata import Microdata
from analysis.plan import Table
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release.consistency import check
from analysis.release.model import Release
from analysis.release.rows import LadderRow

WAVE = WaveFacts("autumn", "Autumn survey", date(2026, 11, 1))
WATCHED = "ethnicity=minority&probationer=yes"
ROOMY = Ladder(
    "watched",
    f"command=crime&{WATCHED}",
    (
        Rung("group", (f"command=crime&{WATCHED}",), ("Crime, both",)),
        Rung("level", (f"command=specialist&{WATCHED}",), ("Specialist, both (not shown)",)),
        Rung("force", (WATCHED,), ("Both (not shown)",)),
        Rung("margins", ("ethnicity=minority", "probationer=yes"), ("Minority", "Probation")),
    ),
    named=True,
)


def climbing(n: int, ladder: Ladder = ROOMY) -> Study:
    study = small(n)
    names = ("command", "ethnicity", "probationer")
    crossed = Table("crossed", names, ("command", "roll_up", None))
    tables = (*study.plan.tables, crossed)
    return replace(study, plan=replace(study.plan, tables=tables, ladders=(ladder,)))


def of(study: Study, variable: str) -> np.ndarray:
    return study.microdata.variables[variable]


def with_few_in_probation(study: Study, who: np.ndarray) -> Study:
    """The study in which all but four of some people are out of probation."""
    settled = of(study, "in_probation").copy()
    settled[np.flatnonzero(who & (settled == 0))[4:]] = 1
    return replace(study, microdata=with_answers(study, in_probation=settled).microdata)


def released(study: Study, microdata: Microdata | None = None) -> Release:
    return publish(
        study.codebook,
        study.plan,
        microdata or study.microdata,
        wave=WAVE,
        policy=DisclosurePolicy(),
    )


def reached(release: Release) -> list[tuple[int, str | None, str]]:
    return [(row.rung, row.group, row.kind) for row in release.ladders]


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (340, (WATCHED, 3)),
        (900, (f"command=crime&{WATCHED}", 1)),
        (9000, (f"command=crime&{WATCHED}", 1)),
    ],
)
def test_a_hidden_group_appears_at_its_first_rung_that_is_shown(
    n: int, expected: tuple[str, int]
) -> None:
    (row,) = (release := released(climbing(n))).ladders
    assert (row.group, row.rung) == expected
    assert row.label == ROOMY.rungs[row.rung - 1].labels[0]
    passed = [group for rung in ROOMY.rungs[: row.rung - 1] for group in rung.groups]
    assert all(release.group_by_id[group].status == "c" for group in passed)


@pytest.mark.slow
def test_where_the_crossing_is_hidden_the_margins_stand_side_by_side() -> None:
    release = released(climbing(180))
    assert release.group_by_id[WATCHED].status == "c"
    assert reached(release) == [
        (4, "ethnicity=minority", "margins"),
        (4, "probationer=yes", "margins"),
    ]


def test_a_wider_crossing_stands_before_the_margins() -> None:
    wider = "command=response&ethnicity=minority"
    rungs = (ROOMY.rungs[2], Rung("wider", (wider,), ("Wider (not shown)",)), ROOMY.rungs[3])
    study = climbing(900, Ladder("watched", WATCHED, rungs, named=True))
    release = released(with_few_in_probation(study, np.isin(of(study, "ethnicity"), (1, 2, 3))))
    assert release.group_by_id[WATCHED].status == "c"
    assert reached(release) == [(2, wider, "wider")]
    # It is compared with those beside it, as the group itself would be.
    against = {row.against for row in release.comparisons if row.group == wider}
    assert against == {"force", "command=response&ethnicity=majority"}


@pytest.mark.slow
def test_where_no_rung_is_shown_the_last_is_absence() -> None:
    ladder = replace(ROOMY, rungs=ROOMY.rungs[:2])
    (row,) = released(climbing(180, ladder)).ladders
    assert row == LadderRow("watched", ladder.asked, 3, None, "absence", "Not shown", "c")


def with_other_answers(study: Study, seed: int) -> Microdata:
    """Who answered stays; what they answered is dealt out anew among those who did."""
    rng = np.random.default_rng(seed)
    items = {}
    for name, answers in study.microdata.items.items():
        dealt = answers.copy()
        given = np.flatnonzero(answers >= 0)
        dealt[given] = rng.permutation(answers[given])
        items[name] = dealt
    return replace(study.microdata, items=items)


def best_looking(release: Release, ladder: Ladder) -> tuple[str, ...]:
    """A planted fault: the shown rung with the highest figure is taken."""
    shown = [
        rung.groups
        for rung in ladder.rungs
        if all(release.group_by_id[group].status == "shown" for group in rung.groups)
    ]
    return max(shown, key=lambda groups: release.estimate_by_key[groups[0], "led"].positive or 0)


@pytest.mark.slow
def test_the_rung_does_not_depend_on_what_was_answered() -> None:
    study = climbing(3000)
    waves = [released(study, with_other_answers(study, seed)) for seed in range(4)]
    assert len({tuple(reached(wave)) for wave in waves}) == 1
    # The control: a rung chosen by its figure is another one from wave to wave.
    assert len({best_looking(wave, ROOMY) for wave in waves}) > 1


@pytest.mark.parametrize(
    "row",
    [
        LadderRow("w", "command=crime", 2, "ethnicity=minority", "level", "Minority", "shown"),
        LadderRow("w", "force", 2, None, "absence", "Not shown", "shown"),
        LadderRow("w", "nobody", 2, None, "absence", "Not shown", "c"),
        LadderRow("w", "force", 1, "force", "group", "All", "c"),
    ],
)
def test_a_release_with_a_rung_that_cannot_stand_is_refused(row: LadderRow) -> None:
    release = replace(released(small()), ladders=(row,))
    with pytest.raises(ReleaseError, match="cannot stand"):
        check(release)


FINEST = Table("finest", ("ethnicity", "probationer"), (None, None))
BLACK = "ethnicity=black&probationer=yes"
SPECIFIC = Ladder(
    "Black probationers",
    BLACK,
    (
        Rung("group", (BLACK,), ("Black, in probation",)),
        Rung("margins", ("ethnicity=black", "probationer=yes"), ("Black", "Probation")),
    ),
    named=True,
)


def test_an_aggregate_that_is_shown_never_stands_for_a_specific_group() -> None:
    study = climbing(900, SPECIFIC)
    study = with_few_in_probation(study, of(study, "ethnicity") == 2)
    study = replace(study, plan=replace(study.plan, tables=(*study.plan.tables[:-2], FINEST)))
    release = released(study)
    # Four black probationers answered. All minority probationers are shown.
    assert release.group_by_id[BLACK].status == "c"
    assert release.group_by_id[WATCHED].status == "shown"
    assert [one.group for one in release.ladders] == ["ethnicity=black", "probationer=yes"]
    for kind in ("level", "force", "wider"):
        row = LadderRow("Black probationers", BLACK, 2, WATCHED, kind, "Minority", "shown")
        with pytest.raises(ReleaseError, match="cannot stand"):
            check(replace(release, ladders=(row,)))


def test_nothing_hidden_stands_on_a_rung() -> None:
    release = released(small(400))
    hidden = next(row.group for row in release.groups if row.status == "c")
    row = LadderRow("w", hidden, 1, hidden, "group", "Hidden", "shown")
    with pytest.raises(ReleaseError, match="cannot stand"):
        check(replace(release, ladders=(row,)))
