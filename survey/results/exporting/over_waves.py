"""All waves of a questionnaire in one workbook: what is published of each, one below the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from analysis.release.headings import HEADINGS, NOT_AVAILABLE
from analysis.release.model import Release
from survey.results import scope
from survey.results.exporting.sheets import TABS, Row, Sheet, Tab, of_table, of_tables
from survey.results.waves import day_of

_OF_THE_NEWEST = ("trends", "slopes", "changes")
"""Tables that tell of several waves themselves."""

_STACKED = ("groups", "concerns", "procedures", "representativeness")
"""Tables of one wave that are put one below the other, with the wave in front of each row."""

_LISTED = (
    *("Survey", "Closed on", "Questionnaire version", "People asked", "People who answered"),
    *("Groups shown", "Groups not shown", "Smallest group shown", "Release"),
    HEADINGS["wave"],
)


def of_waves(releases: Mapping[str, Release]) -> Iterator[Sheet]:
    """The sheets, of hash -> Release, oldest wave first; all of one questionnaire."""
    newest = list(releases.values())[-1]
    titles = {one.manifest.wave: one.manifest.wave_title for one in releases.values()}
    title = "The surveys in this workbook"
    yield Sheet("Surveys", title, _LISTED, [_listed(*one) for one in releases.items()])
    seen = scope.whole_force(newest)
    yield from of_tables(newest, seen, titles, _tabs(_OF_THE_NEWEST))
    for tab in _tabs(_STACKED):
        sheet = _stacked(list(releases.values()), titles, tab)
        if sheet.rows:
            yield sheet


def _tabs(names: tuple[str, ...]) -> tuple[Tab, ...]:
    return tuple(tab for tab in TABS if tab.table in names)


def _listed(digest: str, release: Release) -> Row:
    facts = release.manifest
    asked = NOT_AVAILABLE if facts.invited is None else facts.invited
    return (
        *(facts.wave_title, day_of(facts.closed), facts.questionnaire_version),
        *(asked, facts.answered, facts.shown, facts.not_shown, facts.policy["k"]),
        *(digest, facts.wave),
    )


def _stacked(releases: Sequence[Release], titles: Mapping[str, str], tab: Tab) -> Sheet:
    """A table of every wave; a column that a wave does not have is not available there."""
    made = [of_table(one, scope.whole_force(one), titles, tab) for one in releases]
    names = list(dict.fromkeys(name for sheet in made for name in sheet.headings))
    rows: list[Row] = []
    for release, sheet in zip(releases, made, strict=True):
        at = {name: place for place, name in enumerate(sheet.headings)}
        for row in sheet.rows:
            cells = (row[at[name]] if name in at else NOT_AVAILABLE for name in names)
            wave = release.manifest.wave
            rows.append((titles[wave], *cells, wave))
    headings = (HEADINGS["wave_label"], *names, HEADINGS["wave"])
    return Sheet(tab.tab, f"{tab.title}, in each survey", headings, rows, tab.notes)
