"""The page on which two release officers agree to publish or to discard a Release that waits."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from analysis.release.model import Release
from survey import clock
from survey.agreeing import decision, publishing
from survey.agreeing.decision import Decision
from survey.database import Stores
from survey.errors import AgreementError
from survey.manage.access import RELEASES
from survey.manage.people import Person
from survey.manage.sign_in import require
from survey.results import store

blueprint = Blueprint("publishing", __name__)


@dataclass(frozen=True)
class ReleasePage:
    """The page of one Release that waits.

    Attributes:
        hash: its name.
        title: of its wave.
        decision: what is proposed, and what the reader can do.
        error: why what was sent could not be done.
    """

    hash: str
    title: str
    decision: Decision
    error: str


@blueprint.route("/results/releases/<name>", methods=["GET", "POST"])
@require(RELEASES)
def release(person: Person, name: str) -> ResponseReturnValue:
    """What waits to be published: hash, counts of groups and checks, and the form to answer."""
    stores: Stores = current_app.extensions["candour"]
    found = store.waiting(stores).get(name)
    if found is None:
        abort(404)
    if request.method == "GET":
        return _shown(stores, person, name, found)
    try:
        publishing.decide(stores, person, name, request.form.to_dict())
    except AgreementError as error:
        return _shown(stores, person, name, found, str(error)), 409
    there = name in store.waiting(stores)
    return redirect(
        url_for("publishing.release", name=name) if there else url_for("published.releases")
    )


def _shown(stores: Stores, person: Person, name: str, found: Release, error: str = "") -> str:
    made = decision.decision(stores, person, name, publishing.acts(stores, name), clock.now())
    page = ReleasePage(name, found.manifest.wave_title, made, error)
    return render_template("agreeing/release.html", page=page)
