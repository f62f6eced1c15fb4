"""The published tables as CSV in one zip, with CSV on the Web metadata that says what they hold."""

from __future__ import annotations

import json
from collections.abc import Callable

from analysis import export, zipped
from analysis.policy import RULES
from analysis.release import tables
from analysis.release.metadata import metadata
from analysis.release.model import Release
from analysis.release.tables import Cell, Column
from survey.results.scope import Scope

METADATA = "csv-metadata.json"
ABOUT = "about"
"""The table with what else a reader must know: wave, base, rule and hash."""

_COLUMNS = (Column("name", str, False), Column("text", str, True), Column("meaning", str, False))


def zipped_tables(
    release: Release, digest: str, scope: Scope, told: Callable[[float], None] = lambda _: None
) -> tuple[bytes, dict[str, int]]:
    """Every table within `scope` with its description; the same bytes for the same Release.

    Args:
        release: what was published.
        digest: the hash of that Release.
        scope: whose rows are wanted.
        told: told which share of the work is done, 0 to 1.

    Returns:
        The zip, and table -> its number of rows.
    """
    groups = None if scope.command is None else scope.groups
    about = _about(release, digest, scope)
    files = {f"{ABOUT}.csv": tables.to_csv(_COLUMNS, about)}
    rows = {ABOUT: len(about)}
    for name in tables.ROWS:
        columns, cells = export.cells(release, name, groups)
        files[f"{name}.csv"], rows[name] = tables.to_csv(columns, cells), len(cells)
        told(len(rows) / (len(tables.ROWS) + 1))
    files[METADATA] = _described(release, digest)
    return zipped.pack(files), rows


def _about(release: Release, digest: str, scope: Scope) -> list[tuple[Cell, ...]]:
    facts = release.manifest
    whose = "force" if scope.command is None else scope.command.id
    told = [
        ("wave", facts.wave, "id of the wave"),
        ("wave_title", facts.wave_title, "its title"),
        ("closed", facts.closed, "the day on which it closed"),
        ("questionnaire", facts.questionnaire, "id of the questionnaire"),
        ("questionnaire_version", facts.questionnaire_version, "its version"),
        ("questionnaire_title", facts.questionnaire_title, "its title"),
        ("scope", whose, "force, or the command whose rows and those of the force are here"),
        ("base", str(facts.answered), "people in the whole force who answered, unweighted"),
        ("invited", str(facts.invited or ""), "people in the whole force who were asked, rounded"),
        ("release", digest, "SHA-256 of the manifest of the Release that this is made from"),
        ("replaces", facts.replaces or "", "the Release that it corrects"),
        ("correction", facts.correction or "", "why it corrects that"),
    ]
    rule = [
        (f"rule {name}", str(facts.policy[name]), f"{one.unit}: {one.meaning}")
        for name, one in RULES.items()
        if name in facts.policy
    ]
    return [*told, *rule]


def _described(release: Release, digest: str) -> bytes:
    """CSVW metadata of the whole group of tables, as JSON bytes with sorted keys."""
    breakdowns = [one.id for one in release.manifest.breakdowns]
    inside = [_table(ABOUT, _COLUMNS)]
    inside += [_table(name, tables.columns(name, breakdowns)) for name in tables.ROWS]
    described = {
        "@context": inside[0]["@context"],
        "dialect": inside[0]["dialect"],
        "dc:title": f"{release.manifest.questionnaire_title}: {release.manifest.wave_title}",
        "dc:date": release.manifest.closed,
        "dc:source": f"Release {digest}",
        "dc:description": "Published figures only. An empty value with status c is not shown; a "
        "text that a spreadsheet would run as a formula starts with an apostrophe.",
        "tables": [
            {key: table[key] for key in ("url", "dc:title", "null", "tableSchema")}
            for table in inside
        ],
    }
    return (json.dumps(described, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _table(name: str, headings: tuple[Column, ...]) -> dict[str, object]:
    found: dict[str, object] = json.loads(metadata(name, headings))
    return found
