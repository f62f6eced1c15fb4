"""What a questionnaire's tables are likely to show, in words for its author."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis import headcounts
from analysis.forecast import (
    Answering,
    Forecast,
    Frame,
    Merge,
    TableForecast,
    forecast,
    frame,
    merges,
    offering,
)
from analysis.policy import DisclosurePolicy
from survey.questionnaire.codebook import codebook
from survey.questionnaire.model import Questionnaire

SEED = 1
FEW_DRAWS = 25
"""Enough for a short answer in a second or two."""

OFTEN = 0.05
"""Share of the draws from which on the author is warned that a level is left out."""

COARSER = "percent who give a coarser answer where one is offered, a guess"
"""What the option is for, in both commands that have it."""

Progress = Callable[[Iterable[int]], Iterable[int]]


@dataclass(frozen=True)
class Outlook:
    """A forecast, the force that it was made for, and how its people were taken to answer.

    Attributes:
        offering: labels of the breakdowns to whose question coarser answers are offered.
        merges: of tables of which a level is often left out, which two categories to merge.
    """

    frame: Frame
    forecast: Forecast
    answering: Answering
    offering: tuple[str, ...]
    merges: tuple[Merge, ...] = ()


def look_ahead(
    questionnaire: Questionnaire,
    people: Path | Mapping[str, int],
    answering: Answering,
    policy: DisclosurePolicy,
    *,
    seed: int = SEED,
    draws: Iterable[int] = range(FEW_DRAWS),
) -> Outlook:
    """Forecast which groups of a questionnaire will be shown.

    Args:
        questionnaire: its tables are forecast.
        people: by group id, or a CSV file `group,headcount`.
        answering: the guess of who will answer.
        policy: the thresholds that the wave will have.
        seed: the same seed gives the same forecast.
        draws: one wave is drawn for each.

    Raises:
        DataError: headcounts that cannot be read, lack a group or contradict each other.
        Unprotectable: the tables are linked into more than can be audited.
    """
    book = codebook(questionnaire)
    plan = questionnaire.plan
    counts = headcounts.read(people, plan) if isinstance(people, Path) else people
    everybody = frame(book, plan, counts)
    found = forecast(
        *(book, plan, everybody, answering),
        policy=policy,
        rng=np.random.default_rng(seed),
        draws=draws,
    )
    hidden = [one.id for one in found.tables if any(rate >= OFTEN for _, rate in one.left_out)]
    tried = merges(
        *(book, plan, everybody, answering),
        tables=hidden,
        policy=policy,
        rng=np.random.default_rng(seed),
    )
    return Outlook(everybody, found, answering, offering(plan), tried)


def in_short(outlook: Outlook) -> Iterator[str]:
    """A few lines: how many groups of each table, and what costs most."""
    rate, people = outlook.answering.rate, outlook.frame.people
    yield f"If {rate:g} % of {people:,} people answer, about this much can be shown:"
    for table in outlook.forecast.tables:
        yield f"  {table.id}: {table.shown:.0f} of {len(table.groups)} groups"
    yield from reservations(outlook)
    yield dearest(outlook.forecast)


def guessed(outlook: Outlook, answering: Answering, draws: int, seed: int) -> str:
    """One sentence on what was guessed."""
    people = f"{outlook.frame.people:,} people; {answering.rate:g} % answer"
    return (
        f"{people} and withhold each thing about themselves in {answering.withheld:g} % of cases; "
        f"{draws} draws with seed {seed}."
    )


def reservations(outlook: Outlook) -> Iterator[str]:
    """What was assumed where the headcounts are silent, and whether anything can be published."""
    yield from _coarser(outlook)
    if outlook.frame.independent:
        yield (
            "The headcounts do not give all of the crossings of "
            f"{', '.join(outlook.frame.independent)}: there the breakdowns are assumed to be "
            "independent of each other."
        )
    for breakdown, people in outlook.frame.unknown.items():
        yield (
            f"{people:,} people are in no group of {breakdown} in the headcounts; they are taken "
            "to name none."
        )
    advice = {one.table: f" {_merge(one)}" for one in outlook.merges}
    for table in outlook.forecast.tables:
        for level, share in table.left_out:
            if share >= OFTEN:
                yield (
                    f"Table {table.id} is not published at {level} in {share:.0%} of the draws, as "
                    "most of its groups there are hidden: merge categories, or declare it coarser."
                    f"{advice.pop(table.id, '')}"
                )
    if outlook.forecast.nothing:
        yield f"In {outlook.forecast.nothing:.0%} of the draws nothing could be published."


def _merge(one: Merge) -> str:
    first, second = one.values
    return (
        f"Of all pairs that were tried, {first} and {second} of {one.breakdown} as one category "
        f"show most: groups of {one.people:,.0f} people more."
    )


def _coarser(outlook: Outlook) -> Iterator[str]:
    if outlook.offering:
        share, about = outlook.answering.coarser, " and of ".join(outlook.offering)
        yield (
            f"Coarser answers are offered of {about}: {share:g} % of the people are taken to give "
            "the nearest one. A few of them hide more than many do, so try other shares."
        )


def dearest(found: Forecast) -> str:
    """One sentence on the crossing that costs the other tables most."""
    table = found.dearest
    if table is not None:
        return (
            f"The costliest crossing is {table.id}: without it, groups of the other tables with "
            f"{table.cost:,.0f} more people in them would be shown."
        )
    if any(one.cost is not None for one in found.tables):
        return "No crossing costs the other tables anything."
    return "No table crosses breakdowns."


def rows(found: Forecast) -> Iterator[tuple[str, str, float, float, float, float]]:
    """Group, label, expected base, shares shown, hidden for being small and for others' sake."""
    for group in found.groups:
        yield group.id, group.label, group.base, group.shown, group.small, group.others


def table_lines(tables: Iterable[TableForecast]) -> Iterator[str]:
    """A small table of tables."""
    named = list(tables)
    width = max((len(table.id) for table in named), default=0)
    yield f"{'table':{width}}  groups  shown  people hidden  cost to others"
    for table in named:
        share = table.shown / len(table.groups)
        cost = "" if table.cost is None else f"{table.cost:,.0f}"
        row = f"{table.id:{width}}  {len(table.groups):6}  {share:5.0%}  {table.hidden:13,.0f}"
        yield f"{row}  {cost:>14}".rstrip()
