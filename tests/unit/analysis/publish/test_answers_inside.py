"""Answers inside groups that are not shown: planted, seen by the auditor, and mended.

North is 150 people, of whom 120 answered: all 101 of a large part that is shown, and all 19 of two
small ones that are not. Those 19 are what North leaves when its shown part is taken off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import fixtures_analysis as fixtures
import fixtures_disclosure as small
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from scipy import sparse

from analysis import cores
from analysis.attack import fitting, small_cells
from analysis.attack.answers import attack_answers
from analysis.attack.audit import Audit, audit
from analysis.attack.material import Material, Published
from analysis.attack.percents import differences
from analysis.codebook import Codebook, Theme
from analysis.disclosure import rounding
from analysis.errors import ReleaseError
from analysis.microdata import Microdata
from analysis.plan import FORCE, TablePlan
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, making, publish, told
from analysis.publish.shown import Shown
from analysis.publish.told import Telling
from analysis.release import folder
from analysis.release.consistency import check
from analysis.release.model import Release

POLICY = DisclosurePolicy()
WAVE = WaveFacts("one", "One", date(2026, 3, 31))
PEOPLE = {"n-large": 131, "n-ten": 10, "n-nine": 9, "s-one": 120, "s-two": 130}
PLAN = small.plan(
    [small.nested("unit", {"north": ["n-large", "n-ten", "n-nine"], "south": ["s-one", "s-two"]})],
    [small.table("unit")],
)
AGREE, NEITHER, DISAGREE = 1, 2, 3
HIDDEN = "unit=north without its shown parts"


def study(
    of_large: Sequence[int], of_small: Sequence[int], **item: object
) -> tuple[Codebook, Microdata]:
    """How 101 of the large part of North and all 19 of its small ones answered."""
    units = np.repeat(np.arange(len(PEOPLE)), list(PEOPLE.values())).astype(np.int16)
    answers = np.full(len(units), -1, dtype=np.int16)
    answers[: len(of_large)] = of_large
    answers[PEOPLE["n-large"] : 150] = of_small
    answers[150:] = np.resize([AGREE, NEITHER, DISAGREE, 0, 4, AGREE], 250)
    items = (fixtures.item("q", **item),)
    themes = (Theme("t", "T", ("q",)),) if item.get("theme") else ()
    book = replace(fixtures.codebook(items, themes), themes=themes)
    book = replace(book, variables=(fixtures.variable("unit", tuple(PEOPLE)),))
    return book, Microdata(len(units), {"unit": units}, {"q": answers})


def released(book: Codebook, data: Microdata, plan: TablePlan = PLAN) -> Release:
    return publish(book, plan, data, wave=WAVE, policy=POLICY)


def unmended(monkeypatch: pytest.MonkeyPatch, book: Codebook, data: Microdata) -> Release:
    """What would be published without this part of the protector."""

    def as_it_is(look: Telling, shown: Shown, codebook: Codebook) -> Shown:
        return shown

    with monkeypatch.context() as patch:
        patch.setattr(making, "protect_answers", as_it_is)
        patch.setattr(making, "examine", lambda *_: Audit((), None))
        return released(book, data)


NEARLY_ALL = ([AGREE] * 100 + [NEITHER], [AGREE] * 19)
NEXT_TO_NONE = ([AGREE] * 60 + [NEITHER] * 38 + [DISAGREE] * 3, [AGREE] * 12 + [NEITHER] * 7)
# 34 of 101 people who answered are 34 %, of 120 they are 28 %: none of the other 19.
NONE_AT_ALL = (
    [0] * 10 + [AGREE] * 30 + [NEITHER] * 27 + [DISAGREE] * 24 + [4] * 10,
    [0] * 3 + [AGREE] * 8 + [NEITHER] * 8,
)


@pytest.mark.parametrize(
    ("answers", "item", "words"),
    [
        (NEARLY_ALL, {}, "more than 90 %"),
        (NEXT_TO_NONE, {}, "less than 10 %"),
        (NONE_AT_ALL, {}, "it is known how many"),
        (NONE_AT_ALL, {"sensitive": True}, "it is known how many"),
    ],
)
def test_answers_of_a_hidden_rest_are_seen_and_then_mended(
    monkeypatch: pytest.MonkeyPatch,
    answers: tuple[list[int], list[int]],
    item: dict[str, object],
    words: str,
) -> None:
    book, data = study(*answers, **item)
    planted = unmended(monkeypatch, book, data)
    found = [one for one in audit(planted, PLAN) if one.kind == "answers"]
    assert [one for one in found if words in one.words and HIDDEN in one.words]
    mended = released(book, data)
    assert list(attack_answers(mended, PLAN)) == []
    assert list(attack_answers(mended, PLAN, everybody_answered=True)) == []
    assert mended.manifest.coarser


@pytest.mark.parametrize("answers", [NEARLY_ALL, NEXT_TO_NONE, NONE_AT_ALL])
def test_they_are_seen_whichever_way_the_first_table_is_found(
    monkeypatch: pytest.MonkeyPatch, answers: tuple[list[int], list[int]]
) -> None:
    planted = unmended(monkeypatch, *study(*answers))
    along_the_edge = list(attack_answers(planted, PLAN))
    ways = []
    option = fitting.highspy.Highs.setOptionValue

    def noted(highs: Any, name: str, value: Any) -> Any:
        ways.append((name, value))
        return option(highs, name, value)

    monkeypatch.setattr(fitting.highspy.Highs, "setOptionValue", noted)
    monkeypatch.setattr(fitting, "MANY_UNKNOWNS", 0)
    through_the_inside = set(attack_answers(planted, PLAN))
    assert ("solver", "ipm") in ways
    # Tables that lie nearer to each other may leave more to be looked at to the end.
    assert through_the_inside >= set(along_the_edge) != set()
    assert not list(attack_answers(released(*study(*answers)), PLAN))


def test_they_are_seen_where_every_core_looks_at_some_who_are_small(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planted = unmended(monkeypatch, *study(*NEARLY_ALL))
    on_one = list(attack_answers(planted, PLAN))
    assert [one for one in on_one if HIDDEN in one.words]
    monkeypatch.setattr(cores, "cores", lambda: 2)
    monkeypatch.setattr(cores, "MANY_GROUPS", 1)
    monkeypatch.setattr(small_cells, "SETS", 1)
    assert list(attack_answers(planted, PLAN)) == on_one
    spread = cores.on_every_core

    def losing(*given: Any, **named: Any) -> list[Any]:
        return [[] for _ in spread(*given, **named)]

    monkeypatch.setattr(small_cells, "on_every_core", losing)
    assert not list(attack_answers(planted, PLAN)), "what no core brings back is missed"


def test_nothing_is_coarser_where_nobody_is_hidden() -> None:
    book, data = study(*NEARLY_ALL)
    plan = replace(PLAN, tables=(small.table("unit", finest=["whole"]),))
    assert released(book, data, plan).manifest.coarser == ()
    assert released(book, data).manifest.coarser != ()


def test_every_figure_in_a_coarser_step_is_a_multiple_of_it() -> None:
    book, data = study(*NEARLY_ALL, theme="t")
    made = released(book, data)
    steps = made.coarser_by_key
    assert ("unit=n-large", "q") in steps
    for row in made.estimates:
        if step := steps.get((row.group, row.measure)):
            assert row.score is None
            for value in (row.positive, row.neutral, row.negative, row.lower, row.upper):
                assert value is None or value % step == 0
    for one in made.distributions:
        if step := steps.get((one.group, one.item)):
            assert one.percent is None or one.percent % step == 0
    for gap in made.comparisons:
        if step := steps.get((gap.group, gap.measure)):
            assert gap.gap is None or gap.gap % step == 0
    for point in made.trends:
        if step := steps.get((point.group, point.measure)):
            assert point.value is None or point.value % step == 0
    # A theme is no finer than its items: its mean beside all but one of them tells that one.
    assert all(steps[group, "t"] >= step for (group, item), step in steps.items() if item == "q")


COMMANDS = tuple("abcd")


def commands(
    wholes: Sequence[str] = COMMANDS, **items: Sequence[int]
) -> tuple[Codebook, Microdata, TablePlan]:
    """Wholes of 101 or 401 shown and 19 hidden people; hardly any in `a` disagree on q."""
    parts = {whole: [f"{whole}-large", f"{whole}-ten", f"{whole}-nine"] for whole in wholes}
    parts["z"] = [f"z-{number}" for number in range(8)]  # All shown, so that the level is.
    plan = small.plan([small.nested("unit", parts)], [small.table("unit")])
    codes = [code for inside in parts.values() for code in inside]
    large = [101, 101, 401, 401][: len(wholes)]
    people = [n for one in large for n in (one, 10, 9)] + [30] * 8
    units = np.repeat(np.arange(len(codes)), people).astype(np.int16)
    mixed = [AGREE, NEITHER, DISAGREE, 0, 4, AGREE, NEITHER]
    answers = np.resize(mixed, len(units)).astype(np.int16)
    others = {name: np.resize(given, len(units)).astype(np.int16) for name, given in items.items()}
    answers[:101] = [0] * 20 + [AGREE] * 30 + [NEITHER] * 28 + [DISAGREE] * 3 + [4] * 20
    answers[101:120] = [0] * 4 + [AGREE] * 6 + [NEITHER] * 5 + [4] * 4
    book = replace(
        fixtures.codebook(tuple(fixtures.item(name) for name in ("q", *others)), ()),
        themes=(),
        variables=(fixtures.variable("unit", tuple(codes)),),
    )
    return book, Microdata(len(units), {"unit": units}, {"q": answers, **others}), plan


def test_a_step_is_taken_by_no_more_groups_than_hide_for_whom() -> None:
    """19 hidden people of one whole are too few to hide among; 38 of two wholes are enough."""
    book, data, plan = commands()
    made = released(book, data, plan)
    (entry,) = made.manifest.coarser
    wholes = {group.removeprefix("unit=")[0] for group in entry[0]}
    assert wholes == {"a", "b"}
    assert [measure for measure, _ in entry[1]] == ["q"]
    assert list(audit(made, plan)) == []


def test_a_step_that_would_say_for_whom_is_taken_for_every_measure() -> None:
    mixed = [DISAGREE, AGREE, NEITHER, AGREE]
    book, data, plan = commands(wholes=("a",), r=mixed)
    made = released(book, data, plan)
    assert {measure for _, steps in made.manifest.coarser for measure, _ in steps} == {"q", "r"}
    assert list(audit(made, plan)) == []


def test_the_auditor_sees_a_step_at_one_part_only_and_figures_finer_than_said() -> None:
    book, data, plan = commands()
    made = released(book, data, plan)
    (groups, steps) = made.manifest.coarser[0]
    alone = replace(made.manifest, coarser=(((groups[0],), steps),))
    assert "step" in {one.kind for one in audit(replace(made, manifest=alone), plan)}
    finer = tuple(
        replace(row, positive=33) if (row.group, row.measure) == ("unit=b-large", "q") else row
        for row in made.estimates
    )
    assert "coding" in {one.kind for one in audit(replace(made, estimates=finer), plan)}


def test_the_attacker_reads_percents_in_the_steps_that_a_release_says() -> None:
    made = released(*study(*NONE_AT_ALL))
    unsaid = replace(made, manifest=replace(made.manifest, coarser=()))
    said, finer = (
        differences(Material(releases=(Published("one", release),))) for release in (made, unsaid)
    )
    assert not said.falls
    assert [one for one in finer.falls if "14 to 14 of the 19" in one.words]


@pytest.mark.parametrize(
    "said", [("unit=nowhere", "q"), ("unit=a-large", "nothing"), ("unit=a-large", "q")]
)
def test_steps_of_what_is_not_there_or_said_twice_are_refused(said: tuple[str, str]) -> None:
    book, data, plan = commands()
    made = released(book, data, plan)
    group, measure = said
    coarser = (*made.manifest.coarser, ((group,), ((measure, 5),)))
    with pytest.raises(ReleaseError, match="manifest"):
        check(replace(made, manifest=replace(made.manifest, coarser=coarser)))


def test_categories_of_those_who_are_left_make_up_all_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """17 did not say of which sex they are: 15 of them agree, and two disagree.

    Category by category they need not; together they must, because each person gave one answer.
    """
    plan = small.plan([small.flat("sex", ["f", "m"])], [small.table("sex")])
    answers = ([145, 119, 103, 61, 232], [165, 110, 96, 56, 253], [9, 6, 0, 2, 0])
    given = np.concatenate([np.repeat(np.arange(5), counts) for counts in answers])
    sexes = np.repeat([0, 1, -1], [sum(counts) for counts in answers])
    book = replace(
        fixtures.codebook((fixtures.item("q"),), ()),
        themes=(),
        variables=(fixtures.variable("sex", ("f", "m")),),
    )
    data = Microdata(len(given), {"sex": sexes.astype(np.int16)}, {"q": given.astype(np.int16)})
    assert released(book, data, plan).manifest.coarser
    with monkeypatch.context() as patch:
        patch.setattr(told, "small_rests", lambda _: sparse.csr_array((0, len(plan.groups))))
        assert not released(book, data, plan).manifest.coarser


def test_the_forces_own_figure_stays() -> None:
    """Even where it alone tells: 110 people of whom all but one agree, 19 of them hidden."""
    people = {"a": 91, "b": 10, "c": 9}
    tables = small.plan([small.flat("unit", list(people))], [small.table("unit")])
    units = np.repeat(np.arange(3), list(people.values())).astype(np.int16)
    answers = np.array([NEITHER] + [AGREE] * 109, dtype=np.int16)
    book = replace(
        fixtures.codebook((fixtures.item("q"),), ()),
        themes=(),
        variables=(fixtures.variable("unit", tuple(people)),),
    )
    made = released(book, Microdata(110, {"unit": units}, {"q": answers}), tables)
    row = made.estimate_by_key[FORCE, "q"]
    assert (row.status, row.positive, row.positive_bound) == ("shown", 95, "or_more")
    assert list(attack_answers(made, tables, everybody_answered=True)) == []


def test_bands_are_as_wide_as_a_coarser_step() -> None:
    for step in (5, 10, 20):
        policy = rounding.coarser(POLICY, step)
        for n in (30, 300):
            assert rounding.step(n, policy) >= step
            assert rounding.band(n, policy) >= step
            assert rounding.share(n, n, policy)[1] == "or_more"


def test_a_release_says_its_coarser_steps_after_reading_it_again(tmp_path: Path) -> None:
    made = released(*study(*NEARLY_ALL))
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    name = folder.write(made, tmp_path, key)
    again = folder.read(tmp_path / name, key.public_key())
    assert again.manifest.coarser == made.manifest.coarser != ()
