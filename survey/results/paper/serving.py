"""A page's own address gives it as PDF too, with `?as=pdf`, to whoever may open the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from importlib.util import find_spec
from typing import ParamSpec
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue

from analysis.release.model import Release
from survey import clock
from survey.database import Stores
from survey.results import at_once, store
from survey.results.paper.printing import made
from survey.results.waves import day_of

P = ParamSpec("P")

BUSY = (
    "Other pages are being made into PDFs just now; go back and press Save as PDF again in a "
    "quarter of a minute."
)


@dataclass(frozen=True)
class Paper:
    """What templates know of the page as PDF.

    Attributes:
        making: whether this is what becomes the PDF, and not a page for a browser.
        href: where the page is to be had as PDF; empty where it is not.
    """

    making: bool
    href: str

    @property
    def releases(self) -> Mapping[str, Release]:
        """Hash -> the Releases in force, for pages that are made from all of them."""
        stores: Stores = current_app.extensions["candour"]
        return store.in_force(stores)

    @property
    def today(self) -> str:
        """The day, for what changes from one to the next."""
        return day_of(clock.today().isoformat())


def install(app: Flask) -> None:
    """Tell every template of `app` whether its page is one for paper."""
    app.jinja_env.globals["paper"] = _paper


def on_paper(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Let a view's page be had as PDF; what asks who may open it, and logs it, stands outside."""

    @wraps(view)
    def shown(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        reply = current_app.make_response(view(*args, **kwargs))
        if not is_for_paper() or reply.status_code != 200:
            return reply
        return pdf((reply.get_data(as_text=True),))

    shown.on_paper = True  # type: ignore[attr-defined]  # for the list of routes and the link
    return shown


def all_on_paper(pages: Iterable[str]) -> tuple[str, ...]:
    """Several pages to become one PDF; they are made with this, so that they are for paper."""
    g.for_paper = True
    try:
        return tuple(pages)
    finally:
        del g.for_paper


def pdf(pages: tuple[str, ...]) -> Response:
    """The file of one page, or of several as one."""
    with at_once.making(BUSY):
        content = made(*pages)
    headers = {"Content-Disposition": f'attachment; filename="{name()}"'}
    return Response(content, mimetype="application/pdf", headers=headers)


def name() -> str:
    """A file name from the page's address and the group that was picked."""
    path = request.path.removeprefix("/results/").removesuffix(".pdf")
    words = f"{path} {request.args.get('group', '')}"
    return "-".join(re.findall(r"[A-Za-z0-9_.]+", words)) + ".pdf"


def is_for_paper() -> bool:
    """Whether the page of this request is asked for as PDF."""
    return request.args.get("as") == "pdf" or "for_paper" in g


def _paper() -> Paper:
    if "for_paper" in g:
        return Paper(making=True, href="")
    view = current_app.view_functions.get(request.endpoint or "")
    if not getattr(view, "on_paper", False):
        return Paper(making=False, href="")
    picked = {name: value for name, value in request.args.items() if name == "group"}
    href = f"?{urlencode({**picked, 'as': 'pdf'})}" if find_spec("weasyprint") else ""
    return Paper(is_for_paper(), href)
