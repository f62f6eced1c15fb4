"""Headcounts and response rates as published, alone and beside what was published before.

A wave's cards and answers are counted in public, and an earlier Release of the wave may have told
headcounts. Whoever has all of it adds up and subtracts, so it is looked at together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from analysis.bands import NO_BANDS, Bands
from analysis.disclosure import rounding
from analysis.errors import Unprotectable
from analysis.plan import FORCE
from analysis.policy import DisclosurePolicy
from analysis.publish.changed import narrowed, people_span
from analysis.publish.earlier import Past
from analysis.publish.headcounts import Headcounts
from analysis.publish.rates import Told, rows_of, tellable, untold_and_few
from analysis.publish.shown import Shown


@dataclass(frozen=True)
class GroupFacts:
    """Headcount and rate of one group as published; None where unknown or not shown."""

    headcount: int | None = None
    rate: int | None = None


@dataclass(frozen=True)
class Response:
    """Who was asked and how many of them answered, as far as it is published.

    Attributes:
        of_group: by group id, every declared group.
        contradicted: sets of breakdown ids whose headcounts contradict answers.
    """

    of_group: Mapping[str, GroupFacts]
    contradicted: tuple[frozenset[str], ...]


def response_of(
    shown: Shown,
    known: Headcounts,
    past: Past | None = None,
    cards: int | None = None,
    bands: Bands = NO_BANDS,
) -> Response:
    """Published headcount and response rate of every group.

    Neither is shown where the rate may not be: with everybody or nearly everybody in, a headcount
    names those who did not answer. Others go with it where they would tell it by subtraction.

    Args:
        shown: what is shown of the answers.
        known: exact headcounts.
        past: earlier Releases of the wave, whose headcounts stay told.
        cards: codes that were made, which everybody knows; None when nobody counted.
        bands: of headcounts, as the wave's page told them before anybody answered.

    Raises:
        Unprotectable: when headcounts of an earlier Release tell too much beside these answers.
    """
    told, rates = _alone(shown, known, past, cards, bands)
    if past is not None:
        told &= _together(past, shown, known, told, cards, bands)
    sizes = known.known
    facts = {
        group.id: GroupFacts(rounding.base(sizes[group.id], shown.policy), rates[group.id])
        if group.id in told
        else GroupFacts()
        for group in shown.plan.groups
    }
    return Response(facts, known.contradicted)


def _alone(
    shown: Shown, known: Headcounts, past: Past | None, cards: int | None, bands: Bands
) -> tuple[frozenset[str], dict[str, int | None]]:
    """The groups whose headcounts may be told, were there no earlier ones, and all rates."""
    people = shown.figures.sums.people.tolist()
    names = [group.id for group in shown.plan.groups]
    sizes = tuple(known.known.get(name) for name in names)
    visible = [name in shown.protection.shown for name in names]
    rates = [
        rounding.rate(n, size, shown.policy) if seen else None
        for n, size, seen in zip(people, sizes, visible, strict=True)
    ]
    may = (
        row
        for row, (name, rate) in enumerate(zip(names, rates, strict=True))
        if rate is not None
        and not _narrows(past, shown.policy, name, people[row], sizes[row] or 0, rate)
    )
    told = tellable(
        shown.plan,
        Told(
            sizes,
            answered=tuple(n if seen else 0 for n, seen in zip(people, visible, strict=True)),
            small=tuple(n < shown.policy.k for n in people),
            told=frozenset(may),
            cards=cards,
            bands=rows_of(shown.plan, bands),
        ),
        shown.policy.k,
    )
    return frozenset(names[row] for row in told), dict(zip(names, rates, strict=True))


def _narrows(
    past: Past | None, policy: DisclosurePolicy, name: str, n: int, size: int, rate: int
) -> bool:
    """Whether this rate beside an earlier one of the group tells its base better than either."""
    if past is None:
        return False
    now = people_span(rounding.base(n, policy), rounding.base(size, policy), rate, policy.as_dict())
    before = (
        people_span(row.base, row.headcount, row.response_rate, release.manifest.policy)
        for release, row in past.rows_of(name)
        if row.base is not None
    )
    return any(narrowed(one, now) for one in before)


def _together(
    past: Past,
    shown: Shown,
    known: Headcounts,
    told: frozenset[str],
    cards: int | None,
    bands: Bands,
) -> frozenset[str]:
    """The groups of `told` that may be told beside the headcounts of earlier Releases.

    A headcount that is not told again may have changed. So they are looked at twice: with those
    alone that are as they were, and with all of them, as readers will take them.
    """
    names, people = list(past.position), past.counted.at_groups.people.tolist()
    before = {
        row: one.headcount
        for row, name in enumerate(names)
        for _, one in past.rows_of(name)
        if one.headcount is not None
    }
    seen = [
        name in shown.protection.shown or any(one.base is not None for _, one in past.rows_of(name))
        for name in names
    ]
    exact = tuple(known.known.get(name) for name in names)
    true = frozenset(
        row
        for row, published in before.items()
        for size in [exact[row]]
        if size is None or rounding.base(size, shown.policy) == published
    )
    frame = Told(
        tuple(before.get(row) if size is None else size for row, size in enumerate(exact)),
        answered=tuple(n if one else 0 for n, one in zip(people, seen, strict=True)),
        small=tuple(n < shown.policy.k for n in people),
        told=frozenset(past.position[name] for name in told) | true,
        cards=cards,
        fixed=true,
        bands=rows_of(past.merged.plan, bands),
    )
    found = _expected(past, frame, shown.policy.k)
    while True:
        # What is told anew says what holds; of the others readers take what was told before.
        old = frozenset(before) - (found - true)
        sizes = tuple(before[row] if row in old - true else n for row, n in enumerate(frame.sizes))
        believed = replace(frame, sizes=sizes, told=found | old, fixed=old)
        left = _expected(past, believed, shown.policy.k)
        if left == believed.told:
            return frozenset(names[row] for row in found) & told
        found = left - (old - true)


def _expected(past: Past, frame: Told, k: int) -> frozenset[int]:
    """What may be told of a frame.

    Raises:
        Unprotectable: when what is told already tells too much.
    """
    found = tellable(past.merged.plan, frame, k)
    few = untold_and_few(past.merged.plan, replace(frame, told=found), k)
    if few is None:
        return found
    last = past.published[-1]
    raise Unprotectable(
        f"Beside the headcounts in Release {last.hash[:12]} of wave {last.wave}, this one would "
        f"tell that few of {list(past.position)[few]} did not answer, or that few are in it. "
        "Publish the same answers as before, or leave the earlier Release in force; its tables are "
        f"{', '.join(table.id for table in last.plan.tables) or FORCE}."
    )
