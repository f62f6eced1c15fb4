"""A whole file that is made in a thread of its own, while whoever asked is told how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from queue import SimpleQueue
from threading import Thread

from survey.results import at_once
from survey.results.exporting import files
from survey.results.exporting.files import Asked, File


class Begun:
    """A file that is being made; what is made is kept, whether or not anybody waits for it."""

    def __init__(self, wanted: Asked) -> None:
        """Begin.

        Raises:
            Busy: when others have files made just now.
        """
        self._shares: SimpleQueue[float | None] = SimpleQueue()
        self._made: Future[File] = Future()
        held = ExitStack()
        held.enter_context(at_once.making(files.BUSY))
        try:
            Thread(target=self._make, args=(wanted, held), daemon=True).start()
        except BaseException:
            held.close()
            raise

    def _make(self, wanted: Asked, held: ExitStack) -> None:
        try:
            with held:
                made = files.made_once(wanted, self._shares.put)
        except BaseException as error:  # raised where it is waited for
            self._made.set_exception(error)
        else:
            self._made.set_result(made)
        self._shares.put(None)

    def tens(self) -> Iterator[int]:
        """Percent that are done, as they come to another ten of them; ends when it is made."""
        last = 0
        while (share := self._shares.get()) is not None:
            percent = int(10 * share) * 10
            if last < percent < 100:
                last = percent
                yield percent

    def file(self) -> File:
        """The file; waits for it, and raises what making it raised."""
        return self._made.result()
