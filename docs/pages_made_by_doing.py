"""Pages that no link leads to: what a wave manager meets on the way to a wave, and what says no."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask.testing import FlaskClient

from survey import clock
from survey.close import keys
from survey.collect import code_list, codes, halves
from survey.database import Stores
from survey.errors import ReleaseError
from survey.manage import headcounts
from survey.manage.waves import all_waves
from survey.planning import forecast_file
from survey.questionnaire import loader
from survey.resources import QUESTIONNAIRES

if TYPE_CHECKING:
    from every_page import Camera

WAVES = "/results/manage/waves"
DRAWS = "3"
"""Waves that the forecast is drawn from: its figures are of no use, and nobody waits long."""

STARTING = [sys.executable, "-P", "-c", "from survey.cli import main; main()"]


@dataclass(frozen=True)
class _Way:
    """A manager with their browser, the id of their new wave, and what they bring."""

    camera: Camera
    stores: Stores
    wave: str
    files: Mapping[str, Path]

    def goto(self, rest: str = "") -> None:
        self.camera.goto(f"{WAVES}/{self.wave}{rest}")

    def shoot(self, kind: str) -> None:
        self.camera.shoot(kind)

    def press(self, button: str) -> None:
        with self.camera.page.expect_navigation():
            self.camera.page.get_by_role("button", name=button, exact=True).click()

    def fill(self, label: str, text: str) -> None:
        self.camera.page.get_by_label(label).fill(text)

    def bring(self, field: str, file: str) -> None:
        self.camera.page.locator(f"#{field}").set_input_files(self.files[file])


def take_more(camera: Camera, app: Flask, client: FlaskClient) -> None:
    """What one person meets on pages that no link leads to."""
    if camera.whose == "manager":
        prepare_a_wave(camera, app)
    if camera.whose == "board-north":
        send_an_empty_action(camera)
    ids = {wave.state: wave.id for wave in all_waves(app.extensions["candour"])}
    for refusal in refusals(ids["open"], ids["destroyed"]):
        if (refusal.who or "everybody") == camera.whose:
            take_refusal(camera, app, client, refusal)


def prepare_a_wave(camera: Camera, app: Flask) -> None:
    """A manager's way from the form of a new wave to its cards; then the draft is thrown away."""
    stores: Stores = app.extensions["candour"]
    wave = f"pictures-{int(clock.now().timestamp())}"
    with tempfile.TemporaryDirectory() as folder:
        way = _Way(camera, stores, wave, _files(Path(folder), stores, wave))
        for step in (_new, _headcounts, _forecast, _cards, _propose, _throw_away):
            step(way)


def _new(way: _Way) -> None:
    way.camera.goto("/results/manage/new-wave")
    way.press("Go on")
    way.shoot("new_wave-new-empty")
    way.fill("Title", "Culture survey, May 2027")
    way.camera.page.locator("#wave_id").fill(way.wave)
    way.bring("file", "wrong")
    way.bring("public", "public")
    way.press("Go on")
    way.shoot("new_wave-new-mistakes")
    way.camera.page.locator("#text").fill(way.files["right"].read_text())
    way.press("Go on")
    way.shoot("new_wave-made_of")
    way.camera.page.get_by_label("I compared it with theirs").check()
    way.press("Make the draft")


def _headcounts(way: _Way) -> None:
    way.goto("/headcounts")
    way.bring("file", "miscounted")
    way.press("Go on")
    way.shoot("headcounts-load-mistakes")
    way.bring("file", "headcounts")
    way.press("Go on")
    way.shoot("headcounts-load-read")
    way.press("Load them")


def _forecast(way: _Way) -> None:
    way.goto("/forecast")
    way.shoot("forecasts-show")
    way.fill("How many will answer", "all")
    way.press("Make a forecast")
    way.shoot("forecasts-show-mistake")
    way.fill("How many will answer", "60")
    way.press("Make a forecast")
    way.shoot("forecasts-show-running")
    way.press("Stop it")
    settings = way.stores.settings
    while forecast_file.is_running(settings):
        way.camera.page.wait_for_timeout(500)
    way.goto("/forecast")
    way.shoot("forecasts-show-stopped")
    command = [*STARTING, "forecast", "--wave", way.wave, "--rate", "60", "--draws", DRAWS]
    environment = {**os.environ, **settings.environment}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    way.goto("/forecast")
    way.shoot("forecasts-show-done")


def _cards(way: _Way) -> None:
    way.goto()
    way.shoot("waves-wave-draft")
    printed = way.camera.page.locator("#fingerprint").inner_text()
    way.goto("/cards")
    way.fill("How many cards", "60")
    way.fill("Address of the survey's site", "https://survey.example.org")
    way.press("Show the line to run")
    way.shoot("cards-make")
    way.bring("file", "cards")
    way.press("Take them in")
    way.shoot("cards-make-mistakes")
    way.bring("file", "halves")
    way.fill("Fingerprint, read from", printed)
    way.fill("SHA-256, as the officers", way.files["digest"].name)
    way.press("Take them in")
    way.goto("/cards")
    way.shoot("cards-make-done")


def _propose(way: _Way) -> None:
    way.goto("/agreement")
    way.shoot("agreeing-wave-draft")
    way.press("Propose to open it")
    way.shoot("agreeing-wave-proposed")


def _throw_away(way: _Way) -> None:
    way.goto("/throw-away")
    way.shoot("new_wave-throw_away")
    way.press("Throw it away")
    way.shoot("waves-listed-thrown-away")


def _files(folder: Path, stores: Stores, wave_id: str) -> Mapping[str, Path]:
    """What a manager brings, right and wrong."""
    asked = (QUESTIONNAIRES / "culture.yaml").read_text()
    groups = loader.load(QUESTIONNAIRES / "culture.yaml").plan.group_by_id
    counts = {
        group: count
        for wave in all_waves(stores)
        for group, count in (headcounts.of_wave(stores, wave.id) or {}).items()
        if group in groups
    }
    rows = [f"{group},{count}\n" for group, count in counts.items()]
    made = codes.make(60)
    public = [codes.public_half(codes.parse(code), wave_id) for code in made]
    contents = {
        "right.yaml": asked,
        "wrong.yaml": asked.replace("version:", "versoin:").replace("scale: agree", "scale: agre"),
        "public.json": keys.new().public.as_json(),
        "headcounts.csv": "group,headcount\n" + "".join(rows),
        "miscounted.csv": "group,headcount\nforce,5OO\ncommand=responce-north,620\n",
        "cards.html": "\n".join(made),
        "halves.txt": "".join(halves.as_text(wave_id, public)),
    }
    for name, content in contents.items():
        (folder / name).write_text(content)
    found = {name.partition(".")[0]: folder / name for name in contents}
    return {**found, "digest": Path(code_list.of(public).digest[:16])}


def send_an_empty_action(camera: Camera) -> None:
    """The form of an action, sent as it is opened."""
    camera.goto("/results/actions/response-north/new")
    with camera.page.expect_navigation():
        camera.page.locator("main form button").last.click()
    camera.shoot("acts-new-mistakes")


@dataclass(frozen=True)
class Refusal:
    """A page that says why there is none.

    Attributes:
        who: the sign-in name of whoever gets it; None for nobody.
        kind: what the picture is called.
        address: what they ask for.
        sent: how, as Flask's test client takes it; a GET by itself.
        fails: the endpoint that fails on purpose meanwhile, and with what.
    """

    who: str | None
    kind: str
    address: str
    sent: Mapping[str, Any] = field(default_factory=dict)
    fails: tuple[str, Exception] | None = None


def refusals(opened: str, closed: str) -> tuple[Refusal, ...]:
    """Every kind of them; `opened` and `closed` are waves."""
    post, survey = {"method": "POST"}, f"/survey/{opened}"
    damaged = ReleaseError("The stored Release is not whole; put it back from a backup.")
    return (
        Refusal(None, "refused-400", f"{survey}/send", {**post, "data": {"x": "y"}}),
        Refusal(None, "refused-403", f"{survey}/send", {**post, "headers": {"Origin": "null"}}),
        Refusal(None, "refused-404", "/no-such-page"),
        Refusal(None, "refused-405", f"/box/{opened}"),
        Refusal(None, "refused-410", f"/survey/{closed}"),
        Refusal(None, "refused-413", f"{survey}/check", {**post, "data": {"x": "y" * 600_000}}),
        Refusal(None, "refused-500", survey, fails=("respond.questionnaire", ValueError())),
        Refusal(None, "refused-500-said", "/you-said-we-did", fails=("said.page", ValueError())),
        Refusal(
            None, "refused-code", f"{survey}/check", {**post, "data": {"candour.code": "7K3M"}}
        ),
        Refusal(None, "refused-ticket", f"/ticket/{opened}", {**post, "data": {"x": "y"}}),
        Refusal(None, "refused-sign-in", "/results/sign-in", {**post, "data": {"name": "hr"}}),
        Refusal("board-north", "refused-403", "/results/hr"),
        Refusal("board-north", "refused-404", "/results/no-such-page"),
        Refusal("board-north", "refused-500", "/results", fails=("results.home", ValueError())),
        Refusal("board-north", "refused-503", "/results", fails=("results.home", damaged)),
        Refusal("board-north", "refused-password", "/results/account/password", post),
        Refusal("board-north", "refused-second-step", "/results/account/second-step", post),
        Refusal("manager", "refused-409", f"{WAVES}/{opened}/throw-away", post),
        Refusal("manager", "refused-409-agreement", f"{WAVES}/{opened}/agreement", post),
    )


def take_refusal(camera: Camera, app: Flask, client: FlaskClient, refusal: Refusal) -> None:
    """A picture of what the program replies, as the browser shows it at its address."""
    with _failing(app, refusal.fails):
        reply = client.open(refusal.address, **refusal.sent)
    address = camera.site + refusal.address
    camera.page.route(
        address,
        lambda route: route.fulfill(
            status=reply.status_code, content_type="text/html; charset=utf-8", body=reply.text
        ),
    )
    camera.page.goto(address)
    camera.page.unroute(address)
    camera.shoot(refusal.kind)


@contextmanager
def _failing(app: Flask, fails: tuple[str, Exception] | None) -> Iterator[None]:
    if fails is None:
        yield
        return
    endpoint, error = fails
    view: Callable[..., Any] = app.view_functions[endpoint]

    def fail(**_given: object) -> str:
        raise error

    app.view_functions[endpoint] = fail
    try:
        yield
    finally:
        app.view_functions[endpoint] = view
