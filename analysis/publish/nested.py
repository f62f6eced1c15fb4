"""Processes whose cases are among those of another one: what is left of that without them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from analysis.beside.procedures import Counted, Procedures
from analysis.errors import DataError
from analysis.ledger import Ledger
from analysis.processes import Process
from analysis.publish.told_before import expect_never_told


def left_over(
    given: Procedures, processes: Sequence[Process], ledger: Ledger | None
) -> Iterator[tuple[Process, Counted]]:
    """What anybody can subtract: a process without those of its cases that another one counts.

    It is protected as if it were published too.

    Args:
        given: HR's counts.
        processes: as they are declared.
        ledger: what was published before; None without.

    Raises:
        DataError: when the part has more cases than the whole, or counts other people.
        Unprotectable: when one of the two was published without the other.
    """
    by_id = {one.process: one for one in given}
    declared = {one.id: one for one in processes}
    for process in processes:
        part, whole = by_id.get(process.id), by_id.get(process.part_of)
        if not process.part_of:
            continue
        if part is not None and whole is not None:
            left = _left(part, whole)
            yield replace(declared[process.part_of], id=left.process), left
        elif part is not None:
            expect_never_told(process.part_of, part, ledger)
        elif whole is not None:
            expect_never_told(process.id, whole, ledger)


def _left(part: Counted, whole: Counted) -> Counted:
    both = [group for group in whole.at_risk if group in part.at_risk]
    for group in both:
        same = (part.period, part.at_risk[group]) == (whole.period, whole.at_risk[group])
        if not same or part.cases[group] > whole.cases[group]:
            raise DataError(
                f"{part.process} is declared to be part of {whole.process}, and in {group} it has "
                "other people, another period or more cases; correct one of the two."
            )
    return Counted(
        f"{whole.process} without {part.process}",
        whole.period,
        {group: whole.at_risk[group] for group in both},
        {group: whole.cases[group] - part.cases[group] for group in both},
    )
