"""Takes pictures of the demo in a real Chromium (`make screenshots`).

The README's two are kept in `docs/screenshots`. Every page, at two widths, as PDF and as a browser
prints it, goes to `build/screenshots`, to be looked at. A folder with a demo may be given.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from every_page import SLOWEST, take_all
from playwright.sync_api import Browser, Page, sync_playwright

from survey.app import create_app
from survey.config import BOX, ISSUE, RESULTS, Settings
from survey.demo.making import PASSWORD

EVERY = Path(__file__).parents[1] / "build" / "screenshots"
SHOTS = Path(__file__).parent / "screenshots"
PORT = 8765
ADDRESS = f"http://127.0.0.1:{PORT}"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@contextmanager
def demo(home: Path | None) -> Iterator[tuple[Path, list[str]]]:
    """A demo that is made anew, unless there is one in `home`, and served; yields unused codes."""
    with tempfile.TemporaryDirectory() as folder:
        home = home or Path(folder) / "demo"
        run = "from survey.cli import main; main()"
        program = [sys.executable, "-P", "-c", run, "demo", "--home", str(home)]
        subprocess.run([*program, "--no-serve"], check=True)
        log = Path(folder) / "log"
        with log.open("w") as output:
            server = subprocess.Popen([*program, "--port", str(PORT)], stdout=output)
        try:
            _wait()
            yield home, _codes(log.read_text())
        finally:
            server.terminate()
            server.wait()


def _codes(log: str) -> list[str]:
    lines = log.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("Answer:"))
    return [line.strip() for line in lines[start + 1 : start + 3]]


def _wait() -> None:
    for _ in range(900):
        try:
            urllib.request.urlopen(ADDRESS)
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"The demo does not answer on {ADDRESS}.")


def board(browser: Browser) -> None:
    """The top of the northern board's page."""
    page = browser.new_page(viewport={"width": 1280, "height": 1240})
    page.set_default_timeout(SLOWEST)
    page.goto(f"{ADDRESS}/results/sign-in")
    page.fill("input[name=name]", "board-north")
    page.fill("input[type=password]", PASSWORD)
    page.press("input[type=password]", "Enter")
    page.wait_for_url(lambda address: "sign-in" not in address)
    page.screenshot(path=SHOTS / "board-1280.png")


def question(browser: Browser, code: str) -> None:
    """The first page of statements on a phone."""
    page: Page = browser.new_page(viewport={"width": 375, "height": 812})
    page.set_default_timeout(SLOWEST)
    page.goto(ADDRESS)
    page.click("main a[href^='/survey/']")
    page.fill("input[name='candour.code']", code)
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    page.screenshot(path=SHOTS / "question-375.png")


def main() -> None:
    """Take every picture."""
    SHOTS.mkdir(exist_ok=True)
    given = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with demo(given) as (home, codes), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        board(browser)
        question(browser, codes[0])
        app = create_app(Settings.at(home, surfaces=(ISSUE, BOX, RESULTS)))
        for whose, many in take_all(browser, app, ADDRESS, EVERY, codes[1]).items():
            print(f"{whose}: {many} kinds of pages in {EVERY}")
        browser.close()


if __name__ == "__main__":
    main()
