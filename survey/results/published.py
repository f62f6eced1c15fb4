"""The list of Releases, for the officers who signed them: names and hashes, and no figure."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, current_app, render_template

from survey.database import Stores
from survey.manage.access import RELEASES
from survey.manage.people import Person
from survey.manage.sign_in import require
from survey.results import store

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
    """Every stored Release, the newest wave first."""

    releases: tuple[Published, ...]


@blueprint.get("/results/releases")
@require(RELEASES)
def releases(person: Person) -> str:  # noqa: ARG001
    """Which Releases are published here."""
    stores: Stores = current_app.extensions["candour"]
    kept, in_force = store.every(stores), store.in_force(stores)
    found = tuple(
        Published(
            name,
            release.manifest.wave_title,
            release.manifest.closed,
            release.manifest.replaces,
            name in in_force,
        )
        for name, release in reversed(kept.items())
    )
    return render_template("results/releases.html", page=ReleasesPage(found))
