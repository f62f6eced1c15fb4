"""Taking a ticket and answering with it in a browser."""

from __future__ import annotations

from pathlib import Path

from answering import FOLDED, SURVEY, Traffic, answer_everything
from fixtures_wave import LiveServer
from playwright.sync_api import Page, expect

TICKET = "/ticket/autumn"
NAME = "candour-ticket-autumn.json"


def redeem(page: Page, server: LiveServer, code: str) -> None:
    """Press on until the page offers to save; without JavaScript it has redeemed nothing yet."""
    page.goto(server.url + TICKET)
    page.fill("#code", code.lower().replace("-", " "))
    page.click("#take")
    expect(page.locator("h1")).to_have_text("Save your ticket")


def save(page: Page, folder: Path) -> Path:
    with page.expect_download() as download:
        page.click("#save")
    assert download.value.suggested_filename == NAME
    file = folder / NAME
    download.value.save_as(file)
    return file


def take(page: Page, server: LiveServer, code: str, folder: Path) -> Path:
    redeem(page, server, code)
    return save(page, folder)


def load(page: Page, server: LiveServer, file: Path) -> None:
    page.goto(server.url + SURVEY)
    page.click("text=I have a ticket")
    page.set_input_files("#ticket-file", file)


def answer(page: Page, server: LiveServer, file: Path) -> None:
    """Load a ticket and walk to the check page with JavaScript."""
    load(page, server, file)
    page.click("#next")
    expect(page.locator("h1:visible")).to_have_text("Speaking up")
    answer_everything(page)
    page.click("#next")
    page.wait_for_selector("#checked")


def answer_in_one_form(page: Page, server: LiveServer, file: Path) -> None:
    """The same without JavaScript."""
    load(page, server, file)
    for name, value in FOLDED.items():
        if name in ("challenge_safe", "concern_heard", "fair_treatment", "in_probation"):
            page.check(f"input[name={name}][value={value}]")
    page.check("input[name=told][value=manager]")
    page.select_option("#q-department", "north-b")
    page.check("input[name=ethnicity][value=bangladeshi]")
    page.click("#next")
    page.wait_for_selector("#checked")


def sent(traffic: Traffic) -> list[str]:
    """What went to the server since then, but for the icon, which browsers fetch when they like."""
    return [request.url for request in traffic.requests if "favicon" not in request.url]
