"""A page that is sent in pieces while what it tells of is made: all above, each step, and the rest.

No script asks again, and nothing is kept of who waits.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from flask import Response, render_template, stream_with_context

from survey.errors import SettingsError
from survey.results.begun import Begun

Made = TypeVar("Made")

GAP = f"<p>{secrets.token_hex(16)}</p>"
"""Stands in the page where what is made is told of."""

NOT_MADE = (
    "This file could not be made, because of a mistake in Candour. Tell whoever runs this service."
)


def reply(
    around: str,
    begun: Begun[Made],
    *,
    takes: str,
    lines: Callable[[Iterable[Any]], Iterator[str]],
    told: Callable[[Made | None, str], str],
) -> Response:
    """The answer to this request.

    Args:
        around: the page with `GAP` in it.
        begun: what is being made.
        takes: how long it takes, in words.
        lines: what is said of its steps.
        told: the part of the page about what was made, or about why it could not be.
    """
    pieces = _pieces(around, begun, takes, lines, told)
    found = Response(stream_with_context(pieces), mimetype="text/html")
    found.headers["X-Accel-Buffering"] = "no"  # a proxy that waits for the whole page shows nothing
    return found


def _pieces(
    around: str,
    begun: Begun[Made],
    takes: str,
    lines: Callable[[Iterable[Any]], Iterator[str]],
    told: Callable[[Made | None, str], str],
) -> Iterator[str]:
    above, below = around.split(GAP)
    yield f"{above}{render_template('results/parts/file_begun.html', takes=takes)}"
    for line in lines(begun.steps()):
        yield f"<li>{line}</li>\n"
    yield f"</ol></div>{_rest(begun, told)}{below}"


def _rest(begun: Begun[Made], told: Callable[[Made | None, str], str]) -> str:
    try:
        return told(begun.made(), "")
    except SettingsError as error:
        return told(None, str(error))
    except Exception as error:  # what was sent is sent: the rest has to say it
        logging.getLogger("candour").error("a file: %s", type(error).__name__)
        return told(None, NOT_MADE)
