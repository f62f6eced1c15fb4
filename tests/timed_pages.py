"""The served application, which says of each answer how long it took: for benchmarks alone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from threading import local
from typing import Any

from flask import Flask

from survey.results import kept, warming
from survey.wsgi import application as served

FLOOR = "/floor"
"""An address of an application that does nothing, in the same process."""

WALL, PROCESSOR = "X-Wall", "X-Processor"
"""Milliseconds from the server's call to the last byte, and those of this thread's processor."""

MADE = "X-Made"
"""There where the page was made for this answer, and not kept from an earlier one."""

READY = "X-Ready"
"""Names the process, where it has made all that it makes before anybody asks."""

_empty = Flask(__name__)
_here = local()
_make = kept._without_reader


def _noted(make: Callable[[], str]) -> str:
    _here.made = True
    return _make(make)


kept._without_reader = _noted


@_empty.get(FLOOR)
def _floor() -> str:
    return "<!DOCTYPE html><title>Nothing</title>"


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Answer as the product does, with two more headers."""
    begun, worked = time.perf_counter(), time.thread_time()
    _here.made = False
    told: list[Any] = []
    app = _empty if environ["PATH_INFO"] == FLOOR else served
    answer = app(environ, lambda *args: told.extend(args))
    whole = b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    status, headers, *_ = told
    times = (
        (WALL, f"{(time.perf_counter() - begun) * 1000:.3f}"),
        (PROCESSOR, f"{(time.thread_time() - worked) * 1000:.3f}"),
    )
    made = ((MADE, "1"),) if _here.made else ()
    ready = ((READY, str(os.getpid())),) if warming.is_ready(served) else ()
    start(status, [*headers, *times, *made, *ready])
    return [whole]
