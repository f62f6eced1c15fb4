"""Who answered, and how far those who did not could move the figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analysis.release.model import Release
from analysis.release.rows import GroupRow
from survey.results import words
from survey.results.rounded import further
from survey.results.scope import label


@dataclass(frozen=True)
class ResponseRow:
    """A group's response in words: answers, people invited, rate; `[c]` or `[x]` where absent."""

    label: str
    answers: str
    invited: str
    rate: str


@dataclass(frozen=True)
class ReachRow:
    """A theme's figure, and what it would be if everybody else had answered the worst or best."""

    theme: str
    figure: str
    worst: str
    best: str


@dataclass(frozen=True)
class Response:
    """The response of some groups, and the reach of non-response for one of them."""

    rows: tuple[ResponseRow, ...]
    reach_of: str
    reach: tuple[ReachRow, ...]


def response(release: Release, groups: Iterable[str], main: str) -> Response:
    """The response of `groups`, in their order; the reach is that of the group `main`."""
    rows = [release.group_by_id[group] for group in groups if group in release.group_by_id]
    return Response(
        tuple(_row(release, row) for row in rows),
        label(release, release.group_by_id[main]),
        _reach(release, release.group_by_id[main]),
    )


def _row(release: Release, row: GroupRow) -> ResponseRow:
    name = label(release, row)
    answers = words.answers(row, release.manifest.policy)
    if answers == "[c]":
        return ResponseRow(name, "[c]", "[c]", "[c]")
    invited = "[x]" if row.headcount is None else f"{row.headcount:,}"
    rate = "[x]" if row.response_rate is None else f"about {row.response_rate}%"
    return ResponseRow(name, answers, invited, rate)


def _reach(release: Release, row: GroupRow) -> tuple[ReachRow, ...]:
    """Each theme between "all others negative" and "all others positive"; needs a rate."""
    if row.status != "shown" or row.response_rate is None:
        return ()
    rate = row.response_rate / 100
    found = []
    for theme in release.measures:
        estimate = release.estimate_by_key.get((row.group, theme.measure))
        if theme.kind != "theme" or estimate is None or estimate.status != "shown":
            continue
        if estimate.positive is None:
            continue
        share = estimate.positive / 100
        worst, best = rate * share, rate * share + 1 - rate
        figure = words.figure_with_range(estimate, further(release, row.group, theme.measure))
        found.append(ReachRow(theme.label, figure, f"{worst:.0%}", f"{best:.0%}"))
    return tuple(found)
