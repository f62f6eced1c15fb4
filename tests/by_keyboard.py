"""Going through a page with Tab alone: where the focus is, and what is wrong with how it went."""

from __future__ import annotations

from playwright.sync_api import Page, expect

LONGEST = 40
"""Presses of Tab after which nothing is found."""

FOCUS = """() => {
  const held = document.activeElement, style = getComputedStyle(held);
  const part = getComputedStyle(held.type === 'radio' || held.type === 'checkbox'
    ? held.nextElementSibling : held, held.type === 'radio' || held.type === 'checkbox'
    ? '::before' : undefined);
  const box = held.getBoundingClientRect();
  const marked = [style, part].some(each => each.outlineStyle !== 'none'
    && parseFloat(each.outlineWidth) >= 2 || each.boxShadow !== 'none');
  return { tag: held.tagName, id: held.id, name: held.name || '', marked,
    inView: box.bottom > 0 && box.top < innerHeight && box.width > 0,
    place: Array.from(document.querySelectorAll('*')).indexOf(held) };
}"""
"""Where the focus is: what has it, whether a mark shows it, and its place in the page."""


def tab_to(page: Page, wanted: str) -> list[dict]:
    """Press Tab until what `wanted` selects has the focus; gives each place on the way."""
    walked = []
    for _ in range(LONGEST):
        page.keyboard.press("Tab")
        walked.append(page.evaluate(FOCUS))
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            wrong = lost(walked)
            assert not wrong, wrong
            return walked
    raise AssertionError(
        f"{wanted} is not reached: {[each['id'] or each['tag'] for each in walked]}"
    )


def lost(walked: list[dict]) -> list[str]:
    """What is wrong with how the focus went: lost, not to be seen, or against the page's order."""
    found = []
    for each in walked:
        name = each["id"] or each["name"] or each["tag"]
        if each["tag"] == "BODY":
            found.append("the focus is lost")
        elif not (each["marked"] and each["inView"]):
            found.append(f"{name} does not show that it has the focus")
    places = [each["place"] for each in walked]
    return found + (["the focus jumps back"] if places != sorted(places) else [])


def skip(page: Page) -> None:
    """Skip to the main content, which leaves the page as it is."""
    page.locator(".govuk-skip-link").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#main-content")).to_be_focused()
