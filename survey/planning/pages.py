"""Addresses of the pages with which waves are managed, where the issuer is."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, render_template

from survey.database import Stores
from survey.errors import WaveStateError
from survey.manage import waves
from survey.manage.access import WAVES
from survey.manage.people import Person
from survey.manage.sign_in import require
from survey.manage.waves import Wave
from survey.planning.wave_page import wave_page, waves_page

blueprint = Blueprint("waves", __name__)


@blueprint.get("/results/manage/waves")
@require(WAVES)
def listed(person: Person) -> str:  # noqa: ARG001
    """Every wave and its state."""
    return render_template("manage/waves.html", page=waves_page(waves.all_waves(_stores())))


@blueprint.get("/results/manage/waves/<wave_id>")
@require(WAVES)
def wave(person: Person, wave_id: str) -> str:
    """One wave: its facts, its fingerprint, and what is done with it."""
    page = wave_page(_stores(), _found(wave_id), person)
    return render_template("manage/wave.html", page=page)


def _found(wave_id: str) -> Wave:
    """The wave of that id; 404 when there is none."""
    try:
        return waves.get(_stores(), wave_id)
    except WaveStateError:
        abort(404)


def _stores() -> Stores:
    stores: Stores = current_app.extensions["candour"]
    return stores
