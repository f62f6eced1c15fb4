"""`candour change`: what changed in a unit between two Releases, beside other units of its kind."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import get_args

import click

from analysis.beside.interventions import Intervention, Picked
from analysis.plan import COMMAND
from analysis.release import folder
from analysis.release.change_rows import change_row
from analysis.release.model import Release
from analysis.release.rows import ChangeRow
from survey.errors import DataError

_PATH = click.Path(path_type=Path, exists=True)


@click.command()
@click.argument("before", metavar="BEFORE", type=_PATH)
@click.argument("after", metavar="AFTER", type=_PATH)
@click.option("--group", required=True, help="the unit, such as command=response-north")
@click.option("--measure", required=True, help="id of a theme or item")
@click.option(
    "--picked",
    type=click.Choice(get_args(Picked)),
    default="other",
    show_default=True,
    help="low_score where it was looked at because its earlier figure was low",
)
def change(before: Path, after: Path, group: str, measure: str, picked: Picked) -> None:
    """Say what changed in a unit between two Releases, from published figures alone.

    BEFORE and AFTER are folders of Releases or packed ones. What was declared when AFTER was made
    is said as it stands there.
    """
    then, now = _read(before), _read(after)
    _expect_pair(then, now, after)
    _expect_there(now, group, measure, after)
    wave = then.manifest.wave
    declared = [
        row for row in now.changes if (row.group, row.measure, row.before) == (group, measure, wave)
    ]
    if declared:
        _tell(declared[0])
        return
    where = f"--picked {picked}"
    _expect_same_figures(then, now, group, measure)
    asked = Intervention(group, measure, wave, "", picked, date.max, where)
    _tell(change_row(then, now, asked))


def _read(path: Path) -> Release:
    return folder.read(path, None) if path.is_dir() else folder.unpack(path.read_bytes(), None)


def _expect_pair(then: Release, now: Release, after: Path) -> None:
    one, other = then.manifest, now.manifest
    if one.questionnaire != other.questionnaire:
        raise DataError(
            f"{after} is a Release of {other.questionnaire} and the earlier one of "
            f"{one.questionnaire}: only waves of one questionnaire can be compared."
        )
    if one.closed >= other.closed:
        raise DataError(
            f"Wave {one.wave} closed on {one.closed} and wave {other.wave} on {other.closed}: name "
            "the Release of the earlier wave first."
        )
    if all(row.wave != one.wave for row in now.trends):
        raise DataError(
            f"The trend lines of {after} lack wave {one.wave}, so nothing tells whether the same "
            "was asked; compare Releases of one ledger."
        )


def _expect_same_figures(then: Release, now: Release, group: str, measure: str) -> None:
    wave, row = then.manifest.wave, then.estimate_by_key.get((group, measure))
    line = now.trend_by_key.get((group, measure), ())
    told = [point.value for point in line if point.wave == wave and point.was is None]
    if row is not None and told and told != [row.positive]:
        raise DataError(
            f"The later Release says another figure of {group} ({measure}) in wave {wave} than the "
            "earlier one: that Release was replaced by another one."
        )


def _expect_there(now: Release, group: str, measure: str, after: Path) -> None:
    units = [
        f"{COMMAND}={value}"
        for breakdown in now.manifest.breakdowns
        for value, *_ in breakdown.values
        if breakdown.id == COMMAND and f"{COMMAND}={value}" in now.group_by_id
    ]
    if group not in units:
        named = f"units are named like {units[0]!r}" if units else "it has no commands"
        raise DataError(
            f"--group {group!r} is no command, department or family in {after}; {named}."
        )
    if measure not in now.measure_by_id:
        themes = ", ".join(row.measure for row in now.measures if row.kind == "theme")
        raise DataError(f"--measure {measure!r} is not in {after}; themes are {themes}.")


def _tell(row: ChangeRow) -> None:
    if row.value_before is not None and row.excess is not None:
        figures = {
            f"positive in {row.before}": f"{row.value_before}%",
            f"positive in {row.after}": f"{row.value_after}%",
            "change": f"{row.change:+} points",
            f"mean change of {row.others} others": f"{row.others_change:+} points",
            "beyond the others": f"{row.excess:+} points ({row.lower:+} to {row.upper:+})",
        }
        if row.regression is not None:
            figures["would come back anyway"] = f"{row.regression:+} points"
        width = max(map(len, figures))
        for name, value in figures.items():
            click.echo(f"{name:{width}}  {value}")
        click.echo()
    click.echo(row.words)
    if row.done:
        click.echo(f"What was done: {row.done}")
