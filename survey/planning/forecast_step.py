"""The step of the forecast on the page of a wave."""

from __future__ import annotations

from dataclasses import dataclass

from survey.database import Stores
from survey.manage import headcounts
from survey.manage.people import Person
from survey.manage.steps import Step, StepState
from survey.manage.waves import Wave
from survey.planning import forecast_file
from survey.planning.forecast_file import KeptForecast


@dataclass(frozen=True)
class ForecastStep:
    """How far the forecast is; `kept` is None before the first."""

    wave: str
    counted: bool
    kept: KeptForecast | None

    @property
    def often(self) -> int:
        """How many groups are shown more often than not."""
        return sum(one.shown >= 0.5 for one in self.kept.groups) if self.kept else 0


def step(stores: Stores, wave: Wave, person: Person) -> Step | None:  # noqa: ARG001
    """Whether a draft was forecast; no step where none was made before it opened."""
    kept = forecast_file.kept(stores.settings, wave.id)
    if wave.state != "draft" and (kept is None or kept.state != "done"):
        return None
    counted = bool(headcounts.of_wave(stores, wave.id))
    before: StepState = "optional" if counted else "later"
    reached: dict[str, StepState] = {"done": "done", "running": "running"}
    state = before if kept is None else reached.get(kept.state, before)
    page = ForecastStep(wave.id, counted, kept)
    return Step("forecast", "Forecast", state, "manage/steps/forecast.html", page)
