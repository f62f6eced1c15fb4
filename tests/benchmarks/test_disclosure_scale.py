"""Whole Releases, protected and audited: time and memory against the group count.

Processor time is what is asserted, of all processes together: two cores give twice a minute of it
in a minute. The wall clock is printed beside it, and says something on a machine that is calm.
`CANDOUR_GOLDEN=write`, as `make bench` sets it, keeps what was measured in docs/scale.csv and draws
it. With `-s` every stage of a Release says when it is through.
"""

from __future__ import annotations

import gc
import os
import resource
import time
from collections.abc import Callable
from datetime import date
from functools import wraps
from multiprocessing.connection import Connection
from typing import Any

import large_forces
import processes
import pytest
import scale_plot
from scale_plot import Cost

from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, making, publish
from analysis.release.proving import prove
from survey.cli import COLLECTED

pytestmark = pytest.mark.long

SIZES = ((3, 3, 1_500), (6, 4, 2_700), (12, 5, 5_500))
"""Commands, departments in each, people: one force."""

COUNTRY = (43, 5, 230_000)
"""Forces, commands in each, people."""

MOST_PROCESSOR, MOST_OF_COUNTRY = 180, 1200
"""Seconds for the largest force and for the country on a machine that others use as well; half as
many, which two cores give in 45 seconds and in five minutes, when it is calm."""

MOST_GROWTH = 2.5
"""Power of the groups that processor time may grow with."""

STAGES = ("control", "protect_answers", "examine")
"""Of making a Release: patterns, answers inside hidden groups, the auditor."""

WAVE = WaveFacts("autumn", "Autumn", date(2026, 11, 1))


def cost(commands: int, departments: int, people: int) -> Cost:
    """Publish once, in a process of its own, so that its memory is seen."""
    found: Cost = processes.apart(_publish, commands, departments, people)
    return found


def _processor() -> float:
    """Seconds of this process and of those that it has waited for."""
    return sum(os.times()[:4])


def _saying(stage: str, work: Callable[..., Any], begun: float) -> Callable[..., Any]:
    """The same work, which says at its end what it took."""

    @wraps(work)
    def said(*given: Any, **named: Any) -> Any:
        before = _processor()
        found = work(*given, **named)
        took, wall = _processor() - before, time.perf_counter() - begun
        print(f"  {stage}: {took:.0f} processor s, through after {wall:.0f} s", flush=True)
        return found

    return said


def _publish(there: Connection, commands: int, departments: int, people: int) -> None:
    book, plan = large_forces.one_force(commands, departments)
    drawn = large_forces.answers(book, people)
    print(f"{len(plan.groups)} groups, {people} people", flush=True)
    gc.set_threshold(*COLLECTED)  # As the program does.
    before, begun = _processor(), time.perf_counter()
    for stage in STAGES:
        setattr(making, stage, _saying(stage, getattr(making, stage), begun))
    release = publish(book, plan, drawn, wave=WAVE, policy=DisclosurePolicy())
    wall, processor = time.perf_counter() - begun, _processor() - before
    largest = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    there.send(
        Cost(
            *(len(plan.groups), people, release.manifest.shown, prove(release).claims),
            *(processor, wall, largest / 1024),
        )
    )


def test_releases_are_protected_and_audited_and_growth_is_known() -> None:
    found = []
    for size in (*SIZES, COUNTRY):
        found.append(cost(*size))
        print("", *scale_plot.table(found), sep="\n", flush=True)
    if os.environ.get("CANDOUR_GOLDEN") == "write":
        scale_plot.write(found)
    assert min(one.claims for one in found[2:]) > 1000
    assert scale_plot.growth(found, lambda one: one.processor) < MOST_GROWTH
    assert found[-2].processor < MOST_PROCESSOR
    assert found[-1].processor < MOST_OF_COUNTRY
