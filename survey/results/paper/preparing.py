"""A page is made ready for paper: drawings complete and described, no links to elsewhere."""

from __future__ import annotations

import re
from copy import deepcopy
from xml.etree.ElementTree import Element, SubElement

_SVG = "{http://www.w3.org/2000/svg}"
_SHARED = ("url(#hatch)", "#not-shown")
"""What drawings take from the one that holds the page's patterns: on paper each is by itself."""

_RANGE = re.compile(r" ?\([^()]*\)")
"""A plausible range with the figure before it: no line ends inside."""

_LETTER, _TALL = 6.5, 10
"""Units of a drawing that a letter of a figure is wide and tall, about."""


def prepare(root: Element) -> None:
    """Change the elements of a page, in place, so that a PDF of it shows and says all of it."""
    for cell in root.iter("td"):
        _paint(cell)
        for part in cell.iter():
            part.text = _RANGE.sub(_together, part.text or "")
    patterns = next((one for one in root.iter(f"{_SVG}defs")), None)
    for drawing in list(root.iter(f"{_SVG}svg")):
        if drawing.get("class") == "patterns":
            continue
        _describe(drawing)
        _set_apart(drawing)
        if patterns is not None and _takes(drawing):
            drawing.insert(0, deepcopy(patterns))
    for details in root.iter("details"):
        details.set("open", "")
    for link in root.iter("a"):
        # Addresses of the service tell paper nothing, and lead nowhere from a file.
        if not link.get("href", "").startswith("#"):
            link.attrib.pop("href", None)


def _paint(cell: Element) -> None:
    """Paint a cell itself, and not by a drawing under its text: on paper that is a picture."""
    drawing = cell.find(f"{_SVG}svg")
    if drawing is None or drawing.get("class") != "heat__paint":
        return
    shade = drawing.find(f"{_SVG}rect")
    if shade is None:
        cell.set("class", f"{cell.get('class')} heat__cell--hatched")
    else:
        cell.set("style", f"background-color: {shade.get('fill')}")
    cell.remove(drawing)


def _together(found: re.Match[str]) -> str:
    return found[0].replace(" ", "\N{NO-BREAK SPACE}")


def _describe(drawing: Element) -> None:
    """Give a drawing the title by which a PDF describes it."""
    label = drawing.get("aria-label")
    if label:
        title = SubElement(drawing, f"{_SVG}title")
        title.text = label
        drawing.remove(title)
        drawing.insert(0, title)


def _set_apart(drawing: Element) -> None:
    """Put a plate behind figures that a browser outlines: here the outline would cover them."""
    for at, text in reversed(list(enumerate(drawing))):
        if text.attrib.pop("paint-order", None) is None:
            continue
        text.attrib.pop("stroke")
        wide = _LETTER * len(text.text or "")
        x, y = float(text.get("x", 0)), float(text.get("y", 0))
        size = {"width": f"{wide:g}", "height": f"{_TALL}", "fill": "#ffffff"}
        plate = Element(f"{_SVG}rect", {"x": f"{x - wide / 2:g}", "y": f"{y - _TALL:g}", **size})
        drawing.insert(at, plate)


def _takes(drawing: Element) -> bool:
    return any(value in _SHARED for element in drawing.iter() for value in element.attrib.values())
