"""A real Chromium with a fresh profile, and the accessibility checker."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from fixtures_wave import QUESTIONNAIRES, LiveServer, open_live_wave, serve
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HTML = "text/html; charset=utf-8"
ANSWERED = re.compile("the server responded with a status of (400|409)")


def chromium() -> str:
    """Where Debian's Chromium is; without it these tests fail rather than pass unseen."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.fail("There is no Chromium; `bash .ci/browser` says how to install it.")
    return found


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


class Visitor:
    """A page in a context of its own, with everything that the browser complained about."""

    def __init__(self, context: BrowserContext, *, script: bool) -> None:
        self.context, self.script = context, script
        self.page: Page = context.new_page()
        self.page.set_default_timeout(20_000)
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._listen)

    def _listen(self, message: object) -> None:
        kind, text = message.type, message.text  # type: ignore[attr-defined]
        # A 400 or 409 with a sentence is an answer; Chromium logs every one of them.
        if kind in {"error", "warning"} and not ANSWERED.search(text):
            self.complaints.append(text)

    def violations(self) -> list[str]:
        """What axe finds wrong on the page as it stands now."""
        judged = self.page if self.script else self._copy()
        found = Axe().run(judged).response["violations"]
        if judged is not self.page:
            judged.context.close()
        return [f"{each['id']}: {[node['html'][:120] for node in each['nodes']]}" for each in found]

    def _copy(self) -> Page:
        """The same page where axe, which is a script, can run but none of ours."""
        context = self.context.browser.new_context(viewport=self.page.viewport_size)
        copy = context.new_page()
        content = self.page.content()
        copy.route("**/*.js", lambda route: route.abort())
        served = {"body": content, "content_type": HTML}
        copy.route("**/{survey,ticket}/**", lambda route: route.fulfill(**served))
        copy.goto(self.page.url)
        return copy

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        pixels: int = self.page.evaluate(wide)
        return pixels

    def looks_right(self) -> None:
        """No violation, nothing clipped, nothing on the console."""
        assert self.violations() == []
        assert self.overflow() <= 0
        assert self.complaints == []


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
