"""Work on every core gives what work on one gives."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import fixtures_analysis as fixtures
import pytest

from analysis import cores
from analysis.attack import shares
from analysis.errors import CandourError, Unprotectable
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, compared, publish
from analysis.release.model import Release


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "cores", lambda: 2)


def test_results_come_in_order_and_from_other_processes() -> None:
    found = cores.on_every_core(
        lambda at: (at * at, os.getpid()), range(20), groups=cores.MANY_GROUPS
    )
    assert [square for square, _ in found] == [at * at for at in range(20)]
    assert os.getpid() not in {process for _, process in found}


def test_the_longest_are_begun_first(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []

    class Seen(ProcessPoolExecutor):
        def submit(self, *given: Any, **named: Any) -> Any:
            begun.append(given[1])
            return super().submit(*given, **named)

    monkeypatch.setattr(cores, "ProcessPoolExecutor", Seen)
    given, groups = (3, 1, 4, 1, 5), cores.MANY_GROUPS
    assert cores.on_every_core(lambda at: at, given, groups=groups, length=float) == [*given]
    assert begun == [4, 2, 0, 1, 3]
    begun.clear()
    cores.on_every_core(lambda at: at, given, groups=groups)
    assert begun == [0, 1, 2, 3, 4], "in their order where nothing is said of it"


def test_little_work_is_done_right_here() -> None:
    found = cores.on_every_core(lambda _: os.getpid(), range(3), groups=cores.MANY_GROUPS - 1)
    assert set(found) == {os.getpid()}


def test_the_first_error_is_raised_here() -> None:
    def refuse(at: int) -> int:
        if at > 2:
            raise Unprotectable(f"piece {at}")
        return at

    with pytest.raises(Unprotectable, match="piece 3"):
        cores.on_every_core(refuse, range(9), groups=cores.MANY_GROUPS)
    assert cores.on_every_core(refuse, range(3), groups=cores.MANY_GROUPS) == [0, 1, 2]


def test_a_release_is_the_same_on_one_core_and_on_two(monkeypatch: pytest.MonkeyPatch) -> None:
    study = fixtures.small()

    def released() -> Release:
        wave = WaveFacts("autumn", "Autumn", date(2026, 11, 1))
        policy = replace(DisclosurePolicy(), k=12)
        return publish(study.codebook, study.plan, study.microdata, wave=wave, policy=policy)

    one = released()
    used = []
    pool = cores.ProcessPoolExecutor

    def counted(copies: int, **options: Any) -> ProcessPoolExecutor:
        used.append(copies)
        return pool(copies, **options)

    monkeypatch.setattr(cores, "MANY_GROUPS", 1)
    monkeypatch.setattr(cores, "ProcessPoolExecutor", counted)
    assert released() == one
    before = len(used)
    assert before >= 2, "items and their audit were spread"
    monkeypatch.setattr(compared, "MANY_COMPARISONS", 0)
    monkeypatch.setattr(shares, "MANY_ESTIMATES", 0)
    assert released() == one
    assert len(used) >= 2 * before + 3, "comparisons and percents too"


def test_a_copy_that_is_ended_from_outside_ends_the_work_with_one_sentence() -> None:
    def die(at: int) -> int:
        if at == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return at

    with pytest.raises(CandourError, match="most likely for want of memory"):
        cores.on_every_core(die, range(9), groups=cores.MANY_GROUPS)
    assert cores.on_every_core(abs, range(3), groups=cores.MANY_GROUPS) == [0, 1, 2]
