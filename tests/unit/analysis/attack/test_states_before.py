"""What a state says of the wave it rests on: true, and seen where it tells of hidden people."""

from __future__ import annotations

from dataclasses import replace

import fixtures_analysis as fixtures
import pytest
from fixtures_states import NORTH, PLAN, THEME, answered, book, careless, later, wave

from analysis.attack.answers import attack_answers
from analysis.attack.breaches import Breach
from analysis.attack.editions import states
from analysis.attack.material import Material, Published
from analysis.attack.states_before import attack_earlier, said_of
from analysis.earlier_tallies import kept
from analysis.microdata import Microdata
from analysis.policy import DisclosurePolicy
from analysis.publish import exact, publish
from analysis.release.model import Release
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


def test_what_a_state_tells_too_much_of_is_not_published(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(release: Release, earlier: tuple[Release, ...], _: object) -> tuple[Breach, ...]:
        shown = release.estimate_by_key[NORTH, THEME].status == "shown"
        return (Breach("state", NORTH, "planted", THEME),) if earlier and shown else ()

    monkeypatch.setattr("analysis.attack.audit.attack_earlier", told)
    facts, policy = wave("autumn", 9), DisclosurePolicy()
    answers = book(), PLAN, answered(50, 10, 60, 65)
    release = publish(*answers, wave=facts, policy=policy, previous=(careless(),))
    assert release.estimate_by_key[NORTH, THEME].status == "c"
    assert publish(*answers, wave=facts, policy=policy).estimate_by_key[NORTH, THEME].base


def pooled(first: Microdata, *others: Microdata) -> list[Release]:
    """Waves of one line, each with the exact sums of those before it."""
    found: list[Release] = []
    sums = []
    for at, data in enumerate((first, *others)):
        release = publish(
            *(book(), PLAN, data),
            wave=wave(f"wave-{at}", 2 + 3 * at),
            policy=DisclosurePolicy(),
            previous=tuple(found),
            previous_tallies=tuple(sums),
        )
        sums.append(kept(tally(book(), PLAN, data), release))
        found.append(release)
    return found


@pytest.mark.slow
def test_the_truth_lies_within_what_a_state_says_of_earlier_waves() -> None:
    seen = set()
    for low, then, now in ((30, 95, 105), (20, 110, 120), (32, 88, 40), (25, 99, 61)):
        waves = (
            answered(2 * low, low // 2, then, then + 9),
            answered(2 * low - 3, low // 2, then + 4, then),
            answered(101 * now // 125, 9, now, now + 8),
        )
        line = pooled(*waves)
        for at, release in enumerate(line):
            for row in release.concerns:
                said = said_of(release, {one.manifest.wave: one for one in line[:at]}, row)
                if said is None:
                    continue
                once, item, (least, most) = said
                figures = exact(book(), PLAN, waves[line.index(once)])
                figure = figures.at(row.group, item)
                assert figure is not None
                assert least <= figure.positive <= most
                assert least > 0 or most < 1
                seen.add(row.state)
    assert {"confirmed", "serious", "cleared"} <= seen
