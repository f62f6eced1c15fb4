"""docs/DEMO.md says what survey/demo/truths.py plants; `make golden` writes it again."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from survey.demo import telling
from survey.demo.making import QUESTIONNAIRE
from survey.demo.truths import TRUTHS
from survey.questionnaire import loader

DOCUMENT = Path(__file__).parents[2] / "docs" / "DEMO.md"
BLOCK = re.compile(r"(<!-- planted: .*? -->\n)(.*?)(<!-- end of planted -->)", re.S)


def written() -> str:
    found = BLOCK.search(DOCUMENT.read_text(encoding="utf-8"))
    assert found, "docs/DEMO.md has lost the marks around its planted truths"
    return found[2]


def test_document_says_what_is_planted() -> None:
    told = telling.as_markdown(loader.load(QUESTIONNAIRE))
    if os.environ.get("CANDOUR_GOLDEN") == "write":
        text = DOCUMENT.read_text(encoding="utf-8")
        DOCUMENT.write_text(BLOCK.sub(lambda m: m[1] + told + m[3], text), encoding="utf-8")
    assert written() == told


def test_a_truth_that_the_document_lacks_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    trace = replace(TRUTHS[-1].traces[0], points=99)
    changed = (*TRUTHS[:-1], replace(TRUTHS[-1], traces=(trace,)))
    monkeypatch.setattr(telling, "TRUTHS", changed)
    assert written() != telling.as_markdown(loader.load(QUESTIONNAIRE))
