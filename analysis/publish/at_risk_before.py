"""People at risk as earlier Releases told them: they may be those who were asked in this wave.

Of the same wave they are. Of another one they seem to be where its counts are those that this wave
tells of its headcounts, in every group of which both tell; else people came and went, and an old
count says nothing sure of who was asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.disclosure.rounding import nearest
from analysis.errors import Unprotectable
from analysis.plan import FORCE
from analysis.publish.rates import Told, untold_and_few
from analysis.publish.response import GroupFacts, Response
from analysis.publish.shown import Shown
from analysis.release.model import Release
from analysis.release.processes import processes_of
from analysis.statistics.disproportion import Span

AtRisk = Mapping[str, int]
"""Group id -> people as published."""


def beside_at_risk(
    shown: Shown, known: Response, same_wave: Sequence[Release], others: Sequence[Release]
) -> Response:
    """What may be told of headcounts beside people at risk that were told before.

    Where those of another wave would say that few of a group did not answer, no headcount is told,
    so that nothing says that they are the same people.

    Raises:
        Unprotectable: where those of an earlier Release of the wave itself say so.
    """
    for release in same_wave:
        for process, people in _told(release):
            if (few := _few(shown, known, people)) is not None:
                raise Unprotectable(
                    f"An earlier Release of this wave told how many people of {few} {process} "
                    "counts; beside these answers it would tell that few of them did not answer. "
                    "Publish the same answers as before, or leave the earlier Release in force."
                )
    for release in others:
        for _, people in _told(release):
            alike = _are_those_asked(shown, known, people)
            if alike and _few(shown, known, people) is not None:
                known = Response(dict.fromkeys(known.of_group, GroupFacts()), known.contradicted)
    return known


def _told(release: Release) -> Sequence[tuple[str, AtRisk]]:
    return [
        (
            process,
            {
                row.group: row.at_risk
                for row in release.procedures
                if row.process == process and row.at_risk is not None
            },
        )
        for process in processes_of(release)
    ]


def _are_those_asked(shown: Shown, known: Response, people: AtRisk) -> bool:
    """Whether a reader sees as many people at risk as headcounts in every group that has both."""
    step = shown.policy.base_step
    both = {
        group: facts.headcount
        for group, facts in known.of_group.items()
        if facts.headcount is not None and group in people
    }
    return FORCE in both and all(
        nearest(size, step) == people[group] for group, size in both.items()
    )


def _few(shown: Shown, known: Response, people: AtRisk) -> str | None:
    """A group of which the counts say that few did not answer; None where they say it of none."""
    policy, names = shown.policy, shown.figures.names
    spans = {
        row: Span.of(people[name], policy.base_step)
        for row, name in enumerate(names)
        if name in people
    }
    answers = shown.figures.sums.people.tolist()
    seen = [
        n if name in shown.protection.shown else 0 for n, name in zip(answers, names, strict=True)
    ]
    # Fewer than answered are other people, such as applicants.
    asked = {row: span for row, span in spans.items() if span.high >= seen[row]}
    if 0 not in asked:
        return None
    for row, span in asked.items():
        if seen[row] and span.high - seen[row] < policy.k:
            return names[row]
    sizes = [known.of_group[name].headcount for name in names]
    told = Told(
        tuple(sizes),
        answered=tuple(seen),
        small=tuple(n < policy.k for n in answers),
        told=frozenset(row for row, size in enumerate(sizes) if size is not None),
        others=frozenset(spans.keys() - asked.keys()),
        bands={row: (span.low, span.high) for row, span in asked.items()},
    )
    few = untold_and_few(shown.plan, told, policy.k)
    return None if few is None else names[few]
