"""Both languages in one document: the page in one, with what it says in the other beside it.

A page is made twice, from the same template and of the same shape. Where the two differ, the
element is marked in the first, and what the second has in its place goes into a table at the end,
which nobody is shown or read. The page turns itself by it (survey/static/source/languages.js): the
fields stay the same, and so does everything that was chosen and written in them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from itertools import accumulate

from survey.languages import others, said, spoken

MARK = "data-said"
"""Of an element that says something else in the other language: its place in the table."""

TABLE = "other-language"
"""HTML id of the template that holds the table."""

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr"})


@dataclass
class _Element:
    """A start tag and the texts that stand in it directly; `place` counts characters to it."""

    tag: str
    place: int
    attributes: dict[str, str | None]
    texts: list[str] = field(default_factory=list)

    @property
    def shape(self) -> tuple[str, int, tuple[str, ...]]:
        """What both languages must have alike."""
        return self.tag, len(self.texts), tuple(self.attributes)


class _Reader(HTMLParser):
    """The elements of a page, in their order."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[_Element] = []
        self._open: list[_Element] = []
        self._lines = [0, *accumulate(len(line) + 1 for line in page.split("\n"))]
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        line, column = self.getpos()
        self.elements.append(_Element(tag, self._lines[line - 1] + column, dict(attrs)))
        if tag not in _VOID:
            self._open.append(self.elements[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that ends where it starts."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Leave the element."""
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Note a text; what is nothing but space says nothing."""
        if self._open and data.strip():
            self._open[-1].texts.append(" ".join(data.split()))


def of(rendered: Callable[[], str], told: Sequence[str]) -> str:
    """A page in all the languages that it is offered in, its own first; as it is, if that is one.

    Args:
        rendered: makes the page in the language that is spoken.
        told: sentences that the page may show later, in English.
    """
    own = rendered()
    for other in others():
        later = [said(sentence) for sentence in told]
        with spoken(other):
            pairs = zip(later, [said(sentence) for sentence in told], strict=True)
            return joined(own, rendered(), pairs)
    return own


def joined(own: str, other: str, told: Iterable[tuple[str, str]] = ()) -> str:
    """The page `own`, with what `other` says in its place.

    Args:
        own: the page in the language that it is shown in first.
        other: the same page in the other one.
        told: sentences that the page may show later, in both.

    Raises:
        ValueError: when the two are not of one shape; names the first place.
    """
    here, there = _Reader(own).elements, _Reader(other).elements
    if len(here) != len(there):
        raise ValueError(f"one page has {len(here)} elements and the other {len(there)}")
    table: list[tuple[list[str], dict[str, str | None]]] = []
    parts, end = [], 0
    for mine, theirs in zip(here, there, strict=True):
        if mine.shape != theirs.shape:
            raise ValueError(f"{mine.shape} is {theirs.shape} in the other language")
        texts = theirs.texts if mine.texts != theirs.texts else []
        changed = dict(sorted(theirs.attributes.items() - mine.attributes.items()))
        if texts or changed:
            name = mine.place + 1 + len(mine.tag)
            parts += [own[end:name], f' {MARK}="{len(table)}"']
            table.append((texts, changed))
            end = name
    content = json.dumps([table, dict(told)], ensure_ascii=False, separators=(",", ":"))
    held = f'<template id="{TABLE}">{escape(content, quote=False)}</template>'
    rest = own[end:].replace("</body>", f"{held}</body>")
    return "".join([*parts, rest])
