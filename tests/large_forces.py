"""Drawn answers of whole forces, for benchmarks: sizes and tables of a real plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

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
from analysis.plan import Breakdown, Table, TablePlan, Value

ITEMS = 45
THEME = 5
"""Items in a theme."""

ROUTED = (40, 41, 42)
"""Items that one in seven is asked."""

ETHNICITIES = ("white", "asian", "black", "mixed", "other", "traveller")
ETHNIC_SHARES = (0.86, 0.06, 0.035, 0.025, 0.015, 0.005)
UNKNOWN = 0.03
"""How many leave a question of a variable out."""

Codes = npt.NDArray[np.int16]


def codebook(sizes: dict[str, Sequence[str]]) -> Codebook:
    """Agreement items in themes of five, and the given variables."""
    scale = (
        AnswerCategory("1", "no", "negative", 0.0),
        AnswerCategory("2", "neither", "neutral", 50.0),
        AnswerCategory("3", "yes", "positive", 100.0),
        AnswerCategory("x", "do not know", None, None),
    )
    items = tuple(
        Item(f"q{at:02}", f"Question {at}", scale, f"print{at}", f"t{at // THEME}", at % 15 == 14)
        for at in range(ITEMS)
    )
    themes = tuple(
        Theme(f"t{at}", f"Theme {at}", tuple(one.id for one in items if one.theme == f"t{at}"))
        for at in range(ITEMS // THEME)
    )
    variables = tuple(
        Variable(name, name, tuple(VariableCategory(code, code) for code in codes))
        for name, codes in sizes.items()
    )
    return Codebook("large", "1", "Large", "print", variables, items, themes)


def flat(name: str, codes: Sequence[str]) -> Breakdown:
    """A breakdown of one level."""
    values = tuple(Value(code, code, name, None, frozenset({code})) for code in codes)
    return Breakdown(name, name, name, (name,), values)


def units(parts: dict[str, Sequence[str]]) -> Breakdown:
    """Departments inside commands, or units inside forces."""
    wholes = [Value(name, name, "command", None, frozenset(codes)) for name, codes in parts.items()]
    inner = [
        Value(code, code, "department", name, frozenset({code}))
        for name, codes in parts.items()
        for code in codes
    ]
    return Breakdown("unit", "Unit", "unit", ("command", "department"), (*wholes, *inner))


def one_force(commands: int = 12, departments: int = 5) -> tuple[Codebook, TablePlan]:
    """12 commands with 60 departments, 6 ethnic groups, sex and probation in four crossings.

    With 43 and 5 they are the forces of a country with five commands each: 2,959 groups.
    """
    parts = {
        f"c{at}": tuple(f"c{at}d{one}" for one in range(departments)) for at in range(commands)
    }
    book = codebook(
        {
            "unit": [code for codes in parts.values() for code in codes],
            "ethnicity": ETHNICITIES,
            "sex": ("f", "m"),
            "probationer": ("yes", "no"),
        }
    )
    tables = (
        Table("unit-ethnicity", ("unit", "ethnicity"), (None, None)),
        Table("unit-sex", ("unit", "sex"), (None, None)),
        Table("command-ethnicity-sex", ("unit", "ethnicity", "sex"), ("command", None, None)),
        Table("ethnicity-probationer", ("ethnicity", "probationer"), (None, None)),
        Table("command-probationer", ("unit", "probationer"), ("command", None)),
    )
    flats = [flat(name, book.variable_by_id[name].codes) for name in list(book.variable_by_id)[1:]]
    return book, TablePlan((units(parts), *flats), tables)


def many_items() -> tuple[Codebook, TablePlan]:
    """A country: 43 forces with five commands each, 2,959 groups, 60 items in ten themes of six."""
    book, plan = one_force(43, 5)
    readings: tuple[Reading, ...] = ("negative", "negative", "neutral", "positive", "positive")
    points = [AnswerCategory(str(at), "", one, 25.0 * at) for at, one in enumerate(readings)]
    scale = (*points, AnswerCategory("x", "do not know", None, None))
    items = tuple(Item(f"q{at}", "Asked", scale, f"print{at}", f"t{at // 6}") for at in range(60))
    themes = tuple(
        Theme(f"t{at}", "Theme", tuple(one.id for one in items if one.theme == f"t{at}"))
        for at in range(10)
    )
    return replace(book, items=items, themes=themes), plan


def answers_to_many(book: Codebook, people: int) -> Microdata:
    """Answers to `many_items`."""
    variables = answers(replace(book, items=(), themes=()), people).variables
    rng = np.random.default_rng(1)
    shares = [0.03, 0.08, 0.12, 0.2, 0.35, 0.18, 0.04]
    columns = {one.id: (rng.choice(7, people, p=shares) - 1).astype(np.int16) for one in book.items}
    return Microdata(people, variables, columns)


def answers(book: Codebook, people: int, seed: int = 5) -> Microdata:
    """Units of uneven size, few of most ethnic groups, items left out by 1 to 12 in 100."""
    rng = np.random.default_rng(seed)
    places = len(book.variable_by_id["unit"].codes)
    sizes = rng.dirichlet(np.full(places, 3.0))
    shares = {"ethnicity": ETHNIC_SHARES, "sex": (0.42, 0.58), "probationer": (0.15, 0.85)}
    variables: dict[str, Codes] = {"unit": _drawn(rng, sizes, people, 0.01)}
    for name in list(book.variable_by_id)[1:]:
        variables[name] = _drawn(rng, shares[name], people, UNKNOWN)
    items: dict[str, Codes] = {}
    for at, item in enumerate(book.items):
        silent = float(rng.choice([0.01, 0.02, 0.03, 0.05, 0.08, 0.12]))
        column = _drawn(rng, (0.3, 0.25, 0.42, 0.03), people, silent)
        if at in ROUTED:
            column[rng.random(people) > 1 / 7] = -1
        items[item.id] = column
    return Microdata(people, variables, items)


def _drawn(
    rng: np.random.Generator, shares: Sequence[float] | npt.NDArray[np.float64], n: int, none: float
) -> Codes:
    codes = rng.choice(len(shares), size=n, p=np.asarray(shares) / np.sum(shares)).astype(np.int16)
    codes[rng.random(n) < none] = -1
    return codes
