"""Several Releases of one wave: what two of them would tell together is not published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fixtures_analysis import Study, small, with_answers
from fixtures_earlier import (
    DAY,
    POLICY,
    SIGNER,
    UNITS,
    after,
    breakdown,
    first_of,
    hidden,
    ledger_with,
    made,
    people,
    plan,
    why,
)

from analysis.attack import editions
from analysis.attack.material import Material, Published
from analysis.errors import LedgerError, Unprotectable
from analysis.ledger import Count, Ledger
from analysis.ledger import Published as Entry
from analysis.plan import Intersection
from analysis.polarity import Decision, decided
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, changed, publish
from analysis.release import folder
from analysis.release.model import Release

MANY = {"north": 300, "south": 280, "west": 260, "east": 160}
YOUNG = plan(UNITS, breakdown("age", "age", young="20 25", old="30 40"))
YOUNGER = plan(UNITS, breakdown("age", "age", young="20", old="25 30 40"))


THREE = {"20": 300, "25": 3, "30": 400, "40": 297}


def test_age_bands_that_differ_by_three_people_are_not_shown(tmp_path: Path) -> None:
    answers = people(MANY, THREE)
    ledger = ledger_with(YOUNG, answers, tmp_path)
    assert made(YOUNGER, answers, None).manifest.not_shown == 0, "each alone shows everything"
    assert hidden(made(YOUNGER, answers, ledger)) == {"age=young", "age=old"}


def test_bands_that_were_published_twice_without_a_ledger_are_refused_from_then_on(
    tmp_path: Path,
) -> None:
    answers, ledger = people(MANY, THREE), Ledger("small")
    for one in (YOUNG, YOUNGER):
        ledger = after(made(one, answers, None), one, ledger, tmp_path)
    other = plan(UNITS, breakdown("age", "age", young="20 25 30", old="40"))
    with pytest.raises(Unprotectable, match=r"table age here and table age there split age") as no:
        made(other, answers, ledger)
    assert "Merge values" in str(no.value)
    assert "age@" not in str(no.value).split("(")[0]


def test_crossed_bands_that_differ_by_few_people_in_one_unit_are_not_shown(tmp_path: Path) -> None:
    """In the force 60 people lie between the bands, and in the east four."""
    answers = people(MANY, {"20": 300, "25": 60, "30": 400, "40": 240})
    east, between = answers.variables["unit"] == 3, answers.variables["age"] == 1
    answers.variables["age"][np.flatnonzero(east & between)[4:]] = 2
    old, new = (plan(*one.breakdowns, crossed=True) for one in (YOUNG, YOUNGER))
    ledger = ledger_with(old, answers, tmp_path)
    assert not hidden(made(new, answers, None))
    release = made(new, answers, ledger)
    assert "unit=east&age=young" in hidden(release)
    assert "unit=east&age=old" in hidden(release)
    assert "unit=north&age=young" not in hidden(release)


def test_age_bands_that_differ_by_sixty_people_are_published(tmp_path: Path) -> None:
    answers = people(MANY, {"20": 300, "25": 60, "30": 400, "40": 240})
    ledger = ledger_with(YOUNG, answers, tmp_path)
    release = made(YOUNGER, answers, ledger)
    assert release.manifest.not_shown == 0
    assert release.manifest.ledger == ledger.head
    assert release.manifest.replaces == ledger.releases[-1].hash


def test_four_late_answers_are_refused(tmp_path: Path) -> None:
    answers = people(MANY)
    ledger = ledger_with(plan(UNITS), first_of(answers, 996), tmp_path)
    with pytest.raises(Unprotectable, match="differ from those of its earlier Release by fewer"):
        made(plan(UNITS), answers, ledger)


def test_late_answers_that_are_few_in_one_unit_alone_are_refused(tmp_path: Path) -> None:
    """Four more in the east and four fewer in the north leave the force as it was."""
    ledger = ledger_with(plan(UNITS), people(MANY), tmp_path)
    moved = people(MANY | {"north": 296, "east": 164})
    with pytest.raises(Unprotectable, match="fewer than 10 people in unit="):
        made(plan(UNITS), moved, ledger)


def test_late_answers_that_are_few_in_a_hidden_rest_are_refused(tmp_path: Path) -> None:
    """The east and the west grow by 20 and the force by 24: four of the others were late."""
    parts = breakdown("unit", "unit", north="north", west="west")
    ledger = ledger_with(plan(parts), people(MANY), tmp_path)
    later = people({"north": 320, "south": 284, "west": 280, "east": 160})
    with pytest.raises(Unprotectable, match=r"outside its parts|not known further"):
        made(plan(parts), later, ledger)


def test_late_answers_that_are_few_in_all_hidden_parts_are_refused(tmp_path: Path) -> None:
    """The force grows by 44, two units by 20 each: four of those that are hidden were late."""
    few = MANY | {"west": 24, "east": 6}
    ledger = ledger_with(plan(UNITS), people(few), tmp_path)
    assert hidden(ledger.releases[0].release) == {"unit=west", "unit=east"}
    later = people(few | {"north": 320, "south": 300, "west": 28})
    with pytest.raises(Unprotectable, match="force without its shown parts"):
        made(plan(UNITS), later, ledger)
    both = (ledger.releases[0].release, made(plan(UNITS), later, None))
    material = Material(tuple(Published(f"r{at}", one) for at, one in enumerate(both)))
    said = [fall.words for fall in editions.differences(material).falls]
    assert said[0] == "r0 and r1: 4 to 4 people more in force without its shown parts"
    assert said[1].endswith("44 people came or went, 4 to 4 of them came to ? and west and east")
    more = people(few | {"north": 320, "south": 300, "west": 44})
    assert made(plan(UNITS), more, ledger).manifest.not_shown == 2


def test_the_same_answers_again_are_published_as_before(tmp_path: Path) -> None:
    answers = people(MANY | {"east": 6})
    ledger = ledger_with(plan(UNITS), answers, tmp_path)
    first, again = ledger.releases[0].release, made(plan(UNITS), answers, ledger)
    assert first.manifest.not_shown == 2
    assert again.groups == first.groups
    assert again.estimates == first.estimates


def test_sixty_late_answers_in_one_unit_are_published(tmp_path: Path) -> None:
    answers = people(MANY)
    ledger = ledger_with(plan(UNITS), first_of(answers, 940), tmp_path)
    assert made(plan(UNITS), answers, ledger).manifest.not_shown == 0


def test_a_looser_threshold_is_refused_and_a_stricter_one_opens_nothing(tmp_path: Path) -> None:
    answers = people({"north": 300, "south": 280, "west": 24, "east": 12})
    strict = replace(POLICY, k=15)
    ledger = ledger_with(plan(UNITS), answers, tmp_path, strict)
    with pytest.raises(Unprotectable, match="with k 15 and cannot be published again with 10"):
        made(plan(UNITS), answers, ledger)
    loose = ledger_with(plan(UNITS), answers, tmp_path)
    again = made(plan(UNITS), answers, loose, strict)
    hidden = {row.group for row in again.groups if row.status == "c"}
    assert hidden == {"unit=east", "unit=west"}


def test_what_was_protected_by_another_group_is_not_shown_now(tmp_path: Path) -> None:
    """East has 6 people and hides behind west; shown later beside a hidden south, both open it."""
    answers = people({"north": 300, "south": 280, "west": 260, "east": 6})
    ledger = ledger_with(plan(UNITS), answers, tmp_path)
    assert hidden(ledger.releases[0].release) == {"unit=east", "unit=west"}
    # The same units without the north: alone, the cheapest to hide beside the east is the same,
    # but named first in an intersection it is the last to be hidden.
    watched = replace(plan(UNITS), intersections=(watch("unit=west"),))
    assert hidden(made(watched, answers, None)) == {"unit=east", "unit=south"}
    assert hidden(made(watched, answers, ledger)) >= {"unit=east", "unit=west"}


def test_a_share_in_other_steps_is_refused(tmp_path: Path) -> None:
    answers = people(MANY)
    ledger = ledger_with(plan(UNITS), answers, tmp_path)
    with pytest.raises(Unprotectable, match="in other steps"):
        made(plan(UNITS), answers, ledger, replace(POLICY, share_step=2, coarse_share_step=6))
    threefold = replace(POLICY, share_step=3, coarse_share_step=15)
    assert made(plan(UNITS), answers, ledger, threefold).manifest.not_shown == 0


TEN = replace(POLICY, coarse_share_step=10)


def corrected(
    study: Study, themes: bool, reverse: Iterable[str], policy: DisclosurePolicy
) -> Release:
    """A second Release of the same answers with some items turned round."""
    book = study.codebook if themes else replace(study.codebook, themes=())
    facts = WaveFacts("autumn", "Autumn", DAY, Ledger("small"))
    first = publish(book, study.plan, study.microdata, wave=facts, policy=POLICY)
    ledger = Ledger("small").plus(Entry(folder.packed(first, SIGNER), study.plan))
    turned: dict[str, Decision] = dict.fromkeys(reverse, "reversed")
    facts = WaveFacts("autumn", "Autumn", DAY, ledger, "Read the wrong way round.", turned)
    of = decided(book, turned)
    return publish(of, study.plan, study.microdata, wave=facts, policy=policy)


@pytest.mark.parametrize("themes", [True, False])
def test_other_steps_are_refused_also_of_items_that_are_turned(themes: bool) -> None:
    study = small(900)
    items = [one.id for one in study.codebook.items]
    again = corrected(study, themes, items, POLICY)
    assert again.estimate_by_key["command=south-b", "led"].positive is not None
    with pytest.raises(Unprotectable, match="in other steps"):
        corrected(study, themes, items, TEN)


@pytest.mark.slow
def test_a_theme_with_one_item_turned_is_published_in_the_same_steps_alone() -> None:
    study = small(900)
    assert corrected(study, True, ["heard"], POLICY).manifest.replaces
    with pytest.raises(Unprotectable, match="in other steps"):
        corrected(study, True, ["heard"], TEN)


def test_a_turned_estimate_is_the_mirror_of_what_it_was(tmp_path: Path) -> None:
    """Its percent negative is held against the percent positive: 42.5 to 47.5, and 45 to 55."""
    answers = people(MANY | {"east": 60})
    first = ledger_with(plan(UNITS), answers, tmp_path).releases[0].release
    row = first.estimate_by_key["unit=east", "led"]
    row = replace(row, positive=45, neutral=20, negative=35)
    turned = replace(row, positive=35, negative=50)
    ten = replace(first, manifest=replace(first.manifest, policy=TEN.as_dict()), distributions=())
    bare = replace(first, distributions=())
    assert changed._tells_more(bare, row, ten, turned, mirrored=True)
    # In steps of fifteen around the same middle nothing more is told.
    wide = replace(POLICY, coarse_share_step=15).as_dict()
    wider = replace(first, manifest=replace(first.manifest, policy=wide), distributions=())
    turned = replace(row, positive=30, neutral=15, negative=45)
    assert not changed._tells_more(bare, row, wider, turned, mirrored=True)
    assert changed._tells_more(bare, row, wider, turned, mirrored=False)


def test_a_base_of_a_hundred_may_be_a_smaller_one_in_coarser_steps(tmp_path: Path) -> None:
    answers = people(MANY | {"east": 98})
    ledger = ledger_with(plan(UNITS), answers, tmp_path)
    row = ledger.releases[0].release.estimate_by_key["unit=east", "led"]
    assert row.base == 100
    assert changed._steps(ledger.releases[0].release, row) == (1, 5)
    assert made(plan(UNITS), answers, ledger).manifest.not_shown == 0


def test_an_earlier_plan_in_other_categories_is_refused(tmp_path: Path) -> None:
    answers = people(MANY)
    empty = Ledger("small")
    other = plan(breakdown("age", "age", young="20", old="99"))
    ledger = after(made(plan(UNITS), answers, empty), other, empty, tmp_path)
    with pytest.raises(Unprotectable, match="cannot be audited together"):
        made(plan(UNITS), answers, ledger)


def test_more_answers_than_were_received_are_refused() -> None:
    told = Ledger("small").plus(Count("autumn", cards=2000, received=999))
    with pytest.raises(LedgerError, match="999 answers were received in wave autumn"):
        made(plan(UNITS), people(MANY), told)
    assert made(plan(UNITS), first_of(people(MANY), 999), told).manifest.ledger == told.head


def test_the_ledger_of_another_questionnaire_is_refused() -> None:
    with pytest.raises(LedgerError, match="the ledger of the questionnaire other"):
        made(plan(UNITS), people(MANY), Ledger("other"))


def test_items_with_bases_of_their_own_are_published_as_before(tmp_path: Path) -> None:
    """Some departments were hardly asked one item, and everybody leaves some out."""
    study = small()
    rng = np.random.default_rng(5)
    asked = np.where(study.microdata.variables["unit"] > 2, 0.3, 0.8)
    heard = np.where(rng.random(900) < asked, study.microdata.items["heard"], -1)
    study = with_answers(study, heard=heard)

    def again(ledger: Ledger) -> Release:
        facts = WaveFacts("autumn", "Autumn", DAY, ledger, why(ledger))
        return publish(study.codebook, study.plan, study.microdata, wave=facts, policy=POLICY)

    empty = Ledger("small")
    first = again(empty)
    own = [row for row in first.estimates if row.base != first.group_by_id[row.group].base]
    assert len([row for row in own if row.status == "shown"]) > 5
    second = again(after(first, study.plan, empty, tmp_path))
    for name in ("groups", "estimates", "distributions", "comparisons", "concerns"):
        assert getattr(second, name) == getattr(first, name)


def watch(group: str) -> Intersection:
    return Intersection("watched", group)
