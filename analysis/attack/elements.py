"""A saved page as a tree of elements, read as leniently as a browser does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"}
DRAWN = {
    *("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "d", "points"),
    *("viewbox", "transform", "class", "style", "href", "colspan", "rowspan", "xmlns"),
}
"""Attributes that draw or lead somewhere: their numbers say nothing by themselves."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass
class Node:
    """An element: its name, attributes, text and elements inside."""

    name: str
    attributes: dict[str, str]
    inside: list[Node | str] = field(default_factory=list)

    def every(self, *names: str) -> Iterator[Node]:
        """Elements of these names inside, at any depth."""
        for one in self.inside:
            if isinstance(one, Node):
                if one.name in names or not names:
                    yield one
                yield from one.every(*names)

    @property
    def text(self) -> str:
        """All text inside."""
        return "".join(one if isinstance(one, str) else one.text for one in self.inside)

    @property
    def told(self) -> str:
        """Text and every attribute inside that does not only draw."""
        said = [value for key, value in self.attributes.items() if key not in DRAWN]
        said += [one if isinstance(one, str) else one.told for one in self.inside]
        return " ".join(said)

    @property
    def written(self) -> str:
        """The markup inside, spaces evened out."""
        parts = [
            one if isinstance(one, str)
            else f"<{one.name} {sorted(one.attributes.items())}>{one.written}</{one.name}>"
            for one in self.inside
        ]  # fmt: skip
        return " ".join("".join(parts).split())


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self.comments: list[str] = []
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {key: value or "" for key, value in attrs})
        self._open[-1].inside.append(node)
        if tag not in _VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].inside.append(Node(tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        names = [node.name for node in self._open]
        if tag in names[1:]:
            del self._open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        self._open[-1].inside.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def parsed(html: str) -> tuple[Node, tuple[str, ...]]:
    """The elements of a page, and its comments."""
    tree = _Tree()
    tree.feed(html)
    tree.close()
    return tree.root, tuple(tree.comments)


def numbers(text: str) -> set[str]:
    """Every number in a text, without thousands separators."""
    return {found.replace(",", "") for found in _NUMBER.findall(text)}
