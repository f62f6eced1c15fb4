"""Takes the README's screenshots of the demo in a real Chromium (`make screenshots`)."""

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

from playwright.sync_api import Browser, Page, sync_playwright

from survey.demo.making import PASSWORD

SHOTS = Path(__file__).parent / "screenshots"
PORT = 8765
ADDRESS = f"http://127.0.0.1:{PORT}"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@contextmanager
def demo() -> Iterator[str]:
    """A demo that is made anew and served; yields one unused code."""
    with tempfile.TemporaryDirectory() as folder:
        program = [str(Path(sys.executable).parent / "candour"), "demo", "--home", f"{folder}/demo"]
        subprocess.run([*program, "--no-serve"], check=True)
        log = Path(folder) / "log"
        with log.open("w") as output:
            server = subprocess.Popen([*program, "--port", str(PORT)], stdout=output)
        try:
            _wait()
            yield _code(log.read_text())
        finally:
            server.terminate()
            server.wait()


def _code(log: str) -> str:
    lines = log.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("Answer:"))
    return lines[start + 1].strip()


def _wait() -> None:
    for _ in range(100):
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
    page.goto(f"{ADDRESS}/results/sign-in")
    page.fill("input[name=name]", "board-north")
    page.fill("input[type=password]", PASSWORD)
    page.press("input[type=password]", "Enter")
    page.wait_for_url(lambda address: "sign-in" not in address)
    page.screenshot(path=SHOTS / "board-1280.png")


def question(browser: Browser, code: str) -> None:
    """The first page of statements on a phone."""
    page: Page = browser.new_page(viewport={"width": 375, "height": 812})
    page.goto(ADDRESS)
    page.click("main a[href^='/survey/']")
    page.fill("input[name='candour.code']", code)
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    page.screenshot(path=SHOTS / "question-375.png")


def main() -> None:
    """Take every screenshot."""
    SHOTS.mkdir(exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with demo() as code, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        board(browser)
        question(browser, code)
        browser.close()


if __name__ == "__main__":
    main()
