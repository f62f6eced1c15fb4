"""Scripts of the pages write text as text, and make no code of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from survey import resources

SOURCES = sorted(Path(resources.__file__).parent.glob("static/source/**/*.js"))
DANGERS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|document\.write|DOMParser"
    r"|\beval\b|new Function|set(Timeout|Interval)\(\s*[\"'`]|__proto__|postMessage|javascript:"
)


def dangers(script: str) -> list[str]:
    """What in a script could make markup or code of text."""
    return [found[0] for found in DANGERS.finditer(script)]


def test_scripts_make_no_markup_and_no_code_of_text() -> None:
    assert len(SOURCES) > 5
    assert {path.name: found for path in SOURCES if (found := dangers(path.read_text()))} == {}


@pytest.mark.parametrize(
    "script",
    [
        "place.innerHTML = name;",
        "eval(text)",
        "new Function(text)()",
        'setTimeout("go()", 1)',
        "answers[`__proto__`] = 1",
        "parent.postMessage(code, '*')",
    ],
)
def test_a_script_that_does_is_noticed(script: str) -> None:
    assert dangers(script)
