"""What the documents say of the program's own doing is what it does."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import answers_scale
import load_table
import pytest
import scale_plot

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def written() -> Callable[[str], str]:
    found: Callable[[str], str] = runpy.run_path(str(DOCS / "write_disclosure_examples.py"))[
        "written"
    ]
    return found


def test_examples_of_disclosure_control_are_what_the_program_does(
    written: Callable[[str], str],
) -> None:
    page = (DOCS / "DISCLOSURE.md").read_text()
    assert written(page) == page, "run `make docs`"


def test_a_changed_example_is_noticed(written: Callable[[str], str]) -> None:
    page = (DOCS / "DISCLOSURE.md").read_text()
    planted = page.replace("not shown (7)", "7")
    assert planted != page
    assert written(planted) == page


def test_table_and_drawing_of_scale_are_what_was_measured() -> None:
    page, costs = scale_plot.PAGE.read_text(), scale_plot.measured()
    assert scale_plot.written(page, costs) == page, "run `make bench`"
    assert scale_plot.DRAWN.read_text() == scale_plot.drawing(costs), "run `make bench`"
    other = [replace(one, processor=one.processor + 1) for one in costs]
    assert scale_plot.written(page, other) != page


def test_the_table_of_answers_is_what_was_measured() -> None:
    page, costs = answers_scale.PAGE.read_text(), answers_scale.measured()
    assert answers_scale.written(page, costs) == page, "run `make bench`"
    other = [replace(one, processor=one.processor + 1) for one in costs]
    assert answers_scale.written(page, other) != page


def test_table_of_load_is_what_was_measured() -> None:
    page, loads = load_table.PAGE.read_text(), load_table.measured()
    assert load_table.written(page, loads) == page, "run `make bench`"
    other = [replace(one, server=one.server + 1) for one in loads]
    assert load_table.written(page, other) != page


def test_each_fault_in_the_table_names_tests_that_are_there() -> None:
    page = (DOCS / "OPERATIONS.md").read_text()
    _, _, rest = page.partition("| fault | what is seen | what to do | test |")
    rows = [line for line in rest.partition("\n\n")[0].splitlines() if "`" in line]
    assert len(rows) > 10
    tests = DOCS.parent / "tests"
    for row in rows:
        *_, cell, _ = row.split("|")
        named = re.findall(r"`([\w/]+\.py)`", cell)
        assert named or "the same" in cell, row
        assert all(list(tests.rglob(name)) for name in named), row
