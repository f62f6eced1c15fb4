"""The forecast of a draft wave: begun, looked at while it runs, stopped, and read.

It runs as a command in a process of its own: a process that serves pages may not import the
disclosure control. What the command is given is fixed here, but for three numbers.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from analysis.plan import TablePlan
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

GUESSES = {"rate": "60", "withheld": "5", "coarser": "1"}
"""What the form asks for, options of the command too, and what it suggests, in percent."""

_WRONG = {
    "rate": ("Enter how many percent will answer, 1 to 100", 1, 100),
    "withheld": ("Enter how many percent leave a question out, 0 to 99", 0, 99),
    "coarser": ("Enter how many percent give a coarser answer, 0 to 99", 0, 99),
}

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
        guesses: by field, as they were typed.
        tables: id of each table -> what it crosses, in words.
    """

    wave: Wave
    counted: bool
    kept: KeptForecast | None
    stopping: bool
    stale: bool
    busy: bool
    told: tuple[tuple[str, str], ...]
    guesses: Mapping[str, str]
    tables: Mapping[str, str]


@blueprint.get("/results/manage/waves/<wave_id>/forecast")
@require(WAVES)
def show(person: Person, wave_id: str) -> str:  # noqa: ARG001
    """How far the forecast is, or what came of it."""
    return _page(wave_or_404(wave_id), (), GUESSES)


@blueprint.post("/results/manage/waves/<wave_id>/forecast")
@require(WAVES)
def begin(person: Person, wave_id: str) -> ResponseReturnValue:
    """Begin a forecast."""
    wave = wave_or_404(wave_id)
    guesses = {name: _typed(name) for name in GUESSES}
    told = _wrong(wave, guesses)
    if told:
        return _page(wave, told, guesses), 400
    refused = _run(stores().settings, wave.id, guesses)
    if refused:
        return _page(wave, (("rate", refused),), guesses), 409
    log(person, f"began a forecast of {wave.id}, at a rate of {guesses['rate']} %")
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


def _typed(name: str) -> str:
    return request.form.get(name, "").strip().removesuffix("%").strip()[:20]


def _wrong(wave: Wave, guesses: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    told = []
    for name, (sentence, least, most) in _WRONG.items():
        guess = guesses[name]
        if not _PERCENT.fullmatch(guess) or not least <= Decimal(guess) <= most:
            told.append((name, sentence))
    if wave.state != "draft":
        told.append(("rate", "A forecast is made while a wave is a draft, and only then"))
    elif not headcounts.of_wave(stores(), wave.id):
        told.append(("rate", "Load headcounts first: a forecast is made from them"))
    return tuple(told)


def _run(settings: Settings, wave_id: str, guesses: Mapping[str, str]) -> str:
    """Start the command and wait until it has begun; returns why it has not, or nothing."""
    if forecast_file.is_running(settings):
        return forecast_file.BUSY
    forecast_file.remove(settings, wave_id)
    options = [part for name, guess in guesses.items() for part in (f"--{name}", guess)]
    try:
        process = programs.start(
            settings, "forecast", "--wave", wave_id, *options, "--draws", str(DRAWS)
        )
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


def _page(wave: Wave, told: tuple[tuple[str, str], ...], guesses: Mapping[str, str]) -> str:
    settings = stores().settings
    counts = headcounts.of_wave(stores(), wave.id) or {}
    kept = forecast_file.kept(settings, wave.id)
    stale = kept is not None and kept.of != forecast_file.mark_of(counts)
    busy = forecast_file.is_running(settings)
    stopping = forecast_file.is_stopping(settings, wave.id)
    tables = _in_words(wave.questionnaire.plan)
    page = ForecastPage(wave, bool(counts), kept, stopping, stale, busy, told, guesses, tables)
    return render_template("manage/forecast.html", page=page)


def _in_words(plan: TablePlan) -> Mapping[str, str]:
    labels = {one.id: one.label for one in plan.breakdowns}
    found = {
        one.id: " and ".join(labels[name].lower() for name in one.breakdowns) for one in plan.tables
    }
    return {name: words[:1].upper() + words[1:] for name, words in found.items()}
