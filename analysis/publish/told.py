"""What the shares of a measure tell, as intervals of people: group by group, and of the rests.

Bases are taken as known. A comparison tells the share of the rest, which is no group of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.codebook import READINGS, Item
from analysis.disclosure.answers import PossibleAnswers, Told
from analysis.disclosure.solving import DUST
from analysis.disclosure.targets import stacked
from analysis.disclosure.unions import SMALL, Small, Unions, small, unions
from analysis.publish.amounts import Amounts
from analysis.publish.candidates import Candidates
from analysis.publish.category_percents import category_percents, valid_and_readings
from analysis.publish.estimates import rounder, rounder_at, score
from analysis.publish.figures import Figure, Figures
from analysis.publish.item_ranges import ItemRanges
from analysis.publish.kept_shares import KeptShares, Range
from analysis.publish.pairs import pairs, rests
from analysis.publish.people_behind import counted, fits_alone, people_behind
from analysis.publish.percent_means import answers_so, parts_of_people
from analysis.publish.reach import by_weight, reach
from analysis.publish.rounded import Rounder
from analysis.publish.shown import Shown, can_say, items_of
from analysis.publish.small_rests import small_rests
from analysis.publish.theme_figures import beside_each_other
from analysis.tally import Tally
from analysis.theme_values import VALUES

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

Steps = Sequence[int | None]
"""Of one measure in each group, in points, 1 where it is the policy's; None: it is not shown."""

_Say = Callable[[int, Figure, Rounder], list[Range]]
"""What the percents of the figure at a row tell."""


@dataclass(frozen=True)
class Way:
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

    def is_narrower(self, other: Way) -> bool:
        """Whether it tells more of some group, or of what some leave."""
        return any(
            bool((sign * (mine - theirs) > DUST).any())
            for sign, mine, theirs in (
                (1.0, self.low, other.low),
                (-1.0, self.high, other.high),
                (1.0, self.left_low, other.left_low),
                (-1.0, self.left_high, other.left_high),
            )
        )


class Telling:
    """What stays the same while steps change: counts, measured rows and the program.

    Attributes:
        rests: what is told of besides the groups: rests, small rests; sums of groups, (D, G).
        left: the small rests among them, (L, G).
        possible: all answers that fit what is told.
        candidates: those that the auditor tries first.
    """

    def __init__(self, shown: Shown, counted: Tally) -> None:
        self._codebook, self._plan, self._system = counted.codebook, counted.plan, shown.system
        self._finest = Figures(counted.codebook, (), counted.at_cells.unweighted())
        self._amounts = Amounts(counted.codebook, counted.at_cells)
        self._pairs = pairs(counted.plan)
        self._matrix = rests(counted.plan, self._pairs)
        sums = shown.figures.sums.combined(self._matrix)
        self._rest = Figures(counted.codebook, (), sums)
        self.left = small_rests(shown)
        self._position = {group.id: row for row, group in enumerate(counted.plan.groups)}
        self._unions: dict[bytes, Unions] = {}
        self._small: dict[tuple[str, bytes], Small] = {}
        self._kept, self._kept_rests = KeptShares(), KeptShares()
        self._whole: tuple[Shown, str, Flags] | None = None
        self.rests = stacked([self._matrix, self.left])
        self.possible = PossibleAnswers(shown.system, self.rests)
        self.candidates = Candidates(shown.system, self._amounts, self.possible)

    def base(self, shown: Shown, measure: str, group: str) -> int:
        """The base that a measure is stated on in a group."""
        return int(shown.bases[measure][self._position[group]])

    def unions(self, hidden: npt.NDArray[np.bool_]) -> Unions:
        """Every sum and difference that a reader can name while these groups are not shown."""
        return self._unions.setdefault(hidden.tobytes(), unions(self._system, hidden))

    def small(self, shown: Shown, measure: str) -> Small:
        """The unions of few who answered a measure, as it is shown."""
        hidden = ~shown.groups_with(measure)
        key = measure, hidden.tobytes()
        if key not in self._small:
            people = SMALL * shown.policy.k
            found = small(self._system, self.unions(hidden), self.answered(measure), people)
            self._small[key] = found[0]
        return self._small[key]

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
                rest = self.left[[row - count - len(self._pairs)]]
                found.update({self._plan.groups[at].id: None for at in rest.indices.tolist()})
        return tuple(found)

    def told(self, shown: Shown, measure: str, at_atoms: Reals) -> Iterator[Told]:
        """What is published of each way of answering a measure.

        Args:
            shown: what may be shown so far.
            measure: item or theme.
            at_atoms: people who answered it at each atom, or their weights, shape (A,).
        """
        people, _, few = self.split(at_atoms)
        item = self._codebook.item_by_id.get(measure)
        steps = self.steps(shown, measure)
        if item is None:
            if self._codebook.theme_by_id[measure].index != "respondent_mean":
                yield from self._told_by_percents(shown, measure, steps)
                return
            ways = self._theme(shown, measure, people, few, steps)
        else:
            ways = self.ways(item, *self.ranges(shown, item, people, few, steps))
        for way in ways:
            yield self.way_told(way, shown, measure, at_atoms)

    def way_told(self, way: Way, shown: Shown, measure: str, at_atoms: Reals) -> Told:
        """Groups, then rests that comparisons tell of, then small rests."""
        left = self.split(at_atoms)[1]
        low, high = 0 * left, left
        if way.positive:
            low, high = self.rests_told(shown, measure, left, self.steps(shown, measure))
        return Told(
            answered=at_atoms,
            truth=np.asarray(self.inside @ way.truth, dtype=np.float64),
            people=self._people(measure),
            low=np.concatenate([way.low, low, way.left_low]),
            high=np.concatenate([way.high, high, way.left_high]),
            whole=way.whole,
        )

    @property
    def inside(self) -> sparse.csr_array:
        """Which of the finest cells lie in each atom."""
        if self._system.inside is None:
            raise ValueError("the system was built without its finest cells")
        return self._system.inside

    @property
    def weighted(self) -> bool:
        """Whether answers are weights, and not people."""
        return self._amounts.weighted

    @property
    def everybody(self) -> Reals:
        """All people of each group, or their weights, shape (G,)."""
        return np.asarray(self._system.membership @ (self.inside @ self._amounts.everybody()))

    def at_atoms(self, measure: str) -> Reals:
        """People who answered a measure at each atom, or their weights; shape (A,)."""
        return np.asarray(self.inside @ self._amounts.answered(measure), dtype=np.float64)

    def worth(self, measure: str) -> Reals:
        """What one who answered a measure counts for in each group, shape (G,)."""
        answered = self.split(self.inside @ self.answered(measure))[0]
        return self.split(self.at_atoms(measure))[0] / np.maximum(answered, 1.0)

    def _people(self, measure: str) -> Reals | None:
        """Where answers are weights, who answered at each atom."""
        return self.inside @ self.answered(measure) if self.weighted else None

    def split(self, at_atoms: Reals) -> tuple[Reals, Reals, Reals]:
        """People of groups, of rests, and of small rests."""
        groups, pairs = len(self._plan.groups), len(self._pairs)
        people, left, few = np.split(self.possible.measured(at_atoms), [groups, groups + pairs])
        return people, left, few

    def ranges(
        self, shown: Shown, item: Item, n: Reals, few: Reals, steps: Steps
    ) -> tuple[ItemRanges, ItemRanges]:
        """Categories and readings of groups, and of small rests; each as the others leave it."""
        valid, readings = valid_and_readings(item)
        least, most = self._ends(shown, item, steps)
        low, high = people_behind(least, most, n, self.whole(shown, item.id, steps))
        used = [at for at, inside in enumerate(readings) if inside]
        parts = [readings[at] for at in used]
        read = low[len(valid) :][used], high[len(valid) :][used]
        low, high = low[: len(valid)], high[: len(valid)]
        if item.denominator == "all" and len(valid) < len(item.categories):
            # Those who said "don't know" are counted, and no share is published of them.
            parts = [*parts, [len(valid)]]
            low, high = np.vstack([low, 0 * n]), np.vstack([high, n])
            read = np.vstack([read[0], 0 * n]), np.vstack([read[1], n])
        names = tuple([READINGS[at] for at in used] + [""] * (len(parts) - len(used)))
        inside = tuple(tuple(part) for part in parts)
        here = ItemRanges(n, low, high, inside, names, *read).tightened()
        # What is left of a group is a whole too: its categories make up all of it.
        return here, self.left_of(here, few)

    def _ends(self, shown: Shown, item: Item, steps: Steps) -> Reals:
        """What the percents of an item say of every category, then of every reading.

        Returns:
            The smallest and the largest shares, shape (2, ways, G).
        """
        valid, readings = valid_and_readings(item)

        def say(_: int, figure: Figure, rounds: Rounder) -> list[Range]:
            weighed = by_weight(figure)
            both = category_percents(rounds, weighed, item), rounds.readings(weighed)
            return [one for percents in both for one in reach(rounds, percents)]

        return self._shares(shown, item.id, steps, len(valid) + len(readings), say).T

    def whole(self, shown: Shown, measure: str, steps: Steps) -> Flags:
        """Groups whose shares of a measure are of whole people: it is known of how many."""
        if self._whole is None or self._whole[0] is not shown or self._whole[1] != measure:
            self._whole = shown, measure, self._of_whole(shown, measure, steps)
        return self._whole[2]

    def _of_whole(self, shown: Shown, measure: str, steps: Steps) -> Flags:
        known, item = counted(shown, measure), self._codebook.item_by_id.get(measure)
        if item is None or self.weighted or measure in self._codebook.partial_measures:
            return known
        (low, high), stated = self._ends(shown, item, steps), shown.bases[measure]
        # A base below is rounded; of a group that is not shown, any number fits.
        told = [step is not None for step in steps]
        asked = np.flatnonzero(~known & told & (stated >= shown.policy.fine_base))
        parts = valid_and_readings(item)[1]
        known[asked] = fits_alone(low[:, asked], high[:, asked], parts, stated[asked])
        return known

    def left_of(self, here: ItemRanges, few: Reals) -> ItemRanges:
        """What groups say of the small rests that they leave, of `few` people each."""
        categories = self.taken(here.low, here.high, few)
        readings = self.taken(here.least, here.most, few)
        return ItemRanges(few, *categories, here.parts, here.names, *readings).tightened()

    def ways(self, item: Item, here: ItemRanges, left: ItemRanges) -> Iterator[Way]:
        """Every way of answering an item, as groups and small rests tell of it."""
        valid = [at for at, category in enumerate(item.categories) if category.valid]
        people = self._amounts.of_item(item.id)[:, valid]
        for at, place in enumerate(valid):
            alone = (at,) in here.parts
            positive = alone and item.categories[place].reading == "positive"
            of = here.low[at], here.high[at], left.low[at], left.high[at]
            yield Way(people[:, at], *of, positive)
        for at, inside in enumerate(here.parts):
            if len(inside) > 1:
                together = people[:, list(inside)].sum(axis=1)
                of = here.least[at], here.most[at], left.least[at], left.most[at]
                yield Way(together, *of, here.names[at] == "positive")

    def taken(self, low: Reals, high: Reals, few: Reals) -> tuple[Reals, Reals]:
        """What groups say of the small rests that they leave, shape (ways, L), of `few` people."""
        plus, minus = self.left.maximum(0), -self.left.minimum(0)
        least = (plus @ low.T - minus @ high.T).T
        most = (plus @ high.T - minus @ low.T).T
        return np.clip(least, 0.0, few), np.clip(most, 0.0, few)

    def _theme(self, shown: Shown, theme: str, n: Reals, few: Reals, steps: Steps) -> Iterator[Way]:
        """Sums of respondents' shares."""
        shares = self.theme_shares(shown, theme, steps)
        low, high = (shares * n[:, None, None]).transpose(2, 1, 0)
        sums = self._amounts.of_theme(theme)
        for at, name in enumerate(VALUES):
            of = low[at], high[at], 0 * few, few
            yield Way(sums[:, at], *of, name == "positive", whole=False)

    def _told_by_percents(self, shown: Shown, theme: str, steps: Steps) -> Iterator[Told]:
        """What a mean of item percents tells of all answers to its items."""
        items = items_of(self._codebook, theme)
        answered = np.array([self.at_atoms(item.id) for item in items])
        people = np.array([self.possible.measured(one) for one in answered])
        pairs, few = len(self._pairs), self.left.shape[0]
        rests = np.array(self.rests_told(shown, theme, np.ones(pairs), steps)).T
        nothing = np.array([0.0, 1.0])
        truth = answers_so(items, self._amounts)
        alike = np.mean([self.answered(item.id) for item in items], axis=0)
        heads = self.inside @ alike if self.weighted else None
        shares = self.theme_shares(shown, theme, steps)
        for at, name in enumerate(VALUES):
            rest = rests if name == "positive" else np.tile(nothing, (pairs, 1))
            every = np.concatenate([shares[:, at], rest, np.tile(nothing, (few, 1))])
            low, high = parts_of_people(every, people)
            so = np.asarray(self.inside @ truth[at], dtype=np.float64)
            yield Told(answered.mean(axis=0), so, low, high, whole=False, people=heads)

    def theme_shares(self, shown: Shown, theme: str, steps: Steps) -> Reals:
        """What score and percents of a theme say in every group, shape (G, 4, 2)."""
        half = 10.0**-shown.policy.score_decimals / 200

        def say(row: int, figure: Figure, rounds: Rounder) -> list[Range]:
            mean = score(shown, row, theme, rounds, figure)
            whole = (0.0, 1.0) if mean is None else (mean / 100 - half, mean / 100 + half)
            return [whole, *reach(rounds, rounds.readings(by_weight(figure)))]

        # Whether there is a score follows from the items that are shown beside it.
        scored = [
            step and (step, shown.lacks_one_item(group.id, theme))
            for step, group in zip(steps, self._plan.groups, strict=True)
        ]
        told = self._shares(shown, theme, scored, len(VALUES), say)
        return beside_each_other(told, items_of(self._codebook, theme))

    def _shares(
        self, shown: Shown, measure: str, steps: Sequence[object], ways: int, say: _Say
    ) -> Reals:
        """What the percents of every group say, shape (G, ways, 2)."""

        def of_row(row: int) -> list[Range]:
            figure = shown.figure(row, measure)
            return [] if figure is None else say(row, figure, rounder(shown, row, measure))

        return self._kept.of((measure, shown.protection), steps, ways, of_row)

    def steps(self, shown: Shown, measure: str) -> Steps:
        """The step of a measure in each group, which its percents depend on; None: not shown."""
        return [
            shown.coarser.get((group.id, measure), 1) if shows else None
            for group, shows in zip(
                self._plan.groups, shown.groups_with(measure).tolist(), strict=True
            )
        ]

    def rests_told(self, shown: Shown, measure: str, n: Reals, steps: Steps) -> tuple[Reals, Reals]:
        """What comparisons tell of the rests, in people."""
        stated = self._matrix @ shown.bases[measure]
        least = np.minimum(self._rest.sums.people, self._rest.bases(measure)).tolist()

        def say(row: int) -> list[Range]:
            figure = self._rest.row(row, measure)
            pair = self._pairs[row]
            both = pair.against, pair.group
            rounds = rounder_at(shown, int(stated[row]), measure, both)
            if figure is None or not can_say(
                rounds.base, rounds.policy, sensitive=rounds.sensitive
            ):
                return []
            return reach(rounds, rounds.readings(by_weight(figure)))[:1]

        coarser: list[int | None] = []
        for people, pair in zip(least, self._pairs, strict=True):
            both = [steps[self._position[one]] for one in (pair.against, pair.group)]
            known = [step for step in both if step is not None]
            tells = people >= shown.policy.k and len(known) == len(both)
            coarser.append(max(known) if tells else None)
        shares = self._kept_rests.of((measure, shown.protection), coarser, 1, say)
        # A rest is of a known number where both groups are.
        whole = abs(self._matrix) @ ~self.whole(shown, measure, steps) == 0
        return people_behind(shares[:, 0, 0], shares[:, 0, 1], n, whole)
