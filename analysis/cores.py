"""Independent pieces of work on every core of the machine, with the same results as one by one."""

from __future__ import annotations

import multiprocessing
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from analysis.errors import CandourError

Piece = TypeVar("Piece")
Result = TypeVar("Result")

MANY_GROUPS = 150
"""From so many groups on, an item is worth a copy of the process."""

OUT_OF_MEMORY = (
    "The machine ended a part of this work, most likely for want of memory: free some, or use a "
    "larger machine, and run it again."
)

_shared: list[tuple[Callable[[Any], Any], Sequence[Any]]] = []
"""What copies of this process find in it."""


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


def on_every_core(
    work: Callable[[Piece], Result],
    pieces: Sequence[Piece],
    *,
    groups: int,
    length: Callable[[Piece], float] | None = None,
) -> list[Result]:
    """The results in the order of the pieces.

    Each core takes the next piece in a copy of this process, so `work` may read whatever is there
    and leaves nothing behind but its result. An error is raised where the first piece raised it.

    Args:
        work: what is done; its result, or its error, is sent back.
        pieces: what it is done to.
        groups: how many groups each piece is of; below `MANY_GROUPS` all is done right here.
        length: about how long a piece takes: the longest are begun first, so that no core works
            at one alone when the others are through. By default they are begun in their order.

    Raises:
        CandourError: when a copy was ended from outside, as by a machine that is out of memory.
    """
    copies = min(cores(), len(pieces))
    if groups < MANY_GROUPS or copies < 2 or _shared:
        return [work(one) for one in pieces]
    order = sorted(range(len(pieces)), key=lambda at: -length(pieces[at]) if length else 0.0)
    _shared.append((work, pieces))
    try:
        with warnings.catch_warnings():
            # Threads of linear algebra are at rest between its calls, and copies begin anew.
            warnings.simplefilter("ignore", DeprecationWarning)
            fork = multiprocessing.get_context("fork")
            with ProcessPoolExecutor(copies, mp_context=fork) as pool:
                return _results(pool, order)
    except BrokenProcessPool as error:
        raise CandourError(OUT_OF_MEMORY) from error
    finally:
        _shared.pop()


def _results(pool: ProcessPoolExecutor, order: Sequence[int]) -> list[Any]:
    """Of all pieces, begun in this order; after an error of one, what was not begun is left."""
    begun = {at: pool.submit(_piece, at) for at in order}
    try:
        return [begun[at].result() for at in range(len(order))]
    except BrokenProcessPool:
        # The pool ends what is left by itself; whoever does so too may be in its way.
        raise
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise


def _piece(at: int) -> Any:
    work, pieces = _shared[-1]
    return work(pieces[at])
