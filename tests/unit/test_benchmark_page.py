from __future__ import annotations

import benchmark_page
from benchmark_page import PAGE, Said, section, written

METHOD = "What a thing takes.\n\nAgainst a floor."
FIRST = section(
    "test_a.py", METHOD, [Said("test_it_is_fast", True, 2.4, "\n2 times the floor\n")], "here"
)
SECOND = section("test_b.py", METHOD, [Said("test_it_is_slow[3]", False, 9.0, "")], "there")


def test_a_section_says_method_figures_and_where() -> None:
    assert "## What a thing takes.\n\nAgainst a floor.\n" in FIRST
    assert "`tests/benchmarks/test_a.py`, here.\n" in FIRST
    assert "*it is fast*: 2 s by the clock\n\n```text\n2 times the floor\n```\n" in FIRST
    assert "*it is slow[3]*: **missed its bar**, 9 s by the clock" in SECOND


def test_only_what_ran_is_written_anew() -> None:
    page = written("", {"test_a.py": FIRST, "test_b.py": SECOND})
    assert page.index(FIRST) < page.index(SECOND)
    later = FIRST.replace("2 times", "3 times")
    assert written(page, {"test_a.py": later}) == page.replace("2 times", "3 times")


def test_the_page_of_the_project_is_as_it_was_written() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert written(page, {}) == page
    assert "## " in page


def test_where_it_ran_is_told() -> None:
    told = benchmark_page.where()
    assert "cores" in told
    assert "Python 3." in told
