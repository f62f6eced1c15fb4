"""A file that is made in a thread of its own, while whoever asked is told how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from queue import SimpleQueue
from threading import Thread
from typing import Any, Generic, TypeVar

from survey.results import at_once

Made = TypeVar("Made")


class Begun(Generic[Made]):
    """What is being made; it is made, whether or not anybody waits for it.

    Args:
        make: makes it, and tells what it is given each step: a share of the work, or words.
        busy: what to tell who asks while others have things made.

    Raises:
        Busy: when others have files made just now.
    """

    def __init__(self, make: Callable[[Callable[[Any], None]], Made], busy: str) -> None:
        self._steps: SimpleQueue[object] = SimpleQueue()
        self._made: Future[Made] = Future()
        held = ExitStack()
        held.enter_context(at_once.making(busy))
        try:
            Thread(target=self._make, args=(make, held), daemon=True).start()
        except BaseException:
            held.close()
            raise

    def _make(self, make: Callable[[Callable[[Any], None]], Made], held: ExitStack) -> None:
        try:
            with held:
                made = make(self._steps.put)
        except BaseException as error:  # raised where it is waited for
            self._made.set_exception(error)
        else:
            self._made.set_result(made)
        self._steps.put(None)

    def steps(self) -> Iterator[Any]:
        """What is told, as it comes; ends when it is made."""
        while (step := self._steps.get()) is not None:
            yield step

    def made(self) -> Made:
        """What was made; waits for it, and raises what making it raised."""
        return self._made.result()
