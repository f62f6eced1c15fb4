"""Where the pieces of a large count are worked on: here, on every core, or on a Dask cluster.

Whatever works on them, results come in the order of the pieces, so that whoever adds them up gets
the same result.
"""

from __future__ import annotations

import multiprocessing
import re
import warnings
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Protocol, TypeVar

from analysis.cores import OUT_OF_MEMORY, cores
from analysis.errors import CandourError, DataError

Piece = TypeVar("Piece")
Result = TypeVar("Result")

PATIENCE = 10
"""Seconds until a cluster that does not answer is not there, or is asked who is left of it."""

AHEAD = 2
"""Pieces for each worker that are in memory at a time: one is worked on, one waits."""


class Scheduler(Protocol):
    """Works on pieces."""

    def results(self, work: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Iterator[Result]:
        """What `work` gives of each piece, in their order; an error of one is raised in its turn.

        Args:
            work: what is done. For other machines it is pickled.
            pieces: taken one by one, no more of them than are worked on and wait.
        """


class Here:
    """One piece after the other, in this process."""

    def results(self, work: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Iterator[Result]:
        """As `Scheduler`."""
        return map(work, pieces)


HERE = Here()


@dataclass(frozen=True)
class Processes:
    """Copies of this process, which find in it what they work with: only pieces are sent.

    Attributes:
        copies: how many; one for each core where it is None.
    """

    copies: int | None = None

    def results(self, work: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Iterator[Result]:
        """As `Scheduler`.

        Raises:
            CandourError: when a copy was ended from outside, as by a machine that is out of memory.
        """
        copies = self.copies or cores()
        _work.append(work)
        try:
            with warnings.catch_warnings():
                # Threads of linear algebra are at rest between its calls, and copies begin anew.
                warnings.simplefilter("ignore", DeprecationWarning)
                fork = multiprocessing.get_context("fork")
                with ProcessPoolExecutor(copies, mp_context=fork) as pool:
                    yield from _in_order(
                        *(lambda piece: pool.submit(_do, piece), pieces, copies * AHEAD),
                        # All at once: of some that are cancelled one by one, Python 3.11 can wait
                        # for results for ever.
                        leave=lambda _: pool.shutdown(cancel_futures=True),
                    )
        except BrokenProcessPool as error:
            raise CandourError(OUT_OF_MEMORY) from error
        finally:
            _work.pop()


@dataclass(frozen=True)
class Dask:
    """A Dask cluster, which needs the same version of this program on each of its machines.

    Attributes:
        address: of its scheduler, `tls://host:port`, or `tcp://` on this machine alone.
    """

    address: str

    def results(self, work: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Iterator[Result]:
        """As `Scheduler`.

        Raises:
            CandourError: when the cluster cannot be reached, or lost its workers.
        """
        try:
            from distributed import Client, KilledWorker
        except ImportError:
            raise CandourError(
                "A Dask cluster needs the package distributed: install candour[scale]."
            ) from None
        open_client: Callable[..., Any] = Client
        try:
            client = open_client(self.address, timeout=PATIENCE, set_as_default=False)
        except TypeError as error:
            raise CandourError(
                f"{self.address} needs certificates: name yours in Dask's settings "
                "`distributed.comm.tls` (ca-file, client.cert, client.key)."
            ) from error
        except (OSError, ValueError) as error:
            raise CandourError(
                f"There is no Dask scheduler at {self.address} ({type(error).__name__}); start "
                "one with `dask scheduler`, or use --scheduler processes."
            ) from error
        try:
            with client:
                yield from self._on_workers(client, work, pieces)
        except (KilledWorker, CancelledError, OSError) as error:
            raise CandourError(
                f"The Dask cluster at {self.address} lost its workers ({type(error).__name__}), "
                "perhaps for want of memory; start them again, or use --scheduler processes."
            ) from error

    def _on_workers(
        self, client: Any, work: Callable[[Piece], Result], pieces: Iterable[Piece]
    ) -> Iterator[Result]:
        spilling: Mapping[str, bool] = client.run(_spills)
        if not spilling:
            raise CandourError(
                f"The Dask scheduler at {self.address} has no workers; start some with `dask "
                f"worker {self.address}`."
            )
        if any(spilling.values()):
            raise CandourError(
                f"Workers at {self.address} may write to disk what they are given: start "
                "them with DASK_DISTRIBUTED__WORKER__MEMORY__SPILL=False."
            )
        # Nobody asked those that come later whether they write to their disks.
        asked: Any = {"workers": list(spilling)}
        there = client.scatter(work, broadcast=True, hash=False, **asked)
        # `pure` would let the cluster keep what it was given and what came of it.
        asked |= {"allow_other_workers": False, "pure": False}

        def send(piece: Piece) -> _OnWorkers:
            return _OnWorkers(client.submit(_call, there, piece, **asked), client, spilling)

        yield from _in_order(send, pieces, len(spilling) * AHEAD)


@dataclass(frozen=True)
class _OnWorkers:
    """A piece that some workers may work on, and no others.

    Attributes:
        future: the cluster's, of what comes of it.
        client: of the cluster.
        workers: the addresses of those workers.
    """

    future: Any
    client: Any
    workers: Collection[str]

    def result(self) -> Any:
        """What came of it; raises also `ConnectionError`, when none of the workers is left."""
        while True:
            try:
                return self.future.result(timeout=PATIENCE)
            except TimeoutError:
                if self.future.done():
                    raise
            if not set(self.workers) & set(self.client.scheduler_info(n_workers=-1)["workers"]):
                raise ConnectionError

    def cancel(self) -> object:
        """Let nobody work on it."""
        return self.future.cancel()


_work: list[Callable[[Any], Any]] = []
"""What copies of this process find in it."""


def _do(piece: Any) -> Any:
    return _work[-1](piece)


def _call(work: Callable[[Any], Any], piece: Any) -> Any:
    return work(piece)


def _spills() -> bool:
    """Whether a worker writes what it is given to its disk when its memory is full."""
    import dask

    return dask.config.get("distributed.worker.memory.spill", 0.7) is not False


class _Sent(Protocol):
    """A piece that is worked on elsewhere."""

    def result(self) -> Any: ...

    def cancel(self) -> object: ...


def _cancel(left: Iterable[_Sent]) -> None:
    for one in left:
        with suppress(Exception):
            one.cancel()


def _in_order(
    send: Callable[[Any], _Sent],
    pieces: Iterable[Any],
    most: int,
    leave: Callable[[Iterable[_Sent]], None] = _cancel,
) -> Iterator[Any]:
    """Results in the order of the pieces, of which at most so many are under way.

    `leave` is given what is under way when nobody waits for it any more.
    """
    under_way = deque[_Sent]()
    try:
        for piece in pieces:
            under_way.append(send(piece))
            del piece
            if len(under_way) >= most:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        if under_way:
            leave(under_way)


def named(name: str) -> Scheduler:
    """The scheduler that `--scheduler` names.

    Args:
        name: `here`, `processes`, `processes:4`, or the address of a Dask scheduler.

    Raises:
        DataError: when it is none, or what is counted would cross a network that anybody reads.
    """
    if name == "here":
        return HERE
    if found := re.fullmatch(r"processes(?::([1-9]\d{0,2}))?", name):
        return Processes(int(found[1]) if found[1] else None)
    if found := re.fullmatch(r"(tcp|tls)://(\[[0-9a-f:]+\]|[^:/]+):\d{1,5}", name):
        if found[1] == "tcp" and not _is_this_machine(found[2].strip("[]")):
            raise DataError(
                f"--scheduler {name} would send answers, and for unseal the officers' key, over a "
                "network in the clear; use tls:// with certificates of your own."
            )
        return Dask(name)
    raise DataError(
        f"--scheduler {name} is none: it is here, processes, processes:4 for so many, or the "
        "address of a Dask scheduler, tls://host:8786."
    )


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
