"""Work in a process of its own, so that its memory is seen and nothing of it stays."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from typing import Any


def apart(work: Callable[..., None], *given: Any) -> Any:
    """What `work` sends over its first argument, a pipe, in a copy of this process."""
    here, there = multiprocessing.Pipe(duplex=False)
    fork = multiprocessing.get_context("fork")
    copy = fork.Process(target=work, args=(there, *given))
    copy.start()
    there.close()
    found = here.recv()
    copy.join()
    return found
