"""A limit for what takes a thread for seconds, PDFs and whole files, so that pages are served."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from flask import Flask, Response, render_template

_AT_ONCE = BoundedSemaphore(2)
"""One is made and one waits in each worker process: its other threads are for pages."""

_SECONDS = 15


class Busy(Exception):
    """Others make something just now; its text is what to tell who asked."""


@contextmanager
def making(busy: str) -> Iterator[None]:
    """Make something within the limit.

    Raises:
        Busy: with the text `busy`, when as many as may are at it.
    """
    if not _AT_ONCE.acquire(blocking=False):
        raise Busy(busy)
    try:
        yield
    finally:
        _AT_ONCE.release()


def refused(error: Busy) -> Response:
    """The page that says so, and when to come again."""
    page = render_template("errors/problem.html", sentence=str(error))
    return Response(page, status=503, headers={"Retry-After": str(_SECONDS)})


def install(app: Flask) -> None:
    """Let every view of `app` answer `Busy` with that page."""
    app.register_error_handler(Busy, refused)
