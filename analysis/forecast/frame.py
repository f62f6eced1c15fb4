"""A force made from headcounts: who is in which finest cell, expected and in whole people.

Where the headcounts of a crossing are missing, its breakdowns are taken to be independent of each
other as far as what is given allows: iterative proportional fitting (Deming and Stephan, 1940),
which finds the table nearest to independence that has all given sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from math import prod

import numpy as np
import numpy.typing as npt

from analysis.cells import used_variables
from analysis.codebook import Codebook
from analysis.errors import DataError
from analysis.forecast.given import leaves, not_given, people_of
from analysis.plan import TablePlan, group_id

Reals = npt.NDArray[np.float64]
Profiles = npt.NDArray[np.int16]
"""Positions of categories, shape (variables, people); -1 is unknown."""

MOST_CELLS = 1_000_000
_ROUNDS = 1000
_NEAR, _TOLERATED = 0.001, 0.5
"""People: when fitting stops, and how far off it may end (sums on an edge are reached slowly)."""


@dataclass(frozen=True)
class Frame:
    """Everybody who could answer.

    Attributes:
        people: how many they are.
        variables: ids of the variables that breakdowns use, the one with most categories first.
        expected: people in each finest cell, one axis per variable, "unknown" last on each.
        sums: the given headcounts of crossings.
        independent: ids of the tables whose crossing was not, or not wholly, given.
        unknown: breakdown -> people whom the headcounts put in none of its groups.
    """

    people: int
    variables: tuple[str, ...]
    expected: Reals
    sums: tuple[Sums, ...]
    independent: tuple[str, ...]
    unknown: Mapping[str, int]

    def whole(self, rng: np.random.Generator) -> Profiles:
        """A force of whole people at random.

        It has exactly the given headcounts of single breakdowns, and those of crossings to within
        about one person for each category.
        """
        profiles = np.full((len(self.variables), self.people), -1, np.int16)
        for axis in range(len(self.variables)):
            before, width = self.expected.shape[:axis], self.expected.shape[axis]
            rest = tuple(range(axis + 1, len(self.variables)))
            joint = self.expected.sum(axis=rest).reshape(prod(before), width)
            counts = np.diff(np.rint(np.cumsum(joint.sum(axis=0))), prepend=0).astype(np.int64)
            if axis == 0:
                profiles[0] = np.repeat(_positions(width), counts)
                continue
            cell = np.ravel_multi_index(tuple(profiles[:axis]), before, mode="wrap")
            order = self._order(rng, axis, profiles)
            profiles[axis, order] = _assigned(rng, joint[cell[order]], counts)
        return profiles

    def _order(
        self, rng: np.random.Generator, axis: int, profiles: Profiles
    ) -> npt.NDArray[np.intp]:
        """People in random order, but beside each other where a given crossing counts them."""
        keys = [sums.strata(axis, profiles) for sums in self.sums if axis in sums.classes]
        return np.lexsort([rng.random(self.people), *keys])


@dataclass(frozen=True)
class Sums:
    """Headcounts that pick disjoint people by the same variables.

    Attributes:
        names: what is counted, for messages; one for each of `sizes`.
        classes: axis -> class of each category of the variable, unknown last; -1 is in none.
        numbers: position in `sizes` of each combination of classes; -1 where it is not given.
        sizes: people.
    """

    names: tuple[str, ...]
    classes: Mapping[int, npt.NDArray[np.int64]]
    numbers: npt.NDArray[np.int64]
    sizes: Reals

    def of_cells(self, shape: tuple[int, ...]) -> npt.NDArray[np.int64]:
        """Position in `sizes` of each cell of an array of that shape, flat; -1 where in none."""
        picked = np.ix_(
            *(self.classes.get(axis, np.zeros(width, np.int64)) for axis, width in enumerate(shape))
        )
        kept = [picked[axis] for axis in self.classes]
        found = self.numbers[tuple(kept)]
        for part in kept:
            found = np.where(part < 0, -1, found)
        return np.ascontiguousarray(np.broadcast_to(found, shape)).ravel()

    def strata(self, axis: int, profiles: Profiles) -> npt.NDArray[np.int64]:
        """A number for each person that tells apart whom the earlier axes tell apart."""
        label = np.zeros(profiles.shape[1], np.int64)
        for earlier, classes in self.classes.items():
            if earlier < axis:
                label = label * (len(classes) + 1) + classes[profiles[earlier]]
        return label


def frame(codebook: Codebook, plan: TablePlan, headcounts: Mapping[str, int]) -> Frame:
    """The force that headcounts describe.

    Args:
        codebook: the categories of every variable.
        plan: declares the groups.
        headcounts: group id -> people; every group of a single breakdown that has no parts must be
            there, crossings may.

    Raises:
        DataError: when headcounts are missing or contradict each other, or the cells are too many.
    """
    people = people_of(plan, headcounts)
    widths = {one.id: len(one.codes) + 1 for one in codebook.variables}
    used = used_variables(codebook, plan)
    variables = tuple(sorted(used, key=lambda one: -widths[one]))
    shape = tuple(widths[one] for one in variables)
    if prod(shape) > MOST_CELLS:
        raise DataError(
            f"The breakdowns cross to {prod(shape):,} cells; more than {MOST_CELLS:,} cannot be "
            "forecast: leave a breakdown out."
        )
    single = tuple(_margins(codebook, plan, headcounts, variables, people))
    crossed = tuple(_crossings(codebook, plan, headcounts, variables))
    told = [_told(codebook, plan, one) for one in variables]
    return Frame(
        people=people,
        variables=variables,
        expected=_fitted(told, people, (*crossed, *single)),
        sums=crossed,
        independent=not_given(plan, headcounts),
        unknown={
            breakdown: round(sums.sizes[-1])
            for breakdown, sums in zip(leaves(plan), single, strict=True)
            if sums.sizes[-1]
        },
    )


def _margins(
    codebook: Codebook,
    plan: TablePlan,
    headcounts: Mapping[str, int],
    variables: tuple[str, ...],
    people: int,
) -> Iterable[Sums]:
    for breakdown, values in leaves(plan).items():
        variable = plan.breakdown_by_id[breakdown].variable
        classes = _classes(codebook, variable, [value.categories for value in values])
        classes[classes < 0] = len(values)
        names = [group_id(((breakdown, value.id),)) for value in values]
        sizes = [headcounts[name] for name in names]
        yield Sums(
            (*names, f"nobody's {breakdown}"),
            {variables.index(variable): classes},
            np.arange(len(values) + 1),
            np.array([*sizes, people - sum(sizes)], np.float64),
        )


def _crossings(
    codebook: Codebook, plan: TablePlan, headcounts: Mapping[str, int], variables: tuple[str, ...]
) -> Iterable[Sums]:
    families: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for group in plan.groups:
        if group.id in headcounts and len(group.where) > 1:
            levels = (
                (name, plan.breakdown_by_id[name].value_by_id[value].level)
                for name, value in group.where
            )
            families.setdefault(tuple(levels), []).append(group.id)
    for family, names in families.items():
        values = {
            name: [one for one in plan.breakdown_by_id[name].values if one.level == level]
            for name, level in family
        }
        numbers = np.full([len(of) for of in values.values()], -1, np.int64)
        for number, name in enumerate(names):
            place = (
                [one.id for one in values[breakdown]].index(value)
                for breakdown, value in plan.group_by_id[name].where
            )
            numbers[tuple(place)] = number
        classes = {}
        for name, of in values.items():
            variable = plan.breakdown_by_id[name].variable
            found = _classes(codebook, variable, [one.categories for one in of])
            classes[variables.index(variable)] = found
        yield Sums(
            tuple(names), classes, numbers, np.array([headcounts[name] for name in names], float)
        )


def _classes(
    codebook: Codebook, variable: str, values: list[frozenset[str]]
) -> npt.NDArray[np.int64]:
    codes = codebook.variable_by_id[variable].codes
    of_code = {code: number for number, value in enumerate(values) for code in value}
    return np.array([*(of_code.get(code, -1) for code in codes), -1], np.int64)


def _told(codebook: Codebook, plan: TablePlan, variable: str) -> npt.NDArray[np.bool_]:
    """Which categories people are of, unknown last: a coarser answer is what some say, not are."""
    finest = [one.finest for one in plan.breakdowns if one.variable == variable]
    codes = codebook.variable_by_id[variable].codes
    return np.array([*(any(code in of for of in finest) for code in codes), True])


def _fitted(told: list[npt.NDArray[np.bool_]], people: int, sums: tuple[Sums, ...]) -> Reals:
    shape = tuple(len(one) for one in told)
    expected = reduce(np.multiply.outer, told, np.ones(())).ravel()
    expected *= people / expected.sum()
    # One place more, for cells in no sum: -1 picks it.
    places = [one.of_cells(shape) for one in sums]
    for _ in range(_ROUNDS):
        for one, place in zip(sums, places, strict=True):
            found = _summed(one, place, expected)
            factors = np.divide(one.sizes, found, out=np.zeros_like(found), where=found > 0)
            expected *= np.append(factors, 1.0)[place]
        if _worst(sums, places, expected)[0] <= _NEAR:
            break
    off, name, size = _worst(sums, places, expected)
    if off > _TOLERATED:
        raise DataError(
            f"The headcounts contradict each other: {size:,.0f} people in {name} do not fit "
            "together with the other headcounts."
        )
    return expected.reshape(shape)


def _worst(
    sums: tuple[Sums, ...], places: list[npt.NDArray[np.int64]], expected: Reals
) -> tuple[float, str, float]:
    """How far the sum that is farthest off is from what was given, in people; and which it is."""
    found = []
    for one, place in zip(sums, places, strict=True):
        off = np.abs(_summed(one, place, expected) - one.sizes)
        worst = int(off.argmax())
        found.append((float(off[worst]), one.names[worst], float(one.sizes[worst])))
    return max(found, default=(0.0, "", 0.0))


def _summed(sums: Sums, place: npt.NDArray[np.int64], expected: Reals) -> Reals:
    size = len(sums.sizes)
    found: Reals = np.bincount(place + 1, expected, minlength=size + 1).astype(np.float64)
    return found[1:]


def _positions(width: int) -> Profiles:
    """Positions of the categories of an axis: unknown, the last, is -1."""
    return np.append(np.arange(width - 1), -1).astype(np.int16)


def _assigned(
    rng: np.random.Generator, chances: Reals, counts: npt.NDArray[np.int64]
) -> npt.NDArray[np.int16]:
    """A category for each person, in the given order: `counts` people get each.

    Systematic sampling, one category after the other: whoever stands together gets nearly as many
    of each category as their chances add up to (Madow, 1949).

    Args:
        rng: for the random starts.
        chances: how likely each category is for each person, shape (people, categories).
        counts: people in each category, shape (categories,).
    """
    given = np.full(len(chances), -1, np.int16)
    left = np.arange(len(chances))
    for category, count in enumerate(counts[:-1].tolist()):
        if not count:
            continue
        following = chances[left, category:].sum(axis=1)
        chance = np.divide(
            chances[left, category], following, out=np.zeros(len(left)), where=following > 0
        )
        taken = _sample(rng, chance, count)
        given[left[taken]] = category
        left = left[~taken]
    return given


def _sample(rng: np.random.Generator, chance: Reals, count: int) -> npt.NDArray[np.bool_]:
    """Exactly `count` of the people, each about as likely as their chance."""
    if np.count_nonzero(chance) < count:
        chance = np.maximum(chance, 1e-9)
    for _ in range(50):
        chance = np.minimum(1.0, chance * (count / chance.sum()))
        if chance.sum() >= count * (1 - 1e-12):
            break
    upto = np.cumsum(chance) * (count / chance.sum())
    upto[-1] = count
    steps = np.floor(upto + rng.random())
    return np.asarray(np.diff(steps, prepend=0) > 0)
