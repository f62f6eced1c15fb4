"""A small codebook, plan and microdata for tests of the analysis, made from a seed.

`small()` is a force of three commands in two families with six departments, a few demographics and
two themes; everything is invented.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.codebook import (
    AnswerCategory,
    Codebook,
    Item,
    Reading,
    Theme,
    Variable,
    VariableCategory,
)
from analysis.microdata import Microdata
from analysis.plan import Breakdown, Intersection, Table, TablePlan, Value

COMMANDS = {"north": "response", "south": "response", "crime": "specialist"}
DEPARTMENTS = {
    "north-a": "north",
    "north-b": "north",
    "south-a": "south",
    "south-b": "south",
    "crime-a": "crime",
    "crime-b": "crime",
}
ETHNICITY = {"white": "majority", "asian": "minority", "black": "minority", "mixed": "minority"}


@dataclass(frozen=True)
class Study:
    """What `publish` wants."""

    codebook: Codebook
    plan: TablePlan
    microdata: Microdata


def agreement(
    *, reverse: bool = False, extra: tuple[str, ...] = ("dont-know",)
) -> tuple[AnswerCategory, ...]:
    """Five points from strongly agree to strongly disagree, and categories that are not valid."""
    labels = ["strongly-agree", "agree", "neither", "disagree", "strongly-disagree"]
    readings: list[Reading] = ["positive", "positive", "neutral", "negative", "negative"]
    scores = [100.0, 75.0, 50.0, 25.0, 0.0]
    if reverse:
        readings, scores = readings[::-1], scores[::-1]
    valid = [
        AnswerCategory(label, label.replace("-", " ").capitalize(), reading, score)
        for label, reading, score in zip(labels, readings, scores, strict=True)
    ]
    other = [AnswerCategory(code, code.replace("-", " "), None, None) for code in extra]
    return (*valid, *other)


def item(name: str, theme: str | None = None, **changes: object) -> Item:
    """An item on the agreement scale; `changes` are fields of `Item`."""
    values: dict[str, object] = {
        "id": name,
        "text": f"Statement {name}",
        "categories": agreement(),
        "fingerprint": f"print-of-{name}",
        "theme": theme,
    }
    return Item(**{**values, **changes})  # type: ignore[arg-type]


def variable(name: str, codes: tuple[str, ...]) -> Variable:
    """A grouping variable whose labels are its codes."""
    return Variable(
        name, name.capitalize(), tuple(VariableCategory(code, code.capitalize()) for code in codes)
    )


def codebook(
    items: tuple[Item, ...] | None = None, themes: tuple[Theme, ...] | None = None
) -> Codebook:
    """The small codebook; other items or themes may be given."""
    found = items or (
        item("led", "leadership"),
        item("seen", "leadership"),
        item("unfair", "fairness", categories=agreement(reverse=True)),
        item("heard", "fairness"),
        item("harassed", sensitive=True),
    )
    names = dict.fromkeys(one.theme for one in found if one.theme is not None)
    return Codebook(
        questionnaire="small",
        version="1",
        title="A small survey",
        fingerprint="print-of-the-whole",
        variables=(
            variable("unit", tuple(DEPARTMENTS)),
            variable("ethnicity", tuple(ETHNICITY)),
            variable("in_probation", ("yes", "no")),
        ),
        items=found,
        themes=themes
        or tuple(
            Theme(name, name.capitalize(), tuple(one.id for one in found if one.theme == name))
            for name in names
        ),
    )


def units() -> Breakdown:
    """Families, commands and departments."""
    values = [
        Value(family, family.capitalize(), "family", None, _units_of_family(family))
        for family in dict.fromkeys(COMMANDS.values())
    ]
    values += [
        Value(command, command.capitalize(), "command", family, _units_of(command))
        for command, family in COMMANDS.items()
    ]
    values += [
        Value(unit, unit.capitalize(), "department", command, frozenset({unit}))
        for unit, command in DEPARTMENTS.items()
    ]
    return Breakdown(
        "command", "Command", "unit", ("family", "command", "department"), tuple(values)
    )


def ethnicity() -> Breakdown:
    """Minority and majority, and the groups in them."""
    rolled = [
        Value(
            up,
            up.capitalize(),
            "roll_up",
            None,
            frozenset(c for c in ETHNICITY if ETHNICITY[c] == up),
        )
        for up in dict.fromkeys(ETHNICITY.values())
    ]
    fine = [
        Value(code, code.capitalize(), "group", up, frozenset({code}))
        for code, up in ETHNICITY.items()
    ]
    return Breakdown("ethnicity", "Ethnicity", "ethnicity", ("roll_up", "group"), (*rolled, *fine))


def probationer() -> Breakdown:
    """Whether in probation."""
    values = tuple(
        Value(code, f"Probation {code}", "probationer", None, frozenset({code}))
        for code in ("yes", "no")
    )
    return Breakdown("probationer", "Probationer", "in_probation", ("probationer",), values)


def plan() -> TablePlan:
    """Four tables and minority-background probationers."""
    return TablePlan(
        (units(), ethnicity(), probationer()),
        (
            Table("command", ("command",), (None,)),
            Table("ethnicity", ("ethnicity",), (None,)),
            Table("probationer", ("probationer",), (None,)),
            Table("command-ethnicity", ("command", "ethnicity"), ("command", "roll_up")),
            Table("ethnicity-probationer", ("ethnicity", "probationer"), ("roll_up", None)),
        ),
        (Intersection("Minority-background probationers", "ethnicity=minority&probationer=yes"),),
    )


def microdata(book: Codebook, n: int = 900, seed: int = 7, *, weighted: bool = False) -> Microdata:
    """Answers of `n` invented people; about one in twenty leaves a question out."""
    rng = np.random.default_rng(seed)
    chances = {
        "unit": [0.25, 0.15, 0.2, 0.15, 0.15, 0.1],
        "ethnicity": [0.8, 0.1, 0.06, 0.04],
        "in_probation": [0.2, 0.8],
    }
    variables = {
        one.id: _with_gaps(rng, rng.choice(len(one.codes), n, p=chances[one.id]))
        for one in book.variables
    }
    mood = rng.normal(0.0, 0.8, n)
    items = {}
    for one in book.items:
        points = len(one.codes)
        answer = np.clip(np.rint(mood + rng.normal(1.6, 1.0, n)), 0, points - 1)
        items[one.id] = _with_gaps(rng, answer)
    weights = rng.uniform(0.5, 2.0, n) if weighted else None
    return Microdata(n, variables, items, weights)


def small(n: int = 900, seed: int = 7, *, weighted: bool = False) -> Study:
    """The whole small study."""
    book = codebook()
    return Study(book, plan(), microdata(book, n, seed, weighted=weighted))


def fallen(people: int, wave: int, fall: int) -> Study:
    """Wave by wave other people; those of one department answer `fall` steps worse."""
    made = small(people, seed=wave)
    unit = made.codebook.variable_by_id["unit"].codes.index("south-b")
    inside = made.microdata.variables["unit"] == unit
    moved = {}
    for name in ("led", "seen"):
        column = made.microdata.items[name]
        worse = np.clip(column + fall, 0, 4)
        moved[name] = np.where(inside & (column >= 0) & (column < 5), worse, column)
    return with_answers(made, **moved)


def with_answers(study: Study, **columns: object) -> Study:
    """The study with whole columns of answers replaced, by item or variable id."""
    found = {name: np.asarray(column, dtype=np.int16) for name, column in columns.items()}
    old = study.microdata
    return Study(
        study.codebook,
        study.plan,
        Microdata(
            old.n,
            {name: found.get(name, column) for name, column in old.variables.items()},
            {name: found.get(name, column) for name, column in old.items.items()},
            old.weights,
        ),
    )


def shuffled(study: Study, seed: int = 1) -> Study:
    """The same people in another order."""
    order = np.random.default_rng(seed).permutation(study.microdata.n)
    old = study.microdata
    return Study(
        study.codebook,
        study.plan,
        Microdata(
            old.n,
            {name: column[order] for name, column in old.variables.items()},
            {name: column[order] for name, column in old.items.items()},
            None if old.weights is None else old.weights[order],
        ),
    )


def _with_gaps(rng: np.random.Generator, values: np.ndarray) -> np.ndarray:
    return np.where(rng.random(len(values)) < 0.05, -1, values).astype(np.int16)


def _units_of(command: str) -> frozenset[str]:
    return frozenset(unit for unit, of in DEPARTMENTS.items() if of == command)


def _units_of_family(family: str) -> frozenset[str]:
    return frozenset(unit for unit, of in DEPARTMENTS.items() if COMMANDS[of] == family)
