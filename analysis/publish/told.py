"""What the shares of a measure tell, as intervals of people: group by group, and of the rests.

Bases are taken as known. A comparison tells the share of the rest, which is no group of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.codebook import Item
from analysis.disclosure import rounding
from analysis.disclosure.answers import PossibleAnswers, Told
from analysis.disclosure.beside import tightened
from analysis.disclosure.targets import stacked
from analysis.disclosure.unions import SMALL, Unions, unions
from analysis.publish.estimates import rounder, rounder_at, score
from analysis.publish.figures import Figure, Figures
from analysis.publish.pairs import pairs, rests
from analysis.publish.rounded import Percent, Rounder
from analysis.publish.shown import Shown, can_say
from analysis.tally import Tally
from analysis.theme_values import STEP, VALUES

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

READINGS = VALUES[1:]
"""The shares of a theme, and of an item's categories taken together."""


@dataclass(frozen=True)
class _Way:
    """One way of answering.

    Attributes:
        truth: who answered so at the finest cells, shape (cells,).
        low, high: what each group's share says, in people; shape (G,).
        left_low, left_high: what all ways together say of each small rest, in people; shape (L,).
        positive: whether comparisons tell of it too.
        whole: as `Told.whole`.
    """

    truth: Reals
    low: Reals
    high: Reals
    left_low: Reals
    left_high: Reals
    positive: bool
    whole: bool = True


class Telling:
    """What stays the same while steps change: counts, measured rows and the program.

    Attributes:
        rests: what is told of besides the groups: rests, small rests; sums of groups, (D, G).
        possible: all answers that fit what is told.
    """

    def __init__(self, shown: Shown, counted: Tally) -> None:
        self._codebook, self._plan, self._system = counted.codebook, counted.plan, shown.system
        self._cells = counted.at_cells.unweighted()
        self._finest = Figures(counted.codebook, (), self._cells)
        self._pairs = pairs(counted.plan)
        self._matrix = rests(counted.plan, self._pairs)
        sums = shown.figures.sums.unweighted().combined(self._matrix)
        self._rest = Figures(counted.codebook, (), sums)
        self._left = small_rests(shown)
        self._position = {group.id: row for row, group in enumerate(counted.plan.groups)}
        self._unions: dict[bytes, Unions] = {}
        self.rests = stacked([self._matrix, self._left])
        self.possible = PossibleAnswers(shown.system, self.rests)

    def candidates(self, item: str, categories: Collection[str]) -> Iterator[tuple[Reals, Reals]]:
        """The true answers to an item in each group, and others that were found to fit.

        The auditor tries them first: where they clear a small group, it need not search.

        Args:
            item: the item.
            categories: those that count as answered so.

        Returns:
            Those who answered so, and those who answered otherwise, shape (G,) each.
        """
        if self._system.inside is None:
            return
        codes = self._codebook.item_by_id[item].codes
        columns = [codes.index(category) for category in categories]
        so = self._cells.items[item].people[:, columns].sum(axis=1)
        truth = np.asarray(self._system.inside @ so, dtype=np.float64)
        people = self._system.membership @ (self._system.inside @ self.answered(item))
        for table in (truth, *self.possible.found(truth)):
            here = self._system.membership @ table
            yield here, np.maximum(people - here, 0.0)

    def base(self, shown: Shown, measure: str, group: str) -> int:
        """The base that a measure is stated on in a group."""
        return int(shown.bases[measure][self._position[group]])

    def unions(self, hidden: npt.NDArray[np.bool_]) -> Unions:
        """Every sum and difference that a reader can name while these groups are not shown."""
        return self._unions.setdefault(hidden.tobytes(), unions(self._system, hidden))

    def answered(self, measure: str) -> Ints:
        """People who answered a measure at each of the finest cells."""
        return self._finest.bases(measure)

    def groups_of(self, rows: frozenset[int]) -> tuple[str, ...]:
        """The groups whose figures, or whose comparisons, some measured rows are."""
        count, found = len(self._plan.groups), dict[str, None]()
        for row in sorted(rows):
            if row < count:
                found[self._plan.groups[row].id] = None
            elif row < count + len(self._pairs):
                pair = self._pairs[row - count]
                found.update({pair.group: None, pair.against: None})
            else:
                rest = self._left[[row - count - len(self._pairs)]]
                found.update({self._plan.groups[at].id: None for at in rest.indices.tolist()})
        return tuple(found)

    def told(self, shown: Shown, measure: str, at_atoms: Reals) -> Iterator[Told]:
        """What is published of each way of answering a measure.

        Args:
            shown: what may be shown so far.
            measure: item or theme.
            at_atoms: people who answered it at each atom, shape (A,).
        """
        inside = self._system.inside
        if inside is None:
            raise ValueError("the system was built without its finest cells")
        n = self.possible.measured(at_atoms)
        groups, pairs = len(self._plan.groups), len(self._pairs)
        people, left, few = np.split(n, [groups, groups + pairs])
        item = self._codebook.item_by_id.get(measure)
        rest_low, rest_high = self._rests(shown, measure, left)
        ways = self._theme(shown, measure, people, few) if item is None else ()
        for way in ways if item is None else self._item(shown, item, people, few):
            yield Told(
                answered=at_atoms,
                truth=np.asarray(inside @ way.truth, dtype=np.float64),
                low=np.concatenate([way.low, rest_low if way.positive else 0 * left, way.left_low]),
                high=np.concatenate([way.high, rest_high if way.positive else left, way.left_high]),
                whole=way.whole,
            )

    def _item(self, shown: Shown, item: Item, n: Reals, few: Reals) -> Iterator[_Way]:
        """Categories, and readings of several; each as the others beside it leave it."""
        valid = [at for at, category in enumerate(item.categories) if category.valid]
        readings = [
            [at for at, place in enumerate(valid) if item.categories[place].reading == reading]
            for reading in READINGS
        ]
        shares = np.array([(0.0, 1.0)]) * np.ones((len(n), len(valid) + 3, 1))
        for row, figure, rounds in self._visible(shown, item.id):
            categories = [figure.categories[place] for place in valid]
            for start, exact in ((0, categories), (len(valid), list(_readings(figure)))):
                found = reach(rounds, rounds.percents(exact, exact))
                shares[row, start : start + len(found)] = found
        low, high = (shares * n[:, None, None]).transpose(2, 1, 0)
        used = [at for at, inside in enumerate(readings) if inside]
        parts = [readings[at] for at in used]
        read = low[len(valid) :][used], high[len(valid) :][used]
        low, high = low[: len(valid)], high[: len(valid)]
        if item.denominator == "all" and len(valid) < len(item.categories):
            # Those who said "don't know" are counted, and no share is published of them.
            parts = [*parts, [len(valid)]]
            low, high = np.vstack([low, 0 * n]), np.vstack([high, n])
            read = np.vstack([read[0], 0 * n]), np.vstack([read[1], n])
        low, high, least, most = tightened(low, high, parts, read, n)
        # What is left of a group is a whole too: its categories make up all of it.
        left_low, left_high, left_least, left_most = tightened(
            *self._taken(low, high, few), parts, self._taken(least, most, few), few
        )
        people = self._cells.items[item.id].people[:, valid].astype(np.float64)
        for at, place in enumerate(valid):
            alone = any(inside == [at] for inside in parts)
            positive = alone and item.categories[place].reading == "positive"
            yield _Way(people[:, at], low[at], high[at], left_low[at], left_high[at], positive)
        for at, inside in enumerate(parts):
            if len(inside) > 1:
                together = people[:, inside].sum(axis=1)
                positive = READINGS[used[at]] == "positive"
                of = least[at], most[at], left_least[at], left_most[at]
                yield _Way(together, *of, positive)

    def _taken(self, low: Reals, high: Reals, few: Reals) -> tuple[Reals, Reals]:
        """What groups say of the small rests that they leave, shape (ways, L), of `few` people."""
        plus, minus = self._left.maximum(0), -self._left.minimum(0)
        least = (plus @ low.T - minus @ high.T).T
        most = (plus @ high.T - minus @ low.T).T
        return np.clip(least, 0.0, few), np.clip(most, 0.0, few)

    def _theme(self, shown: Shown, theme: str, n: Reals, few: Reals) -> Iterator[_Way]:
        """Sums of respondents' shares; a mean of item percents is no such sum, but follows them."""
        if self._codebook.theme_by_id[theme].index != "respondent_mean":
            return
        shares = np.array([(0.0, 1.0)]) * np.ones((len(n), len(VALUES), 1))
        half = 10.0**-shown.policy.score_decimals / 200
        for row, figure, rounds in self._visible(shown, theme):
            exact = list(_readings(figure))
            shares[row, 1:] = reach(rounds, rounds.percents(exact, exact))
            mean = score(shown, row, theme, rounds, figure)
            if mean is not None:
                shares[row, 0] = mean / 100 - half, mean / 100 + half
        low, high = (shares * n[:, None, None]).transpose(2, 1, 0)
        sums = np.asarray(self._cells.themes[theme].total * STEP, dtype=np.float64)
        for at, name in enumerate(VALUES):
            of = low[at], high[at], 0 * few, few
            yield _Way(sums[:, at], *of, name == "positive", whole=False)

    def _visible(self, shown: Shown, measure: str) -> Iterator[tuple[int, Figure, Rounder]]:
        for row in range(len(self._plan.groups)):
            figure = shown.figure(row, measure)
            if figure is not None:
                yield row, figure.plain, rounder(shown, row, measure)

    def _rests(self, shown: Shown, measure: str, n: Reals) -> tuple[Reals, Reals]:
        """What comparisons tell of the rests, in people."""
        low, high = 0 * n, n.copy()
        stated = self._matrix @ shown.bases[measure]
        least = np.minimum(self._rest.sums.people, self._rest.bases(measure))
        for row, pair in enumerate(self._pairs):
            groups = (pair.against, pair.group)
            if least[row] < shown.policy.k or not all(shown.shows(one, measure) for one in groups):
                continue
            figure = self._rest.row(row, measure)
            rounds = rounder_at(shown, int(stated[row]), measure, groups)
            if figure is None or not can_say(
                rounds.base, rounds.policy, sensitive=rounds.sensitive
            ):
                continue
            exact = list(_readings(figure.plain))
            least_share, most_share = reach(rounds, rounds.percents(exact, exact))[0]
            low[row], high[row] = least_share * n[row], most_share * n[row]
        return low, high


def small_rests(shown: Shown) -> sparse.csr_array:
    """What is left of groups, and is few, as sums and differences of groups, shape (L, G)."""
    hidden = np.array([group.id not in shown.protection.shown for group in shown.plan.groups])
    every = unions(shown.system, hidden).combination
    n = every @ shown.system.bases
    several = np.diff(every.indptr) > 1
    return sparse.csr_array(every[(n > 0.5) & (n < SMALL * shown.policy.k - 0.5) & several])


def reach(rounds: Rounder, found: Sequence[Percent]) -> list[tuple[float, float]]:
    """The smallest and largest share that each published percent of a whole can stand for.

    Beside a banded category of a sensitive item the others stand in the coarse step.
    """
    half = rounding.step(rounds.base, rounds.policy) / 2
    coarse = rounds.policy.coarse_share_step
    beside = rounds.sensitive and (rounds.partial or any(bound for _, bound in found))
    limits = []
    for percent, bound in found:
        if percent is None:
            limits.append((0.0, 1.0))
            continue
        wide = coarse / 2 if beside and not bound and percent % coarse == 0 else half
        low = 0.0 if bound == "or_less" else max(0.0, percent - wide)
        high = 100.0 if bound == "or_more" else min(100.0, percent + wide)
        limits.append((low / 100, high / 100))
    return limits


def _readings(figure: Figure) -> tuple[float, float, float]:
    return figure.positive, figure.neutral, figure.negative
