"""The worked examples of docs/METHODS-FORMULAS.md are what the program gives; none is missing."""

from __future__ import annotations

import ast
import doctest
import re
from pathlib import Path

import pytest

import analysis.statistics

PAGE = Path(__file__).parents[4] / "docs" / "METHODS-FORMULAS.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.M | re.S)
SECTION = re.compile(r"^### (.*?)\n(.*?)(?=^##|\Z)", re.M | re.S)

PARTS = {
    *("effective_n", "margin", "variance", "borrowed"),  # of ranges, and for planning
    *("welch", "squared_errors", "by_errors", "with_students"),  # of the cautious difference
    *("simes", "rejected_inside", "mann_whitney"),
    *("weighted_share", "post_stratify", "trim", "are_missing"),
}
"""Parts and other names of methods whose example stands under the whole."""


def failures(text: str) -> int:
    """Examples of the page that give something else; all of them share their names."""
    names: dict[str, object] = {}
    runner = doctest.DocTestRunner(verbose=False)
    for block in BLOCK.findall(text):
        test = doctest.DocTestParser().get_doctest(block, names, "METHODS", str(PAGE), 0)
        runner.run(test, out=lambda _: None, clear_globs=False)
        names.update(test.globs)
    found = runner.summarize(verbose=False)
    assert found.attempted > 50
    return found.failed


def test_every_example_gives_what_the_page_says() -> None:
    assert failures(PAGE.read_text()) == 0


def test_a_figure_that_the_program_does_not_give_is_noticed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    planted = PAGE.read_text().replace("\n(30.8, 25.5, 36.6)\n", "\n(30.8, 25.5, 36.7)\n")
    assert planted != PAGE.read_text()
    assert failures(planted) == 1


def test_every_method_has_an_example() -> None:
    imported = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"import (.+)", PAGE.read_text()))))
    (folder,) = analysis.statistics.__path__
    methods = {
        node.name
        for path in Path(folder).glob("*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(one, ast.Name) and one.id == "estimator" for one in node.decorator_list)
    }
    assert len(methods) > 20
    assert methods - PARTS <= imported


def test_every_method_has_its_formula_source_example_and_limits() -> None:
    sections = SECTION.findall(PAGE.read_text())
    assert len(sections) > 20
    for name, text in sections:
        for wanted in ("*Source:*", "```python", "*Not when*", "`"):
            assert wanted in text, f"{name} lacks {wanted}"
