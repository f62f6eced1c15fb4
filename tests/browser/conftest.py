"""A real Chromium with a fresh profile, and the accessibility checker."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from answering import NARROW
from axe_playwright_python.sync_playwright import Axe
from fixtures_wave import QUESTIONNAIRES, LiveServer, open_live_wave, serve
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

LEFT_OUT = (
    # The list under its address bar is two pages of its own: every window began with making them.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "SpareRendererForSitePerProcess",
    # What Playwright leaves out: a second list takes the place of the first.
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "TcpPortRandomizationWin",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
"""Features of Chromium that no page sees; without the first two a window takes half the time."""

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(LEFT_OUT)}",
]
SLOWEST = 20_000
"""Milliseconds that a busy machine may take; who expects something on a page waits as long."""
expect.set_options(timeout=SLOWEST)

HTML = "text/html; charset=utf-8"
AXE = Axe()
RUN_AXE = """options => axe.run(document, options).then(({ violations }) =>
  violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html.slice(0, 120))}`))"""
"""Gives what is wrong alone: all that axe says of a page takes longer to read than to find."""

OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
"""Axe leaves the size of what is clicked (WCAG 2.2, 24 px) out unless it is asked."""

ANSWERED = re.compile("the server responded with a status of (400|409)")


def chromium() -> str:
    """Where Debian's Chromium is; without it these tests fail rather than pass unseen."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.fail("There is no Chromium; `bash .ci/browser` says how to install it.")
    return found


def _then_whole(click: Callable[..., None]) -> Callable[..., None]:
    def clicked(self: Page | Locator, *args: Any, **named: Any) -> None:
        click(self, *args, **named)
        page = self.page if isinstance(self, Locator) else self
        if not page.is_closed():
            page.wait_for_load_state("domcontentloaded")

    return clicked


@pytest.fixture(scope="session", autouse=True)
def whole_pages() -> Iterator[None]:
    """The page that a click leads to is there whole before the next line of a test reads it.

    Playwright waits until such a page begins: on a busy machine the rest of it comes later.
    """
    with pytest.MonkeyPatch.context() as patch:
        for clicked in (Page, Locator):
            patch.setattr(clicked, "click", _then_whole(clicked.click))
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), headless=True, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def remembering(browser: Browser) -> Iterator[Browser]:
    """One that keeps whole pages for Back, as people's browsers do and Playwright's does not."""
    opened = browser.browser_type.launch(
        executable_path=chromium(),
        headless=True,
        args=FLAGS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield opened
    opened.close()


@pytest.fixture
def launch(browser: Browser) -> Callable[..., BrowserContext]:
    """Opens a browser that writes its profile to a folder: `launch(folder, script=True)`."""
    kind = browser.browser_type

    def with_profile(folder: Path, *, script: bool = True) -> BrowserContext:
        return kind.launch_persistent_context(
            folder,
            executable_path=chromium(),
            headless=True,
            args=FLAGS,
            java_script_enabled=script,
        )

    return with_profile


EVERY_WIDTH = bool(os.environ.get("CANDOUR_TESTS_EVERY_WIDTH"))
WIDTHS = (NARROW, 375, 1280)
"""Pixels; a phone of the smallest kind, a usual one and a desk."""


class Visitor:
    """A page in a context of its own, with everything that the browser complained about."""

    def __init__(self, context: BrowserContext, *, script: bool) -> None:
        self.context, self.script = context, script
        self.page: Page = context.new_page()
        self.page.set_default_timeout(SLOWEST)
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._listen)

    def _listen(self, message: object) -> None:
        kind, text = message.type, message.text  # type: ignore[attr-defined]
        # A 400 or 409 with a sentence is an answer; Chromium logs every one of them.
        if kind in {"error", "warning"} and not ANSWERED.search(text):
            self.complaints.append(text)

    def violations(self, *rules: str) -> list[str]:
        """What axe finds wrong on the page as it stands now; `rules` are all of it unless named."""
        with self._judged() as judged:
            return _violations(judged, *rules)

    @contextmanager
    def _judged(self) -> Iterator[Page]:
        """The page for axe, which is a script: where none runs, a copy in which ours do not."""
        if self.script:
            yield self.page
            return
        context = self.context.browser.new_context(viewport=self.page.viewport_size)
        copy = context.new_page()
        content = self.page.content()
        copy.route("**/*.js", lambda route: route.abort())
        served = {"body": content, "content_type": HTML}
        copy.route("**/{survey,ticket}/**", lambda route: route.fulfill(**served))
        copy.goto(self.page.url)
        yield copy
        context.close()

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        pixels: int = self.page.evaluate(wide)
        return pixels

    def looks_right(self, *, forced: bool = True) -> None:
        """No violation, nothing clipped, nothing on the console; and so on a narrow phone.

        There, unless not `forced`, it is looked at in forced colours, whose page has no colour of
        ours: what could go wrong anew are contrast, and the size and place of what is clicked.
        `make accessibility` runs all rules at every width, in both colours.
        """
        assert self.overflow() <= 0
        with self._judged() as judged:
            if EVERY_WIDTH:
                for colours in ("none", "active"):
                    self._looks_right_in(colours, judged, WIDTHS)
            else:
                assert _violations(judged) == []
                if forced:
                    self._looks_right_in(
                        "active", judged, (NARROW,), "color-contrast", "target-size"
                    )
        assert self.complaints == []

    def _looks_right_in(
        self,
        colours: Literal["active", "none"],
        judged: Page,
        widths: tuple[int, ...],
        *rules: str,
    ) -> None:
        before = self.page.viewport_size
        assert before
        both = (self.page, judged) if judged is not self.page else (judged,)
        for one in both:
            one.emulate_media(forced_colors=colours)
        for width in widths:
            for one in both:
                one.set_viewport_size({"width": width, "height": before["height"]})
            assert _violations(judged, *rules) == []
            assert self.overflow() <= 0
        self.page.emulate_media(forced_colors="none")
        self.page.set_viewport_size(before)


def _violations(page: Page, *rules: str) -> list[str]:
    page.evaluate("scrollTo(0, 0)")  # The button that follows may lie over any other.
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE.axe_script)
    found: list[str] = page.evaluate(RUN_AXE, OPTIONS | ({"runOnly": rules} if rules else {}))
    return found


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Opens contexts: `visit(width, script=True)`."""
    opened: list[BrowserContext] = []

    def start(width: int, *, script: bool = True) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=script
        )
        opened.append(context)
        return Visitor(context, script=script)

    yield start
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def unused(live_server: LiveServer) -> Iterator[str]:
    """The server's codes, one after the other."""
    return iter(live_server.live.codes)


@pytest.fixture
def code(unused: Iterator[str]) -> str:
    return next(unused)


@pytest.fixture(scope="session")
def commented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The survey with two comments behind a real server."""
    home = tmp_path_factory.mktemp("server") / "home"
    yield from serve(open_live_wave(home, QUESTIONNAIRES / "commented.yaml"))


@pytest.fixture(scope="session")
def cards(commented: LiveServer) -> Iterator[str]:
    """That server's codes, one after the other."""
    return iter(commented.live.codes)


@pytest.fixture
def card(cards: Iterator[str]) -> str:
    return next(cards)
