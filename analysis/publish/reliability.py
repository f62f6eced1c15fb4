"""How well a theme's items hang together in the whole force, and items that run against theirs.

Cronbach's alpha speaks of the joint answers to three items or more of 100 people or more, as one
number of two decimals; no answer to one item follows from it.
"""

from __future__ import annotations

from collections.abc import Iterator

from analysis.codebook import Codebook
from analysis.errors import DataError
from analysis.moments import Moments, ThemeMoments
from analysis.plan import FORCE
from analysis.polarity import Polarity, sentences
from analysis.release.limits import alpha_limits, stated_answers
from analysis.release.rows import ReliabilityRow
from analysis.statistics.reliability import (
    LEAST_RESPONDENTS,
    cronbach_alpha,
    item_total_correlations,
)

RUNS_AGAINST = -0.2
"""Corrected item-total correlation from which on an item stops a Release until it is decided."""


def polarity_warnings(codebook: Codebook, moments: Moments, polarity: Polarity) -> tuple[str, ...]:
    """What a Release has to say of items that run against their theme, and of what was decided.

    Args:
        codebook: with the decisions in it.
        moments: of the same codebook.
        polarity: the decisions.

    Raises:
        DataError: for an item that clearly does and of which nothing was decided.
    """
    mild = []
    for item, theme, found in sorted(_against(codebook, moments), key=lambda one: one[2]):
        if item in polarity:
            continue
        text = codebook.item_by_id[item].text
        label = codebook.theme_by_id[theme].label
        if found <= RUNS_AGAINST:
            raise DataError(
                f"Item {item} (“{text}”) runs against the others of its theme {label}: its "
                f"correlation with them is {found:.2f}. If the questionnaire reads it the wrong "
                f"way round, say --polarity {item}=reversed; if not, --polarity {item}=kept."
            )
        mild.append(
            f"“{text}” goes slightly against the others of its theme, {label}; read the theme with "
            "its statements."
        )
    return (*sentences(codebook, polarity), *mild)


def reliability_rows(
    codebook: Codebook, moments: Moments | None, base: int
) -> tuple[ReliabilityRow, ...]:
    """One row a theme: alpha where there are three items and 100 respondents or more.

    Args:
        codebook: whose themes they are.
        moments: of the whole force; None when they were not counted.
        base: published base of the force.
    """
    found = {} if moments is None else moments.themes
    return tuple(
        _row(
            theme.id,
            len(theme.items),
            # Of a theme for some, the force's base is not that of who answered.
            found.get(theme.id) if codebook.audience(theme.id) is None else None,
            base,
        )
        for theme in codebook.themes
    )


def _against(codebook: Codebook, moments: Moments) -> Iterator[tuple[str, str, float]]:
    for name, theme in moments.themes.items():
        if theme.n < LEAST_RESPONDENTS:
            continue
        found = item_total_correlations(*theme.scores())
        for item, correlation in zip(codebook.theme_by_id[name].items, found, strict=True):
            if correlation < 0:
                yield item, name, correlation


def _row(theme: str, items: int, found: ThemeMoments | None, base: int) -> ReliabilityRow:
    names = (theme, FORCE, items)
    enough = [n for n in stated_answers(base) if found is not None and n <= found.n]
    if found is None or not enough or not _varies(found):
        return ReliabilityRow(*names, None, None, None, "c")
    alpha = round(cronbach_alpha(*found.scores()).alpha, 2)
    return ReliabilityRow(*names, alpha, *alpha_limits(alpha, enough[0], items), "shown")


def _varies(found: ThemeMoments) -> bool:
    """Whether respondents differ at all in their sum."""
    total = int(found.total.sum())
    return found.n * int(found.products.sum()) > total * total
