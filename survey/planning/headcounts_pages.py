"""Headcounts of a wave: a file, what it would load, and then it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.errors import DataError, WaveStateError
from survey.manage import headcounts
from survey.manage.access import WAVES
from survey.manage.people import Person
from survey.manage.sign_in import require
from survey.manage.waves import Wave
from survey.planning.headcounts_preview import Preview, as_csv, preview, read
from survey.planning.sending import (
    blueprint_of,
    log,
    pressed,
    stores,
    uploaded,
    wave_or_404,
)

NO_FILE = "Choose a file, CSV or XLSX"

blueprint = blueprint_of("headcounts")


@dataclass(frozen=True)
class HeadcountsPage:
    """The form, and what is loaded now.

    Attributes:
        loaded: what is loaded; None when nothing is.
        mistakes: everything that is wrong with the file that was sent.
    """

    wave: Wave
    loaded: Preview | None
    mistakes: tuple[str, ...]


@dataclass(frozen=True)
class LoadPage:
    """What a file would load.

    Attributes:
        counts: the same as CSV, which the form carries on.
        instead: what becomes of the numbers that are loaded now, in words; empty without any.
    """

    wave: Wave
    preview: Preview
    counts: str
    instead: str


@blueprint.route("/results/manage/waves/<wave_id>/headcounts", methods=["GET", "POST"])
@require(WAVES)
def load(person: Person, wave_id: str) -> ResponseReturnValue:
    """Load headcounts: the file, then what it would load, then that."""
    wave = wave_or_404(wave_id)
    if request.method == "GET":
        return _form(wave, (), 200)
    try:
        counts = _counts(wave)
        if pressed() == "load":
            headcounts.store(stores(), wave.id, counts, person)
            log(person, f"loaded headcounts of {len(counts):,} groups for {wave.id}")
            return redirect(url_for("waves.wave", wave_id=wave.id, _anchor="headcounts"))
    except (DataError, WaveStateError) as error:
        return _form(wave, tuple(str(error).splitlines()), 400)
    before = headcounts.of_wave(stores(), wave.id) or {}
    shown = preview(counts, wave.questionnaire.plan)
    page = LoadPage(wave, shown, as_csv(counts), _instead(before, counts))
    return render_template("manage/headcounts_load.html", page=page)


def _counts(wave: Wave) -> dict[str, int]:
    """What was sent: a file, or what the page of a file carries on."""
    if pressed() == "load":
        name, content = "The form", request.form.get("counts", "").encode()
    else:
        sent = uploaded("file")
        if sent is None:
            raise DataError(NO_FILE)
        name, content = sent
    counts = read(name, content, wave.questionnaire.plan)
    if not counts:
        raise DataError(f"{name}: there is no row below the first.")
    return counts


def _form(wave: Wave, mistakes: tuple[str, ...], status: int) -> ResponseReturnValue:
    found = headcounts.of_wave(stores(), wave.id)
    loaded = None if found is None else preview(found, wave.questionnaire.plan)
    page = HeadcountsPage(wave, loaded, mistakes)
    return render_template("manage/headcounts.html", page=page), status


def _instead(before: Mapping[str, int], counts: Mapping[str, int]) -> str:
    if not before:
        return ""
    changed = sum(group in counts and counts[group] != people for group, people in before.items())
    gone = sum(group not in counts for group in before)
    fresh = sum(group not in before for group in counts)
    if not changed + gone + fresh:
        return "The same numbers are loaded already."
    return (
        f"They take the place of those that are loaded: {changed:,} groups have another number, "
        f"{fresh:,} had none before, and {gone:,} had one and have none any more."
    )


@blueprint.get("/results/manage/waves/<wave_id>/headcounts/groups.csv")
@require(WAVES)
def groups(person: Person, wave_id: str) -> Response:  # noqa: ARG001
    """Every group that a headcount can be given for, to fill in."""
    wave = wave_or_404(wave_id)
    rows = ["group,headcount", *(f"{group.id}," for group in wave.questionnaire.plan.groups)]
    return Response(
        "".join(f"{row}\n" for row in rows),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="headcounts-{wave.id}.csv"'},
    )
