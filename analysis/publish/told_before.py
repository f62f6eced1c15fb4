"""What earlier Releases tell of HR's counts: of the same months, and of the same people."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from analysis.beside.procedures import Counted, Period
from analysis.disclosure.rounding import nearest
from analysis.errors import Unprotectable
from analysis.ledger import Ledger
from analysis.release.rows import ProcedureRow

TellingsBefore = Sequence[Mapping[str, tuple[int, int]]]
"""For each earlier Release with the same period: group id -> people and cases as published."""


@dataclass(frozen=True)
class Other:
    """Another process, or another period, in an earlier Release.

    Attributes:
        at_risk: group id -> people as published, of the groups that it shows.
        hidden: ids of the groups that it hides.
    """

    release: str
    process: str
    at_risk: Mapping[str, int]
    hidden: frozenset[str]

    def may_count(self, at_risk: Mapping[str, int], told: Collection[str], step: int) -> bool:
        """Whether a reader sees as many people in every group that both show."""
        both = self.at_risk.keys() & told
        return bool(both) and all(
            self.at_risk[group] == nearest(at_risk[group], step) for group in both
        )


def same_months(one: Counted, ledger: Ledger | None) -> TellingsBefore:
    """What was told of the same process and period.

    Raises:
        Unprotectable: when a period that was told shares some months only.
    """
    found = []
    for release, text, rows in _told(ledger):
        if rows[0].process != one.process:
            continue
        before = Period.parse(text)
        if before == one.period:
            found.append(
                {
                    row.group: (row.at_risk, row.cases)
                    for row in rows
                    if row.at_risk is not None and row.cases is not None
                }
            )
        elif before.overlaps(one.period):
            raise Unprotectable(
                f"{one.process} was published for {before.words} in Release {release}, and "
                f"{one.period.words} shares months with it: the difference would tell of few "
                "people. Give a period that begins later, or the same one."
            )
    return found


def others(one: Counted, ledger: Ledger | None) -> tuple[Other, ...]:
    """All other processes and periods that were published: they may be of the same people."""
    return tuple(
        Other(
            release,
            rows[0].process,
            {row.group: row.at_risk for row in rows if row.at_risk is not None},
            frozenset(row.group for row in rows if row.at_risk is None),
        )
        for release, text, rows in _told(ledger)
        if (rows[0].process, Period.parse(text)) != (one.process, one.period)
    )


def expect_never_told(process: str, given: Counted, ledger: Ledger | None) -> None:
    """Refuse a process of which the part, or the whole, was published without it.

    Raises:
        Unprotectable: names the earlier Release.
    """
    for release, text, rows in _told(ledger):
        if rows[0].process == process and Period.parse(text).overlaps(given.period):
            raise Unprotectable(
                f"{process} was published in Release {release}, and {given.process} counts some of "
                "the same cases: the difference of the two would be a third count. Give both for "
                "these months, or leave this one out."
            )


def _told(ledger: Ledger | None) -> list[tuple[str, str, list[ProcedureRow]]]:
    """Of each process in each Release: the Release's name, the period and the rows."""
    found = []
    for published in () if ledger is None else ledger.releases:
        by_process: dict[tuple[str, str], list[ProcedureRow]] = {}
        for row in published.release.procedures:
            by_process.setdefault((row.process, row.period), []).append(row)
        found += [(published.hash[:12], text, rows) for (_, text), rows in by_process.items()]
    return found
