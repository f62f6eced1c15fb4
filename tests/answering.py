"""Answering the small survey in a browser, and what became of the answer."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field

from fixtures_wave import LiveServer
from playwright.sync_api import Dialog, Page, Request, Route, expect

from survey.collect import box, envelope

NARROW, PHONE, DESK = 320, 375, 1280
SURVEY = "/survey/autumn"
WITHOUT_CRYPTO = "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined });"
"""Makes a browser one that cannot seal."""


def begin(page: Page, server: LiveServer, code: str) -> None:
    page.goto(server.url + SURVEY)
    page.fill("#code", code.lower().replace("-", " "))
    page.click("#next")
    expect(page.locator("h1:visible")).to_have_text("Speaking up")


def choose(page: Page, question: str, answer: str) -> None:
    answer_box = page.locator(f"input[name={question}][value='{answer}']")
    answer_box.wait_for(state="visible")  # The next section comes a moment after the press.
    answer_box.check(force=True)  # The drawn circle lies over the input.


def answer_everything(page: Page) -> None:
    choose(page, "challenge_safe", "agree")
    choose(page, "concern_heard", "disagree")
    page.click("#next")
    choose(page, "fair_treatment", "neither")
    choose(page, "told", "manager")
    page.click("#next")
    page.select_option("#q-department", "north-b")
    choose(page, "ethnicity", "bangladeshi")
    choose(page, "in_probation", "yes")


FOLDED = {
    "challenge_safe": "agree",
    "concern_heard": "disagree",
    "fair_treatment": "neither",
    "told-manager": "yes",
    "told-association": "no",
    "told-nobody": "no",
    "department": "north-b",
    "ethnicity": "asian",
    "in_probation": "yes",
}
"""What a row holds of `answer_everything`."""

MARKERS = ("bangladeshi", "north-b", "challenge_safe", "disagree", "fair_treatment", "in_probation")
"""Texts that are in every unsealed form of `answer_everything`."""


def to_check_page(page: Page, server: LiveServer, code: str) -> None:
    begin(page, server, code)
    answer_everything(page)
    page.click("#next")
    page.wait_for_selector("#checked")


def finish(page: Page) -> str:
    """Send, and give the receipt that the page shows."""
    page.click("#send")
    expect(page.locator("h1:visible")).to_have_text("Your answers have been received")
    return page.inner_text("#receipt")


def lose_first_reply(page: Page, path: str) -> list[str | None]:
    """From now on the server gets what goes to a path, and its first reply is lost on the way.

    Returns:
        What arrived there, in order; it grows.
    """
    arrived: list[str | None] = []

    def lose(route: Route, request: Request) -> None:
        arrived.append(request.post_data)
        if len(arrived) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route(f"**/{path}", lose)
    return arrived


def stay_when_asked(page: Page) -> list[str]:
    """Answer every question of the browser with no; gives the kinds of questions, and grows."""
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    return asked


def stored(server: LiveServer) -> dict[str, tuple[int, dict[str, str]]]:
    """Receipt -> (suite, answers) of every answer in the ballot box, opened by its officers."""
    live = server.live
    with box.connect(box.path_of(live.settings, "autumn"), "ro") as database:
        rows = database.execute("SELECT sealed FROM slot NATURAL JOIN token WHERE taken = 1")
        sealed = [bytes(row[0]) for row in rows]
    opened = {}
    for row in sealed:
        key = live.keys.unsealing if row[0] == envelope.X25519 else live.keys.fallback
        content = envelope.SUITES[row[0]].decrypt(row[1:], key, envelope.info("autumn"))
        opened[envelope.receipt(row, "autumn")] = (row[0], json.loads(content))
    return opened


@dataclass
class Traffic:
    """Everything that a page sends, to be searched for what must not leave it."""

    page: Page
    requests: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.context.on("request", self._keep)

    def _keep(self, request: Request) -> None:
        self.requests.append(request)

    def posts(self) -> list[str]:
        """Paths that were posted to, in order."""
        return [r.url.partition("//")[2].partition("/")[2] for r in self.requests if r.post_data]

    def leaks(self, code: str) -> list[str]:
        """What went out that must not: answers, the code, cookies, a referrer."""
        bare = code.replace("-", "").lower()
        forbidden = [*MARKERS, code.lower(), bare]
        found = []
        for request in self.requests:
            headers = request.all_headers()
            linking = [name for name in ("cookie", "referer") if headers.get(name)]
            found += [f"{name} to {request.url}" for name in linking]
            for text in (request.url, *headers.values(), *_readings(request.post_data_buffer)):
                found += [f"{mark} to {request.url}" for mark in forbidden if mark in text.lower()]
        return found


def _readings(body: bytes | None) -> list[str]:
    """A body as it is, and every text in it that may be base64, decoded."""
    if not body:
        return []
    text = body.decode("latin-1")
    readings = [text]
    for part in text.replace("=", " ").replace('"', " ").split():
        cut = part[: len(part) // 4 * 4]
        try:
            readings.append(urlsafe_b64decode(cut).decode("latin-1"))
        except ValueError:
            continue
    return readings
