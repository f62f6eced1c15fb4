"""Linear programs over non-negative counts, solved again and again."""

from __future__ import annotations

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.errors import Unprotectable

Reals = npt.NDArray[np.float64]

DUST = 1e-6
"""Below this a count is solver noise."""

_DUAL, _PRIMAL = 1, 4
"""Of HiGHS's ways through a program, those on one core."""


def weights_of(rows: sparse.csr_array, row: int) -> Reals:
    """What each atom counts for in one of some sums of them, shape (A,).

    The matrix's own index takes many times as long, which tells where it is asked again and again.
    """
    inside = slice(rows.indptr[row], rows.indptr[row + 1])
    found = np.bincount(rows.indices[inside], rows.data[inside], minlength=rows.shape[1])
    return np.asarray(found, dtype=np.float64)


def total(weights: Reals, counts: Reals) -> float:
    """A weighted sum of many counts, on this core alone.

    The library of linear algebra spreads a product of more than some 10,000 numbers over all cores,
    and its threads then wait for the next one as busily as they work.
    """
    return float((weights * counts).sum())


def program(
    rows: sparse.csc_array, upper: Reals, row_lower: Reals, row_upper: Reals
) -> highspy.Highs:
    """A program over non-negative columns without costs, ready to be solved again and again."""
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = rows.shape
    model.col_cost_ = np.zeros(rows.shape[1])
    model.col_lower_, model.col_upper_ = np.zeros(rows.shape[1]), upper
    model.row_lower_, model.row_upper_ = row_lower, row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = rows.indptr
    model.a_matrix_.index_ = rows.indices
    model.a_matrix_.value_ = rows.data
    highs: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("presolve", "off")
    highs.setOptionValue("solver", "simplex")
    highs.passModel(model)
    return highs


def in_whole_numbers(
    highs: highspy.Highs, row: tuple[float, float, int, npt.NDArray[np.int32], Reals]
) -> Reals | None:
    """A solution in whole numbers with one row more; None when there is none.

    Raises:
        Unprotectable: when the solver cannot say.
    """
    same = highs.getLp()
    same.col_cost_ = np.zeros(same.num_col_)
    same.integrality_ = [highspy.HighsVarType.kInteger] * same.num_col_
    other: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
    other.setOptionValue("output_flag", False)
    other.setOptionValue("threads", 1)
    other.passModel(same)
    other.addRow(*row)
    other.run()
    return answer(other)


def answer(highs: highspy.Highs) -> Reals | None:
    """The solution; None when there is none.

    Raises:
        Unprotectable: when the solver cannot say.
    """
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    if status != highspy.HighsModelStatus.kOptimal:
        words = highs.modelStatusToString(status)
        raise Unprotectable(f"the published counts cannot be audited (solver: {words})")
    return np.array(highs.getSolution().col_value)


def solved(highs: highspy.Highs, reason: str, is_sure: bool = False) -> Reals:
    """The solution; from the beginning when in doubt, and then by the other simplex method.

    Args:
        highs: the program.
        reason: why there should be one.
        is_sure: whether it is believed at once that there is none.

    Raises:
        Unprotectable: for that reason, when there is none.
    """
    highs.run()
    is_none = highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible
    if is_none and is_sure:
        raise Unprotectable(reason)
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        highs.clearSolver()
        highs.run()
    if highs.getModelStatus() == highspy.HighsModelStatus.kUnknown:
        _, strategy = highs.getOptionValue("simplex_strategy")
        highs.setOptionValue("simplex_strategy", _PRIMAL if strategy != _PRIMAL else _DUAL)
        highs.clearSolver()
        highs.run()
        highs.setOptionValue("simplex_strategy", strategy)
    status = highs.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise Unprotectable(f"{reason} (solver: {highs.modelStatusToString(status)})")
    return np.array(highs.getSolution().col_value)
