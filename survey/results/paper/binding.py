"""Several pages become one document: contents with the number of each page's first sheet, then all.

Each page keeps its heading, so bookmarks lead to it; what repeats from page to page, the bar and
the line at the foot, stands once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement

_SVG = "{http://www.w3.org/2000/svg}"
_NAMES = ("aria-labelledby", "aria-describedby", "headers", "for")
"""Attributes that name ids."""


def bind(pages: Sequence[Element]) -> Element:
    """One document of several that are made ready for paper; the first one is changed to it.

    Args:
        pages: roots of pages, each with one `main` and one `h1`.
    """
    mains = [_main(page) for page in pages]
    title = f"{_words(_heading(mains[0]))}: all pages"
    sections, lines = [], []
    for number, (page, main) in enumerate(zip(pages, mains, strict=True), 1):
        section = Element("section", {"class": "bound", "id": f"page-{number}"})
        _tell_apart(page, f"page-{number}-")
        lines.append((f"#page-{number}", _words(_heading(main))))
        section.extend(list(main))
        if number > 1:
            _remove(section, "foot")
        sections.append(section)
    feet = _remove(sections[0], "foot")
    whole = mains[0]
    for child in list(whole):
        whole.remove(child)
    whole.extend([*feet, *_contents(title, lines), *sections])
    for one in pages[0].iter("title"):
        one.text = title
    return pages[0]


def _contents(title: str, lines: Sequence[tuple[str, str]]) -> Iterator[Element]:
    heading = Element("h1", {"class": "govuk-heading-l"})
    heading.text = title
    yield heading
    nav = Element("nav", {"aria-label": "Contents"})
    listed = SubElement(nav, "ol", {"class": "contents"})
    for href, words in lines:
        link = SubElement(SubElement(listed, "li"), "a", {"class": "contents__line", "href": href})
        link.text = words
    yield nav


def _tell_apart(page: Element, prefix: str) -> None:
    """Give every id of a page a name of its own, and what leads to it; drawings have their own."""
    for one in _outside_drawings(page):
        if "id" in one.attrib:
            one.set("id", prefix + one.attrib["id"])
        if one.get("href", "").startswith("#"):
            one.set("href", f"#{prefix}{one.attrib['href'][1:]}")
        for name in _NAMES:
            if name in one.attrib:
                one.set(name, " ".join(prefix + part for part in one.attrib[name].split()))


def _outside_drawings(root: Element) -> Iterator[Element]:
    yield root
    for child in root:
        if child.tag != f"{_SVG}svg":
            yield from _outside_drawings(child)


def _remove(root: Element, wanted: str) -> list[Element]:
    """Take the elements of a class out; gives them."""
    found = [child for child in root if child.get("class") == wanted]
    for child in found:
        root.remove(child)
    return found


def _main(page: Element) -> Element:
    return next(page.iter("main"))


def _heading(main: Element) -> Element:
    return next(main.iter("h1"))


def _words(one: Element) -> str:
    return " ".join("".join(one.itertext()).split())
