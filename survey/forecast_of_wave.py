"""`candour forecast --wave`: a forecast from what a wave has in the store, kept for its page."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace

from analysis.forecast import Answering
from survey.database import Stores
from survey.errors import CandourError, SettingsError
from survey.manage import headcounts, waves
from survey.planning import forecast_file
from survey.planning.forecast_file import GroupLine, KeptForecast, Stopped, TableLine
from survey.questionnaire import forecasting
from survey.questionnaire.forecasting import Outlook

Progress = Callable[[Iterable[int], int], Iterable[int]]
"""Gives what it is given, and shows how far it is; the second is how many there are."""

STOPPED = "The forecast was stopped."


def make(
    stores: Stores,
    wave_id: str,
    answering: Answering,
    draws: int,
    seed: int,
    progress: Progress,
) -> Outlook:
    """Forecast a wave and keep what comes of it, or why nothing does.

    Raises:
        SettingsError: when another forecast runs, it is stopped, or the wave has no headcounts.
        WaveStateError: when there is no such wave.
        DataError: headcounts that lack a group or contradict each other.
    """
    wave = waves.get(stores, wave_id)
    counts = headcounts.of_wave(stores, wave_id)
    if not counts:
        raise SettingsError(
            f"Wave {wave_id} has no headcounts to forecast from; load them with `candour headcount "
            f"load {wave_id} FILE`."
        )
    settings = stores.settings
    begun = KeptForecast(
        *("running", answering.rate, answering.withheld, draws, 0),
        forecast_file.mark_of(counts),
    )
    with forecast_file.running(settings, wave_id):
        _be_nice()
        forecast_file.keep(settings, wave_id, begun)
        try:
            outlook = forecasting.look_ahead(
                *(wave.questionnaire, counts, answering, wave.policy),
                seed=seed,
                draws=progress(forecast_file.counted(settings, wave_id, begun), draws),
            )
        except Stopped:
            forecast_file.keep(settings, wave_id, replace(begun, state="stopped"))
            raise SettingsError(STOPPED) from None
        except CandourError as error:
            failed = replace(begun, state="failed", sentence=str(error))
            forecast_file.keep(settings, wave_id, failed)
            raise
        forecast_file.keep(settings, wave_id, _done(begun, outlook, seed))
    return outlook


def _be_nice() -> None:
    """Leave the machine to those who are served."""
    if hasattr(os, "nice"):
        os.nice(10)


def _done(begun: KeptForecast, outlook: Outlook, seed: int) -> KeptForecast:
    found = outlook.forecast
    guess = Answering(begun.rate, withheld=begun.withheld)
    sentences = (
        forecasting.guessed(outlook, guess, begun.draws, seed),
        *forecasting.reservations(outlook),
        forecasting.dearest(found),
    )
    return replace(
        begun,
        state="done",
        done=begun.draws,
        groups=tuple(GroupLine(*row) for row in forecasting.rows(found)),
        tables=tuple(
            TableLine(one.id, len(one.groups), one.shown, one.hidden, one.cost)
            for one in found.tables
        ),
        sentences=sentences,
    )
