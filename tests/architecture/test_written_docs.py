"""What the documents say of the program's own doing is what it does."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

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
