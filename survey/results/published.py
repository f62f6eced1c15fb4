"""The list of Releases, for the officers who signed them: names and hashes, and no figure.

Those that wait to be published stand first, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, current_app, render_template

from survey.database import Stores
from survey.manage.access import RELEASES
from survey.manage.people import Person
from survey.manage.sign_in import require
from survey.results import store
from survey.results.waves import day_of

blueprint = Blueprint("published", __name__)


@dataclass(frozen=True)
class Published:
    """A Release as its officers know it.

    Attributes:
        hash: of the packed file, as `candour unseal` said it.
        replaces: the hash of the one that it corrects.
        is_in_force: False when another one corrects it.
    """

    hash: str
    title: str
    closed: str
    replaces: str | None
    is_in_force: bool


@dataclass(frozen=True)
class ReleasesPage:
    """Every stored Release, the newest wave first: those that wait, and those that are out."""

    waiting: tuple[Published, ...]
    releases: tuple[Published, ...]


@blueprint.get("/results/releases")
@require(RELEASES)
def releases(person: Person) -> str:  # noqa: ARG001
    """Which Releases are published here."""
    stores: Stores = current_app.extensions["candour"]
    kept, in_force = store.every(stores), store.in_force(stores)
    waiting = store.waiting(stores)
    found = [
        Published(
            name,
            release.manifest.wave_title,
            day_of(release.manifest.closed),
            release.manifest.replaces,
            name in in_force,
        )
        for name, release in reversed(kept.items())
    ]
    page = ReleasesPage(
        tuple(one for one in found if one.hash in waiting),
        tuple(one for one in found if one.hash not in waiting),
    )
    return render_template("results/releases.html", page=page)
