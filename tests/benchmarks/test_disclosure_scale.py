"""A whole Release of a force, protected and audited: time and memory against the group count.

Processor time is what is asserted, of all processes together: two cores give twice a minute of it
in a minute. The wall clock is printed beside it, and says something on a machine that is calm.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import resource
import time
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection

import large_forces
import pytest

from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release.proving import prove

pytestmark = pytest.mark.long

SIZES = ((3, 3, 1_500), (6, 4, 2_700), (12, 5, 5_500))
"""Commands, departments in each, people."""

MOST_PROCESSOR = 240
"""Seconds for the largest, on a machine that others use as well; half as many when it is calm."""

MOST_GROWTH = 3.0
"""Items are looked at one by one, in programs that grow with the groups: between 2 and 3."""

WAVE = WaveFacts("autumn", "Autumn", date(2026, 11, 1))


@dataclass(frozen=True)
class Cost:
    """What one Release took.

    Attributes:
        groups: declared ones.
        shown: of these.
        claims: things that its certificates show.
        processor: seconds, of all processes.
        wall: seconds.
        memory: MB of the largest process.
    """

    groups: int
    shown: int
    claims: int
    processor: float
    wall: float
    memory: float


def cost(commands: int, departments: int, people: int) -> Cost:
    """Publish once, in a process of its own, so that its memory is seen."""
    here, there = multiprocessing.Pipe(duplex=False)
    copy = multiprocessing.get_context("fork").Process(
        target=_publish, args=(there, commands, departments, people)
    )
    copy.start()
    there.close()
    found: Cost = here.recv()
    copy.join()
    return found


def _publish(there: Connection, commands: int, departments: int, people: int) -> None:
    book, plan = large_forces.one_force(commands, departments)
    drawn = large_forces.answers(book, people)
    before, begun = os.times(), time.perf_counter()
    release = publish(book, plan, drawn, wave=WAVE, policy=DisclosurePolicy())
    wall, after = time.perf_counter() - begun, os.times()
    largest = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    there.send(
        Cost(
            *(len(plan.groups), release.manifest.shown, prove(release).claims),
            *(sum(after[:4]) - sum(before[:4]), wall, largest / 1024),
        )
    )


def test_a_force_is_protected_and_audited_and_growth_is_known() -> None:
    print("\n| groups | shown | claims shown | processor s | wall s | MB |\n" + 6 * "|---" + "|")
    found = []
    for size in SIZES:
        found.append(one := cost(*size))
        print(
            f"| {one.groups} | {one.shown} | {one.claims:,} | {one.processor:.0f} "
            f"| {one.wall:.0f} | {one.memory:.0f} |",
            flush=True,
        )
    last, before = found[-1], found[-2]
    growth = math.log(last.processor / before.processor) / math.log(last.groups / before.groups)
    print(f"processor time grows like groups to the power of {growth:.1f}")
    assert last.claims > 1000
    assert growth < MOST_GROWTH
    assert last.processor < MOST_PROCESSOR
