"""Who answered, who is missing, and how far those who did not answer could move the figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.plan import COMMAND, FORCE
from analysis.release.model import BreakdownFacts, Release
from analysis.release.nonresponse import clearly_missing
from analysis.release.rows import JOINED, EstimateRow, GroupRow, MeasureRow, RepresentativenessRow
from survey.results import words
from survey.results.rounded import further
from survey.results.scope import Scope, label


@dataclass(frozen=True)
class ResponseRow:
    """A group's response in words: answers, people invited, rate; `[c]` or `[x]` where absent.

    Attributes:
        missing: how many fewer or more answered than if all groups had answered alike.
    """

    label: str
    answers: str
    invited: str
    rate: str
    missing: str


@dataclass(frozen=True)
class EvenRow:
    """How evenly the parts of a group answered.

    Attributes:
        moved: the most that weighting by these parts moves a theme.
        worth: how many equally weighted answers that leaves.
    """

    parts: str
    evenness: str
    moved: str
    worth: str


@dataclass(frozen=True)
class ReachRow:
    """A theme's figure, and what it would be if everybody else had answered the worst or best."""

    theme: str
    figure: str
    worst: str
    best: str


@dataclass(frozen=True)
class Response:
    """The response of some groups, and what non-response could change.

    Attributes:
        missing: of which groups clearly fewer answered, in words; most missing first.
        even: how evenly parts answered, in the order of the plan.
        weighted: figures that weighting to headcounts moves by 2 points or more, in words.
        reach: the range without any assumption, theme by theme, of the group `reach_of`.
        reach_themes, reach_others: the same of other groups: a label, then a range a theme.
    """

    rows: tuple[ResponseRow, ...]
    missing: tuple[str, ...]
    even: tuple[EvenRow, ...]
    weighted: tuple[str, ...]
    reach_of: str
    reach: tuple[ReachRow, ...]
    reach_themes: tuple[str, ...]
    reach_others: tuple[tuple[str, tuple[str, ...]], ...]


def response(
    release: Release, groups: Iterable[str], main: str, others: Sequence[str], seen: Scope
) -> Response:
    """The response of `groups`, in their order.

    Args:
        release: what was published.
        groups: ids of the groups whose rate is listed.
        main: the group whose reach stands theme by theme.
        others: ids of further groups whose reach is listed.
        seen: what the page may show.
    """
    rows = [release.group_by_id[group] for group in groups if group in release.group_by_id]
    parts = {row.group: row for row in release.representativeness if row.kind == "part"}
    themes = [row for row in release.measures if row.kind == "theme"]
    headline = [one for one in (main, *others) if one in release.group_by_id]
    return Response(
        tuple(answered(release, row, parts.get(row.group)) for row in rows),
        _missing(release, [part for part in parts.values() if part.group in seen.groups]),
        _even(release, seen, main),
        tuple(_weighted(release, headline, themes)),
        label(release, release.group_by_id[main]),
        _reach(release, release.group_by_id[main], themes),
        tuple(theme.label for theme in themes),
        tuple(_other(release, release.group_by_id[one], themes) for one in headline[1:]),
    )


def answered(
    release: Release, row: GroupRow, part: RepresentativenessRow | None = None
) -> ResponseRow:
    """How many of a group answered; `part` tells how many are missing, where that is known."""
    name = label(release, row)
    answers = words.answers(row, release.manifest.policy)
    if answers == "[c]":
        return ResponseRow(name, *["[c]"] * 4)
    invited = "[x]" if row.headcount is None else f"{row.headcount:,}"
    rate = "[x]" if row.response_rate is None else f"about {row.response_rate}%"
    missing = "" if row.group == FORCE else "[x]"
    if part is not None and part.missing is not None:
        missing = words.fewer_or_more(part.missing)
    return ResponseRow(name, answers, invited, rate, missing)


def _missing(release: Release, parts: Sequence[RepresentativenessRow]) -> tuple[str, ...]:
    found, named = [], clearly_missing(release)
    for part in parts:
        row = release.group_by_id[part.group]
        if part.group not in named or part.missing is None or row.response_rate is None:
            continue
        found.append((part.missing, label(release, row), row.response_rate))
    found.sort(key=lambda one: (-one[0], one[1]))
    return tuple(words.missing(name, rate, people) for people, name, rate in found)


def _even(release: Release, seen: Scope, main: str) -> tuple[EvenRow, ...]:
    """How evenly the force's parts answered, and those of the page's own command."""
    facts = {one.id: one for one in release.manifest.breakdowns}
    found = []
    for row in release.representativeness:
        if row.kind == "together" and row.effective is not None:
            names = [facts[one].label for one in row.breakdown.split(JOINED)]
            said = f"{', '.join(names[:-1])} and {names[-1]} at once"
            found.append(EvenRow(said, "–", words.moved(row.moved), f"{row.effective:,}"))
            continue
        if row.kind != "whole" or row.group not in {FORCE, main} or row.indicator is None:
            continue
        if row.group not in seen.groups:
            continue
        name = _parts(facts[row.breakdown], row.parts_level)
        if row.group != FORCE:
            name = f"{name} of {label(release, release.group_by_id[row.group])}"
        found.append(
            EvenRow(
                name,
                f"{row.indicator:.2f}, {words.evenly(row.indicator)}",
                words.moved(row.moved),
                "[x]" if row.effective is None else f"{row.effective:,}",
            )
        )
    return tuple(found)


def _parts(facts: BreakdownFacts, level: str) -> str:
    named = level.replace("_", "-")
    if facts.id == COMMAND:
        return named.capitalize()
    return facts.label if level == facts.levels[-1] else f"{facts.label}, {named}"


def _weighted(
    release: Release, groups: Iterable[str], themes: Sequence[MeasureRow]
) -> Iterable[str]:
    for group in groups:
        for theme in themes:
            row = release.estimate_by_key[group, theme.measure]
            if row.weighted is not None:
                name = label(release, release.group_by_id[group])
                yield f"{name}, {theme.label}: {words.figure_with_range(row)}"


def _reach(release: Release, row: GroupRow, themes: Sequence[MeasureRow]) -> tuple[ReachRow, ...]:
    """Each theme between "all others negative" and "all others positive"; needs a rate."""
    found = []
    for theme in themes:
        one = release.estimate_by_key[row.group, theme.measure]
        if one.least is None or one.most is None:
            continue
        figure = words.figure_with_range(one, further(release, row.group, theme.measure))
        found.append(ReachRow(theme.label, figure, f"{one.least}%", f"{one.most}%"))
    return tuple(found)


def _other(
    release: Release, row: GroupRow, themes: Sequence[MeasureRow]
) -> tuple[str, tuple[str, ...]]:
    found = (release.estimate_by_key[row.group, theme.measure] for theme in themes)
    return label(release, row), tuple(_span(one) for one in found)


def _span(row: EstimateRow) -> str:
    if row.status != "shown":
        return "[c]"
    if row.least is None or row.most is None:
        return "[x]"
    return f"{row.least} to {row.most}%"
