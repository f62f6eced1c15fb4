"""What in a comment could tell who wrote it: names, numbers, marks, dates, places.

A warning and a help, never a fence: it finds what looks like one, misses what somebody describes in
plain words, and stops nobody. The patterns stand in `telling.json`, which the page reads too: they
are written in what Python's and the browsers' expressions have in common.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_TABLE = json.loads(Path(__file__).with_name("telling.json").read_text(encoding="utf-8"))
KINDS: dict[str, str] = _TABLE["said"]["en"]["kinds"]
"""What is looked for -> how it is called in a sentence."""

MOST_NAMED = 6
"""Finds that a warning names; the page has the same number."""


@dataclass(frozen=True)
class Find:
    """A part of a text; `start` and `end` count characters."""

    kind: str
    start: int
    end: int
    text: str


@lru_cache(maxsize=1)
def _rules() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """(kind, expression) of each rule: what comes before a find, then the find."""
    outside = _TABLE["no_letter"]
    found = []
    for kind, flags, written in _TABLE["rules"]:
        whole = re.sub(r"\{([a-z_]+)\}", lambda named: _TABLE["lists"][named[1]], written)
        expression = f"(^|[^{outside}])({whole})(?![{outside}])"
        ignoring = re.IGNORECASE if "i" in flags else 0
        found.append((kind, re.compile(expression, re.ASCII | ignoring)))
    return tuple(found)


def find(text: str) -> tuple[Find, ...]:
    """Whatever looks as if it told who wrote a text, in its order; finds do not overlap."""
    every = [
        Find(kind, match.start(2), match.end(2), match[2])
        for kind, rule in _rules()
        for match in rule.finditer(text)
    ]
    every.sort(key=lambda one: (one.start, -len(one.text)))
    kept: list[Find] = []
    for one in every:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


def warning(text: str, language: str = "en") -> str | None:
    """What a respondent is told before sending; None when nothing was found."""
    words = _TABLE["said"][language]
    named = list(dict.fromkeys(f"{words['kinds'][one.kind]} (“{one.text}”)" for one in find(text)))
    if not named:
        return None
    sentence: str = words["warning"]
    return sentence.replace("{found}", ", ".join(named[:MOST_NAMED]))


def marked(text: str) -> str:
    """The text with each find in brackets, `[name: Sgt Jones]`, for those who sort comments."""
    return "".join(_marked(text))


def _marked(text: str) -> Iterator[str]:
    end = 0
    for one in find(text):
        yield f"{text[end : one.start]}[{one.kind}: {one.text}]"
        end = one.end
    yield text[end:]
