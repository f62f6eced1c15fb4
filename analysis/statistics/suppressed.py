"""A figure that may not be shown, as a type: never 0, NaN, None or a number.

An estimator given `SUPPRESSED` returns `SUPPRESSED`; anything that would read it as a number or a
truth value fails at once instead of publishing a wrong figure.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, ParamSpec, Protocol, TypeAlias, TypeVar, cast, final, overload

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


@final
class Suppressed:
    """The type of `SUPPRESSED`, of which there is one: the same object after copying or pickling.

    Example:
        >>> Suppressed() is SUPPRESSED
        True
        >>> SUPPRESSED + 1
        Traceback (most recent call last):
        ...
        TypeError: unsupported operand type(s) for +: 'Suppressed' and 'int'
    """

    __slots__ = ()
    _only: Suppressed | None = None

    def __new__(cls) -> Suppressed:
        """The one object."""
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __reduce__(self) -> str:
        return "SUPPRESSED"

    def __repr__(self) -> str:
        return "SUPPRESSED"

    def __bool__(self) -> NoReturn:
        raise TypeError("a suppressed figure is neither true nor false")

    def __float__(self) -> NoReturn:
        raise TypeError("a suppressed figure is not a number")

    def __array__(self, dtype: Any = None, copy: Any = None) -> NoReturn:
        raise TypeError("a suppressed figure is not a number")


SUPPRESSED = Suppressed()

Argument: TypeAlias = float | Sequence[float] | npt.NDArray[np.generic] | Suppressed | None


class Estimator(Protocol[P, R_co]):
    """A function of figures that also takes `SUPPRESSED` for any of them and then returns it."""

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...

    @overload
    def __call__(self, *args: Argument, **kwargs: Argument) -> R_co | Suppressed: ...


def estimator(function: Callable[P, R]) -> Estimator[P, R]:
    """Make `function` return `SUPPRESSED` when any of its arguments is `SUPPRESSED`.

    Args:
        function: an estimator of plain figures.

    Returns:
        The same function for plain figures, typed so that its result is only then known to be a
        figure. A value that is not finite is refused, so that no NaN travels on.
    """

    @functools.wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Suppressed:
        given = (*args, *kwargs.values())
        for value in given:
            if isinstance(value, Suppressed):
                return SUPPRESSED
        for value in given:
            if isinstance(value, float) and not -np.inf < value < np.inf:
                raise EstimationError(f"{function.__name__} was given {value}, which is no count")
        return function(*args, **kwargs)

    return cast("Estimator[P, R]", guarded)
