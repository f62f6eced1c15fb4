"""What each respondent's answers to a theme amount to: a score and shares, in whole steps.

Values depend on a few small counts only: how many answers were positive, how many were valid, what
their scores add up to. Respondents are told apart by these, in one whole number each, and values
are worked out once for each way of answering.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np
import numpy.typing as npt

from analysis.codebook import READINGS, Codebook, Item, Theme
from analysis.errors import DataError
from analysis.microdata import Microdata, Positions
from analysis.numbering import Numbering, is_small, occupied

Ints = npt.NDArray[np.int64]

STEP = 2**-20
"""Shares and weights are counted in whole steps of this; squares of shares in its square. Sums
of squares stay exact up to eight million respondents."""

VALUES = ("score", *READINGS)
"""What is summed over the respondents of a theme: score and shares, all in [0, 1]."""

_CHUNK = 2**15
"""Respondents taken at a time."""
_LOOKED_UP = 2**12
"""Answers to several items are looked up as one where they have no more combinations than this."""
_FINEST = 1000
"""No response scale has as many steps as this."""


@dataclass(frozen=True)
class Ways:
    """Ways of answering a theme, as far as some of its `VALUES` tell them apart.

    Attributes:
        codes: what stands for each way.
        answered: whether a way answers at least half of the theme, shape (ways,).
        values: those of `VALUES`, in steps, shape (ways, some).
    """

    codes: Numbering
    answered: npt.NDArray[np.bool_]
    values: Ints

    def __len__(self) -> int:
        return len(self.answered)


@dataclass(frozen=True)
class ThemeWays:
    """How the n respondents of a microdata answered a theme.

    Attributes:
        scores: ways that the score tells apart.
        shares: ways that the three shares tell apart; the same people have answered.
    """

    scores: Ways
    shares: Ways
    _code: _Code
    _n: int

    def parts(self) -> Iterator[tuple[slice, Ints, Ints]]:
        """Some respondents at a time, with the places of their ways in `scores` and `shares`."""
        for part in parts(self._n):
            high, low = self._code.halves(part)
            yield part, self.scores.codes.of(high), self.shares.codes.of(low)


def theme_ways(codebook: Codebook, theme: Theme, microdata: Microdata) -> ThemeWays:
    """How the respondents answered the items of `theme`.

    Raises:
        DataError: for an item whose scores are not in equal steps, or for too many items.
    """
    items = [codebook.item_by_id[item] for item in theme.items]
    digits = _Digits.of(items)
    code = _Code.of(items, [microdata.items[item.id] for item in items], digits)
    return ThemeWays(
        digits.scores(code.occurring(0, digits.high, microdata.n)),
        digits.shares(code.occurring(1, digits.low, microdata.n)),
        *(code, microdata.n),
    )


def steps(values: npt.NDArray[np.floating]) -> Ints:
    """Values in whole steps of `STEP`, the nearest."""
    return np.asarray(np.rint(values / STEP), dtype=np.int64)


def parts(n: int) -> Iterator[slice]:
    """Some of `n` respondents at a time, few enough to stay in the processor's cache."""
    for start in range(0, n, _CHUNK):
        yield slice(start, min(n, start + _CHUNK))


@dataclass(frozen=True)
class _Digits:
    """Where the counts stand in a respondent's code.

    The low half counts answers that are positive, neutral, negative, and, where there are such,
    others in the denominator, in the base of one more than the items; the high half is the number
    of valid answers times `most`, plus what their scores add up to in steps of the finest scale.
    """

    items: int
    finest: int
    others: bool

    @classmethod
    def of(cls, items: Sequence[Item]) -> _Digits:
        scores = {c.score for item in items for c in item.categories if c.score is not None}
        finest = lcm(*(_in_steps(score).denominator for score in scores))
        found = cls(len(items), finest, any(item.denominator == "all" for item in items))
        if found.low * found.high >= 2**62:
            raise DataError("A theme has more items than can be told apart: split it.")
        return found

    @property
    def base(self) -> int:
        return self.items + 1

    @property
    def most(self) -> int:
        return self.items * self.finest + 1

    @property
    def high(self) -> int:
        return self.base * self.most

    @property
    def bits(self) -> int:
        return int(self.base ** (3 + self.others)).bit_length()

    @property
    def low(self) -> int:
        return 1 << self.bits

    def table(self, item: Item) -> Ints:
        """What each category adds to the code; first "no answer", which adds nothing."""
        return np.array([0, *(self._adds(item, at) for at in range(len(item.categories)))])

    def _adds(self, item: Item, at: int) -> int:
        category = item.categories[at]
        if category.reading is None or category.score is None:
            return self.base**3 if item.denominator == "all" else 0
        score = int(_in_steps(category.score) * self.finest)
        reading = self.base ** READINGS.index(category.reading)
        return int(reading + ((self.most + score) << self.bits))

    def scores(self, codes: Ints) -> Ways:
        """The ways of high halves."""
        valid, total = np.divmod(codes, self.most)
        fits = total <= self.finest * valid
        codes, valid, total = codes[fits], valid[fits], total[fits]
        values = steps(total[:, None] / np.maximum(self.finest * valid, 1)[:, None])
        return Ways(Numbering(codes), self._answered(valid), values)

    def shares(self, codes: Ints) -> Ways:
        """The ways of low halves."""
        left, counts = codes, []
        for _ in range(4):
            left, count = np.divmod(left, self.base)
            counts.append(count)
        asked = np.sum(counts, axis=0)
        fits = (asked <= self.items) & (left == 0)
        counts, asked = np.column_stack(counts[:3])[fits], np.maximum(asked[fits], 1)
        values = steps(counts / asked[:, None])
        return Ways(Numbering(codes[fits]), self._answered(counts.sum(axis=1)), values)

    def _answered(self, valid: Ints) -> npt.NDArray[np.bool_]:
        return np.asarray(2 * valid >= max(self.items, 1))


@dataclass(frozen=True)
class _Code:
    """How the code of each respondent is looked up.

    Attributes:
        lookups: for some items each, their columns with what one more position adds to the place
            in the table, and the table of what their answers together add to the code.
        bits: of the low half.
    """

    lookups: tuple[tuple[list[tuple[Positions, int]], Ints], ...]
    bits: int

    @classmethod
    def of(cls, items: Sequence[Item], columns: Sequence[Positions], digits: _Digits) -> _Code:
        lookups: list[tuple[list[tuple[Positions, int]], Ints]] = []
        for item, column in zip(items, columns, strict=True):
            table = digits.table(item)
            strides, together = lookups[-1] if lookups else ([], table)
            if strides and len(together) * len(table) <= _LOOKED_UP:
                strides = [(one, stride * len(table)) for one, stride in strides]
                table = np.add.outer(together, table).reshape(-1)
                lookups.pop()
            else:
                strides = []
            lookups.append(([*strides, (column, 1)], table))
        return cls(tuple(lookups), digits.bits)

    def halves(self, part: slice) -> tuple[Ints, Ints]:
        """The high and low halves of the codes of some respondents."""
        code = np.zeros(part.stop - part.start, np.int64)
        for strides, table in self.lookups:
            # Position -1, no answer, stands first in each table.
            place: Positions | int = sum(stride for _, stride in strides)
            for column, stride in strides:
                place = place + column[part] * stride
            code += table.take(place, mode="clip")
        return code >> self.bits, code & ((1 << self.bits) - 1)

    def occurring(self, half: int, space: int, n: int) -> Ints:
        """All that a half may be where that is little, else what occurs among `n` respondents."""
        if is_small(space, 0):
            return np.arange(space)
        halves = [self.halves(part)[half] for part in parts(n)]
        return occupied(np.concatenate([np.zeros(0, np.int64), *halves]), space)[0]


def _in_steps(score: float) -> Fraction:
    """A score of 0 to 100 as the part of 100 that it stands for."""
    found = Fraction(score / 100).limit_denominator(_FINEST)
    if abs(found - Fraction(score) / 100) > 1e-9:
        raise DataError(f"The score {score} is not one of equal steps from 0 to 100.")
    return found
