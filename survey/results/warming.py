"""A process that serves results gets ready by itself: whoever comes first need not wait for it.

Opening a Release takes about a second, since all of it is checked, and a template is compiled once.
Then the pages are made that readers are led to, one at a time and only while nothing is asked for:
so a crowd that comes at once finds them made. A thread does it when the process starts, and again
when something else is stored; who asks meanwhile waits for what is under way and does nothing
twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from threading import Condition, Event, Thread
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from survey import clock
from survey.config import RESULTS
from survey.database import Stores
from survey.errors import CandourError
from survey.results import ahead, kept, store
from survey.results.acts import record

LOOKS_AGAIN = 10.0
"""Seconds after which it is looked whether something else is stored: two queries of a few rows."""

PAUSE = 0.02
"""Seconds in which nothing came, before a page is made; about as long as one takes."""

_TEMPLATES = "results/"
_EXTENSION = "candour.warming"


class Quiet:
    """When a process answers nobody."""

    def __init__(self, app: Flask) -> None:
        self._answering = self._came = 0
        self._changed = Condition()
        self._served: Callable[..., Iterable[bytes]] = app.wsgi_app
        app.wsgi_app = self._answer  # type: ignore[method-assign]

    def _answer(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        with self._changed:
            self._answering += 1
            self._came += 1
        try:
            return self._served(environ, start_response)
        finally:
            with self._changed:
                self._answering -= 1
                self._changed.notify_all()

    def wait(self) -> None:
        """Return once nobody was answered for the length of a pause."""
        with self._changed:
            came = None
            while came != self._came:
                self._changed.wait_for(lambda: not self._answering)
                came = self._came
                self._changed.wait(PAUSE)


class Warming:
    """The thread of one process.

    Attributes:
        ready: set while all is made that is made ahead, of what was stored when it was looked last.
    """

    def __init__(self, app: Flask, stores: Stores) -> None:
        self.ready = Event()
        self._app, self._stores, self._quiet = app, stores, Quiet(app)
        self._ended = Event()
        self._standing: object = None
        self._written: object = None
        self._wrong = ""
        self.thread = Thread(target=self._run, daemon=True)

    def end(self) -> None:
        """Stop after the page that is being made."""
        self._ended.set()
        self.thread.join()

    def _run(self) -> None:
        for name in self._app.jinja_env.list_templates(["html"]):
            if name.startswith(_TEMPLATES):
                self._app.jinja_env.get_template(name)
        while not self._ended.is_set():
            try:
                self._look()
            except Exception as error:  # whoever asks for a page is told what is wrong
                if not isinstance(error, CandourError):
                    self._standing = self._written = None
                self._tell(type(error).__name__)
            else:
                self._wrong = ""
            self._ended.wait(LOOKS_AGAIN)

    def _tell(self, wrong: str) -> None:
        if wrong != self._wrong:
            logging.getLogger("candour").error("getting ready: %s", wrong)
        self._wrong = wrong

    def _look(self) -> None:
        """Make what is stored now into pages: all of them, or those that change from day to day."""
        standing = store.standing(self._stores)
        written = record.written(self._stores), clock.today()
        if (standing, written) == (self._standing, self._written):
            return
        self.ready.clear()
        is_new = standing != self._standing
        # What is wrong with a Release is not looked at again and again: who asks is told why.
        self._standing, self._written = standing, written
        releases = store.all_releases(self._stores)
        if is_new:
            kept.of(self._app).forget()
        self._make(ahead.fronts(releases))
        if is_new:
            self._make(ahead.behind(releases))
        self.ready.set()

    def _make(self, pages: Iterable[ahead.Wanted]) -> None:
        for one in pages:
            self._quiet.wait()
            if self._ended.is_set() or kept.of(self._app).is_full:
                return
            try:
                ahead.make(self._app, one)
            except (SQLAlchemyError, OSError):
                raise  # it may pass, as a database that was away: all is tried again
            except Exception as error:  # whoever asks for this page is told what is wrong
                self._tell(type(error).__name__)


def begin(app: Flask) -> Warming | None:
    """Get `app` ready in a thread; None where it serves no results."""
    stores: Stores = app.extensions["candour"]
    if RESULTS not in stores.settings.surfaces:
        return None
    found = Warming(app, stores)
    app.extensions[_EXTENSION] = found
    found.thread.start()
    return found


def is_ready(app: Flask) -> bool:
    """Whether the process of `app` has made all that it makes ahead."""
    found: Warming | None = app.extensions.get(_EXTENSION)
    return found is not None and found.ready.is_set()
