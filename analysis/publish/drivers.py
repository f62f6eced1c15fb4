"""Which themes go together with a declared outcome, in the whole force.

Shares of R squared in whole percents, of 500 people or more: no answer to a single item follows
from them.
"""

from __future__ import annotations

import numpy as np

from analysis.codebook import Codebook
from analysis.errors import EstimationError
from analysis.moments import Moments
from analysis.plan import FORCE
from analysis.release.rows import DriverRow
from analysis.statistics.drivers import LEAST_RESPONDENTS, lmg


def driver_rows(codebook: Codebook, moments: Moments | None) -> tuple[DriverRow, ...]:
    """One row a theme, in the order of the codebook; none where no outcome is declared.

    Where fewer than 500 people answered, or themes do not differ from person to person, the rows
    are empty.
    """
    if moments is None or moments.outcome is None or codebook.outcome is None:
        return ()
    names = [(theme, FORCE, codebook.outcome) for theme in moments.beside]
    empty = tuple(DriverRow(*name, None, None, None, None, "c") for name in names)
    if moments.outcome.n < LEAST_RESPONDENTS:
        return empty
    try:
        found = lmg(*moments.outcome.scores())
    except (EstimationError, np.linalg.LinAlgError):
        return empty
    explained = round(100 * found.r_squared)
    if explained == 0:
        return empty
    return tuple(
        DriverRow(
            *name,
            share=round(100 * share / found.r_squared),
            first=first,
            last=last,
            explained=explained,
            status="shown",
        )
        for name, share, first, last in zip(
            names, found.shares, found.first, found.last, strict=True
        )
    )
