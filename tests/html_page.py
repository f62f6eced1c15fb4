"""A strict reader of our pages: what every page must be, checked wherever a test opens one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import html5lib

NO_FIELDS = {"hidden", "submit", "button", "image", "reset"}
FIELDS = {"input", "select", "textarea"}
CHOSEN = {"radio", "checkbox"}
ERRORS = ("Error: ", "Gwall: ")
"""What the title of a page with mistakes starts with, in either language."""


class BadPage(AssertionError):
    """A page breaks a rule; names each."""


@dataclass(frozen=True)
class Page:
    """A page that keeps every rule."""

    root: Element

    @property
    def title(self) -> str:
        return words(self.root.find("./head/title"))

    @property
    def h1(self) -> str:
        return words(next(part for part in outside_templates(self.root) if part.tag == "h1"))

    @property
    def text(self) -> str:
        return words(self.root.find("./body"))

    def by_id(self, wanted: str) -> Element:
        return next(element for element in self.root.iter() if element.get("id") == wanted)

    def fields(self, form: str) -> dict[str, list[str]]:
        """What the form with that id would send; no buttons, and no files, which people choose."""
        sent: dict[str, list[str]] = {}
        for field in self.by_id(form).iter():
            for name, value in _sends(field):
                sent.setdefault(name, []).append(value)
        return sent


def parse(page: str | bytes) -> Page:
    """Read a page; raises BadPage when it breaks a rule."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    text = page.decode() if isinstance(page, bytes) else page
    root = parser.parse(text)
    problems = [f"does not parse: {code} at {place}" for place, code, _ in parser.errors]
    problems += [problem for rule in RULES for problem in rule(root)]
    if problems:
        raise BadPage("; ".join(problems))
    return Page(root)


def one_form(page: str | bytes, form: str) -> Page:
    """A page of which one form alone is read, in a tenth of the time; others judge the page."""
    text = page.decode() if isinstance(page, bytes) else page
    found = re.search(rf'<form\b[^>]*\bid="{re.escape(form)}".*?</form>', text, re.DOTALL)
    if found is None:
        raise BadPage(f"has no form {form}")
    return Page(html5lib.parseFragment(found[0], namespaceHTMLElements=False))


def words(element: Element | None) -> str:
    """The text of an element, its white space as a browser shows it."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def _sends(field: Element) -> Iterator[tuple[str, str]]:
    name, kind = field.get("name"), field.get("type", "text")
    if name is None:
        return
    if field.tag == "select":
        chosen = [option for option in field.iter("option") if option.get("selected") is not None]
        yield name, (chosen or [next(field.iter("option"))])[0].get("value", "")
    elif field.tag == "textarea":
        yield name, field.text or ""
    elif field.tag == "input" and kind not in NO_FIELDS - {"hidden"} | {"file"}:
        left = kind in {"radio", "checkbox"} and field.get("checked") is None
        if not left:
            yield name, field.get("value", "")


def one_h1_with_which_the_title_starts(root: Element) -> Iterator[str]:
    headings = [words(part) for part in outside_templates(root) if part.tag == "h1"]
    title = words(root.find("./head/title"))
    named = title[len(ERRORS[0]) :] if title.startswith(ERRORS) else title
    if len(headings) != 1 or not headings[0]:
        yield f"has {len(headings)} h1: {headings}"
    elif not named.startswith(headings[0]):
        yield f"title {title!r} does not start with h1 {headings[0]!r}"


def an_error_summary_is_in_the_title(root: Element) -> Iterator[str]:
    classes = [element.get("class", "").split() for element in outside_templates(root)]
    shown = any("govuk-error-summary" in names for names in classes)
    if shown != words(root.find("./head/title")).startswith(ERRORS):
        yield "title and error summary disagree"


def ids_are_unique(root: Element) -> Iterator[str]:
    counts = Counter(element.get("id") for element in root.iter() if element.get("id"))
    yield from (f"id {found} stands {times} times" for found, times in counts.items() if times > 1)


def references_lead_somewhere(root: Element) -> Iterator[str]:
    ids = {element.get("id") for element in root.iter()}
    for element in root.iter():
        for name in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
            for target in (element.get(name) or "").split():
                if target not in ids:
                    yield f"{name}={target} leads nowhere"
        href = element.get("href") or ""
        if href.startswith("#") and href[1:] not in ids:
            yield f"link to {href} leads nowhere"


def every_field_has_a_label(root: Element) -> Iterator[str]:
    labelled = {label.get("for") for label in root.iter("label") if words(label)}
    for field in root.iter():
        if field.tag not in {"input", "select", "textarea"}:
            continue
        if field.tag == "input" and field.get("type", "text") in NO_FIELDS:
            continue
        named = field.get("aria-label") or field.get("aria-labelledby")
        if field.get("id") not in labelled and not named:
            yield f"field {field.get('name')} has no label"


def every_fieldset_has_a_legend(root: Element) -> Iterator[str]:
    for fieldset in root.iter("fieldset"):
        first = next(iter(fieldset), None)
        if first is None or first.tag != "legend" or not words(first):
            yield "a fieldset does not begin with a legend"


def radios_stand_in_fieldsets_and_no_table(root: Element) -> Iterator[str]:
    grouped = {id(field) for fieldset in root.iter("fieldset") for field in fieldset.iter("input")}
    tabled = {id(field) for table in root.iter("table") for field in table.iter("input")}
    for field in root.iter("input"):
        if field.get("type") in {"radio", "checkbox"}:
            if id(field) not in grouped:
                yield f"{field.get('name')} stands in no fieldset"
            if id(field) in tabled:
                yield f"{field.get('name')} stands in a table"


def mistakes_lead_to_their_field(root: Element) -> Iterator[str]:
    by_id = {element.get("id"): element for element in root.iter()}
    for summary in outside_templates(root):
        if "govuk-error-summary" not in summary.get("class", "").split():
            continue
        for link in summary.iter("a"):
            target = by_id.get((link.get("href") or "")[1:])
            if target is None or not any(part.tag in FIELDS for part in target.iter()):
                yield f"mistake {words(link)!r} leads to no field"


def the_focus_goes_in_the_order_of_the_page(root: Element) -> Iterator[str]:
    for element in root.iter():
        if element.get("tabindex", "0") not in {"0", "-1"} or "autofocus" in element.attrib:
            yield f"{element.tag} {element.get('id')} takes the focus out of order"


def a_fieldset_asks_one_thing(root: Element) -> Iterator[str]:
    for fieldset in root.iter("fieldset"):
        names = {each.get("name") for each in fieldset.iter("input") if each.get("type") in CHOSEN}
        if len(names) > 1:
            yield f"one fieldset asks {sorted(map(str, names))}"


def no_script_or_style_in_the_page(root: Element) -> Iterator[str]:
    for element in root.iter():
        if element.tag == "style" or (element.tag == "script" and not element.get("src")):
            yield f"inline {element.tag}"
        for name, value in element.attrib.items():
            if name == "style" or name.startswith("on") or value.startswith("javascript:"):
                yield f"inline {name} on {element.tag}"


def nothing_is_loaded_from_elsewhere(root: Element) -> Iterator[str]:
    for element in root.iter():
        address = element.get("src") or (element.get("href") if element.tag == "link" else None)
        if address and (not address.startswith("/") or address.startswith("//")):
            yield f"{element.tag} loads {address}"


def links_to_elsewhere_tell_nobody(root: Element) -> Iterator[str]:
    for link in root.iter("a"):
        if link.get("href", "").startswith("http") and "noreferrer" not in link.get("rel", ""):
            yield f"link to {link.get('href')} sends a referrer"


def one_main_that_the_skip_link_leads_to(root: Element) -> Iterator[str]:
    mains = [element.get("id") for element in root.iter("main")]
    first = next(root.iter("a"), None)
    if len(mains) != 1 or first is None or first.get("href") != f"#{mains[0]}":
        yield "the first link does not skip to the one main"


def the_language_is_named(root: Element) -> Iterator[str]:
    if not root.get("lang"):
        yield "html has no lang"


RULES = (
    one_h1_with_which_the_title_starts,
    an_error_summary_is_in_the_title,
    ids_are_unique,
    references_lead_somewhere,
    every_field_has_a_label,
    every_fieldset_has_a_legend,
    radios_stand_in_fieldsets_and_no_table,
    mistakes_lead_to_their_field,
    the_focus_goes_in_the_order_of_the_page,
    a_fieldset_asks_one_thing,
    no_script_or_style_in_the_page,
    nothing_is_loaded_from_elsewhere,
    links_to_elsewhere_tell_nobody,
    one_main_that_the_skip_link_leads_to,
    the_language_is_named,
)


def outside_templates(element: Element) -> Iterator[Element]:
    """The element and what it holds, but nothing inside a template element."""
    yield element
    for part in element:
        if part.tag != "template":
            yield from outside_templates(part)
