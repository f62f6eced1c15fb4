"""The rows of a process as they follow from its published counts, whoever makes or reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from analysis.beside.procedures import Period
from analysis.errors import EstimationError, ReleaseError
from analysis.plan import FORCE
from analysis.processes import Process
from analysis.release.model import Release
from analysis.release.rows import ProcedureRow
from analysis.statistics import process_sentences as sentences
from analysis.statistics.disproportion import (
    FOUR_FIFTHS,
    Counts,
    Figures,
    Span,
    are_clear,
    figures,
    smallest_gap,
)

_NOTHING = (None, None, None)
_HIDDEN = (None, None, None, None, None, None, None, None, None, None, None, None)


def rows_of(
    process: Process,
    period: str,
    counts: Mapping[str, Counts | None],
    labels: Mapping[str, str],
    k: int,
) -> tuple[ProcedureRow, ...]:
    """A row for every group of `counts`, in their order.

    Args:
        process: which one.
        period: of the counts.
        counts: group id -> people and cases as published; None where they are hidden.
        labels: group id -> label.
        k: fewest cases and others among everybody else.

    Raises:
        EstimationError: when the counts cannot be those of groups of one force.
    """
    shown = {group: mine for group, mine in counts.items() if mine is not None}
    rest = {group: shown[FORCE].without(mine) for group, mine in shown.items()}
    adverse = process.outcome == "adverse"
    made = {
        group: figures(mine, None if group == FORCE else rest[group], k, adverse=adverse)
        for group, mine in shown.items()
    }
    compared = {group: one.p for group, one in made.items() if one.gap is not None}
    clear = dict(zip(compared, are_clear(list(compared.values())), strict=True))
    rows = []
    for group in counts:
        row = ProcedureRow(group, process.id, period, *_HIDDEN, status="c")
        if group in shown:
            mine, found = shown[group], made[group]
            said = [_fact(labels[group], process.event, found, force=group == FORCE)]
            if found.gap is not None and clear[group]:
                said.append(sentences.clear_difference(found.gap, found.ratio, adverse=adverse))
                if not adverse and mine.rate < FOUR_FIFTHS * rest[group].rate:
                    said.append(sentences.under_four_fifths(mine.rate / rest[group].rate))
            elif found.gap is not None:
                points = 100 * smallest_gap(mine, rest[group], len(compared))
                said.append(sentences.no_clear_difference(mine.at_risk.people, points))
            row = replace(_filled(row, mine, found), clear=clear.get(group), words=" ".join(said))
        rows.append(row)
    return tuple(rows)


def _filled(row: ProcedureRow, mine: Counts, made: Figures) -> ProcedureRow:
    gap, ratio = made.gap or _NOTHING, made.ratio or _NOTHING
    return replace(
        row,
        at_risk=mine.at_risk.people,
        cases=mine.cases.people,
        rate=made.rate,
        rest_rate=made.rest_rate,
        rate_gap=gap[0],
        gap_lower=gap[1],
        gap_upper=gap[2],
        ratio=ratio[0],
        ratio_lower=ratio[1],
        ratio_upper=ratio[2],
        status="shown",
    )


def _fact(label: str, event: str, made: Figures, *, force: bool) -> str:
    if made.rest_rate is None:
        told = sentences.told(label, event, made.rate)
        return told if force else f"{told} {sentences.NO_COMPARISON}"
    return sentences.compared(label, event, made.rate, made.rest_rate)


def expect_rows(release: Release) -> None:
    """Refuse processes of which a row is missing, or that say what their counts do not.

    Processes are declared ones, with groups that exist, each once, in one period. Every one has
    the whole force and whole levels, with all that they are parts of. What is shown has both
    counts, and all else follows from them.

    Raises:
        ReleaseError: naming the group and the process.
    """
    _expect_declared(release)
    labels = {row.group: row.label for row in release.groups}
    for process in release.manifest.processes:
        rows = [row for row in release.procedures if row.process == process.id]
        if not rows:
            continue
        if missing := missing_row(release, {row.group for row in rows}):
            raise ReleaseError(f"procedures: {missing} has no row under {process.id}.")
        counts = {row.group: _counts(release, row) for row in rows}
        if counts[FORCE] is None and any(counts.values()):
            raise ReleaseError(f"procedures: {process.id} shows groups, and not the whole force.")
        k = int(release.manifest.policy["k"])
        try:
            wanted = rows_of(process, rows[0].period, counts, labels, k)
        except EstimationError as error:
            raise ReleaseError(f"procedures: counts of {process.id} cannot be: {error}.") from error
        for row, one in zip(rows, wanted, strict=True):
            if row.status == "shown" and row != one:
                raise ReleaseError(
                    f"procedures: what is said of {row.group} ({row.process}) does not follow from "
                    "the counts."
                )


def _expect_declared(release: Release) -> None:
    declared = {one.id for one in release.manifest.processes}
    periods: dict[str, str] = {}
    seen = set()
    for row in release.procedures:
        known = row.process in declared and row.group in release.group_by_id
        one_period = periods.setdefault(row.process, row.period) == row.period
        if not (known and one_period and _is_period(row.period)):
            raise ReleaseError(
                f"procedures: {row.group} ({row.process}, {row.period}) cannot stand here."
            )
        if (row.process, row.group) in seen:
            raise ReleaseError(f"procedures: {row.group} stands twice under {row.process}.")
        seen.add((row.process, row.group))


def _is_period(text: str) -> bool:
    try:
        Period.parse(text)
    except ValueError:
        return False
    return True


def missing_row(release: Release, given: set[str]) -> str | None:
    """A group that has no row, though it is the force, of a level or above a group that has one."""
    if FORCE not in given:
        return FORCE
    facts = [
        {value: (level, parent) for value, _, level, parent in one.values}
        for one in release.manifest.breakdowns
    ]

    def levels(values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(of[value][0] if value else "" for of, value in zip(facts, values, strict=True))

    here = {release.group_by_id[group].values for group in given}
    above = {
        (*values[:at], facts[at][values[at]][1] or "", *values[at + 1 :])
        for values in here
        for at in range(len(values))
        if values[at] and facts[at][values[at]][1]
    }
    whole = {levels(values) for values in here}
    for row in release.groups:
        if row.group not in given and (row.values in above or levels(row.values) in whole):
            return row.group
    return None


def _counts(release: Release, row: ProcedureRow) -> Counts | None:
    if row.status != "shown":
        return None
    step = int(release.manifest.policy["base_step"])
    if row.at_risk is None or row.cases is None or not 0 <= row.cases <= row.at_risk:
        raise ReleaseError(f"procedures: {row.group} ({row.process}) is shown without its counts.")
    return Counts(Span.of(row.at_risk, step), Span.of(row.cases, step))
