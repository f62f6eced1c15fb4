"""What a state says of the wave it rests on: true, and seen where it tells of hidden people."""

from __future__ import annotations

from dataclasses import replace

import fixtures_analysis as fixtures
import numpy as np
import pytest
from fixtures_states import (
    AGREE,
    DISAGREE,
    NORTH,
    PLAN,
    THEME,
    answered,
    book,
    careless,
    later,
    of_two_items,
    wave,
)

from analysis.attack.answers import attack_answers
from analysis.attack.breaches import Breach
from analysis.attack.editions import states
from analysis.attack.material import Material, Published
from analysis.attack.states_before import attack_earlier, attack_states, said_of
from analysis.codebook import Codebook
from analysis.earlier_tallies import kept
from analysis.microdata import Microdata
from analysis.policy import DisclosurePolicy
from analysis.publish import exact, publish
from analysis.release.model import Release
from analysis.release.rows import ConcernState
from analysis.tally import tally


def test_a_state_that_tells_of_few_in_the_wave_before_is_seen() -> None:
    assert not list(attack_answers(careless(), PLAN))
    (found, *_) = attack_earlier(later("confirmed"), (careless(),), PLAN)
    assert (found.kind, found.group, found.measure) == ("state", NORTH, THEME)
    assert "confirmed of safety in unit=north tells of spring: more than 90 %" in found.words
    both = (Published("one", careless()), Published("two", later("confirmed")))
    assert states(Material(both, plan=PLAN)).falls
    assert not list(attack_earlier(later("confirmed"), (), PLAN))
    assert list(attack_earlier(later("confirmed"), (careless(),), fixtures.plan()))
    for harmless in (later("watched"), later("emerging")):
        assert not list(attack_earlier(harmless, (careless(),), PLAN))


def test_a_merged_unit_is_read_as_its_parts_together() -> None:
    """Planted: a wide gap in a wave in which both parts answered like everybody."""
    second = later("confirmed")
    (units,) = second.manifest.breakdowns
    was = replace(units, was=(("south", ("s-one", "s-two")),))
    merged = replace(
        second,
        manifest=replace(second.manifest, breakdowns=(was,)),
        concerns=(replace(second.concerns[0], group="unit=south"),),
    )
    (found,) = attack_earlier(merged, (careless(),), PLAN)
    assert "no table of answers fits" in found.words
    rows = tuple(
        replace(row, base=None, positive=None, status="c") if row.group == "unit=s-two" else row
        for row in careless().estimates
    )
    assert not list(attack_earlier(merged, (replace(careless(), estimates=rows),), PLAN))


def test_a_state_of_a_theme_of_several_items_that_tells_of_few_is_seen() -> None:
    """In its own wave, and in the one it rests on."""

    def found(state: ConcernState, force: int) -> set[tuple[str, str, str]]:
        rows = later(state).concerns
        planted = replace(of_two_items(careless(), force), concerns=rows)
        one = Material((Published("one", planted),), plan=PLAN)
        assert bool(states(one).falls) == bool(list(attack_states(planted, PLAN)))
        return {(one.group, one.measure, one.words) for one in attack_states(planted, PLAN)}

    words = f"the state of {THEME} in {NORTH}: more than 90 % of unit=n-few answered"
    for state, force in (("emerging", 52), ("confirmed", 54)):
        ((group, measure, said),) = found(state, force)
        assert (group, measure) == (NORTH, THEME)
        assert words in said
    assert found("emerging", 50) == found("cleared", 54) == found("watched", 54) == set()
    alone = replace(careless(), concerns=later("emerging").concerns)
    assert not list(attack_states(alone, PLAN))  # Where it is all of the theme, items say so.
    both = of_two_items(later("confirmed")), of_two_items(careless())
    (told,) = attack_earlier(both[0], both[1:], PLAN)
    assert f"confirmed of {THEME} in {NORTH} tells of spring: more than 90 %" in told.words
    given = Material((Published("one", both[1]), Published("two", both[0])), plan=PLAN)
    assert states(given).falls


@pytest.mark.parametrize("of", ["attack_earlier", "attack_states"])
def test_what_a_state_tells_too_much_of_is_not_published(
    of: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(release: Release, *given: object) -> tuple[Breach, ...]:
        shown = release.estimate_by_key[NORTH, THEME].status == "shown"
        asked = shown and (given[0] or of == "attack_states")
        return (Breach("state", NORTH, "planted", THEME),) if asked else ()

    monkeypatch.setattr(f"analysis.attack.audit.{of}", told)
    facts, policy = wave("autumn", 9), DisclosurePolicy()
    answers = book(), PLAN, answered(50, 10, 60, 65)
    release = publish(*answers, wave=facts, policy=policy, previous=(careless(),))
    assert release.estimate_by_key[NORTH, THEME].status == "c"
    if of == "attack_earlier":
        assert publish(*answers, wave=facts, policy=policy).estimate_by_key[NORTH, THEME].base


def pooled(book: Codebook, *waves: Microdata) -> list[Release]:
    """Waves of one line, each with the exact sums of those before it."""
    found: list[Release] = []
    sums = []
    for at, data in enumerate(waves):
        release = publish(
            *(book, PLAN, data),
            wave=wave(f"wave-{at}", 2 + 3 * at),
            policy=DisclosurePolicy(),
            previous=tuple(found),
            previous_tallies=tuple(sums),
        )
        sums.append(kept(tally(book, PLAN, data), release))
        found.append(release)
    return found


def of_both(safe: Microdata) -> Microdata:
    """A second item, which every third person answers otherwise."""
    first = safe.items["safe"]
    sound = np.where(np.arange(len(first)) % 3 == 0, AGREE + DISAGREE - first, first)
    return replace(safe, items={"safe": first, "sound": sound.astype(np.int16)})


@pytest.mark.slow
@pytest.mark.parametrize("items", [1, 2])
def test_the_truth_lies_within_what_a_state_says_of_earlier_waves(items: int) -> None:
    seen = set()
    found = book(*["sound"][: items - 1])
    drawn = ((30, 95, 105), (20, 110, 120), (32, 88, 40), (25, 99, 61))
    for low, then, now in drawn if items == 1 else ((5, 100, 112), (12, 100, 55)):
        waves = (
            answered(2 * low, low // 2, then, then + 9),
            answered(max(0, 2 * low - 3), low // 2, then + 4, then),
            answered(101 * now // 125, 9, now, now + 8),
        )
        if items == 2:
            waves = tuple(of_both(one) for one in waves)
        line = pooled(found, *waves)
        for at, release in enumerate(line):
            for row in release.concerns:
                said = said_of(release, {one.manifest.wave: one for one in line[:at]}, row)
                if said is None:
                    continue
                once, measure, (least, most) = said
                assert measure == ("safe" if items == 1 else THEME)
                figures = exact(found, PLAN, waves[line.index(once)])
                figure = figures.at(row.group, measure)
                assert figure is not None
                assert least <= figure.positive <= most
                assert least > 0 or most < 1
                seen.add(row.state)
    assert {"confirmed", "serious", "cleared"} <= seen if items == 1 else "confirmed" in seen
