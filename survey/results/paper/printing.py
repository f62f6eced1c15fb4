"""A page's HTML becomes a PDF: tagged, with bookmarks, and the same bytes whenever it is made.

Nothing is fetched but the style sheets that the page links to, from our own built assets. What the
PDF says of itself is the page's title, its language and the day of the Release, from its own head.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from threading import Lock, get_ident
from typing import Any

from survey import resources
from survey.errors import SettingsError
from survey.results.paper.binding import bind
from survey.results.paper.preparing import prepare

MISSING = (
    "Saving a page as PDF needs the package weasyprint and the library Pango, and one of them is "
    "not on this server; whoever runs it installs them with `pip install candour[pdf]` and "
    "`apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation`."
)
_PRODUCER = re.compile(rb' pdf:Producer="[^"]*"')
_STATIC = "/static/"
_HERE = "candour:"
_KEPT = 32
"""PDFs that are kept in each process: the same page is asked for by several of a board."""

_PROGRESS = "weasyprint.progress"
"""The logger by which WeasyPrint tells how far it is."""
_LAID_OUT = re.compile(r"Creating layout - Page (\d+)$")
_BEFORE = {"Step 3 - ": "pages read", "Step 4 - ": "styles set"}
_WRITES = "Step 6 - "

_one_at_a_time = Lock()


@lru_cache(maxsize=_KEPT)
def made(*pages: str) -> bytes:
    """The PDF of a page, or of several with their contents before them.

    Args:
        pages: the whole HTML of each.

    Raises:
        SettingsError: when the package or its library is not installed.
    """
    weasyprint = _weasyprint()
    with _one_at_a_time:  # what lays out text is not made for several threads
        parsed = [
            weasyprint.HTML(string=page, base_url=_HERE, url_fetcher=_fetcher()) for page in pages
        ]
        for one in parsed:
            prepare(one.etree_element)
        if len(parsed) > 1:
            bind([one.etree_element for one in parsed])
        document = parsed[0].render(pdf_variant="pdf/ua-1", cache={})
        identifier = hashlib.sha256("\f".join(pages).encode()).hexdigest()[:32].encode()
        content: bytes = document.write_pdf(
            finisher=_finish, pdf_variant="pdf/ua-1", pdf_identifier=identifier
        )
    return content


@contextmanager
def steps_told(told: Callable[[str], None]) -> Iterator[None]:
    """Have each step told of what this thread makes, in words, and every tenth sheet laid out.

    How many sheets there will be nobody knows before.
    """
    progress, steps = logging.getLogger(_PROGRESS), _Steps(told)
    progress.addHandler(steps)
    try:
        yield
    finally:
        progress.removeHandler(steps)


class _Steps(logging.Handler):
    """Understands what WeasyPrint tells of one thread."""

    def __init__(self, told: Callable[[str], None]) -> None:
        super().__init__()
        self._told, self._thread = told, get_ident()
        self._sheets = self._said = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Tell it; where sheets are laid out a second time they are not counted again."""
        step = record.getMessage()
        if record.thread != self._thread:
            return
        if sheet := _LAID_OUT.search(step):
            self._sheets = max(self._sheets, int(sheet[1]))
            if self._sheets >= self._said + 10:
                self._said = self._sheets // 10 * 10
                self._told(f"{self._said} sheets")
        elif step.startswith(_WRITES):
            self._told(f"all {self._sheets} sheets laid out")
        else:
            for begins, words in _BEFORE.items():
                if step.startswith(begins):
                    self._told(words)


def _finish(_document: Any, pdf: Any) -> None:
    """Take out which program made it, and let no figure be what only decorates."""
    del pdf.info["Producer"]
    for one in pdf.objects:
        if isinstance(one, dict) and one.get("S") == "/Figure" and "Alt" not in one:
            one["S"] = "/NonStruct"
        elif getattr(one, "extra", {}).get("Type") == "/Metadata":
            one.stream = [_PRODUCER.sub(b"", part) for part in one.stream]


@cache
def _weasyprint() -> Any:
    try:
        import weasyprint
    except (ImportError, OSError) as error:  # the package, or a library that it loads
        raise SettingsError(MISSING) from error
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    logging.getLogger(_PROGRESS).setLevel(logging.INFO)
    logging.getLogger(_PROGRESS).propagate = False
    return weasyprint


@cache
def _fetcher() -> Callable[[str], object]:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnAssets(URLFetcher):  # type: ignore[misc]
        """Knows the built style sheets, by the names that pages use, and nothing else."""

        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
            if url.startswith("data:"):  # a pattern in one of these
                return super().fetch(url)
            name = url.rpartition(_STATIC)[2]
            known = {one.name: one for one in resources.ASSETS.glob("*.css")}
            if name not in known:
                raise ValueError(f"{url} is not one of the built style sheets")
            return URLFetcherResponse(url, known[name].read_bytes(), {"Content-Type": "text/css"})

    made_once: Callable[[str], object] = OwnAssets()
    return made_once
