"""The result of the game as tables in docs/THREAT_MODEL.md; this module alone writes them."""

from __future__ import annotations

import hashlib
import re
import textwrap
from dataclasses import dataclass

from game import scoring
from game.attacks import ATTACKS, ON_ARRIVAL
from game.controls import CONTROLS
from game.people import PEOPLE
from game.playing import STATES, Scores
from game.world import KINDS

BEGIN = "<!-- link game: written by `make link-game` -->"
END = "<!-- end of the link game -->"
FULL_GAMES = 25
SHORT_GAMES = 6
"""Games on each kind of database, of `make link-game` and of `make test`."""

COLUMNS = [f"{kind}, {state}" for kind in KINDS for state in STATES]
NOTHING = "nothing to go by"
_CELL = re.compile(r"(\d+), z (\d+\.\d) \((\d+)\)")
_SEAL = re.compile(r"<!-- seal ([0-9a-f]{16}) -->")


@dataclass(frozen=True)
class Cell:
    """What one attack found in one setting; no ways when there was nothing to go by."""

    matches: int = 0
    z: float = 0.0
    ways: int = 0

    def __str__(self) -> str:
        return f"{self.matches}, z {self.z:.1f} ({self.ways})" if self.ways else NOTHING

    @classmethod
    def read(cls, text: str) -> Cell:
        """The cell as it is written; ValueError for another."""
        found = _CELL.fullmatch(text)
        if found is None and text != NOTHING:
            raise ValueError(f"no cell of the game: {text!r}")
        return cls(int(found[1]), float(found[2]), int(found[3])) if found else cls()

    def beats_chance(self, games: int) -> bool:
        """Whether it is over a limit."""
        return self.ways > 0 and (
            self.matches > scoring.limit_of_matches(games, self.ways)
            or self.z > scoring.limit_of_z(self.ways) + 0.05  # as it is rounded
        )


@dataclass(frozen=True)
class Result:
    """All that a full run has found.

    Attributes:
        games: kind of database -> how many games were played on it.
        cells: attack -> `COLUMNS` -> what it found.
        caught: control -> the attacks that found it on every kind of database.
    """

    games: dict[str, int]
    cells: dict[str, dict[str, Cell]]
    caught: dict[str, tuple[str, ...]]


def cells_of(scores: dict[str, dict[str, Scores]]) -> dict[str, dict[str, Cell]]:
    """The cells of kind -> state -> attack -> score."""
    return {
        attack: {
            f"{kind}, {state}": Cell(
                scores[kind][state][attack].matches,
                round(scores[kind][state][attack].z, 1),
                len(scores[kind][state][attack].ways),
            )
            for kind in KINDS
            for state in STATES
        }
        for attack in ATTACKS | ON_ARRIVAL
    }


def render(result: Result) -> str:
    """The section between the markers."""
    body = "\n".join(
        [
            _introduction(result),
            "",
            *_table(result, ATTACKS),
            "",
            "Of somebody who was not there: does the disk tell in which order codes were used?",
            "",
            *_table(result, ON_ARRIVAL),
            "",
            "The same game on builds with a planted fault:",
            "",
            "| planted fault | shows while | is caught by |",
            "|---|---|---|",
            *(
                f"| {control} | {CONTROLS[control].state} | {'; '.join(attacks)} |"
                for control, attacks in result.caught.items()
            ),
        ]
    )
    return f"{BEGIN}\n{body}\n<!-- seal {_seal(body)} -->\n{END}"


def _seal(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:16]


def _introduction(result: Result) -> str:
    full, short = (
        f"{scoring.smallest_share(games):.0%} of the people away, or an order that goes with the "
        f"truth at a correlation of {scoring.smallest_correlation(games):.2f}"
        for games in (FULL_GAMES, SHORT_GAMES)
    )
    games = ", ".join(f"{result.games[kind]} on {kind}" for kind in KINDS)
    text = f"""Games: {games}; {PEOPLE} people each.
A cell is the number of people found by the best way of an attack, the furthest that the order of
any way goes with the truth (|z|), and the number of ways. Chance finds one person a game in every
way, and more in the best of many. An attack fails the build when a way of it finds more people than
chance does in {scoring.CHANCE:.4f} of all runs, shared out over attacks and ways, or when |z| is
over {scoring.LIMIT_Z:.0f}, more for an attack with several ways. This many games find, nineteen
times in twenty, a leak that gives {full}; the {SHORT_GAMES} games of `make test` one that gives
{short}."""
    return textwrap.fill(" ".join(text.split()), 100, break_on_hyphens=False)


def _table(result: Result, attacks: object) -> list[str]:
    rows = [f"| attack | {' | '.join(COLUMNS)} |", "|---" * (1 + len(COLUMNS)) + "|"]
    return rows + [
        f"| {attack} | {' | '.join(str(cells[column]) for column in COLUMNS)} |"
        for attack, cells in result.cells.items()
        if attack in attacks  # type: ignore[operator]
    ]


def read(document: str) -> Result:
    """The result that a document shows.

    Raises:
        ValueError: when it is not as `render` wrote it.
    """
    section = document.partition(BEGIN + "\n")[2].partition("\n" + END)[0]
    body, _, seal = section.rpartition("\n")
    found = _SEAL.fullmatch(seal)
    if found is None or found[1] != _seal(body):
        raise ValueError("the table of the link game was changed by hand; run `make link-game`")
    games = {kind: int(count) for count, kind in re.findall(r"(\d+) on (\w+)", body)}
    rows = [line.strip("| ").split(" | ") for line in body.splitlines() if line.startswith("| ")]
    width = 1 + len(COLUMNS)
    cells = {
        row[0]: dict(zip(COLUMNS, map(Cell.read, row[1:]), strict=True))
        for row in rows
        if len(row) == width and row[0] != "attack"
    }
    caught = {
        row[0]: tuple(row[2].split("; ")) for row in rows if len(row) == 3 and row[0] in CONTROLS
    }
    return Result(games, cells, caught)


def put_into(document: str, result: Result) -> str:
    """The document with its section written anew."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the document has no section between {BEGIN} and {END}")
    return before + render(result) + after


def over_the_limit(result: Result) -> list[tuple[str, str]]:
    """The (attack, column) in which an answer was found more often than by chance."""
    return [
        (attack, column)
        for attack in ATTACKS
        for column, cell in result.cells[attack].items()
        if cell.beats_chance(result.games[column.partition(",")[0]])
    ]


def not_caught(result: Result) -> list[str]:
    """The planted faults that an attack which should have found them did not find."""
    return [
        name
        for name, control in CONTROLS.items()
        if not control.caught_by <= set(result.caught[name])
    ]
