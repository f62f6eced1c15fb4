"""Files to download: the tables of a Release as published, within what the reader may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response

from analysis.export import csv_bytes
from analysis.release.model import Release
from survey.results.scope import Scope

TABLES = {
    "groups": "Groups, answers and response",
    "estimates": "Percentages and scores, by group",
    "distributions": "Every answer category, by group",
    "comparisons": "Each group against the rest, and watched groups against others",
    "standardised": "What of a gap goes with where people work",
    "concerns": "Areas of concern, levels of concern and strengths",
    "trends": "Figures over the surveys",
    "slopes": "How figures moved over the surveys",
    "benchmarks": "The force beside figures of others",
    "changes": "What changed where something was done",
    "ladders": "What is shown in place of groups that are not",
    "procedures": "Formal processes, as HR counted them",
    "representativeness": "How evenly groups answered, and who is missing",
    "reliability": "How well the statements of each theme hang together",
    "drivers": "Which themes go together with the outcome that is declared",
    "measures": "Themes and statements",
}


@dataclass(frozen=True)
class Download:
    """A table to download: what it holds, its file name and its address."""

    label: str
    name: str
    href: str


def downloads(address: Callable[[str], str]) -> tuple[Download, ...]:
    """A download for each table of a Release."""
    return tuple(Download(text, f"{table}.csv", address(table)) for table, text in TABLES.items())


def csv(release: Release, table: str, scope: Scope) -> Response:
    """A table as a CSV file with the rows of `scope` only."""
    groups = None if scope.command is None else set(scope.groups)
    content = csv_bytes(release, table, groups)
    owner = f"-{scope.command.id}" if scope.command else ""
    name = f"{release.manifest.wave}{owner}-{table}.csv"
    return Response(
        content,
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
