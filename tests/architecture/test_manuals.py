"""The manuals: command lines that exist, links to headings, and days that the program keeps."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import html_page
import pytest
from flask.testing import FlaskClient

from survey.agreeing import agreements, response
from survey.cli import candour
from survey.close import sealed_tallies
from survey.config import ANSWER_DAYS, Settings
from survey.manage import second_factor, sessions, sign_in, tables, wrong_tries
from survey.manage.destructions import DAYS_TO_DESTROY

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted((*DOCS.glob("*.md"), *(ROOT / f"{one}.md" for one in ("README", "CONTRIBUTING"))))
MANUALS = ("ROLES", "OPERATIONS", "BACKUPS", "INCIDENTS", "RETENTION")
NOT_TYPED = {"candour"}


def parts(text: str) -> tuple[str, str]:
    """What stands in blocks of a page, and the rest of it."""
    blocks, rest, fenced = list[str](), list[str](), False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        else:
            (blocks if fenced or line.startswith("    ") else rest).append(line)
    return "\n".join(blocks), "\n".join(rest)


def lines_of(text: str) -> Iterator[str]:
    """Everything that a page tells somebody to type: `candour ...`, in blocks and in sentences."""
    blocks, rest = parts(text)
    for line in re.sub(r" *\\\n +", " ", blocks).splitlines():
        yield from re.findall(r"(?:^|\s)(candour [a-z].*)$", line.partition("  #")[0].strip())
    yield from re.findall(r"`[^`\n]*?\b(candour [a-z][^`\n]*)`", rest)


def cannot_be_typed(line: str) -> str | None:
    """What is wrong with a command line: no such command, or no such option; None if nothing is."""
    words = shlex.split(line.replace("...", "").replace("…", ""), comments=True)[1:]
    command: click.Command = candour
    context = click.Context(candour)
    for word in list(words):
        if not isinstance(command, click.Group):
            break
        found = command.get_command(context, word)
        if found is None:
            return f"there is no command {word!r}"
        command = found
        words.remove(word)
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    known |= {"--help", "--version"}
    unknown = [one for one in words if one.startswith("--") and one.partition("=")[0] not in known]
    return f"it has no {unknown[0]}" if unknown else None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_line_can_be_typed(page: Path) -> None:
    wrong = {line: cannot_be_typed(line) for line in lines_of(page.read_text())}
    assert {line: why for line, why in wrong.items() if why} == {}


def test_a_command_line_that_cannot_be_typed_is_noticed() -> None:
    text = "Run `candour wave shut autumn` or\n\n```\ncandour backup --into x   # now\n```\n"
    found = {line: cannot_be_typed(line) for line in lines_of(text)}
    assert found == {
        "candour backup --into x": "it has no --into",
        "candour wave shut autumn": "there is no command 'shut'",
    }
    assert len([*lines_of((DOCS / "OPERATIONS.md").read_text())]) > 100


def anchors(text: str) -> set[str]:
    """The names by which the headings of a page are linked to."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", parts(text)[1], re.M)
    }


def lost_links(page: Path, text: str) -> list[str]:
    """Links of a page to headings that are not there."""
    return [
        f"{target}#{anchor}"
        for target, anchor in re.findall(r"\]\(([^)#:\s]*)#([^)\s]+)\)", text)
        if anchor not in anchors((page.parent / target).read_text() if target else text)
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_to_a_heading(page: Path) -> None:
    assert lost_links(page, page.read_text()) == []


def test_a_link_to_a_heading_that_is_gone_is_noticed() -> None:
    text = "# Here\n[there](#here) and [gone](#not-here) and [gone](DPIA.md#nowhere)"
    assert lost_links(DOCS / "X.md", text) == ["#not-here", "DPIA.md#nowhere"]


def test_the_manuals_know_of_each_other() -> None:
    first = (DOCS / "OPERATIONS.md").read_text()
    assert [name for name in MANUALS if f"{name}.md" not in first and name != "OPERATIONS"] == []


def retention() -> str:
    return (DOCS / "RETENTION.md").read_text()


def not_told(text: str) -> set[str]:
    """Tables of the databases of which the manual does not say until when they are kept."""
    bases = (tables.IssuerTable, tables.ResultsTable)
    stored = {name for base in bases for name in base.metadata.tables}
    rows = "\n".join(line.split("|")[2] for line in text.splitlines() if line.count("|") == 5)
    return stored - set(re.findall(r"`(\w+)`", rows))


def test_it_is_told_of_every_table_until_when_it_is_kept() -> None:
    assert not_told(retention()) == set()


def test_a_table_that_is_not_told_of_is_noticed() -> None:
    assert not_told(retention().replace("`response_so_far`", "")) == {"response_so_far"}


def days() -> dict[str, str]:
    """Row of the table of days and limits -> how long."""
    found = retention().partition("## Days and limits that the program keeps\n")[2]
    rows = [line.split("|") for line in found.partition("\n\nThere")[0].splitlines()]
    return {row[1].strip(): row[2].strip() for row in rows if len(row) == 5}


def kept() -> dict[str, str]:
    """The same as the program has it."""
    default = {one.name: one.default for one in fields(Settings)}
    step = second_factor.SECONDS
    longest = int(wrong_tries.LONGEST_WAIT.total_seconds() // 60)
    return {
        "answers after their Release is published": f"{DAYS_TO_DESTROY} days",
        "sums for later waves": f"{sealed_tallies.EARLIER + 1} waves",
        "a proposal of what takes two people": f"{agreements.LASTS.days} days",
        "boards answer concerns": f"{ANSWER_DAYS} days after the closing",
        "how many have used their code": (
            f"counted {response.COUNTED.days} days after the opening, told {response.LATE.days} "
            "days later"
        ),
        "a session without a page": f"{default['idle_minutes']} minutes",
        "a session": f"{default['session_hours']} hours",
        "a known browser": f"{sign_in.DEVICE_DAYS} days",
        "a first password": f"{default['first_password_hours']} hours",
        "a key for an app, from being shown to its first code": (
            f"{second_factor.CHOOSING_SECONDS // 60} minutes"
        ),
        "a right password that waits for its code": (
            f"{sessions.HALFWAY.total_seconds() / 60:.0f} minutes"
        ),
        "a code": f"its {step} seconds and the {step} after, once",
        "waiting after wrong passwords and codes": (
            f"{wrong_tries.FIRST_WAIT.seconds} seconds after the fifth, doubled up to {longest} "
            "minutes"
        ),
        "wrong passwords are forgotten": f"after {wrong_tries.FORGOTTEN.days} day",
    }


def test_the_days_are_those_that_the_program_keeps() -> None:
    told = days()
    assert {name: told.get(name) for name in kept()} == kept()
    assert set(told) - set(kept()) <= {"what", "---"}
    assert wrong_tries.FREE == 5


def test_other_days_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    before = kept()
    monkeypatch.setattr(sign_in, "DEVICE_DAYS", 30)
    assert {name for name in before if before[name] != kept()[name]} == {"a known browser"}
    assert kept()["a known browser"] != days()["a known browser"]


ENDS = {
    "Your answers, sealed": f"at most {DAYS_TO_DESTROY} days after the results are published",
    "A scrambled fingerprint of each code": "destroyed when the survey closes",
    "Roughly what share": "Destroyed with the answers",
    "Each comment": "Destroyed with the answers",
    "exact sums": "For three surveys at most",
}
"""What the privacy page says is stored -> what it says of until when."""


def wrong_ends(page: html_page.Page) -> set[str]:
    rows = [" ".join(row.itertext()) for row in page.root.iter("tr")]
    return {what for what, until in ENDS.items() if not any(what in r and until in r for r in rows)}


def test_the_privacy_page_says_the_same(client: FlaskClient) -> None:
    assert wrong_ends(html_page.parse(client.get("/privacy").data)) == set()
    assert sealed_tallies.EARLIER + 1 == 3
    manual = retention()
    for row, until in (
        ("sealed answers", f"at most {DAYS_TO_DESTROY} days"),
        ("exact sums", "three"),
    ):
        assert until in next(line for line in manual.splitlines() if line.startswith(f"| {row}"))


def test_a_privacy_page_that_says_something_else_is_noticed(client: FlaskClient) -> None:
    other = client.get("/privacy").data.replace(b"30 days", b"60 days")
    assert wrong_ends(html_page.parse(other)) == {"Your answers, sealed"}


def risks(text: str, step: int) -> set[str]:
    """The numbers of the risks in a step of the assessment."""
    part = text.partition(f"\n## Step {step}.")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| (\d+a?) \|", part, re.M))


def test_the_assessment_has_a_measure_for_each_risk() -> None:
    text = (DOCS / "DPIA.md").read_text()
    assert risks(text, 5) == risks(text, 6) >= {"1", "5a", "17"}
    assert re.findall(r"^## Step (\d)\.", text, re.M) == list("1234567")


def test_a_risk_without_a_measure_is_noticed() -> None:
    text = (DOCS / "DPIA.md").read_text().replace("\n| 13 | the organisation's backup", "\n| x |")
    assert risks(text, 5) - risks(text, 6) == {"13"}
