"""The commands under "Installing" name files, targets, options and settings that are there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from survey.cli import candour

ROOT = Path(__file__).parents[2]


def lines() -> list[list[str]]:
    """Each command of the section, in words."""
    page = (ROOT / "docs" / "OPERATIONS.md").read_text()
    (text,) = re.findall(r"^## Installing\n(.*?)^## ", page, re.M | re.S)
    blocks = re.findall(r"^```\n(.*?)^```", text, re.M | re.S)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def lost(words: list[str]) -> list[str]:
    """Files of the project that a command names and that are not there."""
    named = [word for word in words if word.startswith("deploy/")]
    return [name for name in named if not (ROOT / name).exists()]


def test_every_file_to_copy_is_there() -> None:
    assert sum(any(word.startswith("deploy/") for word in words) for words in lines()) >= 6
    assert [lost(words) for words in lines() if lost(words)] == []
    assert lost(["cp", "deploy/nginx/gone.conf"]) == ["deploy/nginx/gone.conf"]


def of_program(words: list[str]) -> list[str] | None:
    """The command of Candour in a line, without how it is run."""
    if words[0] == "candour":
        return words[1:]
    if words[0] == "candour-as":
        return words[2:]
    if words[:4] == ["docker", "compose", "run", "--rm"]:
        return words[5:]
    return None


def expect(arguments: list[str]) -> None:
    """Parse a command line as the program does; runs nothing."""
    context = click.Context(candour)
    command = candour.get_command(context, arguments[0])
    assert command is not None, arguments
    rest = arguments[1:]
    while isinstance(command, click.Group):
        command = command.get_command(context, rest.pop(0))
    assert command is not None
    command.make_context(arguments[0], rest)


def test_every_command_of_candour_is_one() -> None:
    found = [arguments for words in lines() if (arguments := of_program(words))]
    assert len(found) >= 4
    for arguments in found:
        expect(arguments)
    with pytest.raises(click.NoSuchOption):
        expect(["doctor", "--gone"])


def test_targets_of_make_and_units_are_there() -> None:
    made = (ROOT / "Makefile").read_text()
    units = {path.name.replace("@", "@one") for path in (ROOT / "deploy/systemd").glob("*@.*")}
    for words in lines():
        if words[0] == "make":
            assert re.search(rf"^{words[1]}:", made, re.M), words
        if words[:2] == ["systemctl", "enable"]:
            assert {word for word in words if "@" in word} <= units
