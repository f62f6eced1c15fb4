"""The list of waves and the page of one, where the issuer is."""

from __future__ import annotations

from flask import Blueprint, Flask, render_template

from survey.manage import waves
from survey.manage.access import WAVES
from survey.manage.people import Person
from survey.manage.sign_in import require
from survey.planning import cards_pages, forecast_pages, headcounts_pages, new_pages
from survey.planning.sending import stores, wave_or_404
from survey.planning.wave_page import wave_page, waves_page

blueprint = Blueprint("waves", __name__)


def install(app: Flask) -> None:
    """Give `app` the pages with which waves are managed."""
    for one in (
        *(blueprint, new_pages.blueprint, headcounts_pages.blueprint),
        *(cards_pages.blueprint, forecast_pages.blueprint),
    ):
        app.register_blueprint(one)


@blueprint.get("/results/manage/waves")
@require(WAVES)
def listed(person: Person) -> str:  # noqa: ARG001
    """Every wave and its state."""
    return render_template("manage/waves.html", page=waves_page(waves.all_waves(stores())))


@blueprint.get("/results/manage/waves/<wave_id>")
@require(WAVES)
def wave(person: Person, wave_id: str) -> str:
    """One wave: its facts, its fingerprint, and what is done with it."""
    page = wave_page(stores(), wave_or_404(wave_id), person)
    return render_template("manage/wave.html", page=page)
