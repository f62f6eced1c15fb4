"""Two Releases of a wave with other answers: nobody finds few who came, whatever lines they join.

The attacker here writes down every way in which people can have come so that both Releases are as
they are, and looks at every set of profiles: did one to three come to it in each of these ways?
Here k is four, and all bases are exactly known.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import fixtures_disclosure as small
import numpy as np
import numpy.typing as npt

from analysis.attack import moved
from analysis.disclosure.movement import Seen, few_moved
from analysis.plan import TablePlan

K, PAIRS, CODES = 4, 500, ("a", "b", "c")
CELLS = tuple(product(range(3), range(3)))
Ints = npt.NDArray[np.int64]

# Everybody is of one grade, which stands in a table of its own: two blocks of unknowns.
BOOK = small.codebook({"unit": CODES, "age": CODES, "grade": ("all", "none")})
PLAN: TablePlan = small.plan(
    [small.flat("unit", CODES), small.flat("age", CODES), small.flat("grade", ("all",))],
    [small.table("unit", "age"), small.table("unit", "grade")],
)
PROFILES = [(CODES[unit], CODES[age], "all") for unit, age in CELLS]
INSIDE = small.membership(BOOK, PLAN)[
    :, [small.profiles(BOOK).index(one) for one in PROFILES]
].astype(np.int64)
SETS = np.array(list(product((0, 1), repeat=len(CELLS)))[1:], dtype=np.int64)


@dataclass(frozen=True)
class Pair:
    """Those who were there, those who came, and which groups both Releases show."""

    there: Ints
    came: Ints
    shown: npt.NDArray[np.bool_]

    @property
    def few_in_a_line(self) -> bool:
        """Whether few came to a group or to what the shown parts of one line leave."""
        rows = [*INSIDE[self.shown]]
        hidden = 1 - INSIDE[self.shown & (INSIDE.sum(axis=1) == 1)].sum(axis=0)
        rows += [line * hidden for line in INSIDE[INSIDE.sum(axis=1) > 1]]
        return any(0 < int(row @ self.came) < K for row in rows)


def drawn(seed: int) -> Pair:
    """Hidden cells mostly lie in a circle, and to those that are shown none came, or four."""
    rng = np.random.default_rng(seed)
    is_cell = INSIDE.sum(axis=1) == 1
    open_cells = rng.random((3, 3)) < 0.1
    open_cells[range(3), rng.permutation(3)] = True
    came = rng.choice([0, 1, 2, 3, 4, 5], 9, p=[0.3, 0.15, 0.15, 0.15, 0.15, 0.1])
    came = np.where(open_cells.ravel(), rng.choice([0, K], 9), came).astype(np.int64)
    shown = ~is_cell
    shown[is_cell] = INSIDE[is_cell] @ open_cells.ravel() > 0
    return Pair(rng.integers(12, 20, 9), came, shown)


def ways(pair: Pair) -> Ints:
    """Every table of those who came that both Releases allow, shape (tables, cells)."""
    table = pair.came.reshape(3, 3)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    most = np.minimum.outer(rows, columns)[:2, :2].ravel()
    inner = np.array(list(product(*(range(one + 1) for one in most.tolist()))))
    inner = inner.reshape(-1, 2, 2)
    last = np.concatenate([inner, (rows[:2] - inner.sum(axis=2))[:, :, None]], axis=2)
    every = np.concatenate([last, (columns - last.sum(axis=1))[:, None, :]], axis=1).reshape(-1, 9)
    fits = (every >= 0).all(axis=1)
    fits &= (every @ INSIDE[pair.shown].T == INSIDE[pair.shown] @ pair.came).all(axis=1)
    return np.asarray(every[fits])


def told(pair: Pair) -> bool:
    """Whether one to three people surely came to some set of profiles."""
    came = ways(pair) @ SETS.T
    return bool(((came >= 1) & (came < K)).all(axis=0).any())


def releases(pair: Pair, *, turned: bool) -> tuple[Ints, Ints]:
    """People in each cell in both Releases; turned round, people went who came otherwise."""
    one, other = pair.there, pair.there + pair.came
    return (other, one) if turned else (one, other)


def refused(pair: Pair, *, turned: bool) -> bool:
    """Whether the disclosure control refuses the second Release."""
    both = releases(pair, turned=turned)
    system = small.system(BOOK, PLAN, dict(zip(PROFILES, both[1].tolist(), strict=True)))
    assert len(system.blocks) == 2
    rows = np.flatnonzero(pair.shown)
    bases = [(INSIDE[rows] @ one).astype(np.float64) for one in both]
    return bool(few_moved(system, *(Seen(rows, one, one) for one in bases), K))


def audited(pair: Pair, *, turned: bool) -> bool:
    """Whether the auditor sees it in both Releases."""
    ids = np.array([group.id for group in PLAN.groups])
    shown = frozenset(ids[pair.shown].tolist())
    both = [small.published(PLAN, INSIDE @ one, shown) for one in releases(pair, turned=turned)]
    return any(moved.few_moved(both[1], PLAN, *map(moved.people_of, both), k=K))


def test_few_who_moved_are_seen_over_several_lines_and_nobody_else_is() -> None:
    pairs = [pair for pair in map(drawn, range(PAIRS)) if not pair.few_in_a_line]
    truly = [told(pair) for pair in pairs]
    assert 0.2 < np.mean(truly) < 0.8, "no line alone tells of these"
    for turned in (False, True):
        assert [refused(pair, turned=turned) for pair in pairs] == truly
        assert [audited(pair, turned=turned) for pair in pairs] == truly
