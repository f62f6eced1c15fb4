"""What the documents list is what the program has, both ways."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest

from analysis.attack.trying import ATTACKS
from analysis.policy import DisclosurePolicy
from survey import config
from survey.cli import candour

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def section(document: str, heading: str) -> str:
    """The text under a `## heading` of a document."""
    text = (DOCS / document).read_text()
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert found, f"{document} has no section {heading!r}"
    return found[1]


def commands() -> set[str]:
    """Every command and subcommand, as one types it."""
    found = set()
    context = click.Context(candour)
    for name in candour.list_commands(context):
        command = candour.get_command(context, name)
        if isinstance(command, click.Group):
            found |= {f"{name} {sub}" for sub in command.list_commands(context)}
        else:
            found.add(name)
    return found


def documented_commands(text: str) -> set[str]:
    return set(re.findall(r"^\| `candour ([a-z]+(?: [a-z-]+)?)", text, re.M))


def test_documented_commands_are_the_programs() -> None:
    assert documented_commands(section("OPERATIONS.md", "Commands")) == commands()


def test_a_command_missing_from_the_document_is_noticed() -> None:
    text = section("OPERATIONS.md", "Commands").replace("| `candour unseal", "| `candour")
    assert documented_commands(text) != commands()


def documented_settings(text: str) -> set[str]:
    return set(re.findall(r"^\| `(CANDOUR_[A-Z_]+)`", text, re.M))


def test_documented_settings_are_those_that_are_read() -> None:
    source = Path(config.__file__).read_text()
    read = set(re.findall(r'"(CANDOUR_[A-Z_]+)"', source))
    assert documented_settings(section("OPERATIONS.md", "Settings")) == read


def test_every_policy_value_is_documented_with_its_default() -> None:
    text = (DOCS / "DISCLOSURE.md").read_text()
    for field in fields(DisclosurePolicy):
        assert re.search(rf"`{field.name}`\s*\|\s*{field.default}\b", text), field.name


def test_every_attack_is_documented_in_its_order() -> None:
    told = re.findall(
        r"^\| (\d+) \| `([a-z-]+)` \|", section("DISCLOSURE.md", "The attacker"), re.M
    )
    assert told == [(str(one.family), one.id) for one in ATTACKS]


def test_links_between_documents_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


PAGES = (
    *(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY")),
    *DOCS.rglob("*.md"),
)
FOLDERS = ("tests", "survey", "analysis", "docs", "templates", "questionnaires", "deploy")


def lost_files(text: str) -> list[str]:
    """Paths of the project in backticks that lead nowhere."""
    named = re.findall(rf"`((?:{'|'.join(FOLDERS)})/[\w./*-]*)`", text)
    return [path for path in named if not any(ROOT.glob(path))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_documents_name_are_there(page: Path) -> None:
    assert lost_files(page.read_text()) == []


def test_a_file_that_is_gone_is_noticed() -> None:
    text = "`tests/gone.py` and `survey/collect/`, `survey/app.py`, `docs/decisions/*.md`, `a/b.py`"
    assert lost_files(text) == ["tests/gone.py"]


@pytest.mark.parametrize("folder", ["survey", "analysis"])
def test_every_room_is_on_the_map(folder: str) -> None:
    text = (DOCS / "ARCHITECTURE.md").read_text()
    for room in sorted((ROOT / folder).iterdir()):
        if room.is_dir() and (room / "__init__.py").exists():
            assert f"`{folder}/{room.name}/`" in text, f"{folder}/{room.name} is not on the map"
