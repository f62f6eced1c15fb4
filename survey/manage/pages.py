"""Pages for whoever manages the waves: for now, what changed between the questionnaires of two.

They are read where the issuer is, for it has the waves; a host of results alone has none of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, current_app, render_template, request

from survey.database import Stores
from survey.manage import waves
from survey.manage.access import QUESTIONNAIRES
from survey.manage.people import Person
from survey.manage.sign_in import require
from survey.manage.waves import Wave
from survey.questionnaire import differences
from survey.questionnaire.differences import Compared

blueprint = Blueprint("manage", __name__)


@dataclass(frozen=True)
class QuestionnairesPage:
    """Two waves' questionnaires side by side.

    Attributes:
        waves: that can be chosen, newest first and drafts before them.
        before, after: those that are compared; None while there are no two.
    """

    waves: tuple[Wave, ...]
    before: Wave | None = None
    after: Wave | None = None
    compared: Compared | None = None


@blueprint.get("/results/manage/questionnaires")
@require(QUESTIONNAIRES)
def questionnaires(person: Person) -> str:  # noqa: ARG001
    """What changed between the questionnaires of two waves, and which lines that breaks."""
    page = _page(waves.all_waves(_stores()), *map(request.args.get, ("before", "after")))
    return render_template("manage/questionnaires.html", page=page)


def _page(found: Sequence[Wave], before: str | None, after: str | None) -> QuestionnairesPage:
    """The two that were picked; else the newest wave and the one before it of its line."""
    newest_first = tuple(reversed(found))
    if len(found) < 2:
        return QuestionnairesPage(newest_first)
    new = _of(found, after) if after else newest_first[0]
    old = _of(found, before) if before else _before(newest_first, new)
    compared = differences.compare(old.questionnaire, new.questionnaire)
    return QuestionnairesPage(newest_first, old, new, compared)


def _of(found: Sequence[Wave], wave_id: str) -> Wave:
    wave = next((one for one in found if one.id == wave_id), None)
    if wave is None:
        abort(404)
    return wave


def _before(newest_first: Sequence[Wave], wave: Wave) -> Wave:
    """The wave before it with a questionnaire of the same id, else any other."""
    later = newest_first.index(wave) + 1
    others = (*newest_first[later:], *newest_first[: later - 1])
    same = (one for one in others if one.questionnaire.id == wave.questionnaire.id)
    return next(same, others[0])


def _stores() -> Stores:
    stores: Stores = current_app.extensions["candour"]
    return stores
