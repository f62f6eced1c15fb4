"""Pieces are worked on here, on every core or on a cluster, and results come in their order."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace

import distributed
import pytest

from analysis import schedulers
from analysis.errors import CandourError, DataError
from analysis.schedulers import AHEAD, HERE, Dask, Processes


def test_results_come_in_order_and_from_as_many_processes() -> None:
    found = list(Processes(2).results(lambda at: (at * at, os.getpid()), range(20)))
    assert [square for square, _ in found] == [at * at for at in range(20)]
    processes = {process for _, process in found}
    assert os.getpid() not in processes
    assert len(processes) <= 2
    assert list(HERE.results(lambda at: at * at, range(3))) == [0, 1, 4]


def test_only_as_many_pieces_as_are_worked_on_are_in_memory() -> None:
    taken = 0

    def pieces() -> Iterator[int]:
        nonlocal taken
        for at in range(50):
            taken += 1
            yield at

    for given, _ in enumerate(Processes(2).results(lambda at: at, pieces()), start=1):
        assert taken <= given - 1 + 2 * AHEAD
    assert taken == 50


def test_an_error_comes_in_its_turn_and_ends_the_work() -> None:
    def refuse(at: int) -> int:
        if at > 2:
            raise DataError(f"piece {at}")
        return at

    results = Processes(2).results(refuse, range(100))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(DataError, match="piece 3"):
        next(results)
    assert list(Processes(2).results(refuse, range(3))) == [0, 1, 2]


def test_a_process_that_is_ended_from_outside_is_told_in_a_sentence() -> None:
    with pytest.raises(CandourError, match="for want of memory"):
        list(Processes(1).results(lambda _: os.kill(os.getpid(), signal.SIGKILL), range(3)))


def test_whoever_stops_listening_leaves_nothing_behind() -> None:
    results = Processes(1).results(lambda at: at, iter(range(1000)))
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]
    assert schedulers._work == []


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("here", HERE),
        ("processes", Processes(None)),
        ("processes:4", Processes(4)),
        ("tls://cluster.force.police.uk:8786", Dask("tls://cluster.force.police.uk:8786")),
        ("tcp://127.0.0.1:8786", Dask("tcp://127.0.0.1:8786")),
        ("tcp://[::1]:8786", Dask("tcp://[::1]:8786")),
        ("tcp://localhost:8786", Dask("tcp://localhost:8786")),
    ],
)
def test_a_scheduler_has_a_name(name: str, made: object) -> None:
    assert schedulers.named(name) == made


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tcp://cluster.force.police.uk:8786", "in the clear; use tls://"),
        ("tcp://10.0.0.4:8786", "in the clear; use tls://"),
        ("tcp://localhost.example.org:8786", "in the clear; use tls://"),
        ("processes:0", "is none"),
        ("threads", "is none"),
        ("tcp://127.0.0.1", "is none"),
    ],
)
def test_any_other_name_is_refused(name: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        schedulers.named(name)


class Cluster:
    """A cluster of two workers, as a client of Dask sees it; a third one joins after it was asked.

    Attributes:
        worked: who worked on each piece; whoever is free does, where nobody is named.
        wrong: what ends each piece, if anything does.
        silent: whether a piece is never worked on.
    """

    def __init__(self, wrong: Exception | None = None, *, silent: bool = False) -> None:
        self.there = {"one": False, "two": False}
        self.worked = list[str]()
        self.wrong, self.silent = wrong, silent

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(self, _: object) -> dict[str, bool]:
        found = dict(self.there)
        self.there["late"] = True
        return found

    def scheduler_info(self, **_: int) -> dict[str, dict[str, bool]]:
        return {"workers": {} if self.silent else self.there}

    def scatter(self, work: object, workers: list[str] | None = None, **_: bool) -> object:
        self.worked += workers or self.there
        return work

    def submit(
        self,
        call: Callable[..., object],
        *given: object,
        workers: list[str] | None = None,
        **_: bool,
    ) -> SimpleNamespace:
        self.worked.append((workers or [*self.there])[-1])

        def result(timeout: float) -> object:
            if self.silent:
                raise TimeoutError
            if self.wrong is not None:
                raise self.wrong
            assert timeout > 0
            return call(*given)

        return SimpleNamespace(result=result, done=lambda: not self.silent, cancel=lambda: None)


def on(cluster: Cluster, patch: pytest.MonkeyPatch) -> list[int]:
    patch.setattr(distributed, "Client", lambda *_, **__: cluster)
    return list(Dask("tcp://127.0.0.1:8786").results(lambda at: at * at, range(5)))


def test_only_workers_that_were_asked_whether_they_spill_are_given_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cluster = Cluster()
    assert on(cluster, monkeypatch) == [0, 1, 4, 9, 16]
    assert set(cluster.worked) == {"one", "two"}
    unnamed = Cluster()  # the control: whoever is not told whom to take
    for name in ("scatter", "submit"):
        whoever = partial(getattr(Cluster, name), unnamed)
        monkeypatch.setattr(
            unnamed, name, lambda *given, whoever=whoever, workers, **rest: whoever(*given, **rest)
        )
    assert on(unnamed, monkeypatch) == [0, 1, 4, 9, 16]
    assert "late" in unnamed.worked


@pytest.mark.parametrize(
    "cluster",
    [
        Cluster(distributed.KilledWorker("piece", None, 3)),
        Cluster(distributed.client.FutureCancelledError("piece", "scheduler-connection-lost")),
        Cluster(distributed.comm.core.CommClosedError("in a message")),
        Cluster(silent=True),
    ],
    ids=["a piece that kills", "the scheduler", "the network", "all that were asked"],
)
def test_a_cluster_that_is_lost_is_told_in_a_sentence(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CandourError, match=r"at tcp://127\.0\.0\.1:8786 lost its workers \(\w+\)"):
        on(cluster, monkeypatch)


@pytest.mark.parametrize("wrong", [DataError("row 7"), ValueError("a bug"), KeyError("a bug")])
def test_what_is_wrong_with_a_piece_is_no_loss_of_workers(
    wrong: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(type(wrong), match=re.escape(str(wrong))):
        on(Cluster(wrong), monkeypatch)
