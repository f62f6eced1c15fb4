"""Which pages there are, found by following links as each kind of person, and a picture of each.

Pages that no link leads to are in `pages_made_by_doing`; a route of which there is no picture in
the end is named.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pages_made_by_doing as doing
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.exceptions import HTTPException

from survey.demo.making import PASSWORD, SIGN_INS

WIDTHS = (1280, 375)
READERS = tuple({one.role: one.name for one in reversed(SIGN_INS)}.values())[::-1]
"""The first who signs in of each role."""

DOTS_PER_INCH = "80"
SLOWEST = 180_000
"""Milliseconds that a busy machine may take."""

TALLEST = 9_000
"""Pixels: the list of codes has thousands of lines, all alike."""

WITHOUT_PICTURE: Mapping[str, str] = {
    "account.code": "nobody in a demo has set up an app that shows codes",
    "issue.closing": "a file, and no page",
    "publishing.release": "no Release of a demo waits to be published",
    "sign_in.sign_in_here": "leads on to another page",
}
"""Endpoints that need none, and why; files that links lead to are found by themselves."""

_FILE = re.compile(r"(\.(csv|pdf|txt|wave)|/download)$")
"""Addresses that are not opened: some files take minutes to make."""


class _Links(HTMLParser):
    """The addresses that a page leads to, and the forms that it sends."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a link."""
        address = dict(attrs).get("href")
        if tag == "a" and address and address.startswith("/"):
            self.found.append(address.partition("#")[0])


def signed_in(app: Flask, name: str | None) -> FlaskClient:
    """A client without a browser, signed in as `name` unless it is None."""
    app.config["WTF_CSRF_ENABLED"] = False  # a client has no page with a token
    client = app.test_client()
    if name is not None:
        client.post("/results/sign-in", data={"name": name, "password": PASSWORD})
    return client


def walk(app: Flask, client: FlaskClient, start: str) -> Iterator[tuple[str, str]]:
    """Name and address of the first page of each kind that links lead to; of a file no address."""
    waiting, seen = deque([start]), set[str]()
    while waiting:
        address = waiting.popleft()
        kind = _kind(app, address)
        if kind is None or kind in seen:
            continue
        seen.add(kind)
        if _FILE.search(address):
            yield kind, ""
            continue
        reply = client.get(address, follow_redirects=True)
        if reply.status_code != 200 or reply.mimetype != "text/html":
            continue
        if not reply.history:
            yield kind, address
        else:
            waiting.append(reply.request.path)
        waiting.extend(_Links(reply.text).found)


def _kind(app: Flask, address: str) -> str | None:
    """What kind of page an address is: its route, and which room."""
    try:
        endpoint, given = app.url_map.bind("").match(urlsplit(address).path)
    except HTTPException:
        return None
    return "-".join([endpoint.replace(".", "-"), *filter(None, [given.get("room")])])


class Camera:
    """Takes pictures of one person's pages into a folder.

    Args:
        browser: a Chromium.
        site: where the pages are served.
        out: the folder.
        name: who signs in; None for nobody.
    """

    def __init__(self, browser: Browser, site: str, out: Path, name: str | None) -> None:
        self.site, self.out, self.whose = site, out, name or "everybody"
        self.taken: set[str] = set()
        self.context: BrowserContext = browser.new_context()
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(SLOWEST)
        if name is not None:
            self.page.goto(f"{site}/results/sign-in")
            self.page.fill("input[name=name]", name)
            self.page.fill("input[type=password]", PASSWORD)
            self.page.press("input[type=password]", "Enter")
            self.page.wait_for_url(lambda address: "sign-in" not in address)

    def goto(self, address: str) -> None:
        """Open a page of the site."""
        self.page.goto(self.site + address)

    def take(self, kind: str, address: str) -> None:
        """A page at both widths and, where it can be saved, its PDF and what the browser prints."""
        self.goto(address)
        self.shoot(kind)
        if self.page.locator(".save").count():
            joint = "&" if "?" in address else "?"
            made = self.context.request.get(f"{self.site}{address}{joint}as=pdf", timeout=SLOWEST)
            self._sheets(f"{kind}-pdf", made.body())
            self._sheets(f"{kind}-print", self.page.pdf(format="A4", print_background=False))

    def shoot(self, kind: str) -> None:
        """What stands on the page now, at both widths."""
        self.taken.add(kind)
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            tall = self.page.evaluate("document.documentElement.scrollHeight")
            self.page.screenshot(
                path=self.out / f"{self.whose}-{kind}-{width}.png",
                full_page=True,
                clip={"x": 0, "y": 0, "width": width, "height": min(tall, TALLEST)},
            )

    def _sheets(self, kind: str, content: bytes) -> None:
        file = self.out / f"{self.whose}-{kind}.pdf"
        file.write_bytes(content)
        if shutil.which("pdftoppm"):
            command = ["pdftoppm", "-r", DOTS_PER_INCH, "-png", file, file.with_suffix("")]
            subprocess.run(command, check=True)


def answer(camera: Camera, start: str, code: str) -> None:
    """Each page on the way from a code to the receipt, at both widths."""
    page = camera.page
    page.goto(camera.site + start)
    page.fill("input[name='candour.code']", code)
    page.keyboard.press("Enter")
    for number in range(1, 30):
        page.wait_for_timeout(500)
        camera.shoot(f"answering-{number:02}")
        onward = page.locator("main button:visible")
        if not onward.count():  # On the last page there is the receipt, and nothing to press.
            break
        onward.last.click()


def missed(app: Flask, taken: Collection[str]) -> list[str]:
    """Routes that somebody can open and no picture shows.

    Args:
        app: has the routes.
        taken: what pictures and files are called; each begins with an endpoint.
    """
    parts = [name.split("-") for name in taken]
    shown = {"-".join(one[:many]) for one in parts for many in (1, 2)} | {
        endpoint.replace(".", "-") for endpoint in WITHOUT_PICTURE
    }
    opened = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return sorted(one.rule for one in opened if one.endpoint.replace(".", "-") not in shown)


def take_all(browser: Browser, app: Flask, site: str, out: Path, code: str) -> Mapping[str, int]:
    """Every page that anybody may open; returns how many pictures of whose.

    Raises:
        SystemExit: there is a page without a picture.
    """
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    taken, found = set[str](), dict[str, int]()
    for name in (*READERS, None):
        client = signed_in(app, name)
        pages = dict(walk(app, client, "/" if name is None else "/results"))
        camera = Camera(browser, site, out, name)
        for kind, address in pages.items():
            if address:
                camera.take(kind, address)
        if name is None:
            camera.take("sign_in-sign_in", "/results/sign-in")
            answer(camera, pages["respond-questionnaire"], code)
        doing.take_more(camera, app, client)
        taken |= {*pages, *camera.taken}
        found[camera.whose] = len(camera.taken)
    if lacking := missed(app, taken):
        raise SystemExit(f"No picture was taken of {', '.join(lacking)}.")
    return found
