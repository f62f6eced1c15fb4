"""Everything that is worked out for a force's Release, disclosure control and audit apart."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

import pytest
import simulated_demo
from simulated_waves import POLICY, asked

from analysis import earlier_tallies
from analysis.publish import WaveFacts, making, publish
from analysis.tally import tally
from survey.demo.force import SEED
from survey.demo.truths import TRUTHS

SECONDS = 5.0
CONTROL = ("control", "protect_answers", "attack_shares", "examine")

pytestmark = pytest.mark.long


def test_statistics_of_a_force_take_under_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo's second wave, with the first one's Release and sums in hand."""
    questionnaire, book = asked()
    first, second, _ = simulated_demo.answers(SEED, TRUTHS)
    plan = questionnaire.plan
    waves = [WaveFacts(f"w{at}", f"Wave {at}", date(2026, at, 1)) for at in (1, 2)]
    before = publish(book, plan, first, wave=waves[0], policy=POLICY)
    sums = earlier_tallies.kept(tally(book, plan, first), before)
    spent = dict.fromkeys(CONTROL, 0.0)

    def timed(name: str, work: Callable[..., object]) -> Callable[..., object]:
        def measured(*given: object) -> object:
            begun = time.process_time()
            try:
                return work(*given)
            finally:
                spent[name] += time.process_time() - begun

        return measured

    for name in CONTROL:
        monkeypatch.setattr(making, name, timed(name, getattr(making, name)))
    begun = time.process_time()
    release = publish(
        *(book, plan, second),
        wave=waves[1],
        policy=POLICY,
        previous=(before,),
        previous_tallies=(sums,),
    )
    everything = time.process_time() - begun
    ours = everything - sum(spent.values())
    parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in spent.items())
    print(f"{ours:.2f} s of {everything:.1f} s; {parts}; {len(release.comparisons):,} comparisons")
    assert min(spent.values()) > 0
    assert ours < SECONDS
