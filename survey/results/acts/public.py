"""The page “You said, we did”: what everybody may read without signing in, and nobody is noticed.

Of findings only those of the whole force and of groups across it; of a command nothing but what
its board published: its actions, and the figures of all of its people where the board agreed. How
many concerns there are inside commands is not told (`standing.told`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import Blueprint, current_app, render_template

from analysis.plan import FORCE
from analysis.release.model import Release
from survey import clock
from survey.database import Stores
from survey.results import store, words
from survey.results.acts import record, standing
from survey.results.acts.after import Changed, changed
from survey.results.acts.concerns import FORCE_WIDE, Concern, Key, is_listed, newest
from survey.results.acts.lines import ActionLine, board_names, by_key, day, line
from survey.results.acts.record import Course
from survey.results.paper.serving import on_paper
from survey.results.rounded import further

blueprint = Blueprint("said", __name__)


@dataclass(frozen=True)
class Survey:
    """What everybody may read of one survey.

    Attributes:
        due: the last day for answers; `first` how many days it took to the first published action.
        themes: of each theme, in the whole force, percent positive now and in the survey before.
        findings: label of the group and theme, how sure, whether it is a concern, fixed sentence.
    """

    title: str
    closed: str
    due: str
    over: bool
    told: standing.Told
    first: int | None
    before: str
    themes: tuple[tuple[str, str, str], ...]
    findings: tuple[tuple[str, str, bool, str], ...]


@dataclass(frozen=True)
class PublicLine:
    """A published action: `about` says what it answers without naming any part of a command.

    Its figures, what changed and what staff say, are there where the board agreed to show them.
    """

    line: ActionLine
    about: tuple[str, ...]
    changed: tuple[Changed, ...]


@dataclass(frozen=True)
class SaidPage:
    """The page.

    Attributes:
        surveys: the newest of each questionnaire.
        boards: label of each board with its published actions, the whole force first.
        counted: of every wave its title, what is told of its answers, and the days to the first
            published action, newest first.
        days: in how many an answer is due.
    """

    surveys: tuple[Survey, ...]
    boards: tuple[tuple[str, tuple[PublicLine, ...]], ...]
    counted: tuple[tuple[str, standing.Told, int | None], ...]
    days: int


@blueprint.get("/you-said-we-did")
@on_paper
def page() -> str:
    """Findings that are everybody's, and what boards published about them."""
    stores: Stores = current_app.extensions["candour"]
    releases, courses = store.all_releases(stores), record.courses(stores)
    found = said_page(releases, courses, clock.today(), stores.settings.answer_days)
    return render_template("results/acts/said.html", page=found)


def said_page(
    releases: Sequence[Release], courses: Sequence[Course], today: date, days: int
) -> SaidPage:
    """The page, from Releases and published actions alone."""
    names, concerns = board_names(releases), by_key(releases)
    public = [one for one in reversed(courses) if one.now.published]
    boards = tuple(
        (
            names.get(board, "The whole force"),
            tuple(
                published(one, releases, concerns, names, today)
                for one in public
                if one.now.command == board
            ),
        )
        for board in (FORCE_WIDE, *sorted(names, key=lambda board: names[board]))
        if any(one.now.command == board for one in public)
    )
    counted = tuple(
        (
            one.manifest.wave_title,
            standing.told(one, courses, today, days),
            standing.first_published(one, courses),
        )
        for one in reversed(releases)
    )
    surveys = tuple(_survey(one, courses, today, days) for one in reversed(newest(releases)))
    return SaidPage(surveys, boards, counted, days)


def published(
    course: Course,
    releases: Sequence[Release],
    concerns: Mapping[Key, Concern],
    names: Mapping[str, str],
    today: date,
) -> PublicLine:
    """A published action as everybody may read it."""
    answers = [concerns[key] for key in course.now.concerns if key in concerns]
    agreed = course.now.figures
    figures = [changed(releases, one) for one in answers] if agreed else []
    about = (f"{one.group}: {one.about}" if one.across else one.about for one in answers)
    own = line(course, releases, concerns, names, today)
    said = own.noticed if agreed and own.noticed and own.noticed.shown else None
    return PublicLine(
        replace(own, noticed=said),
        tuple(dict.fromkeys(about)),
        tuple(dict.fromkeys(one for one in figures if one is not None)),
    )


def _survey(release: Release, courses: Sequence[Course], today: date, days: int) -> Survey:
    before, themes = _themes(release)
    return Survey(
        release.manifest.wave_title,
        day(date.fromisoformat(release.manifest.closed)),
        day(standing.last_day(release, days)),
        today > standing.last_day(release, days),
        standing.told(release, courses, today, days),
        standing.first_published(release, courses),
        before,
        themes,
        tuple(_findings(release)),
    )


def _themes(release: Release) -> tuple[str, tuple[tuple[str, str, str], ...]]:
    """Title of the survey before, if any theme has a figure of it, and each theme's two figures."""
    rows, titles = [], []
    for theme in release.measures:
        row = release.estimate_by_key.get((FORCE, theme.measure))
        if theme.kind != "theme" or row is None:
            continue
        points = [
            point
            for point in release.trend_by_key.get((FORCE, theme.measure), ())
            if point.wave != release.manifest.wave and point.comparable
        ]
        then = words.figure_with_range(points[-1]) if points else ""
        titles += [point.wave for point in points[-1:]]
        now = words.figure_with_range(row, further(release, FORCE, theme.measure))
        rows.append((theme.label, now, then))
    return (max(titles, key=titles.count) if titles else ""), tuple(rows)


def _findings(release: Release) -> Iterator[tuple[str, str, bool, str]]:
    """Findings of groups across the whole force: no part of any command is among them."""
    named = {watched: name for name, watched in release.manifest.intersections}
    for row in sorted(release.concerns, key=lambda one: -one.people * abs(one.gap)):
        if not is_listed(release, row):
            continue
        label = named.get(row.group, release.group_by_id[row.group].label)
        about = release.measure_by_id[row.measure].label
        state = words.STATES[row.kind, row.state]
        yield (
            f"{label}: {about}",
            state,
            row.kind == "concern",
            row.words.removeprefix(f"{label}: "),
        )
