"""The forecast of a draft wave: begun, looked at while it runs, stopped, and read.

It runs as a command in a process of its own: a process that serves pages may not import the
disclosure control. What the command is given is fixed here, but for two numbers.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from decimal import Decimal

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.config import Settings
from survey.manage import headcounts, programs
from survey.manage.access import WAVES
from survey.manage.people import Person
from survey.manage.sign_in import require
from survey.manage.waves import Wave
from survey.planning import forecast_file
from survey.planning.forecast_file import KeptForecast
from survey.planning.sending import blueprint_of, log, stores, wave_or_404

DRAWS = 100
"""A share is then right to within about 10 points, in 19 of 20 cases; half as many as the command
draws by itself, for somebody waits for it."""

RATE, WITHHELD = "60", "5"
"""What the form suggests, in percent."""

STARTS_IN = 20.0
"""Seconds in which a command begins, or has said why not."""

NOT_BEGUN = "The forecast could not be started; try again, or ask whoever runs the server."
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9])?")

blueprint = blueprint_of("forecasts")


@dataclass(frozen=True)
class ForecastPage:
    """The forecast of a wave, and the form for another.

    Attributes:
        counted: whether it has headcounts.
        kept: how far it is, or what came of it; None before the first.
        stopping: whether somebody asked it to stop.
        stale: whether it was made from other headcounts than are loaded now.
        busy: whether a forecast runs, of whichever wave.
        told: (field id, sentence) of what is wrong.
        rate, withheld: as they were typed.
    """

    wave: Wave
    counted: bool
    kept: KeptForecast | None
    stopping: bool
    stale: bool
    busy: bool
    told: tuple[tuple[str, str], ...]
    rate: str
    withheld: str


@blueprint.get("/results/manage/waves/<wave_id>/forecast")
@require(WAVES)
def show(person: Person, wave_id: str) -> str:  # noqa: ARG001
    """How far the forecast is, or what came of it."""
    return _page(wave_or_404(wave_id), (), RATE, WITHHELD)


@blueprint.post("/results/manage/waves/<wave_id>/forecast")
@require(WAVES)
def begin(person: Person, wave_id: str) -> ResponseReturnValue:
    """Begin a forecast."""
    wave = wave_or_404(wave_id)
    rate = request.form.get("rate", "").strip().removesuffix("%").strip()[:20]
    withheld = request.form.get("withheld", "").strip().removesuffix("%").strip()[:20]
    told = _wrong(wave, rate, withheld)
    if told:
        return _page(wave, told, rate, withheld), 400
    refused = _run(stores().settings, wave.id, rate, withheld)
    if refused:
        return _page(wave, (("rate", refused),), rate, withheld), 409
    log(person, f"began a forecast of {wave.id}, at a rate of {rate} %")
    return redirect(url_for("forecasts.show", wave_id=wave.id))


@blueprint.post("/results/manage/waves/<wave_id>/forecast/stop")
@require(WAVES)
def stop(person: Person, wave_id: str) -> ResponseReturnValue:
    """Ask the forecast that runs to stop."""
    wave = wave_or_404(wave_id)
    kept = forecast_file.kept(stores().settings, wave.id)
    if kept is not None and kept.state == "running":
        forecast_file.ask_to_stop(stores().settings, wave.id)
        log(person, f"stopped the forecast of {wave.id}")
    return redirect(url_for("forecasts.show", wave_id=wave.id))


def _wrong(wave: Wave, rate: str, withheld: str) -> tuple[tuple[str, str], ...]:
    told = []
    if not _PERCENT.fullmatch(rate) or not 1 <= Decimal(rate) <= 100:
        told.append(("rate", "Enter how many percent will answer, 1 to 100"))
    if not _PERCENT.fullmatch(withheld) or not 0 <= Decimal(withheld) <= 99:
        told.append(("withheld", "Enter how many percent leave a question out, 0 to 99"))
    if wave.state != "draft":
        told.append(("rate", "A forecast is made while a wave is a draft, and only then"))
    elif not headcounts.of_wave(stores(), wave.id):
        told.append(("rate", "Load headcounts first: a forecast is made from them"))
    return tuple(told)


def _run(settings: Settings, wave_id: str, rate: str, withheld: str) -> str:
    """Start the command and wait until it has begun; returns why it has not, or nothing."""
    if forecast_file.is_running(settings):
        return forecast_file.BUSY
    forecast_file.remove(settings, wave_id)
    given = ("forecast", "--wave", wave_id, "--rate", rate, "--withheld", withheld)
    try:
        process = programs.start(settings, *given, "--draws", str(DRAWS))
    except OSError:
        return NOT_BEGUN
    until = time.monotonic() + STARTS_IN
    while time.monotonic() < until:
        if forecast_file.kept(settings, wave_id) is not None:
            return ""
        if process.poll() is not None:
            break
        time.sleep(0.05)
    return NOT_BEGUN if forecast_file.kept(settings, wave_id) is None else ""


def _page(wave: Wave, told: tuple[tuple[str, str], ...], rate: str, withheld: str) -> str:
    settings = stores().settings
    counts = headcounts.of_wave(stores(), wave.id) or {}
    kept = forecast_file.kept(settings, wave.id)
    stale = kept is not None and kept.of != forecast_file.mark_of(counts)
    busy = forecast_file.is_running(settings)
    stopping = forecast_file.is_stopping(settings, wave.id)
    page = ForecastPage(wave, bool(counts), kept, stopping, stale, busy, told, rate, withheld)
    return render_template("manage/forecast.html", page=page)
